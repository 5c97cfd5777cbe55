// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// The incidents of an estate: the usual ones, none, or a list that somebody wrote.
package struct EstateIncidentList: Equatable, Sendable {
    package var incidents: [EstateIncident]

    package init(_ incidents: [EstateIncident] = []) { self.incidents = incidents }

    /// One of each kind, spread over the last third.
    package static func usual(_ calendar: FleetCalendar, seed: UInt64) -> EstateIncidentList {
        let kinds = EstateIncident.Kind.allCases
        let first = calendar.days * 2 / 3
        let span = calendar.days - first
        var random = SimulationRandom(seed: seed, part: 0x1C1D)
        var order = Array(kinds.indices)
        for place in 0..<order.count { order.swapAt(place, place + random.below(order.count - place)) }
        var result: [EstateIncident] = []
        for (place, kind) in kinds.enumerated() {
            var day = first + order[place] * span / kinds.count
            if kind.needsWorkday && calendar.isWeekend(day) {
                // The next working day, or the one before where none is left.
                day = (day..<calendar.days).first { !calendar.isWeekend($0) } ?? (0..<day).last { !calendar.isWeekend($0) } ?? day
            }
            let minute = kind.minute + Int64(random.below(11))
            let start = EventTime(milliseconds: calendar.midnight(day) + minute * 60_000)
            result.append(EstateIncident(kind: kind, account: kind.account, start: start, size: kind.defaultSize))
        }
        return EstateIncidentList(result)
    }

    /// Reads `kind,account,day,size` lines: account and size may be empty, the day counts from 0 and may be a fraction, empty lines and
    /// lines that begin with `#` are skipped.
    ///
    /// Throws: ``IncidentListError`` with every problem and its line.
    package init(text: String, calendar: FleetCalendar) throws(IncidentListError) {
        var problems: [String] = []
        incidents = []
        for (place, raw) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = raw.filter { !$0.isWhitespace }
            if line.isEmpty || line.hasPrefix("#") { continue }
            var problem: String?
            if let incident = EstateIncidentList.incident(line, calendar, &problem) { incidents.append(incident) }
            if let problem { problems.append("line \(place + 1): \(problem)") }
        }
        if !problems.isEmpty { throw IncidentListError(problems: problems) }
    }

    private static func incident(_ line: String, _ calendar: FleetCalendar, _ problem: inout String?) -> EstateIncident? {
        let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 3 || fields.count == 4 else {
            problem = "expected kind,account,day,size (account and size may be empty), found \(fields.count) fields"
            return nil
        }
        guard let kind = EstateIncident.Kind(rawValue: fields[0]) else {
            let known = EstateIncident.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            problem = "\"\(fields[0])\" is no kind of incident of an estate; use one of \(known)"
            return nil
        }
        let account = fields[1].isEmpty ? kind.account : fields[1]
        guard EstateAccount.all.contains(where: { $0.name == account }) else {
            problem = "the estate has no account \"\(account)\"; leave it empty for \(kind.account)"
            return nil
        }
        guard let day = Double(fields[2]), day >= 0, day < Double(calendar.days) else {
            problem = "the day must be a number from 0 to below \(calendar.days), found \"\(fields[2])\""
            return nil
        }
        let text = fields.count == 4 ? fields[3] : ""
        guard let size = text.isEmpty ? kind.defaultSize : Int(text), (1...5000).contains(size) else {
            problem = "the size of \(kind.rawValue) is 1 to 5000 (\(kind.sizeMeaning)), found \"\(text)\""
            return nil
        }
        let whole = day.rounded(.down)
        let start =
            calendar.midnight(Int(whole)) + (day == whole ? kind.minute * 60_000 : Int64((day - whole) * Double(FleetCalendar.day)))
        guard start + kind.duration(size) <= calendar.end.milliseconds else {
            problem = "\(kind.rawValue) would end after the simulation's \(calendar.days) days"
            return nil
        }
        return EstateIncident(kind: kind, account: account, start: EventTime(milliseconds: start), size: size)
    }
}

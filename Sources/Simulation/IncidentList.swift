// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// The incidents of a simulation: the usual ones, none, or a list that somebody wrote.
package struct IncidentList: Equatable, Sendable {
    package var incidents: [Incident]

    package init(_ incidents: [Incident] = []) { self.incidents = incidents }

    /// One of each kind, on days of their own in the last two fifths of the simulation, none on the day of the sale; what does not fit
    /// before the end is left out.
    ///
    /// - Parameter details: whether the fleet logs details: then also one of each attack that is seen in them.
    package static func usual(_ calendar: FleetCalendar, details: Bool = false) -> IncidentList {
        // The order in which a short simulation fills up: what most people want to see first.
        var kinds: [Incident.Kind] = [.burst, .newNetwork, .drip, .offHours, .accountSilence, .newAccount, .sourceSilence]
        if details { kinds += Incident.Kind.allCases.filter { $0.attack != nil } }
        let first = calendar.days * 3 / 5
        let step = max(Double(calendar.days - first) / Double(kinds.count), 0.25)
        var result: [Incident] = []
        for (place, kind) in kinds.enumerated() {
            var day = first + Int(Double(place) * step)
            if day == calendar.saleDay { day += 1 }
            // An account that works in office hours has none to miss, and none to be silent in, at the weekend.
            let needsWorkday = kind != .sourceSilence && kind.attack == nil
            while day < calendar.days && calendar.isWeekend(day) && needsWorkday { day += 1 }
            let incident = Incident(
                kind: kind, start: EventTime(milliseconds: calendar.midnight(day)) + .minutes(kind.usualMinute), size: kind.defaultSize)
            guard incident.start + incident.duration <= calendar.end, incident.hasPast(calendar) else { continue }
            result.append(incident)
        }
        return IncidentList(result)
    }

    /// Reads `kind,account,day,size` lines. Account, and the size with its comma, may be left empty; the day counts from 0 and may be a
    /// fraction (`23.5` is noon); empty lines and lines that begin with `#` are skipped.
    ///
    /// Complexity: O(lines + accounts). Throws: ``IncidentListError`` with every problem and its line.
    package init(
        text: String, calendar: FleetCalendar, accountNames: [String], details: Bool = false
    ) throws(IncidentListError) {
        var problems: [String] = []
        var indexes: [String: Int] = [:]
        for (index, name) in accountNames.enumerated() { indexes[name] = index }
        incidents = []
        for (place, raw) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = IncidentList.trimmed(raw)
            if line.isEmpty || line.hasPrefix("#") { continue }
            switch IncidentList.incident(line, calendar: calendar, indexes: indexes) {
            case .success(let incident) where incident.kind.needsDetails && !details:
                problems.append("line \(place + 1): \(incident.kind.rawValue) is seen in a log with details only; ask for --details")
            case .success(let incident): incidents.append(incident)
            case .failure(let problem): problems.append("line \(place + 1): \(problem.text)")
            }
        }
        if !problems.isEmpty { throw IncidentListError(problems: problems) }
    }

    private struct Problem: Error { var text: String }

    private static func incident(
        _ line: Substring, calendar: FleetCalendar, indexes: [String: Int]
    ) -> Result<Incident, Problem> {
        let fields = line.split(separator: ",", omittingEmptySubsequences: false).map { trimmed($0) }
        guard fields.count == 3 || fields.count == 4 else {
            let shape = "kind,account,day,size (account and size may be empty)"
            return .failure(Problem(text: "expected \(shape), found \(fields.count) fields"))
        }
        guard let kind = Incident.Kind(rawValue: String(fields[0])) else {
            let known = Incident.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            return .failure(Problem(text: "\"\(fields[0])\" is no kind of incident; use one of \(known)"))
        }
        guard let day = Double(fields[2]), day.isFinite, day >= 0, day < Double(calendar.days) else {
            return .failure(Problem(text: "the day must be a number from 0 to below \(calendar.days), found \"\(fields[2])\""))
        }
        var size = kind.defaultSize
        if fields.count == 4 && !fields[3].isEmpty {
            guard let value = Double(fields[3]), kind.sizes.contains(value) else {
                let (low, high) = (kind.sizes.lowerBound, kind.sizes.upperBound)
                let range = "\(NumberText.decimal(low, places: 2)) to \(NumberText.decimal(high, places: 0))"
                return .failure(Problem(text: "the size of \(kind.rawValue) is \(range) (\(kind.sizeMeaning)), found \"\(fields[3])\""))
            }
            size = value
        }
        var incident = Incident(kind: kind, start: begin(day, kind, calendar), size: size)
        let name = String(fields[1])
        if let problem = place(name, on: &incident, indexes) { return .failure(problem) }
        guard incident.start + incident.duration <= calendar.end else {
            let end = NumberText.span(incident.duration)
            return .failure(Problem(text: "\(kind.rawValue) lasts \(end) and would end after the simulation's \(calendar.days) days"))
        }
        guard incident.hasPast(calendar) else {
            return .failure(Problem(text: "\(kind.rawValue) needs \(NumberText.decimal(size, places: 0)) days of sleep before it"))
        }
        return .success(incident)
    }

    /// Puts the incident on the named account.
    private static func place(_ name: String, on incident: inout Incident, _ indexes: [String: Int]) -> Problem? {
        guard !name.isEmpty, name != "*" else { return nil }
        switch incident.kind {
        case .sourceSilence, .release:
            return Problem(text: "\(incident.kind.rawValue) is about the whole log: leave the account empty")
        case .newAccount:
            guard indexes[name] == nil else {
                return Problem(text: "\"\(name)\" is an account of the fleet already; a new one needs a new name")
            }
            let isPlain = name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
            guard isPlain, name.utf8.count <= 64 else {
                return Problem(text: "a new account's name has at most 64 printable ASCII characters, without quotes and backslashes")
            }
            incident.newName = name
        default:
            guard let index = indexes[name] else {
                return Problem(
                    text: "the fleet has no account \"\(name)\"; generate it once without incidents to see the names, or leave it empty")
            }
            incident.account = index
        }
        return nil
    }

    /// A whole day means the kind's usual time of day.
    private static func begin(_ day: Double, _ kind: Incident.Kind, _ calendar: FleetCalendar) -> EventTime {
        let whole = day.rounded(.down)
        let midnight = EventTime(milliseconds: calendar.midnight(Int(whole)))
        return midnight + (day == whole ? .minutes(kind.usualMinute) : EventDuration(milliseconds: Int64((day - whole) * 86_400_000)))
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var rest = text
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return rest
    }
}

extension Incident {
    /// Whether the simulation is old enough for what has to come before it.
    func hasPast(_ calendar: FleetCalendar) -> Bool {
        kind != .dormantWake || start.milliseconds - Int64(size * Double(FleetCalendar.day)) >= calendar.start.milliseconds
    }
}

/// A list of incidents that cannot be used.
package struct IncidentListError: Error, Equatable, Sendable, CustomStringConvertible {
    /// One sentence for each problem, with its line.
    package let problems: [String]

    package init(problems: [String]) { self.problems = problems }

    package var description: String { problems.joined(separator: "\n") }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats
import Yams

/// What happened in a log, as somebody says who planted it or has looked into it: the truth that alerts are held against.
package struct KnownIncident: Equatable, Sendable {
    /// What it is: the class that figures are given for.
    package var kind: String
    /// Whose it is, as the log calls the accounts; `*` is the whole source.
    package var accounts: [String]
    /// The detector that should speak; nil where that is not said.
    package var detector: String?
    /// Nobody should speak: something harmless that only looks like an incident.
    package var isHarmless = false
    package var start: EventTime
    package var end: EventTime
    /// An alert counts that opens before this moment.
    package var until: EventTime
    /// Accounts that must be told of before it counts as found, unless the whole source is.
    package var neededAccounts = 1

    package init(kind: String, accounts: [String], detector: String? = nil, start: EventTime, end: EventTime, until: EventTime? = nil) {
        self.kind = kind
        self.accounts = accounts
        self.detector = detector
        self.start = start
        self.end = end
        self.until = until ?? end + .hours(1)
    }
}

/// All of a file of labels.
package struct KnownIncidents: Equatable, Sendable {
    package var incidents: [KnownIncident] = []
    /// Alerts before this moment count for nothing; nil where the file says none.
    package var warmUpEnd: EventTime?
    /// When an alert on an account is neither right nor wrong: a change that somebody may well ask about.
    package var tolerated: [Tolerated] = []

    package struct Tolerated: Equatable, Sendable {
        /// `*` is the whole source.
        package var account: String
        package var start: EventTime
        package var until: EventTime

        package init(account: String, start: EventTime, until: EventTime) {
            self.account = account
            self.start = start
            self.until = until
        }
    }

    package init() {}

    /// Bytes of a file of labels at most.
    package static let sizeLimit = 16 << 20

    /// Reads the `labels.ndjson` of `weir generate` and `weir inject`, or the `labels.json` of the exfiltration benchmark.
    /// Throws: ``SettingsFailure`` with the first line that is neither.
    package static func read(_ path: String) throws(SettingsFailure) -> KnownIncidents {
        switch SettingsPaths.contents(path, limit: sizeLimit) {
        case .failure(let words): throw failure(0, "the labels \(SettingsText.quoted(path)) cannot be read: \(words).")
        case .text(let text): return try parse(text)
        }
    }

    static func parse(_ text: String) throws(SettingsFailure) -> KnownIncidents {
        let lines = text.split(whereSeparator: \.isNewline)
        if lines.count == 1, let line = lines.first, line.contains("\"incidents\"") {
            return try benchmark(try SettingsDocument.parse(String(line)))
        }
        var known = KnownIncidents()
        for (place, line) in lines.enumerated() {
            guard let map = try SettingsDocument.parse(String(line)).mapping, let incident = incident(map) else {
                throw failure(
                    place + 1,
                    "is no label: one JSON object a line, with kind, account, start and end, as weir generate writes them in labels.ndjson."
                )
            }
            known.incidents.append(incident)
        }
        return known
    }

    private static func incident(_ map: Node.Mapping) -> KnownIncident? {
        guard let kind = map["kind"]?.string, let account = map["account"]?.string, let start = time(map["start"]),
            let end = time(map["end"]),
            start <= end
        else { return nil }
        var incident = KnownIncident(kind: kind, accounts: [account], start: start, end: end)
        if let detector = map["detector"] {
            incident.isHarmless = detector.null != nil
            incident.detector = incident.isHarmless ? nil : detector.string
        }
        return incident
    }

    private static func time(_ node: Node?) -> EventTime? {
        guard let text = node?.scalar?.string else { return nil }
        let bytes = Array(text.utf8)
        let milliseconds = ChunkBuffer(bytes).withBytes { TimestampParser.rfc3339($0, from: 0, to: bytes.count) }
        return milliseconds == .min ? nil : EventTime(milliseconds: milliseconds)
    }

    private static func failure(_ line: Int, _ message: String) -> SettingsFailure {
        SettingsFailure(problems: [SettingsProblem(path: "", line: line, message: line > 0 ? "line \(line) \(message)" : message)])
    }

    // MARK: The exfiltration benchmark

    /// Its times are numbers of quarter hours since `t0`; accounts are numbers.
    private static func benchmark(_ root: Node) throws(SettingsFailure) -> KnownIncidents {
        guard let map = root.mapping, let first = map["t0"]?.int, let length = map["bucket"]?.int, (1...86_400).contains(length),
            let incidents = map["incidents"]?.sequence
        else { throw failure(1, "has incidents, but no t0 and no bucket: these are no labels of the exfiltration benchmark.") }
        func time(_ bucket: Int?) -> EventTime? {
            guard let bucket, (0...10_000_000).contains(bucket), (0...10_000_000_000).contains(first) else { return nil }
            return EventTime(milliseconds: (Int64(first) + Int64(bucket) * Int64(length)) * 1000)
        }
        func name(_ number: Int) -> String { "svc-" + String(repeating: "0", count: max(4 - "\(number)".count, 0)) + "\(number)" }
        var known = KnownIncidents()
        known.warmUpEnd = time(map["warmup"]?.int)
        for node in incidents {
            let members = node["members"]?.sequence?.compactMap(\.int) ?? node["account"]?.int.map { [$0] } ?? []
            guard let kind = node["cls"]?.string, !members.isEmpty, let start = time(node["start"]?.int), let end = time(node["end"]?.int)
            else {
                throw failure(1, "has an incident without cls, account or members, start and end.")
            }
            let grace = EventDuration(milliseconds: 3 * Int64(length) * 1000)
            var incident = KnownIncident(kind: kind, accounts: members.map(name), start: start, end: end, until: end + grace)
            if members.count > 1 {
                incident.accounts.append("*")
                incident.neededAccounts = 3
            }
            known.incidents.append(incident)
        }
        for node in map["benign"]?.sequence ?? Node.Sequence([]) {
            guard let start = time(node["start"]?.int), let end = time(node["end"]?.int) else { continue }
            switch (node["cls"]?.string, node["account"]?.int) {
            // A permanent change of level may be told once, within three days; a peak of the whole fleet of the source as such.
            case ("h", let account?):
                known.tolerated.append(Tolerated(account: name(account), start: start, until: start + .days(3)))
            case ("g", _):
                known.tolerated.append(
                    Tolerated(account: "*", start: start, until: end + EventDuration(milliseconds: 5 * Int64(length) * 1000)))
            default: break
            }
        }
        return known
    }
}

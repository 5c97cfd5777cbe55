// weir
// SPDX-License-Identifier: Apache-2.0

/// A record of a table as a log wrote it, of which fields can be replaced: quotes stay where they were.
struct OverlayRow: Sendable {
    private(set) var fields: [String] = []
    private var isQuoted: [Bool] = []
    private let separator: UInt8

    /// Nil where the quotes do not pair.
    init?(_ line: some Sequence<UInt8>, separator: UInt8 = UInt8(ascii: ",")) {
        self.separator = separator
        var bytes = Array(line)
        while let last = bytes.last, last == 0x0A || last == 0x0D { bytes.removeLast() }
        var (field, quoted, isOpen, place) = ([UInt8](), false, false, 0)
        while place <= bytes.count {
            let byte = place < bytes.count ? bytes[place] : separator
            if isOpen && place < bytes.count {
                if byte != UInt8(ascii: "\"") {
                    field.append(byte)
                } else if place + 1 < bytes.count, bytes[place + 1] == byte {
                    field.append(byte)
                    place += 1
                } else {
                    isOpen = false
                }
            } else if byte == UInt8(ascii: "\"") && field.isEmpty && !quoted {
                (quoted, isOpen) = (true, true)
            } else if byte == separator {
                guard !isOpen else { return nil }
                fields.append(String(decoding: field, as: UTF8.self))
                isQuoted.append(quoted)
                (field, quoted) = ([], false)
            } else {
                field.append(byte)
            }
            place += 1
        }
    }

    /// Precondition: the record has that field.
    mutating func set(_ text: String, at place: Int) { fields[place] = text }

    var bytes: [UInt8] {
        var output: [UInt8] = []
        for (place, field) in fields.enumerated() {
            if place > 0 { output.append(separator) }
            let needsQuotes = field.utf8.contains { $0 == separator || $0 == UInt8(ascii: "\"") || $0 == 0x0A || $0 == 0x0D }
            if isQuoted[place] || needsQuotes {
                output += Array("\"\(field.replacing("\"", with: "\"\""))\"".utf8)
            } else {
                output += Array(field.utf8)
            }
        }
        return output
    }
}

/// Which column of a table holds which of weir's keys.
struct OverlayColumns: Equatable, Sendable {
    private(set) var places: [String: Int] = [:]
    /// Every column that states the event's time: log files of Salesforce have two.
    private(set) var times: [Int] = []
    /// Columns with the number of a request, which no two rows share.
    private(set) var numbers: [Int] = []

    /// Where a log file of Salesforce has what weir reads; names without underscores, as its format compares them.
    private static let salesforce: [String: [String]] = [
        "ts": ["timestamp"],
        "rows": [
            "rowsreturned", "rowsprocessed", "recordsprocessed", "processedrecordcount", "rowcount", "numberofrecords", "numresults",
        ],
        "bytes": ["sizebytes", "responsesize"], "object": ["entityname", "objectname", "queriedentities"],
        "endpoint": ["apiresource", "requestpath", "uri"], "ip": ["clientip", "sourceip"], "status": ["statuscode"],
        "method": ["method", "httpmethod"], "account": ["useridderived", "userid"],
    ]

    /// - Parameters:
    ///   - header: the names in their order; empty for a table without one, whose map gives numbers.
    ///   - fields: the field map.
    init(header: [String], fields: [String: String], isSalesforce: Bool) {
        let names = header.map { OverlayColumns.plain($0) }
        for key in InjectionOverlay.keys {
            if header.isEmpty {
                if let number = fields[key].flatMap({ Int($0) }), number > 0 { places[key] = number - 1 }
                continue
            }
            let usual = isSalesforce ? OverlayColumns.salesforce[key] ?? [] : [OverlayColumns.plain(key)]
            let candidates = fields[key].map { $0.hasPrefix("-") ? [] : [OverlayColumns.plain($0)] } ?? usual
            if let place = candidates.lazy.compactMap({ names.firstIndex(of: $0) }).first { places[key] = place }
        }
        times = [places["ts"]].compactMap { $0 }
        if isSalesforce { times += names.indices.filter { ["timestampderived", "eventdate"].contains(names[$0]) && !times.contains($0) } }
        let taken = Set(places.values)
        numbers = names.indices.filter { OverlayNumber.names.contains(names[$0]) && !taken.contains($0) }
    }

    /// A name in lower case, letters and digits only.
    static func plain(_ name: String) -> String { name.lowercased().filter { $0.isLetter || $0.isNumber } }
}

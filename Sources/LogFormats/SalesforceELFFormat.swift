// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// `salesforce_elf`: the event log files of Salesforce, comma-separated values read by the names in their headers.
///
/// A header may come again anywhere, for another event type or in another order, because files are concatenated: a record whose event type
/// reads `EVENT_TYPE` is a header. Records end where RFC 4180 says, so fields may hold line ends; a record longer than
/// ``CSVRecord/longest``, or one whose quotes do not pair, is refused and reading goes on at the line behind its first.
///
/// Account: the connected app, else the client's name, else the user's id (its first fifteen characters, which is all that some types log)
/// or name. Rows without any of them, and event types that only tell what the platform did inside, are ignored and counted.
///
/// The log is delivered at least once. A row's ``AccessEvent/rowKey`` is a hash of its bytes, the same in every process; rows of a Bulk API
/// 2.0 job, and of a report that is logged in pieces, carry the job's identity and the total so far instead, see
/// ``AccessEvent/Presence/cumulativeRows``. An export of a report is told by a row of `ReportExport` without its volume and one of `Report`
/// with it: both are ``AccessEvent/Presence/half`` of it and count once, whichever file comes first. A stream that holds
/// `ApiTotalUsage` next to the type with the details counts a call twice.
///
/// Complexity: O(bytes). State: the header and 8 KB.
public struct SalesforceELFFormat: LineFormat {
    /// What the catalogue says.
    public static let descriptor = FormatDescriptor(
        name: "salesforce_elf", summary: "event log files of Salesforce (CSV), every event type, by the names in the header",
        defaultLateness: .hours(6), mappableKeys: ["ts", "account", "object", "endpoint", "rows", "bytes", "ip", "status"],
        example: #""RestApi","20260601020500.123","4mV9xk","00D3h000007R1Lu","0053h000002xQ5s","/services/data/v59.0/query","2000""#)

    private let map: [String: String]
    private var header: [UInt8] = []
    /// Without columns until a header came.
    private var row = ELFRow(columns: .none)
    private var record = CSVRecord()

    /// Throws: ``FormatOptionsError`` for keys that are not mapped.
    public init(options: FormatOptions) throws(FormatOptionsError) {
        let unknown = options.fields.keys.sorted().filter { !SalesforceELFFormat.descriptor.mappableKeys.contains($0) }
        guard unknown.isEmpty else {
            let known = SalesforceELFFormat.descriptor.mappableKeys.joined(separator: ", ")
            throw FormatOptionsError(problems: unknown.map { "fields.\($0): salesforce_elf maps no such key; use one of \(known)" })
        }
        map = options.fields
    }

    /// The header that is in force, as it stood in the file.
    public var resumeState: [UInt8] { header }

    /// Takes a header into force; anything else is ignored.
    public mutating func resume(from state: [UInt8]) {
        guard !state.isEmpty, state.count <= CSVRecord.longest else { return }
        ChunkBuffer(state).withBytes { bytes in
            guard case .record(let count, let next) = record.split(bytes, from: 0, to: state.count, isFinal: true), next == state.count
            else {
                return
            }
            _ = learn(bytes, from: 0, to: next, count: count)
        }
    }

    /// Decodes whole records; see ``LineFormat/decode(_:from:isFinal:into:)``.
    public mutating func decode(_ bytes: PaddedBytes, from start: Int, isFinal: Bool, into lines: inout DecodedLines) -> Int {
        var position = start
        record.forgetRows()
        while position < bytes.count && !lines.isFull {
            let columns = row.columns.count
            if let end = record.nextRow(bytes, from: position, columns: columns), end &- position < CSVRecord.longest,
                !row.isHeader(bytes, record)
            {
                row.decode(bytes, record, from: position, to: end, into: &lines)
                position = end &+ 1
                continue
            }
            guard let next = other(bytes, from: position, columns: columns, isFinal: isFinal, into: &lines) else { break }
            position = next
        }
        return position
    }

    /// Any record, alone. Returns where the next one starts, or nil when this one has to wait.
    @inline(never)
    private mutating func other(
        _ bytes: PaddedBytes, from position: Int, columns: Int, isFinal: Bool, into lines: inout DecodedLines
    ) -> Int? {
        let (end, count, _) = record.splitTidyLine(bytes, from: position)
        if end == bytes.count && !isFinal { return nil }
        if count > 0, count == columns, end &- position < CSVRecord.longest, CSVRecord.isOrdinary(bytes[position]),
            !row.isHeader(bytes, record)
        {
            row.decode(bytes, record, from: position, to: bytes[end &- 1] == UInt8(ascii: "\r") ? end &- 1 : end, into: &lines)
            return min(end &+ 1, bytes.count)
        }
        return unusual(bytes, from: position, lineEnd: end, isFinal: isFinal, into: &lines)
    }

    /// Headers, blank lines, records over several lines, records with quotes in their fields, and broken ones. Returns where the next
    /// record starts, or nil when this one has to wait: for more bytes, or for the lines before a header to be taken.
    @inline(never)
    private mutating func unusual(
        _ bytes: PaddedBytes, from position: Int, lineEnd: Int, isFinal: Bool, into lines: inout DecodedLines
    ) -> Int? {
        let nextLine = min(lineEnd + 1, bytes.count)
        switch record.frame(bytes, from: position, lineEnd: lineEnd, isFinal: isFinal) {
        case .blank: return nextLine
        case .unfinished: return nil
        case .refused(let reason), .endless(let reason):
            lines.refuse(reason, start: position, end: lineEnd)
            return nextLine
        case .record(let start, let end, let next, let count):
            return take(bytes, from: start, to: end, next: next, nextLine: nextLine, count: count, into: &lines)
        }
    }

    /// Takes a whole record: a header is learnt, a row decoded, anything else refused.
    private mutating func take(
        _ bytes: PaddedBytes, from start: Int, to end: Int, next: Int, nextLine: Int, count: Int, into lines: inout DecodedLines
    ) -> Int? {
        if isHeader(bytes, count) {
            if bytes.copy(start..<end) == header { return next }
            // A reader that stops at one of the lines before and resumes must do so with their header.
            guard lines.lines.isEmpty else { return nil }
            if !learn(bytes, from: start, to: end, count: count) { lines.refuse(.missingHeader, start: start, end: end) }
            return next
        }
        guard row.columns.count > 0 else {
            lines.refuse(.missingHeader, start: start, end: end)
            return nextLine
        }
        guard count == row.columns.count else {
            // Over several lines this is a lost quote rather than a record: what is behind its first line may be whole.
            lines.refuse(.wrongColumnCount, start: start, end: min(end, nextLine))
            return nextLine
        }
        row.decode(bytes, record, from: start, to: end, into: &lines)
        return next
    }

    /// Whether the record names its columns. Only the first field and the event type's are looked at: others hold what strangers wrote.
    private func isHeader(_ bytes: PaddedBytes, _ count: Int) -> Bool {
        if ELFRow.isEventTypeName(bytes, record.field(0)) { return true }
        if row.columns.count > 0 {
            let place = Int(row.columns.eventType)
            return place < count && ELFRow.isEventTypeName(bytes, record.field(place))
        }
        return (0..<min(count, CSVRecord.limit)).contains { ELFRow.isEventTypeName(bytes, record.field($0)) }
    }

    /// Takes a header into force; false, and none is in force, when it lacks what no row can be read without.
    private mutating func learn(_ bytes: PaddedBytes, from start: Int, to end: Int, count: Int) -> Bool {
        header = []
        row = ELFRow(columns: .none)
        guard count <= CSVRecord.limit else { return false }
        let names = (0..<count).map { bytes.copy(Int(record.field($0).start)..<Int(record.field($0).start) + record.field($0).count) }
        guard let columns = ELFColumns(names: names, map: map) else { return false }
        header = bytes.copy(start..<end)
        row = ELFRow(columns: columns)
        return true
    }
}

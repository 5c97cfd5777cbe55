// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Decodes split rows of ``SalesforceELFFormat`` under one header.
///
/// State: about 350 bytes; the last event type, path and minute are remembered, because they repeat from row to row. What reads a row is
/// `mutating` throughout, whether it changes anything or not: the state would be copied for each call that is not.
struct ELFRow: Sendable {
    let columns: ELFColumns
    private var lastType = RepeatedText()
    private var type = ELFEventType.ignored
    private var lastPath = RepeatedText()
    private var lastMethod: UInt64 = 0
    private var pathOperation = Operation.unknown
    private var clock = CompactClock()

    init(columns: ELFColumns) { self.columns = columns }

    /// What a row says it moved.
    private struct Volume {
        var rows: UInt64?
        var bytes: UInt64?
        var status: UInt16 = 0
    }

    @inline(__always)
    func isHeader(_ bytes: PaddedBytes, _ record: CSVRecord) -> Bool {
        let place = Int(columns.eventType)
        return ELFRow.isEventTypeName(bytes, record.field(0)) || place > 0 && ELFRow.isEventTypeName(bytes, record.field(place))
    }

    /// `EVENT_TYPE`, in any of its spellings.
    @inline(__always)
    static func isEventTypeName(_ bytes: PaddedBytes, _ field: CSVField) -> Bool {
        guard field.count == 10 || field.count == 9, bytes[Int(field.start)] | 0x20 == UInt8(ascii: "e") else { return false }
        let start = Int(field.start)
        return bytes[start &+ 1] | 0x20 == UInt8(ascii: "v") && isSpelling(bytes.copy(start..<start + field.count))
    }

    @inline(never)
    private static func isSpelling(_ name: [UInt8]) -> Bool {
        ["EVENT_TYPE", "event_type", "EventType"].contains { $0.utf8.elementsEqual(name) }
    }

    /// Decodes one row, `start ..< end` being its bytes without the line end, and appends it, counts it as ignored, or refuses it.
    @inline(__always)
    mutating func decode(_ bytes: PaddedBytes, _ record: CSVRecord, from start: Int, to end: Int, into lines: inout DecodedLines) {
        let type = eventType(bytes, record.field(Int(columns.eventType)))
        guard type != .ignored else {
            lines.ignored &+= 1
            return
        }
        let scratchCount = lines.scratch.count
        var line = DecodedLine()
        line.start = UInt32(truncatingIfNeeded: start)
        if let reason = read(bytes, record, type, into: &line, &lines.scratch) {
            lines.scratch.removeLast(lines.scratch.count - scratchCount)
            return lines.refuse(reason, start: start, end: end)
        }
        guard !line.account.isEmpty else {
            lines.ignored &+= 1
            return
        }
        if line.presence.contains(.cumulativeRows) {
            line.rowKey = totalKey(bytes, record, type)
        } else {
            line.rowKey = bytes.identity(from: start, count: end &- start)
            if type == .report || type == .reportExport { halve(&line, bytes, record, type) }
        }
        lines.lines.append(line)
    }

    @inline(__always)
    private mutating func read(
        _ bytes: PaddedBytes, _ record: CSVRecord, _ type: ELFEventType, into line: inout DecodedLine, _ scratch: inout [UInt8]
    ) -> MalformedReason? {
        if let reason = time(bytes, record, into: &line) { return reason }
        if let reason = account(bytes, record, into: &line, &scratch) { return reason }
        if line.account.isEmpty { return nil }
        var volume = Volume()
        guard read(&volume, bytes, record, type) else { return .badNumber }
        line.status = volume.status
        if let rows = volume.rows {
            line.rows = rows
            line.presence.insert(.rows)
            if isRepeated(record, type) { line.presence.insert(.cumulativeRows) }
        }
        // A repeated total has no bytes of its own, and those of a product would be added once for every repetition.
        if let size = volume.bytes, !line.presence.contains(.cumulativeRows) {
            line.bytes = size
            line.presence.insert(.bytes)
        }
        line.endpoint = text(columns.endpoint, bytes, record, &scratch)
        line.object = text(columns.object, bytes, record, &scratch)
        if line.object.isEmpty { line.object = text(columns.otherObject, bytes, record, &scratch) }
        address(bytes, record, into: &line)
        line.operation = operation(type, bytes, record)
        return nil
    }

    // MARK: Time and type

    @inline(__always)
    private mutating func time(_ bytes: PaddedBytes, _ record: CSVRecord, into line: inout DecodedLine) -> MalformedReason? {
        let field = field(columns.timestamp, record)
        let start = Int(field.start)
        var time = field.isEmpty ? Int64.min : clock.compact(bytes, from: start, to: start &+ field.count)
        if time == Int64.min { time = otherTime(bytes, record, field) }
        line.time = EventTime(milliseconds: time)
        guard time == Int64.min else { return nil }
        return field.isEmpty && self.field(columns.timestampDerived, record).isEmpty ? .missingTime : .badTime
    }

    @inline(never)
    private mutating func otherTime(_ bytes: PaddedBytes, _ record: CSVRecord, _ field: CSVField) -> Int64 {
        for other in [field, self.field(columns.timestampDerived, record)] {
            let time = TimestampParser.rfc3339(bytes, from: Int(other.start), to: Int(other.start) + other.count)
            if time != Int64.min { return time }
        }
        return Int64.min
    }

    @inline(__always)
    private mutating func eventType(_ bytes: PaddedBytes, _ field: CSVField) -> ELFEventType {
        let start = Int(field.start)
        if lastType.isAgain(bytes, from: start, count: field.count) { return type }
        type = ELFEventType.named(bytes.copy(start..<start + field.count))
        return type
    }

    // MARK: Account

    /// An account that stays empty means that the row names nobody.
    @inline(__always)
    private mutating func account(
        _ bytes: PaddedBytes, _ record: CSVRecord, into line: inout DecodedLine, _ scratch: inout [UInt8]
    ) -> MalformedReason? {
        if columns.account >= 0 {
            line.account = text(columns.account, bytes, record, &scratch)
        } else {
            let app = field(columns.connectedApp, record)
            if !app.isEmpty {
                line.account = identifier(app, bytes)
                line.kind = .app
            } else {
                // A name may be empty inside quotes of its own.
                line.account = text(columns.clientName, bytes, record, &scratch)
                line.kind = line.account.isEmpty ? .unknown : .app
                if line.account.isEmpty { line.account = user(bytes, record, &scratch) }
            }
            if columns.connectedApp < 0 && columns.clientName < 0 && columns.userID < 0 && columns.userIDDerived < 0 && columns.userName < 0
            {
                return .missingAccount
            }
        }
        return hasControl(line.account, bytes, scratch) ? .controlCharacterInName : nil
    }

    @inline(__always)
    private mutating func user(_ bytes: PaddedBytes, _ record: CSVRecord, _ scratch: inout [UInt8]) -> TextRange {
        let id = field(columns.userID, record)
        if !id.isEmpty { return identifier(id, bytes) }
        let derived = field(columns.userIDDerived, record)
        return derived.isEmpty ? text(columns.userName, bytes, record, &scratch) : identifier(derived, bytes)
    }

    /// An id of eighteen characters is one of fifteen and a check: the same account in either form.
    @inline(__always)
    private func identifier(_ field: CSVField, _ bytes: PaddedBytes) -> TextRange {
        TextRange(start: Int(field.start), count: field.count == 18 ? 15 : field.count)
    }

    @inline(__always)
    private func hasControl(_ text: TextRange, _ bytes: PaddedBytes, _ scratch: [UInt8]) -> Bool {
        let start = Int(text.start)
        if text.isScratch { return scratch[start..<start + text.count].contains { $0 < 0x20 || $0 == 0x7F } }
        return bytes.hasControl(from: start, to: start &+ text.count)
    }

    // MARK: Volume

    /// Reads rows, bytes and status; false when one of them is no number.
    @inline(__always)
    private mutating func read(_ volume: inout Volume, _ bytes: PaddedBytes, _ record: CSVRecord, _ type: ELFEventType) -> Bool {
        guard number(columns.rows, bytes, record, &volume.rows) else { return false }
        guard number(type == .callout ? columns.requestSize : columns.bytes, bytes, record, &volume.bytes) else { return false }
        var status: UInt64?
        guard number(columns.status, bytes, record, &status) else { return false }
        volume.status = UInt16(clamping: status ?? 0)
        guard volume.bytes == nil, columns.averageRowSize >= 0 else { return true }
        var size: UInt64?
        var count: UInt64?
        guard number(columns.averageRowSize, bytes, record, &size), number(columns.rowCount, bytes, record, &count) else { return false }
        if let size, let count { volume.bytes = size.multipliedReportingOverflow(by: count).overflow ? nil : size * count }
        return true
    }

    @inline(__always)
    private mutating func number(_ column: Int16, _ bytes: PaddedBytes, _ record: CSVRecord, _ value: inout UInt64?) -> Bool {
        let field = field(column, record)
        guard !field.isEmpty else { return true }
        let start = Int(field.start)
        switch NumberParser.whole(bytes, from: start, to: start &+ field.count) {
        case .value(let number): value = number
        case .unknown: break
        case .malformed: return false
        }
        return true
    }

    /// Whether rows of this kind repeat the total of the job or report that they belong to.
    @inline(__always)
    private mutating func isRepeated(_ record: CSVRecord, _ type: ELFEventType) -> Bool {
        switch type {
        case .bulkJob: !field(columns.job, record).isEmpty
        case .report: columns.execution >= 0 && !field(columns.execution, record).isEmpty
        default: false
        }
    }

    /// The identity of that job or report: its organisation and its id.
    @inline(never)
    private mutating func totalKey(_ bytes: PaddedBytes, _ record: CSVRecord, _ type: ELFEventType) -> UInt64 {
        let field = field(type == .bulkJob ? columns.job : columns.execution, record)
        let organization = self.field(columns.organization, record)
        let parts =
            [type == .bulkJob ? 1 : 2, UInt8(truncatingIfNeeded: organization.count)]
            + bytes.copy(Int(organization.start)..<Int(organization.start) + min(organization.count, 15))
            + bytes.copy(Int(field.start)..<Int(field.start) + (field.count == 18 ? 15 : field.count))
        return ChunkBuffer(parts).withBytes { $0.identity(from: 0, count: parts.count) }
    }

    // MARK: Exports in two rows

    /// Marks a row as half of an export, with what it shares with the other half: the request, and the report.
    @inline(never)
    private mutating func halve(_ line: inout DecodedLine, _ bytes: PaddedBytes, _ record: CSVRecord, _ type: ELFEventType) {
        if type == .report {
            guard line.presence.contains(.rows), !ELFEventType.isAutomatic(bytes, field(columns.origin, record)) else { return }
        }
        let request = hash(field(columns.request, record), bytes, letters: .max)
        let report = hash(type == .report ? field(columns.report, record) : exportedReport(bytes, record), bytes, letters: 15)
        let organization = hash(field(columns.organization, record), bytes, letters: 15)
        guard let key = HalfKey.make(request: request, report: report, organization: organization, row: line.rowKey) else { return }
        line.rowKey = key
        line.presence.insert(.half)
    }

    /// The report that an export names: only in what was asked for, as an id that begins with `00O`.
    private mutating func exportedReport(_ bytes: PaddedBytes, _ record: CSVRecord) -> CSVField {
        var field = self.field(columns.otherReport, record)
        if field.isEmpty {
            field = self.field(columns.uri, record)
            guard !field.isEmpty, bytes[Int(field.start)] == UInt8(ascii: "/") else { return .none }
            field = CSVField(start: Int(field.start) + 1, count: field.count - 1)
        }
        return field.count >= 15 && bytes.hasASCII("00O", at: Int(field.start)) ? field : .none
    }

    /// A hash of the first letters of a field, 0 for none: ids of eighteen letters are those of fifteen, and a path may go on behind one.
    private func hash(_ field: CSVField, _ bytes: PaddedBytes, letters: Int) -> UInt64 {
        field.isEmpty ? 0 : bytes.identity(from: Int(field.start), count: min(field.count, letters))
    }

    // MARK: Texts

    @inline(__always)
    private func field(_ column: Int16, _ record: CSVRecord) -> CSVField { column >= 0 ? record.field(Int(column)) : .none }

    /// A column's text. Fields of the type EscapedString have quotes of their own around them, which other types lack: they are taken off.
    @inline(__always)
    private mutating func text(_ column: Int16, _ bytes: PaddedBytes, _ record: CSVRecord, _ scratch: inout [UInt8]) -> TextRange {
        let field = field(column, record)
        return field.isDoubled ? unescaped(field, bytes, &scratch) : TextRange(start: Int(field.start), count: field.count)
    }

    @inline(never)
    private func unescaped(_ field: CSVField, _ bytes: PaddedBytes, _ scratch: inout [UInt8]) -> TextRange {
        let start = scratch.count
        CSVRecord.appendText(of: field, bytes, to: &scratch)
        let count = scratch.count - start
        let quote = UInt8(ascii: "\"")
        let isWrapped = count >= 2 && scratch[start] == quote && scratch[start + count - 1] == quote
        return TextRange(start: isWrapped ? start + 1 : start, count: isWrapped ? count - 2 : count, isScratch: true)
    }

    /// CLIENT_IP may be words, such as `Salesforce.com IP`; those are no address.
    @inline(__always)
    private mutating func address(_ bytes: PaddedBytes, _ record: CSVRecord, into line: inout DecodedLine) {
        if !takeAddress(field(columns.address, record), bytes, into: &line) {
            _ = takeAddress(field(columns.otherAddress, record), bytes, into: &line)
        }
    }

    @inline(__always)
    private mutating func takeAddress(_ field: CSVField, _ bytes: PaddedBytes, into line: inout DecodedLine) -> Bool {
        guard !field.isEmpty, !field.isDoubled, CombinedPrefix.isAddressByte(bytes[Int(field.start)]) else { return false }
        line.address = TextRange(start: Int(field.start), count: field.count)
        return true
    }

    @inline(__always)
    private mutating func operation(_ type: ELFEventType, _ bytes: PaddedBytes, _ record: CSVRecord) -> Operation {
        switch type {
        case .always(let operation): return operation
        case .soap: return ELFEventType.soapOperation(word(columns.methodName, bytes, record))
        case .rest: return requestOperation(bytes, record)
        case .bulk, .bulkJob: return ELFEventType.bulkOperation(word(columns.operationType, bytes, record))
        case .report: return ELFEventType.isExport(bytes, field(columns.origin, record)) ? .export : .report
        case .reportExport: return .export
        case .transfer: return ELFEventType.transferOperation(bytes, field(columns.transactionType, record))
        case .callout: return .webhook
        case .ignored: return .unknown
        }
    }

    @inline(__always)
    private mutating func requestOperation(_ bytes: PaddedBytes, _ record: CSVRecord) -> Operation {
        let path = field(columns.endpoint, record)
        let start = Int(path.start)
        let method = word(columns.httpMethod, bytes, record)
        if lastPath.isAgain(bytes, from: start, count: path.count) && method == lastMethod { return pathOperation }
        lastMethod = method
        pathOperation = HTTPOperation.ofKnownService(method: method, path: bytes, from: start, to: start &+ path.count)
        return pathOperation
    }

    /// The first eight bytes of a column, the rest zero.
    @inline(__always)
    private mutating func word(_ column: Int16, _ bytes: PaddedBytes, _ record: CSVRecord) -> UInt64 {
        let field = field(column, record)
        return bytes.word(at: Int(field.start)) & PaddedBytes.firstBytes(field.count)
    }
}

/// A text of at most 32 bytes that is expected again: comparing four words replaces looking it up.
private struct RepeatedText: Sendable {
    private var words = SIMD4<UInt64>()
    private var masks = SIMD4<UInt64>()
    private var count = -1

    /// Whether the text is the one of the call before; longer ones never are.
    @inline(__always)
    mutating func isAgain(_ bytes: PaddedBytes, from start: Int, count: Int) -> Bool {
        if count == self.count {
            let differences = (RepeatedText.words(bytes, start) ^ words) & masks
            if differences[0] | differences[1] | differences[2] | differences[3] == 0 { return true }
        }
        remember(bytes, start, count)
        return false
    }

    @inline(never)
    private mutating func remember(_ bytes: PaddedBytes, _ start: Int, _ count: Int) {
        for index in 0..<4 { masks[index] = PaddedBytes.firstBytes(count &- 8 &* index) }
        words = RepeatedText.words(bytes, start) & masks
        self.count = count <= 32 ? count : -1
    }

    @inline(__always)
    private static func words(_ bytes: PaddedBytes, _ start: Int) -> SIMD4<UInt64> {
        SIMD4(bytes.word(at: start), bytes.word(at: start &+ 8), bytes.word(at: start &+ 16), bytes.word(at: start &+ 24))
    }
}

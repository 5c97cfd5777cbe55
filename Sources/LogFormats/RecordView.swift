// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// One record as a dialect sees it: its wanted values by field.
///
/// Nothing here allocates. Texts are ranges of the chunk; only those with escapes are copied, when they are asked for.
struct RecordView {
    let bytes: PaddedBytes
    let values: [JSONRecordValue]
    /// Which of ``values`` the record has.
    let present: SlotSet
    /// Which of these stand inside of a wrapping: they go before what it says itself, a shipper's time, say.
    let wrapped: SlotSet
    let plan: RecordPlan
    /// Where the whole record stands.
    let range: Range<Int>

    /// The first place of a field that holds something; nothing is also what writers put there for it: `-`, `N/A`, `NOT_SET`.
    @inline(__always)
    func value(_ field: RecordField) -> JSONRecordValue {
        present.isDisjoint(with: plan.set(field)) ? JSONRecordValue() : held(field)
    }

    /// The same for a field of which a place is there.
    private func held(_ field: RecordField) -> JSONRecordValue {
        if !wrapped.isEmpty {
            let value = held(field, among: wrapped)
            if value.kind != .none { return value }
        }
        return held(field, among: present)
    }

    @inline(__always)
    private func held(_ field: RecordField, among present: SlotSet) -> JSONRecordValue {
        for place in plan.range(field) where present.contains(plan.slots[place]) {
            let value = values[plan.slots[place]]
            switch value.kind {
            case .nested: continue
            case .text, .escapedText:
                if !bytes.saysNothing(from: Int(value.start), to: Int(value.start + value.count)) { return value }
            default: return value
            }
        }
        return JSONRecordValue()
    }

    @inline(__always)
    func has(_ field: RecordField) -> Bool { value(field).kind != .none }

    /// Whether a field's place holds anything, an object too.
    func holds(_ field: RecordField) -> Bool { !present.isDisjoint(with: plan.set(field)) }

    /// The first place of a field that holds a text or, where an array of objects stands, the first of them.
    func listed(_ field: RecordField) -> JSONRecordValue {
        for place in plan.range(field) where present.contains(plan.slots[place]) {
            let value = values[plan.slots[place]]
            if value.kind == .nested || value.kind == .text || value.kind == .escapedText { return value }
        }
        return JSONRecordValue()
    }

    // MARK: Texts

    /// A field's text; numbers, `true` and `false` are texts as well. A wrong escape is left as it stands.
    @inline(__always)
    func text(_ field: RecordField, _ scratch: inout [UInt8]) -> TextRange { text(value(field), &scratch) }

    @inline(__always)
    func text(_ value: JSONRecordValue, _ scratch: inout [UInt8]) -> TextRange {
        if value.kind == .escapedText { return unescaped(value, &scratch) }
        return TextRange(start: Int(value.start), count: Int(value.count))
    }

    @inline(never)
    private func unescaped(_ value: JSONRecordValue, _ scratch: inout [UInt8]) -> TextRange {
        let first = scratch.count
        let start = Int(value.start)
        let end = start + Int(value.count)
        guard JSONUnescape.append(bytes, start, end, to: &scratch) else {
            scratch.removeLast(scratch.count - first)
            return TextRange(start: start, count: end - start)
        }
        return TextRange(start: first, count: scratch.count - first, isScratch: true)
    }

    /// A text that is written down by weir.
    static func append(_ word: [UInt8], to scratch: inout [UInt8]) -> TextRange {
        let start = scratch.count
        scratch.append(contentsOf: word)
        return TextRange(start: start, count: scratch.count - start, isScratch: true)
    }

    /// Two texts with a character between them, as one.
    func joined(_ first: RecordField, _ separator: UInt8, _ second: RecordField, _ scratch: inout [UInt8]) -> TextRange {
        let one = value(first)
        let two = value(second)
        if one.kind == .none || two.kind == .none { return text(one.kind == .none ? two : one, &scratch) }
        let start = scratch.count
        for position in Int(one.start)..<Int(one.start + one.count) { scratch.append(bytes[position]) }
        scratch.append(separator)
        for position in Int(two.start)..<Int(two.start + two.count) { scratch.append(bytes[position]) }
        return TextRange(start: start, count: scratch.count - start, isScratch: true)
    }

    @inline(__always)
    func byte(_ text: TextRange, _ offset: Int, _ scratch: [UInt8]) -> UInt8 {
        text.isScratch ? scratch[Int(text.start) + offset] : bytes[Int(text.start) + offset]
    }

    /// The part of a text from an offset on.
    func part(_ text: TextRange, from offset: Int, count: Int) -> TextRange {
        TextRange(start: Int(text.start) + offset, count: count, isScratch: text.isScratch)
    }

    /// What stands before the first comma: of a chain of addresses the first is the caller's.
    func first(of text: TextRange, _ scratch: [UInt8]) -> TextRange {
        let limit = min(text.count, 64)
        if !text.isScratch {
            let start = Int(text.start)
            let comma = bytes.firstIndex(of: UInt8(ascii: ","), from: start, to: start + limit)
            return comma < start + limit ? part(text, from: 0, count: comma - start) : text
        }
        for offset in 0..<limit where byte(text, offset, scratch) == UInt8(ascii: ",") { return part(text, from: 0, count: offset) }
        return text
    }

    /// The first place of the caller's address that holds one: products write words there, `Salesforce.com IP`, and names of services. Of a
    /// chain the first counts. Where the settings say where it stands it is what stands there.
    @inline(__always)
    func address(_ scratch: inout [UInt8]) -> TextRange {
        let value = self.value(.ip)
        guard value.kind != .none else { return .none }
        // Nearly all are IPv4, some with a port.
        let (start, count) = (Int(value.start), Int(value.count))
        let masks = bytes.masksOfDottedDigits(at: start)
        let end = min((~(masks.digits | masks.dots)).trailingZeroBitCount, count)
        let port = PaddedBytes.lowBits(count) & ~PaddedBytes.lowBits(end &+ 1)
        if value.kind == .text, count <= 21, (UInt64(masks.dots) & PaddedBytes.lowBits(end)).nonzeroBitCount == 3,
            end == count || (bytes[start &+ end] == UInt8(ascii: ":") && UInt64(masks.digits) & port == port)
        {
            return TextRange(start: start, count: count)
        }
        return plan.isMapped(.ip) ? first(of: text(value, &scratch), scratch) : heldAddress(&scratch)
    }

    @inline(never)
    private func heldAddress(_ scratch: inout [UInt8]) -> TextRange {
        for place in plan.range(.ip) where present.contains(plan.slots[place]) {
            let value = values[plan.slots[place]]
            guard value.kind == .text || value.kind == .escapedText else { continue }
            let text = first(of: self.text(value, &scratch), scratch)
            guard text.count <= 64 else { continue }
            let start = Int(text.start)
            if text.isScratch {
                let copy = Array(scratch[start..<start + text.count])
                if ChunkBuffer(copy).withBytes({ CombinedPrefix.isAddress($0, from: 0, to: $0.count) }) { return text }
            } else {
                let zone = bytes.firstIndex(of: UInt8(ascii: "%"), from: start, to: start + text.count)
                if CombinedPrefix.isAddress(bytes, from: start, to: zone) { return text }
            }
        }
        return .none
    }

    /// The endpoint: of an absolute URL its path.
    @inline(__always)
    func endpoint(_ scratch: inout [UInt8]) -> TextRange {
        let text = self.text(.endpoint, &scratch)
        if text.isScratch { return PaddedBytes.path(of: text, in: scratch) }
        return bytes.path(from: Int(text.start), to: Int(text.start) + text.count)
    }

    func hasControl(_ text: TextRange, _ scratch: [UInt8]) -> Bool {
        let start = Int(text.start)
        if text.isScratch { return scratch[start..<start + text.count].contains { $0 < 0x20 || $0 == 0x7F } }
        return bytes.hasControl(from: start, to: start + text.count)
    }

    /// How many elements the array has whose first is this text; nil when it is none's.
    func elements(of value: JSONRecordValue) -> UInt64? {
        guard value.kind == .text || value.kind == .escapedText || value.kind == .nested else { return nil }
        // Before an object stands no quote.
        var position = Int(value.start) - (value.kind == .nested ? 1 : 2)
        while position > range.lowerBound && JSONCursor.isSpace(bytes[position]) { position -= 1 }
        guard position > range.lowerBound, bytes[position] == UInt8(ascii: "[") else { return nil }
        position += 1
        var count: UInt64 = 0
        while true {
            position = JSONSkip.space(bytes, position, range.upperBound)
            position = position < range.upperBound ? JSONSkip.value(bytes, position, range.upperBound, depth: 0) : 0
            guard position > 0 else { return max(count, 1) }
            count += 1
            position = JSONSkip.space(bytes, position, range.upperBound)
            guard bytes[position] == UInt8(ascii: ",") else { return count }
            position += 1
        }
    }

    // MARK: Numbers and times

    /// Reads a number, if there is one; false when there is something else. Fractions are rounded down, negative numbers are unknown.
    func number(_ field: RecordField, _ result: inout UInt64?) -> Bool {
        let value = self.value(field)
        switch value.kind {
        case .none, .nested, .yes, .no: return true
        case .escapedText: return false
        case .text, .number: break
        }
        let start = Int(value.start)
        let end = start + Int(value.count)
        if end - start > 1 && end - start <= 16 && bytes[start] == UInt8(ascii: "-") {
            // What `-1` says is that nobody knows.
            let (_, count) = NumberParser.digits(bytes, from: start + 1, to: end)
            if count == end - start - 1 { return true }
        }
        let (digits, count) = NumberParser.digits(bytes, from: start, to: end)
        if count > 0 && count <= NumberParser.longest {
            // `20680.0` is how some write every number.
            var behind = start + count
            if behind < end && bytes[behind] == UInt8(ascii: ".") {
                behind += 1
                while behind < end && bytes[behind] &- 0x30 < 10 { behind += 1 }
            }
            if behind == end {
                result = digits
                return true
            }
        }
        switch NumberParser.unusual(bytes, from: start, to: end) {
        case .value(let number): result = number
        case .unknown: break
        case .malformed: return false
        }
        return true
    }

    /// A number, or nil when there is none or it is something else.
    func number(_ field: RecordField) -> UInt64? {
        var result: UInt64?
        return number(field, &result) ? result : nil
    }

    func time(into line: inout DecodedLine, clock: inout MinuteClock) -> RecordVerdict {
        let value = self.value(.ts)
        if value.kind == .none && has(.date) { return dateAndClock(into: &line) }
        guard value.kind == .text || value.kind == .number else { return .refused(value.kind == .none ? .missingTime : .badTime) }
        let start = Int(value.start)
        let time = RecordTime.parse(bytes, from: start, to: start + Int(value.count), clock: &clock)
        guard time != .min else { return .refused(.badTime) }
        line.time = EventTime(milliseconds: time)
        return .line
    }

    /// A time in two places: `2026-06-01` and `02:05:00`, which are UTC.
    @inline(never)
    private func dateAndClock(into line: inout DecodedLine) -> RecordVerdict {
        let (date, clock) = (value(.date), value(.clock))
        guard date.kind == .text, date.count == 10, clock.kind == .text, clock.count <= 16 else { return .refused(.badTime) }
        let day = bytes.copy(Int(date.start)..<Int(date.start + date.count))
        let text = day + [0x20] + bytes.copy(Int(clock.start)..<Int(clock.start + clock.count))
        let time = ChunkBuffer(text).withBytes { RecordTime.zoneless($0, from: 0, to: $0.count) }
        guard time != .min else { return .refused(.badTime) }
        line.time = EventTime(milliseconds: time)
        return .line
    }

    // MARK: Words

    /// The first eight bytes of a field in lower case, the rest zero.
    func word(_ field: RecordField) -> UInt64 {
        let value = self.value(field)
        guard value.kind != .none else { return 0 }
        return (bytes.word(at: Int(value.start)) | 0x2020_2020_2020_2020) & PaddedBytes.firstBytes(Int(value.count))
    }

    /// The first eight bytes of a field as they are, the rest zero.
    func exactWord(_ field: RecordField) -> UInt64 {
        let value = self.value(field)
        return value.kind == .none ? 0 : bytes.word(at: Int(value.start)) & PaddedBytes.firstBytes(Int(value.count))
    }

    /// Where the path of the request stands as it is written. Hosts may be named like what is done there.
    var path: Range<Int> {
        let value = self.value(.endpoint)
        let path = bytes.path(from: Int(value.start), to: Int(value.start + value.count))
        return Int(path.start)..<Int(path.start) + path.count
    }

    /// What an HTTP request did.
    func httpOperation() -> Operation {
        let path = self.path
        return HTTPOperation.of(method: exactWord(.method), path: bytes, from: path.lowerBound, to: path.upperBound)
    }

    /// Whether a field is this word, in lower case here and in any there.
    func says(_ field: RecordField, _ word: StaticString) -> Bool {
        let value = self.value(field)
        return Int(value.count) == word.utf8CodeUnitCount && bytes.hasLetters(word, at: Int(value.start))
    }

    func begins(_ field: RecordField, _ word: StaticString) -> Bool {
        let value = self.value(field)
        return Int(value.count) >= word.utf8CodeUnitCount && bytes.hasLetters(word, at: Int(value.start))
    }

    /// Whether a word stands anywhere in a field, in lower case here. Complexity: O(length), at most 4,096 bytes.
    func contains(_ field: RecordField, _ word: StaticString) -> Bool { place(of: word, in: value(field)) != nil }

    /// Where a word first stands in a value.
    func place(of word: StaticString, in value: JSONRecordValue) -> Int? {
        let start = Int(value.start)
        let last = start + min(Int(value.count), 4096) - word.utf8CodeUnitCount
        guard value.kind != .none, last >= start else { return nil }
        for position in start...last where bytes.hasLetters(word, at: position) { return position }
        return nil
    }

    /// An identity of a value that is the same in every process; 0 without one.
    func identity(of value: JSONRecordValue) -> UInt64 {
        value.kind == .none ? 0 : bytes.identity(from: Int(value.start), count: Int(value.count))
    }

    /// An identity of the whole record as it is written.
    var identity: UInt64 { bytes.identity(from: range.lowerBound, count: range.count) }

    /// One identity of several values in this order, never 0.
    func identity(_ first: RecordField, _ second: RecordField, _ third: RecordField? = nil, _ fourth: RecordField? = nil) -> UInt64 {
        var result = identity(of: value(first))
        mix(second, into: &result)
        if let third { mix(third, into: &result) }
        if let fourth { mix(fourth, into: &result) }
        return max(result, 1)
    }

    private func mix(_ field: RecordField, into result: inout UInt64) {
        result = foldedMultiply(result ^ 0x9E37_79B9_7F4A_7C15, 0xD6E8_FEB8_6659_FD93) &+ identity(of: value(field))
    }
}

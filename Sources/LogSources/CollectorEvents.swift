// weir
// SPDX-License-Identifier: Apache-2.0

/// The events of a push to a Splunk HTTP event collector: objects one behind the other, or in an array, each with its event under `event`.
///
/// The event is the log's line. Of what stands around it only `time` counts, and only for a record without one: forwarders take a record's
/// time out of it. It then stands where the source's format has it. Only as much of JSON is judged as is needed to find an event's end;
/// the lane's decoder judges the rest. Complexity: O(bytes).
struct CollectorEvents {
    /// Nesting that is followed.
    static let depthLimit = 64

    private let bytes: [UInt8]
    /// Where a record has its time, the best place first; a dot leads into an object.
    private let timeKeys: [[UInt8]]
    private var position = 0

    /// Adds a line for each event. Throws: ``HTTPRefusal`` when any part makes no sense; then the push as a whole is to be refused.
    static func lines(of body: [UInt8], timeKeys: [String], into lines: inout ReceivedLines) throws(HTTPRefusal) {
        var events = CollectorEvents(bytes: body, timeKeys: timeKeys.map { Array($0.utf8) })
        var count = 0
        while events.skipBlanks() { try count += events.next == UInt8(ascii: "[") ? events.array(&lines) : events.object(&lines) }
        if count == 0 { throw HTTPRefusal(status: 400, code: 5, text: "No data") }
    }

    private init(bytes: [UInt8], timeKeys: [[UInt8]]) {
        self.bytes = bytes
        self.timeKeys = timeKeys
    }

    /// Steps over white space. False at the end.
    private mutating func skipBlanks() -> Bool {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
        return position < bytes.count
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func expect(_ character: Unicode.Scalar) throws(HTTPRefusal) {
        guard skipBlanks(), bytes[position] == UInt8(ascii: character) else { throw HTTPRefusal(status: 400) }
        position += 1
    }

    /// Events in a list. Returns how many.
    private mutating func array(_ lines: inout ReceivedLines) throws(HTTPRefusal) -> Int {
        try expect("[")
        guard skipBlanks() else { throw HTTPRefusal(status: 400) }
        var count = 0
        if next == UInt8(ascii: "]") {
            position += 1
            return count
        }
        while true {
            count += try object(&lines)
            guard skipBlanks() else { throw HTTPRefusal(status: 400) }
            position += 1
            if bytes[position - 1] == UInt8(ascii: "]") { return count }
            guard bytes[position - 1] == UInt8(ascii: ",") else { throw HTTPRefusal(status: 400) }
        }
    }

    /// One event. Returns 1.
    private mutating func object(_ lines: inout ReceivedLines) throws(HTTPRefusal) -> Int {
        try expect("{")
        var event: Range<Int>?
        var time: Range<Int>?
        guard skipBlanks() else { throw HTTPRefusal(status: 400) }
        if next == UInt8(ascii: "}") {
            position += 1
        } else {
            while true {
                let key = try string()
                try expect(":")
                let value = try value()
                if bytes[key].elementsEqual("\"event\"".utf8) { event = value }
                if bytes[key].elementsEqual("\"time\"".utf8) { time = value }
                guard skipBlanks() else { throw HTTPRefusal(status: 400) }
                position += 1
                if bytes[position - 1] == UInt8(ascii: "}") { break }
                guard bytes[position - 1] == UInt8(ascii: ",") else { throw HTTPRefusal(status: 400) }
            }
        }
        guard let event else { throw HTTPRefusal(status: 400, code: 12, text: "Event field is required") }
        var line = CollectorEvents.line(bytes[event])
        guard !line.isEmpty else { throw HTTPRefusal(status: 400, code: 13, text: "Event field cannot be blank") }
        if let time, let key = timeKeys.first, CollectorEvents.isTime(bytes[time]), try lacksTime(event) {
            line.insert(contentsOf: [0x22] + key + [0x22, UInt8(ascii: ":")] + bytes[time] + [UInt8(ascii: ",")], at: 1)
        }
        lines.add(line[...])
        return 1
    }

    /// Whether the value of an envelope's `time` may stand in a record: seconds, as a number or as text.
    private static func isTime(_ value: ArraySlice<UInt8>) -> Bool {
        let digits = value.first == 0x22 && value.count > 2 ? value.dropFirst().dropLast() : value
        return digits.contains { $0 &- 0x30 < 10 } && digits.allSatisfy { $0 &- 0x30 < 10 || $0 == UInt8(ascii: ".") }
    }

    /// Whether an event is a record, with members, of which none is its time.
    private func lacksTime(_ event: Range<Int>) throws(HTTPRefusal) -> Bool {
        var record = CollectorEvents(bytes: bytes, timeKeys: timeKeys)
        record.position = event.lowerBound
        guard record.next == UInt8(ascii: "{") else { return false }
        record.position += 1
        guard record.skipBlanks(), record.next != UInt8(ascii: "}") else { return false }
        record.position = event.lowerBound
        return try !record.holds(timeKeys.map { $0[...] })
    }

    /// Whether the object here has a member under one of these paths. Goes behind it, or, when it has, anywhere.
    private mutating func holds(_ paths: [ArraySlice<UInt8>]) throws(HTTPRefusal) -> Bool {
        try expect("{")
        guard skipBlanks(), next != UInt8(ascii: "}") else {
            position += 1
            return false
        }
        while true {
            let quoted = try string()
            let key = bytes[quoted].dropFirst().dropLast()
            if paths.contains(where: { $0.elementsEqual(key) }) { return true }
            try expect(":")
            let inner = paths.filter { $0.starts(with: key) && $0.dropFirst(key.count).first == UInt8(ascii: ".") }
            let isObject = skipBlanks() && next == UInt8(ascii: "{")
            if isObject && !inner.isEmpty {
                if try holds(inner.map { $0.dropFirst(key.count + 1) }) { return true }
            } else {
                _ = try value()
            }
            guard skipBlanks(), next == UInt8(ascii: ",") else {
                position += 1
                return false
            }
            position += 1
        }
    }

    /// The place of a string with its quotes.
    private mutating func string() throws(HTTPRefusal) -> Range<Int> {
        guard skipBlanks(), bytes[position] == 0x22 else { throw HTTPRefusal(status: 400) }
        let start = position
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            position += byte == 0x5C ? 2 : 1
            if byte == 0x22 { return start..<position }
        }
        throw HTTPRefusal(status: 400)
    }

    private mutating func value() throws(HTTPRefusal) -> Range<Int> {
        guard skipBlanks() else { throw HTTPRefusal(status: 400) }
        let start = position
        var closers: [UInt8] = []
        repeat {
            guard let byte = next else { throw HTTPRefusal(status: 400) }
            switch byte {
            case 0x22: _ = try string()
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard closers.count < CollectorEvents.depthLimit else { throw HTTPRefusal(status: 400) }
                closers.append(byte + 2)
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard closers.popLast() == byte else { throw HTTPRefusal(status: 400) }
                position += 1
            default:
                if closers.isEmpty {
                    while let byte = next, !CollectorEvents.endsLiteral(byte) { position += 1 }
                    guard position > start else { throw HTTPRefusal(status: 400) }
                } else {
                    position += 1
                }
            }
        } while !closers.isEmpty
        return start..<position
    }

    private static func endsLiteral(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") || byte == 0x22
    }

    /// An event as one line: an object as it stands, with blanks for its line breaks, which JSON only has between values; a text without
    /// its quotes and escapes.
    private static func line(_ value: ArraySlice<UInt8>) -> [UInt8] {
        guard value.first == 0x22 else {
            return value.elementsEqual("null".utf8) ? [] : value.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }
        }
        return unescaped(value.dropFirst().dropLast())
    }

    private static func unescaped(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var position = text.startIndex
        while position < text.endIndex {
            let byte = text[position]
            position += 1
            guard byte == 0x5C, position < text.endIndex else {
                result.append(byte)
                continue
            }
            let escape = text[position]
            position += 1
            switch escape {
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "u"): result += Array(String(character(text, &position)).utf8)
            default: result.append(escape)
            }
        }
        return result
    }

    /// The character of `\uXXXX`, with its second half where it has one; U+FFFD for none.
    private static func character(_ text: ArraySlice<UInt8>, _ position: inout Int) -> Character {
        let replacement: Character = "\u{FFFD}"
        guard let high = unit(text, position) else { return replacement }
        position += 4
        if let scalar = Unicode.Scalar(high) { return Character(scalar) }
        guard (0xD800..<0xDC00).contains(high), text[position...].starts(with: [0x5C, 0x75]), let low = unit(text, position + 2),
            (0xDC00..<0xE000).contains(low)
        else { return replacement }
        position += 6
        return Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)).map { Character($0) } ?? replacement
    }

    private static func unit(_ text: ArraySlice<UInt8>, _ position: Int) -> UInt32? {
        let digits = text[min(position, text.endIndex)...].prefix(4).compactMap(HTTPText.hex)
        return digits.count == 4 ? digits.reduce(0) { $0 << 4 | UInt32($1) } : nil
    }
}

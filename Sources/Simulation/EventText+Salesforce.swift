// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

extension EventText {
    /// The header of a RestApi file of October 2020, in the order of a real one.
    static let salesforceHeader = [
        "EVENT_TYPE", "TIMESTAMP", "REQUEST_ID", "ORGANIZATION_ID", "USER_ID", "RUN_TIME", "CPU_TIME", "URI", "SESSION_KEY", "LOGIN_KEY",
        "REQUEST_STATUS", "DB_TOTAL_TIME", "METHOD", "MEDIA_TYPE", "STATUS_CODE", "USER_AGENT", "ROWS_PROCESSED", "NUMBER_FIELDS",
        "DB_BLOCKS", "DB_CPU_TIME", "REQUEST_SIZE", "RESPONSE_SIZE", "ENTITY_NAME", "TIMESTAMP_DERIVED", "USER_ID_DERIVED", "CLIENT_IP",
        "URI_ID_DERIVED",
    ].map { "\"\($0)\"" }.joined(separator: ",")

    /// The 15-character user id of an account: an EventLogFile of this type knows no names.
    static func salesforceUser(_ index: Int) -> String {
        var bytes = Array("005RO".utf8)
        bytes.appendBase62(UInt64(index) + 0x1_0000, digits: 10)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The three characters that make an id safe where case is lost: each tells which of five characters are capitals.
    ///
    /// Source: Salesforce, "What is the difference between 15-character and 18-character IDs" (article 000385008).
    static func salesforceSuffix(_ id: [UInt8]) -> [UInt8] {
        guard id.count == 15 else { return [] }
        return (0..<3).map { chunk in
            var bits = 0
            for place in 0..<5 where (0x41...0x5A).contains(id[chunk * 5 + place]) { bits |= 1 << place }
            return bits < 26 ? UInt8(0x41 + bits) : UInt8(0x30 + bits - 26)
        }
    }
}

extension [UInt8] {
    /// Two decimal digits. Precondition: 0 to 99.
    @inline(__always)
    mutating func appendPair(_ value: Int) {
        append(UInt8(truncatingIfNeeded: 0x30 + value / 10))
        append(UInt8(truncatingIfNeeded: 0x30 + value % 10))
    }

    /// `02:05:00`
    mutating func appendClock(_ time: EventTime) {
        let second = Int(time.milliseconds / 1000 % 86_400)
        appendPair(second / 3600)
        append(UInt8(ascii: ":"))
        appendPair(second / 60 % 60)
        append(UInt8(ascii: ":"))
        appendPair(second % 60)
    }

    /// `020500.123`
    mutating func appendCompactClock(_ time: EventTime) {
        let second = Int(time.milliseconds / 1000 % 86_400)
        appendPair(second / 3600)
        appendPair(second / 60 % 60)
        appendPair(second % 60)
        append(UInt8(ascii: "."))
        append(UInt8(truncatingIfNeeded: 0x30 + time.milliseconds % 1000 / 100))
        appendPair(Int(time.milliseconds % 100))
    }

    mutating func appendDecimal(_ value: UInt64) {
        if value < 10 {
            append(UInt8(truncatingIfNeeded: 0x30 + value))
            return
        }
        let first = count
        var rest = value
        while rest > 0 {
            append(UInt8(truncatingIfNeeded: 0x30 + rest % 10))
            rest /= 10
        }
        reverseTail(from: first)
    }

    /// Lower-case, with leading zeros.
    mutating func appendHexadecimal(_ value: UInt64, digits: Int) {
        for place in (0..<digits).reversed() {
            let digit = UInt8(truncatingIfNeeded: value >> UInt64(place * 4) & 15)
            append(digit < 10 ? 0x30 + digit : 0x57 + digit)
        }
    }

    /// With leading zeros.
    mutating func appendBase62(_ value: UInt64, digits: Int) {
        let first = count
        var rest = value
        for _ in 0..<digits {
            let digit = UInt8(truncatingIfNeeded: rest % 62)
            append(digit < 10 ? 0x30 + digit : digit < 36 ? 0x41 + digit - 10 : 0x61 + digit - 36)
            rest /= 62
        }
        reverseTail(from: first)
    }

    /// `10.16.4.7`
    mutating func appendAddress(_ address: UInt32) {
        var shift: UInt32 = 32
        while shift > 0 {
            if shift < 32 { append(UInt8(ascii: ".")) }
            shift -= 8
            appendDecimal(UInt64(address >> shift & 255))
        }
    }

    @inline(__always)
    private mutating func reverseTail(from first: Int) {
        var low = first
        var high = count - 1
        while low < high {
            swapAt(low, high)
            low += 1
            high -= 1
        }
    }
}

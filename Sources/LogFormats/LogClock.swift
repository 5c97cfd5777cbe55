// weir
// SPDX-License-Identifier: Apache-2.0

/// Reads a time in any of the forms that logs write, told apart by their shapes, and remembers the last minute of the usual ones.
///
/// The forms: RFC 3339; the same without a zone, which is UTC (`2026-06-01 02:05:00.123`); `20260601020500.123`; the common log's
/// `01/Jun/2026:02:05:00 +0000` and HAProxy's `01/Jun/2026:02:05:00.123`; seconds, milliseconds, microseconds or nanoseconds since 1970;
/// what portals show, as far as it can be read in one way (``WrittenDate``).
/// No text can be read in two of them: fourteen digits are a date, because as milliseconds they lie behind the year 2199.
///
/// State: 80 bytes. Complexity: O(1).
struct LogClock: Sendable {
    private var minute = MinuteClock()
    private var compact = CompactClock()
    private var common = CommonLogClock()

    /// The time that stands in exactly this range, in milliseconds since 1970, or `Int64.min`.
    @inline(__always)
    mutating func time(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Int64 {
        let length = end &- start
        if length >= 19 && bytes[start &+ 4] == UInt8(ascii: "-") {
            let time = minute.rfc3339(bytes, from: start, to: end)
            return time != .min ? time : TimestampParser.zoneless(bytes, from: start, to: end)
        }
        return other(bytes, from: start, to: end)
    }

    @inline(never)
    private mutating func other(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Int64 {
        let length = end - start
        if length == 26 && bytes[start + 2] == UInt8(ascii: "/") { return common.time(bytes, from: start) }
        if length >= 20 && bytes[start + 2] == UInt8(ascii: "/") {
            let time = TimestampParser.commonLogWithoutZone(bytes, from: start, to: end)
            return time != .min ? time : WrittenDate.time(bytes, from: start, to: end)
        }
        if length == 14 || (length == 18 && bytes[start + 14] == UInt8(ascii: ".")) {
            return compact.compact(bytes, from: start, to: end)
        }
        let time = TimestampParser.epoch(bytes, from: start, to: end)
        return time != .min ? time : WrittenDate.time(bytes, from: start, to: end)
    }
}

extension TimestampParser {
    /// `2026-06-01 02:05:00`, with `T` or a space and any number of fraction digits after a dot or comma, taken as UTC.
    static func zoneless(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Int64 {
        guard end - start >= 19 else { return .min }
        return adding(civil(bytes, from: start), fraction: bytes, from: start + 19, to: end)
    }

    /// `01/Jun/2026:02:05:00.123`, taken as UTC; the fraction may be missing.
    static func commonLogWithoutZone(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Int64 {
        guard end - start >= 20 else { return .min }
        return adding(commonCivil(bytes, from: start), fraction: bytes, from: start + 20, to: end)
    }

    /// A time with the fraction of a second that fills a range: nothing, or a dot or comma and digits.
    static func adding(_ whole: Int64, fraction bytes: PaddedBytes, from start: Int, to end: Int) -> Int64 {
        guard whole != .min else { return .min }
        if start == end { return whole }
        guard bytes[start] == UInt8(ascii: ".") || bytes[start] == UInt8(ascii: ","), start + 1 < end else { return .min }
        var milliseconds: Int64 = 0
        var scale: Int64 = 100
        for index in start + 1..<end {
            guard bytes[index] &- 0x30 < 10 else { return .min }
            milliseconds += Int64(bytes[index] &- 0x30) * scale
            scale /= 10
        }
        return whole + milliseconds
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Reads the time stamps of logs. Every function covers exactly the given range and returns milliseconds since 1970, or `Int64.min`.
///
/// Validating: months, days of the month, hours, minutes and seconds are checked; years 1970 to 2199. Complexity: O(1), about ten
/// nanoseconds.
public enum TimestampParser {
    /// `2026-06-01T02:05:00.123Z`, with `T`, `t` or a space, any number of fraction digits after a dot or comma, `Z`, `±hh:mm` or `±hhmm`;
    /// the zone may stand behind a blank, and be `UTC` there, as Snowflake writes it.
    @inline(__always)
    public static func rfc3339(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Int64 {
        guard end - start >= 20 else { return .min }
        let whole = civil(bytes, from: start)
        guard whole != .min else { return .min }
        var position = start + 19
        var milliseconds: Int64 = 0
        if bytes[position] == UInt8(ascii: ".") || bytes[position] == UInt8(ascii: ",") {
            position += 1
            let first = position
            var scale: Int64 = 100
            while position < end && bytes[position] &- 0x30 < 10 {
                milliseconds += Int64(bytes[position] &- 0x30) * scale
                scale /= 10
                position += 1
            }
            if position == first { return .min }
        }
        guard position < end else { return .min }
        if bytes[position] | 0x20 == UInt8(ascii: "z") { return position + 1 == end ? whole + milliseconds : .min }
        let offset = bytes[position] == 0x20 ? zoneBehindBlank(bytes, from: position + 1, to: end) : zone(bytes, from: position, to: end)
        return offset == .min ? .min : whole + milliseconds - offset
    }

    /// The nineteen characters of `2026-06-01T02:05:00`, with `T`, `t` or a space, taken as UTC. Precondition: they may be read.
    @inline(__always)
    static func civil(_ bytes: PaddedBytes, from start: Int) -> Int64 {
        guard bytes[start + 4] == UInt8(ascii: "-"), bytes[start + 7] == UInt8(ascii: "-"), bytes[start + 13] == UInt8(ascii: ":"),
            bytes[start + 16] == UInt8(ascii: ":")
        else { return .min }
        let separator = bytes[start + 10]
        guard separator | 0x20 == UInt8(ascii: "t") || separator == 0x20 else { return .min }
        let high = pair(bytes, start)
        let low = pair(bytes, start + 2)
        let month = pair(bytes, start + 5)
        let day = pair(bytes, start + 8)
        let hour = pair(bytes, start + 11)
        let minute = pair(bytes, start + 14)
        let second = pair(bytes, start + 17)
        guard max(high, low, month, day, hour, minute, second) < 100 else { return .min }
        return instant(year: high * 100 + low, month: month, day: day, hour: hour, minute: minute, second: second)
    }

    /// `10/Oct/2000:13:55:36 -0700`, the time of the common log format.
    @inline(__always)
    public static func commonLog(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Int64 {
        guard end - start == 26, bytes[start + 20] == 0x20 else { return .min }
        let whole = commonCivil(bytes, from: start)
        let offset = zone(bytes, from: start + 21, to: end)
        return whole == .min || offset == .min ? .min : whole - offset
    }

    /// Seconds and their fractions since 1970, or the time of the common log format, also in brackets: what besides RFC 3339 says its zone.
    @inline(never)
    static func unmistakable(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Int64 {
        let isBracketed = end - start == 28 && bytes[start] == UInt8(ascii: "[") && bytes[end - 1] == UInt8(ascii: "]")
        let time = isBracketed ? commonLog(bytes, from: start + 1, to: end - 1) : commonLog(bytes, from: start, to: end)
        return time == .min ? epoch(bytes, from: start, to: end) : time
    }

    /// `15/Jul/2013:23:33:22`, as though UTC. Precondition: twenty bytes are there.
    @inline(__always)
    static func commonCivil(_ bytes: PaddedBytes, from start: Int) -> Int64 {
        guard bytes[start + 2] == UInt8(ascii: "/"), bytes[start + 6] == UInt8(ascii: "/"), bytes[start + 11] == UInt8(ascii: ":"),
            bytes[start + 14] == UInt8(ascii: ":"), bytes[start + 17] == UInt8(ascii: ":")
        else { return .min }
        let day = pair(bytes, start)
        let high = pair(bytes, start + 7)
        let low = pair(bytes, start + 9)
        let hour = pair(bytes, start + 12)
        let minute = pair(bytes, start + 15)
        let second = pair(bytes, start + 18)
        let month = self.month(bytes.half(at: start + 3) & 0xFF_FFFF)
        guard max(day, high, low, hour, minute, second) < 100, month > 0 else { return .min }
        return instant(year: high * 100 + low, month: month, day: day, hour: hour, minute: minute, second: second)
    }

    /// `20130715233322.670`, UTC, as Salesforce writes it; the fraction may be missing.
    @inline(__always)
    public static func compact(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Int64 {
        guard end - start == 14 || (end - start == 18 && bytes[start + 14] == UInt8(ascii: ".")) else { return .min }
        let high = pair(bytes, start)
        let low = pair(bytes, start + 2)
        let month = pair(bytes, start + 4)
        let day = pair(bytes, start + 6)
        let hour = pair(bytes, start + 8)
        let minute = pair(bytes, start + 10)
        let second = pair(bytes, start + 12)
        guard max(high, low, month, day, hour, minute, second) < 100 else { return .min }
        let whole = instant(year: high * 100 + low, month: month, day: day, hour: hour, minute: minute, second: second)
        guard whole != .min, end - start == 18 else { return whole }
        let first = Int(bytes[start + 15] &- 0x30)
        let rest = pair(bytes, start + 16)
        return first < 10 && rest < 100 ? whole + Int64(first * 100 + rest) : .min
    }

    /// Seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by magnitude; seconds may have a fraction.
    /// Smaller numbers than ``firstEpoch`` are none: a duration, a version, or a date without dashes.
    public static func epoch(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Int64 {
        var position = start
        var whole: Int64 = 0
        while position < end && bytes[position] &- 0x30 < 10 {
            guard whole < 900_000_000_000_000_000 else { return .min }
            whole = whole * 10 + Int64(bytes[position] &- 0x30)
            position += 1
        }
        guard position > start else { return .min }
        var milliseconds: Int64 = 0
        if position < end {
            guard bytes[position] == UInt8(ascii: "."), position + 1 < end else { return .min }
            position += 1
            var scale: Int64 = 100
            while position < end && bytes[position] &- 0x30 < 10 {
                milliseconds += Int64(bytes[position] &- 0x30) * scale
                scale /= 10
                position += 1
            }
            guard position == end else { return .min }
        }
        let result: Int64
        switch whole {
        case ..<100_000_000_000: result = whole * 1000 + milliseconds
        case ..<100_000_000_000_000: result = whole
        case ..<100_000_000_000_000_000: result = whole / 1000
        default: result = whole / 1_000_000
        }
        return result >= firstEpoch && result < 7_258_118_400_000 ? result : .min
    }

    /// November of 1985: no log that anybody reads is older, and `202606010205` lies before it as milliseconds.
    private static let firstEpoch: Int64 = 500_000_000_000

    /// Two digits as a number; 100 or more when they are none.
    @inline(__always)
    static func pair(_ bytes: PaddedBytes, _ index: Int) -> Int {
        let tens = bytes[index] &- 0x30
        let ones = bytes[index + 1] &- 0x30
        return tens < 10 && ones < 10 ? Int(tens) * 10 + Int(ones) : 255
    }

    @inline(__always)
    static func instant(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) -> Int64 {
        guard year >= 1970, year < 2200, month >= 1, month <= 12, day >= 1, hour < 24, minute < 60, second <= 60 else { return .min }
        if day > 28 && day > daysInMonth(year: year, month: month) { return .min }
        let days = CivilTime.daysSinceEpoch(year: year, month: month, day: day)
        // A leap second is the last moment of its minute.
        let seconds = Int64(days) * 86_400 + Int64(hour) * 3600 + Int64(minute) * 60 + Int64(min(second, 59))
        return seconds * 1000 + (second == 60 ? 999 : 0)
    }

    private static func daysInMonth(year: Int, month: Int) -> Int {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// `±hh:mm`, `±hhmm` or `±hh` in milliseconds, or `Int64.min`.
    private static func zone(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Int64 {
        let sign = bytes[start]
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), end - start >= 3 else { return .min }
        let hours = pair(bytes, start + 1)
        var minutes = 0
        switch end - start {
        case 3: break
        case 5: minutes = pair(bytes, start + 3)
        case 6 where bytes[start + 3] == UInt8(ascii: ":"): minutes = pair(bytes, start + 4)
        default: return .min
        }
        guard hours <= 18, minutes < 60 else { return .min }
        let offset = Int64(hours * 60 + minutes) * 60_000
        return sign == UInt8(ascii: "-") ? -offset : offset
    }

    /// The same, or a name of UTC.
    @inline(never)
    private static func zoneBehindBlank(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Int64 {
        switch end - start {
        case 1 where bytes[start] | 0x20 == UInt8(ascii: "z"): 0
        case 3 where bytes.hasLetters("utc", at: start): 0
        case ...0: .min
        default: zone(bytes, from: start, to: end)
        }
    }

    static func month(_ letters: UInt32) -> Int {
        switch letters {
        case 0x6E614A: 1
        case 0x626546: 2
        case 0x72614D: 3
        case 0x727041: 4
        case 0x79614D: 5
        case 0x6E754A: 6
        case 0x6C754A: 7
        case 0x677541: 8
        case 0x706553: 9
        case 0x74634F: 10
        case 0x766F4E: 11
        case 0x636544: 12
        default: 0
        }
    }
}

/// The last minute of a log in RFC 3339: it repeats from line to line, and adding seconds to it costs a quarter of parsing.
struct MinuteClock: Sendable {
    // A true minute from the start, `1970-01-01T00:00`: whatever else stood here, somebody could write it.
    private var first: UInt64 = 0x2D31_302D_3037_3931
    private var second: UInt64 = 0x3030_3A30_3054_3130
    private var minute: Int64 = 0

    /// The same as ``TimestampParser/rfc3339(_:from:to:)``.
    @inline(__always)
    mutating func rfc3339(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Int64 {
        let length = end &- start
        if length == 20 || length == 24, bytes.word(at: start) == first, bytes.word(at: start &+ 8) == second {
            let seconds = TimestampParser.pair(bytes, start &+ 17)
            if bytes[start &+ 16] == UInt8(ascii: ":") && seconds < 60 && bytes[end &- 1] == UInt8(ascii: "Z") {
                let whole = minute &+ Int64(seconds) &* 1000
                if length == 20 { return whole }
                let tenths = bytes[start &+ 20] &- 0x30
                let rest = TimestampParser.pair(bytes, start &+ 21)
                if bytes[start &+ 19] == UInt8(ascii: ".") && tenths < 10 && rest < 100 {
                    return whole &+ Int64(tenths) &* 100 &+ Int64(rest)
                }
            }
        }
        return parse(bytes, from: start, to: end)
    }

    @inline(never)
    private mutating func parse(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Int64 {
        let time = TimestampParser.rfc3339(bytes, from: start, to: end)
        guard time != .min, bytes[end - 1] == UInt8(ascii: "Z") else { return time }
        first = bytes.word(at: start)
        second = bytes.word(at: start + 8)
        minute = time - time % 60_000
        return time
    }
}

/// The last minute of a log of compact times, remembered for the same reason.
struct CompactClock: Sendable {
    // `197001010000`
    private var first: UInt64 = 0x3130_3130_3037_3931
    private var second: UInt32 = 0x3030_3030
    private var minute: Int64 = 0

    /// The same as ``TimestampParser/compact(_:from:to:)``.
    @inline(__always)
    mutating func compact(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Int64 {
        if end &- start == 18, bytes.word(at: start) == first, bytes.half(at: start &+ 8) == second {
            let seconds = TimestampParser.pair(bytes, start &+ 12)
            let tenths = bytes[start &+ 15] &- 0x30
            let rest = TimestampParser.pair(bytes, start &+ 16)
            if seconds < 60 && bytes[start &+ 14] == UInt8(ascii: ".") && tenths < 10 && rest < 100 {
                return minute &+ Int64(seconds) &* 1000 &+ Int64(tenths) &* 100 &+ Int64(rest)
            }
        }
        return parse(bytes, from: start, to: end)
    }

    @inline(never)
    private mutating func parse(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Int64 {
        let time = TimestampParser.compact(bytes, from: start, to: end)
        guard time != .min else { return time }
        first = bytes.word(at: start)
        second = bytes.half(at: start + 8)
        minute = time - time % 60_000
        return time
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Reads times as records write them: whichever way, without being told which.
enum RecordTime {
    /// Milliseconds since 1970, or `Int64.min`: RFC 3339, the same without a zone (UTC then, which is what the products that leave it out
    /// say of it), `20130715233322.670`, `10/Oct/2000:13:55:36 -0700`, seconds and their fractions since 1970, or a ``WrittenDate``.
    /// Complexity: O(1).
    static func parse(_ bytes: PaddedBytes, from start: Int, to end: Int, clock: inout MinuteClock) -> Int64 {
        let count = end - start
        guard count > 0, count <= 40 else { return .min }
        if count >= 19 && bytes[start + 4] == UInt8(ascii: "-") {
            let time = clock.rfc3339(bytes, from: start, to: end)
            return time == .min ? zoneless(bytes, from: start, to: end) : time
        }
        if count == 26 && bytes[start + 2] == UInt8(ascii: "/") { return TimestampParser.commonLog(bytes, from: start, to: end) }
        // Fourteen digits are a date before they are milliseconds of the year 2600.
        if count == 14 || count == 18 {
            let time = TimestampParser.compact(bytes, from: start, to: end)
            if time != .min { return time }
        }
        let time = TimestampParser.epoch(bytes, from: start, to: end)
        return time != .min ? time : WrittenDate.time(bytes, from: start, to: end)
    }

    /// `2024-04-16 17:06:11`, with `T` or a space and any number of fraction digits.
    static func zoneless(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Int64 {
        guard end - start >= 19, bytes[start + 4] == UInt8(ascii: "-"), bytes[start + 7] == UInt8(ascii: "-"),
            bytes[start + 13] == UInt8(ascii: ":"), bytes[start + 16] == UInt8(ascii: ":"),
            bytes[start + 10] | 0x20 == UInt8(ascii: "t") || bytes[start + 10] == 0x20
        else { return .min }
        let century = TimestampParser.pair(bytes, start)
        let year = TimestampParser.pair(bytes, start + 2)
        let month = TimestampParser.pair(bytes, start + 5)
        let day = TimestampParser.pair(bytes, start + 8)
        let hour = TimestampParser.pair(bytes, start + 11)
        let minute = TimestampParser.pair(bytes, start + 14)
        let second = TimestampParser.pair(bytes, start + 17)
        guard max(century, year, month, day) < 100, century >= 19, century < 22, month >= 1, month <= 12, day >= 1, hour < 24, minute < 60,
            second < 60, century > 19 || year >= 70
        else { return .min }
        let days = CivilTime.daysSinceEpoch(year: century * 100 + year, month: month, day: day)
        // A day that its month does not have would be one of the next month's.
        if day > 28 {
            let next = month == 12 ? (century * 100 + year + 1, 1) : (century * 100 + year, month + 1)
            guard days < CivilTime.daysSinceEpoch(year: next.0, month: next.1, day: 1) else { return .min }
        }
        var milliseconds = (Int64(days) * 86_400 + Int64(hour * 3600 + minute * 60 + second)) * 1000
        guard end - start > 19 else { return milliseconds }
        guard bytes[start + 19] == UInt8(ascii: ".") || bytes[start + 19] == UInt8(ascii: ","), end - start > 20 else { return .min }
        var scale: Int64 = 100
        for position in start + 20..<end {
            guard bytes[position] &- 0x30 < 10 else { return .min }
            milliseconds += Int64(bytes[position] &- 0x30) * scale
            scale /= 10
        }
        return milliseconds
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

/// Dates as portals and spreadsheets show them, which have no zone and are taken as UTC.
///
/// Two numbers before a year are read where they can mean one thing only: one is above 12, both are the same, or the clock says `AM` or
/// `PM` in capitals, which is American and has the month first. Australia writes `1/06/2026 2:05 AM`: a date of which the day alone has
/// lost its zero is refused, like one that could be either.
enum WrittenDate {
    /// `Jun 1, 2026 @ 02:05:00.123` (Kibana), `Jun 1, 2026, 2:05:00 AM`, `6/1/2026, 2:05:00.123 AM`, `13-06-2026 02:05:00`, in
    /// milliseconds since 1970, or `Int64.min`. Complexity: O(length).
    static func time(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Int64 {
        guard end - start >= 14, end - start <= 40 else { return .min }
        var reader = Reader(bytes: bytes, position: start, end: end)
        let isNamed = (bytes[start] | 0x20) &- 0x61 < 26
        guard let day = isNamed ? reader.namedDay() : reader.numberedDay(), reader.gap() else { return .min }
        return reader.clock(on: day)
    }

    private struct Day {
        var year: Int
        var month: Int
        var day: Int
        /// Only an American clock says that the month comes first.
        var needsHalf = false
        /// How it is written: a clock that is not written alike is another country's.
        var hasZero = false
    }

    private struct Reader {
        let bytes: PaddedBytes
        var position: Int
        let end: Int

        /// A number of one or two digits; its length tells whether it has a zero in front.
        private mutating func number(longest: Int = 2) -> (value: Int, count: Int)? {
            var value = 0
            let first = position
            while position < end && position - first < longest && bytes[position] &- 0x30 < 10 {
                value = value * 10 + Int(bytes[position] &- 0x30)
                position += 1
            }
            return position > first ? (value, position - first) : nil
        }

        private mutating func take(_ byte: UInt8) -> Bool {
            guard position < end, bytes[position] == byte else { return false }
            position += 1
            return true
        }

        /// `Jun 1, 2026`
        mutating func namedDay() -> Day? {
            let month = TimestampParser.month(bytes.half(at: position) & 0xFF_FFFF)
            position += 3
            guard month > 0, take(0x20), let day = number(), take(UInt8(ascii: ",")), take(0x20), let year = number(longest: 4),
                year.count == 4
            else { return nil }
            return Day(year: year.value, month: month, day: day.value)
        }

        /// `6/1/2026`, `06/13/2026`, `13-06-2026`
        mutating func numberedDay() -> Day? {
            guard let first = number() else { return nil }
            let separator = bytes[position]
            guard separator == UInt8(ascii: "/") || separator == UInt8(ascii: "-") || separator == UInt8(ascii: "."), take(separator),
                let second = number(), take(separator), let year = number(longest: 4), year.count == 4
            else { return nil }
            if first.value > 12 { return Day(year: year.value, month: second.value, day: first.value) }
            if second.value > 12 || first.value == second.value { return Day(year: year.value, month: first.value, day: second.value) }
            // American dates have a zero before both numbers or before none.
            let hasZero = first.count == 2 && first.value < 10 || second.count == 2 && second.value < 10
            let lacksZero = first.count == 1 || second.count == 1
            guard separator == UInt8(ascii: "/"), !(hasZero && lacksZero) else { return nil }
            return Day(year: year.value, month: first.value, day: second.value, needsHalf: true, hasZero: hasZero)
        }

        /// What stands between date and clock.
        mutating func gap() -> Bool {
            if take(UInt8(ascii: ",")) { return take(0x20) }
            guard take(0x20) else { return false }
            return take(UInt8(ascii: "@")) ? take(0x20) : true
        }

        /// `2:05:00.123 PM` or `14:05:00`
        mutating func clock(on day: Day) -> Int64 {
            guard let hour = number(), take(UInt8(ascii: ":")), let minute = number(), minute.count == 2 else { return .min }
            var second = 0
            if take(UInt8(ascii: ":")) {
                guard let value = number(), value.count == 2 else { return .min }
                second = value.value
            }
            let behind = position
            while position < end && (bytes[position] &- 0x30 < 10 || bytes[position] == UInt8(ascii: ".")) { position += 1 }
            let fraction = behind..<position
            var hours = hour.value
            if position < end {
                // A narrow blank is what newer browsers put there.
                guard take(0x20) || narrowBlank(), position + 2 == end, bytes[position + 1] == UInt8(ascii: "M"), hours >= 1, hours <= 12
                else { return .min }
                let isAfternoon = bytes[position] == UInt8(ascii: "P")
                guard isAfternoon || bytes[position] == UInt8(ascii: "A") else { return .min }
                if day.needsHalf && day.hasZero && hour.count == 1 { return .min }
                hours = hours % 12 + (isAfternoon ? 12 : 0)
            } else if day.needsHalf {
                return .min
            }
            let whole = TimestampParser.instant(
                year: day.year, month: day.month, day: day.day, hour: hours, minute: minute.value, second: second)
            return TimestampParser.adding(whole, fraction: bytes, from: fraction.lowerBound, to: fraction.upperBound)
        }

        private mutating func narrowBlank() -> Bool {
            guard position + 3 <= end, bytes.hasASCII("\u{202F}", at: position) else { return false }
            position += 3
            return true
        }
    }
}

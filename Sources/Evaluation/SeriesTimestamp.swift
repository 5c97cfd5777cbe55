// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Reads the time of a series' row, more forgiving than the parser of logs: benchmarks are written by many hands.
enum SeriesTimestamp {
    /// `2014-02-14 14:30:00`, with `T` or a space, with `/` for `-`, without seconds, with a fraction or a zone, or as a date alone; or
    /// seconds, milliseconds, microseconds or nanoseconds since 1970 by magnitude. Nil for anything else.
    ///
    /// A zone is not applied: the hours of the day that a series follows are those that its clock shows.
    static func instant(_ text: String) -> EventTime? {
        let numbers = text.utf8.split { $0 &- 0x30 >= 10 }
        guard let first = text.utf8.first, first &- 0x30 < 10 else { return nil }
        if text.utf8.allSatisfy({ $0 &- 0x30 < 10 || $0 == UInt8(ascii: ".") }) { return numbers.count <= 2 ? epoch(numbers[0]) : nil }
        guard let position = text.utf8.firstIndex(where: { $0 &- 0x30 >= 10 }), "-/".utf8.contains(text.utf8[position]) else { return nil }
        let parts = numbers.prefix(6).map { Int(String(decoding: $0, as: UTF8.self)) ?? .max }
        guard parts.count == 3 || parts.count >= 5, numbers[0].count == 4 else { return nil }
        let hour = parts.count > 3 ? parts[3] : 0
        let minute = parts.count > 4 ? parts[4] : 0
        // What follows the minute without a colon is a zone or a fraction, not the second.
        let second = parts.count > 5 && hasSeconds(text) ? parts[5] : 0
        guard (1...12).contains(parts[1]), (1...31).contains(parts[2]), (0...24).contains(hour), minute < 60, second <= 60 else {
            return nil
        }
        let days = Int64(CivilTime.daysSinceEpoch(year: parts[0], month: parts[1], day: parts[2]))
        let seconds = days * 86_400 + Int64(hour) * 3600 + Int64(minute) * 60 + Int64(min(second, 59))
        return EventTime(milliseconds: seconds * 1000)
    }

    private static func hasSeconds(_ text: String) -> Bool {
        let colons = text.utf8.indices.filter { text.utf8[$0] == UInt8(ascii: ":") }
        guard colons.count >= 2 else { return false }
        return text.utf8[text.utf8.index(after: colons[0])..<colons[1]].allSatisfy { $0 &- 0x30 < 10 }
    }

    private static func epoch(_ digits: Substring.UTF8View) -> EventTime? {
        guard let number = Int64(String(decoding: digits, as: UTF8.self)), digits.count >= 8 else { return nil }
        switch number {
        case ..<100_000_000_000: return EventTime(milliseconds: number * 1000)
        case ..<100_000_000_000_000: return EventTime(milliseconds: number)
        case ..<100_000_000_000_000_000: return EventTime(milliseconds: number / 1000)
        default: return EventTime(milliseconds: number / 1_000_000)
        }
    }
}

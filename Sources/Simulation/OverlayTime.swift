// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// How a log writes its times, by one of them, so that others can be written alike.
struct OverlayTime: Equatable, Sendable {
    private enum Style: Equatable, Sendable {
        /// Since 1970, in units of so many a second; digits behind a point where there is one.
        case epoch(perSecond: Int64, fraction: Int)
        /// `20260601020500.123`
        case compact(fraction: Int)
        /// `2026-06-01T02:05:00.123+02:00`, with what stands between date and time.
        case iso(separator: String, fraction: Int)
        /// `01/Jun/2026:02:05:00 +0000`
        case common
    }

    private let style: Style
    /// What stands behind the time, and how far it is ahead of UTC.
    private let zone: String
    private let offset: EventDuration

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Nil for a time that is written in none of the known ways.
    init?(like text: String) {
        if let match = text.wholeMatch(of: /(\d{14})\.(\d+)/) {
            self.init(.compact(fraction: match.2.count))
        } else if let match = text.wholeMatch(of: /(\d{10}|\d{13}|\d{16}|\d{19})(?:\.(\d{1,9}))?/) {
            let perSecond: Int64 = [10: 1, 13: 1000, 16: 1_000_000][match.1.count] ?? 1_000_000_000
            self.init(.epoch(perSecond: perSecond, fraction: match.2?.count ?? 0))
        } else if let match = text.wholeMatch(of: /\d{4}-\d\d-\d\d([T ])\d\d:\d\d:\d\d(?:\.(\d{1,9}))?( ?(?:Z|[+-]\d\d:?\d\d)?)/) {
            self.init(.iso(separator: String(match.1), fraction: match.2?.count ?? 0), zone: String(match.3))
        } else if let match = text.wholeMatch(of: /\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d( [+-]\d{4})/) {
            self.init(.common, zone: String(match.1))
        } else {
            return nil
        }
    }

    private init(_ style: Style, zone: String = "") {
        self.style = style
        self.zone = zone
        let digits = zone.compactMap(\.wholeNumberValue)
        let minutes = digits.count == 4 ? Int64((digits[0] * 10 + digits[1]) * 60 + digits[2] * 10 + digits[3]) : 0
        offset = .minutes(zone.contains("-") ? -minutes : minutes)
    }

    /// A moment, cut to the unit that the log writes.
    func text(_ time: EventTime) -> String {
        let civil = CivilTime(time + offset)
        let fraction = OverlayTime.padded(civil.millisecond, 3)
        let clock = [civil.hour, civil.minute, civil.second].map { OverlayTime.padded($0, 2) }
        let (month, day) = (OverlayTime.padded(civil.month, 2), OverlayTime.padded(civil.day, 2))
        switch style {
        case .epoch(let perSecond, let digits):
            let whole = perSecond >= 1000 ? time.milliseconds * (perSecond / 1000) : time.milliseconds / 1000
            // Beyond milliseconds of any unit nothing is known.
            let rest = perSecond == 1 ? fraction : ""
            return digits == 0 ? "\(whole)" : "\(whole).\(OverlayTime.cut(rest, digits))"
        case .compact(let digits): return "\(civil.year)\(month)\(day)\(clock.joined()).\(OverlayTime.cut(fraction, digits))"
        case .iso(let separator, let digits):
            let part = digits == 0 ? "" : "." + OverlayTime.cut(fraction, digits)
            return "\(civil.year)-\(month)-\(day)\(separator)\(clock.joined(separator: ":"))\(part)\(zone)"
        case .common: return "\(day)/\(OverlayTime.months[civil.month - 1])/\(civil.year):\(clock.joined(separator: ":"))\(zone)"
        }
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(width - text.count, 0)) + text
    }

    private static func cut(_ digits: String, _ count: Int) -> String {
        String((digits + String(repeating: "0", count: count)).prefix(count))
    }
}

/// A number of a request or an event that looks like another one: letters stay letters, digits digits.
enum OverlayNumber {
    /// Names of columns and keys that hold such numbers, in lower case without anything but letters and digits.
    static let names: Set<String> = ["requestid", "request", "eventid", "eventidentifier", "uuid", "traceid", "correlationid"]

    static func text(like sample: String, _ seed: UInt64) -> String {
        var random = SimulationRandom(seed: seed, part: 0x1D)
        let first = max(sample.count - 16, 0)
        return String(
            sample.enumerated().map { place, letter in
                guard place >= first else { return letter }
                switch letter {
                case "0"..."9": return Character(String(random.below(10)))
                case "a"..."f": return Character(UnicodeScalar(UInt8(97 + random.below(6))))
                case "A"..."Z": return Character(UnicodeScalar(UInt8(65 + random.below(6))))
                default: return letter
                }
            })
    }
}

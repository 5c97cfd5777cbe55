// weir
// SPDX-License-Identifier: Apache-2.0

/// Numbers as people read them, the same on every machine: no locale, no Foundation.
public enum NumberText {
    /// `1,204,331`; halves round up.
    public static func grouped(_ value: Double) -> String {
        guard value.isFinite, value.magnitude < 9e15 else { return value < 0 ? "−∞" : "∞" }
        let digits = String(Int64(value.magnitude.rounded()))
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0 && (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return value < 0 && digits != "0" ? "−" + text : text
    }

    /// Rounded to `places` decimals, six at most, without a trailing zero.
    public static func decimal(_ value: Double, places wanted: Int) -> String {
        // Twelve digits before the point and six behind it are what 64 bits hold.
        let places = min(max(wanted, 0), 6)
        guard value.isFinite, value.magnitude < 1e12 else { return grouped(value) }
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        let scaled = Int64((value.magnitude * scale).rounded())
        var whole = String(scaled / Int64(scale))
        var fraction = String(scaled % Int64(scale))
        fraction = String(repeating: "0", count: max(places - fraction.count, 0)) + fraction
        while fraction.last == "0" { fraction.removeLast() }
        if !fraction.isEmpty { whole += "." + fraction }
        return value < 0 && scaled != 0 ? "-" + whole : whole
    }

    /// `23×`, `4.7×`, `1.15×`.
    public static func ratio(_ value: Double) -> String {
        decimal(value, places: value >= 10 ? 0 : value >= 2 ? 1 : 2) + "×"
    }

    /// `1 account`, `1,204 accounts`.
    ///
    /// - Parameter plural: where it is not the word with an s.
    public static func count(_ number: some BinaryInteger, _ noun: String, _ plural: String? = nil) -> String {
        count(Double(number), noun, plural)
    }

    /// The same of an estimate, which is rounded.
    public static func count(_ value: Double, _ noun: String, _ plural: String? = nil) -> String {
        let text = grouped(value)
        return "\(text) \(text == "1" ? noun : plural ?? noun + "s")"
    }

    /// An amount of a measure in words: `1,204,331 rows`, `4.2 GiB`, `312 calls`.
    public static func amount(_ value: Double, of measure: Measure) -> String {
        switch measure {
        case .rows: return count(value, "row")
        case .calls: return count(value, "call")
        case .bytes: return bytes(value)
        }
    }

    /// `1 row is usual`, `812 rows are usual`, of an amount in words.
    public static func usual(_ words: String) -> String { words + (isOne(words) ? " is usual" : " are usual") }

    /// Whether an amount in words is a single one of something.
    public static func isOne(_ words: String) -> Bool { words == "1" || words.hasPrefix("1 ") }

    /// `512 B`, `31 KiB`, `4.2 GiB`.
    public static func bytes(_ value: Double) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]
        var scaled = value
        var index = 0
        while scaled >= 1024 && index < units.count - 1 {
            scaled /= 1024
            index += 1
        }
        return decimal(scaled, places: index == 0 || scaled >= 100 ? 0 : 1) + " " + units[index]
    }

    /// `12 min`, `3 h`, `3 h 20 min`, `2 days`.
    public static func span(_ duration: EventDuration) -> String {
        let minutes = max(duration.milliseconds / 60_000, 0)
        if minutes < 60 { return "\(max(minutes, 1)) min" }
        if minutes < 48 * 60 { return minutes % 60 == 0 ? "\(minutes / 60) h" : "\(minutes / 60) h \(minutes % 60) min" }
        return "\(minutes / 1440) days"
    }
}

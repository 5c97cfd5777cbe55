// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Builds one line of JSON: keys in the order of the calls, numbers the same on every machine.
package struct JSONText: Sendable {
    package private(set) var text = ""
    private var needsComma = false

    package init() {}

    package mutating func beginObject(_ key: String? = nil) { begin("{", key) }
    package mutating func endObject() { end("}") }
    package mutating func beginArray(_ key: String? = nil) { begin("[", key) }
    package mutating func endArray() { end("]") }

    package mutating func field(_ key: String?, _ value: String) { raw(key, JSONText.quoted(value)) }
    package mutating func field(_ key: String?, _ value: Int64) { raw(key, String(value)) }
    package mutating func field(_ key: String?, _ value: UInt64) { raw(key, String(value)) }
    package mutating func field(_ key: String?, _ value: Bool) { raw(key, value ? "true" : "false") }
    /// A value that is JSON already.
    package mutating func verbatim(_ key: String?, _ json: String) { raw(key, json) }
    package mutating func null(_ key: String?) { raw(key, "null") }

    /// A number with at most `places` decimals; from 10^12 on a whole one, from 10^15 on one with an exponent.
    package mutating func field(_ key: String?, _ value: Double, places: Int) {
        raw(key, value.isFinite ? JSONText.number(value, places: places) : "null")
    }

    /// A finite number as JSON writes it.
    package static func number(_ value: Double, places: Int = 6) -> String {
        if value.magnitude < 1e12 { return NumberText.decimal(value, places: places) }
        return value.magnitude < 1e15 ? String(Int64(value.rounded())) : "\(value)"
    }

    /// A probability with two significant digits: `0.013`, `2.4e-07`.
    package mutating func probability(_ key: String?, _ value: Double) { raw(key, JSONText.probabilityText(value)) }

    /// The same as text, for people.
    package static func probabilityText(_ value: Double) -> String {
        guard value.isFinite, value > 0 else { return "0" }
        guard value < 0.001 else { return NumberText.decimal(value, places: 4) }
        var exponent = 0
        var mantissa = value
        while mantissa < 0.95 && exponent < 330 {
            mantissa *= 10
            exponent += 1
        }
        return "\(NumberText.decimal(mantissa, places: 1))e-\(exponent < 10 ? "0" : "")\(exponent)"
    }

    private mutating func raw(_ key: String?, _ value: String) {
        separate()
        if let key { text += "\"\(key)\":" }
        text += value
        needsComma = true
    }

    private mutating func begin(_ bracket: String, _ key: String?) {
        separate()
        if let key { text += "\"\(key)\":" }
        text += bracket
        needsComma = false
    }

    private mutating func end(_ bracket: String) {
        text += bracket
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { text += "," }
    }

    /// A JSON string. Control, bidirectional and invisible characters are escaped, so that printing the line is safe.
    package static func quoted(_ value: String) -> String {
        var result = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where DisplayText.isHazardous(scalar): result += escape(scalar)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        var result = ""
        for unit in String(scalar).utf16 {
            let digits = String(unit, radix: 16)
            result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
        return result
    }
}

/// Text from log lines, made safe to print.
package enum DisplayText {
    /// C0, C1 and DEL; bidirectional controls; zero-width and other invisible characters; line and paragraph separators.
    package static func isHazardous(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0xAD, 0x61C, 0x180E, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB,
            0xE0000...0xE007F:
            true
        default: false
        }
    }

    /// The text with every hazardous character as `\u{…}`, cut to `limit` characters.
    package static func safe(_ text: String, limit: Int = 128) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if result.unicodeScalars.count >= limit { return result + "…" }
            if isHazardous(scalar) {
                result += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

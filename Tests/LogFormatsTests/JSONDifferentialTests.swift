// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LogFormats
import TestSupport
import Testing

/// Random objects, written in random style, against Foundation's reader.
struct JSONDifferentialTests {
    /// Writes JSON as badly as the standard allows.
    private struct Writer {
        var random: SeededRandom

        mutating func space() -> String {
            Int.random(in: 0..<8, using: &random) == 0 ? [" ", "  ", "\t", " \t "].randomElement(using: &random) ?? "" : ""
        }

        mutating func string(_ text: String) -> String {
            var result = "\""
            for scalar in text.unicodeScalars {
                let escapes = Int.random(in: 0..<12, using: &random) == 0
                switch scalar {
                case "\"": result += "\\\""
                case "\\": result += "\\\\"
                case "/" where escapes: result += "\\/"
                case _ where scalar.value < 0x20 || escapes:
                    for unit in String(scalar).utf16 { result += "\\u" + hexadecimal(unit) }
                default: result.unicodeScalars.append(scalar)
                }
            }
            return result + "\""
        }

        private mutating func hexadecimal(_ unit: UInt16) -> String {
            let digits = String(unit, radix: 16, uppercase: Bool.random(using: &random))
            return String(repeating: "0", count: 4 - digits.count) + digits
        }

        mutating func text(_ limit: Int) -> String {
            let letters = ["a", "b", "z", "0", "/", "\"", "\\", "é", "😀", " ", "-", "{", "}", ",", ":", "[", "]", "ß", "\u{301}"]
            return (0..<Int.random(in: 1...limit, using: &random)).map { _ in letters.randomElement(using: &random) ?? "a" }.joined()
        }

        mutating func value(_ depth: Int) -> String {
            switch Int.random(in: 0..<(depth > 3 ? 5 : 7), using: &random) {
            case 0: return string(text(20))
            case 1: return String(Int.random(in: -1000...1000, using: &random))
            case 2: return ["0.25", "-1.5e-3", "1E5", "12.000"].randomElement(using: &random) ?? "0"
            case 3: return ["true", "false", "null"].randomElement(using: &random) ?? "null"
            case 4: return String(Int.random(in: 0...999_999_999_999, using: &random))
            case 5:
                return "[" + (0..<Int.random(in: 0...3, using: &random)).map { _ in space() + value(depth + 1) }.joined(separator: ",")
                    + "]"
            default:
                let names = ["rows", "account", "x", "ts", "deep"].shuffled(using: &random).prefix(Int.random(in: 0...3, using: &random))
                return "{" + names.map { space() + string($0) + space() + ":" + space() + value(depth + 1) }.joined(separator: ",")
                    + space() + "}"
            }
        }

        /// Mostly the same keys in the same order, so that what is learnt is used and then surprised.
        mutating func line() -> String {
            var members: [(String, String)] = [("ts", "1780279500"), ("account", string("s" + text(16)))]
            for name in ["object", "endpoint", "ip"] where Bool.random(using: &random) { members.append((name, string("v" + text(12)))) }
            for name in ["rows", "bytes", "status"] where Bool.random(using: &random) {
                members.append((name, String(Int.random(in: 0...60_000, using: &random))))
            }
            if Bool.random(using: &random) { members.append(("extra", value(0))) }
            if Int.random(in: 0..<6, using: &random) == 0 { members.append(("rowz", value(0))) }
            if Int.random(in: 0..<4, using: &random) == 0 { members.shuffle(using: &random) }
            let body = members.map { space() + string(bare: $0.0) + space() + ":" + space() + $0.1 + space() }.joined(separator: ",")
            return space() + "{" + body + "}" + space()
        }

        /// Keys stand as they are: an escaped key is none of ours.
        private func string(bare name: String) -> String { "\"\(name)\"" }
    }

    @Test func `every object means what Foundation says it means`() throws {
        let seed: UInt64 = 501
        var writer = Writer(random: SeededRandom(seed: seed))
        let lines = (0..<3000).map { _ in writer.line() }
        let seen = try decode("json", lines.map { $0 + "\n" }.joined())
        #expect(seen.malformed.isEmpty, "seed \(seed)")
        try #require(seen.lines.count == lines.count)
        for (line, decoded) in zip(lines, seen.lines) {
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            #expect(decoded.account == object["account"] as? String, "seed \(seed): \(line)")
            #expect(decoded.object == object["object"] as? String ?? "", "seed \(seed): \(line)")
            #expect(decoded.endpoint == object["endpoint"] as? String ?? "", "seed \(seed): \(line)")
            #expect(decoded.address == object["ip"] as? String ?? "", "seed \(seed): \(line)")
            #expect(decoded.rows == (object["rows"] as? NSNumber)?.uint64Value, "seed \(seed): \(line)")
            #expect(decoded.bytes == (object["bytes"] as? NSNumber)?.uint64Value, "seed \(seed): \(line)")
            #expect(UInt64(decoded.status) == (object["status"] as? NSNumber)?.uint64Value ?? 0, "seed \(seed): \(line)")
        }
    }

    @Test func `no line that Foundation reads as an object is refused for its syntax`() throws {
        var random = SeededRandom(seed: 502)
        var writer = Writer(random: SeededRandom(seed: 503))
        for _ in 0..<4000 {
            var bytes = Array(writer.line().utf8)
            for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = Array("\"{}[],:\\ 0ae".utf8).randomElement(using: &random) ?? 0
            }
            // Foundation refuses what is no object at all, which is its way of saying no.
            guard let object = Result(catching: { try JSONSerialization.jsonObject(with: Data(bytes)) }).value as? [String: Any] else {
                continue
            }
            let seen = decode(try format("json"), pieces: [bytes])
            let isDuplicate = seen.reasons == [.duplicateKey]
            #expect(isDuplicate || !seen.reasons.contains(.syntax), "\(String(decoding: bytes, as: UTF8.self)) \(object.count)")
        }
    }
}

extension Result {
    /// The success, or nil.
    fileprivate var value: Success? {
        if case .success(let value) = self { return value }
        return nil
    }
}

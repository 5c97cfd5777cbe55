// weir
// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import ContentScan

@Suite struct PatternTests {
    private func ranges(_ pattern: String, _ text: String, ignoresCase: Bool = false) throws -> [String] {
        let compiled = try ScanPattern(name: "p", text: pattern, ignoresCase: ignoresCase)
        var scanner = ContentScanner(ScanOptions(types: PersonalDataTypes(.custom), patterns: [compiled]))
        return scanner.found(text).map(\.text)
    }

    @Test func `what is supported does what it says`() throws {
        #expect(try ranges("CUST-\\d{6}", "a CUST-123456, CUST-12345 CUST-7654321") == ["CUST-123456", "CUST-765432"])
        #expect(try ranges("[A-F]+|x{2,3}", "ABG xxxx F") == ["AB", "xxx", "F"])
        #expect(try ranges("a.c", "abc a\nc aéc a-c") == ["abc", "a-c"])
        #expect(try ranges("[^a-z\\]]+", "ab12]3c") == ["12", "3"])
        #expect(try ranges("[]x-]+", "a]-xb") == ["]-x"])
        #expect(try ranges("^ab|cd$", "abcd abcd") == ["ab", "cd"])
        #expect(try ranges("\\bfoo\\b", "foo foobar barfoo _foo foo") == ["foo", "foo"])
        #expect(try ranges("(?:ab)+c?", "ababc abx") == ["ababc", "ab"])
        #expect(try ranges("k[ü]x|\\x41\\.", "A. küx") == ["A."])
        #expect(try ranges("küx", "küx") == ["küx"])
        #expect(try ranges("id[0-9]+z", "ID1Z id2z", ignoresCase: true) == ["ID1Z", "id2z"])
        #expect(try ranges("a|ab|abc", "abcd") == ["abc"])
        #expect(try ranges("\\w+\\s\\S\\D", "ab  xy1 ab xyz") == ["xy1 ab"])
    }

    @Test(arguments: [
        ("(a", 0, "this ( has no )"), ("a)", 1, "there is no ( for this )"), ("[a", 0, "this [ has no ]"), ("*a", 0, "nothing before"),
        ("a**", 2, "cannot be repeated"), ("a+?", 2, "lazy"), ("(?=a)b", 0, "looking around"), ("(?<n>a)", 0, "only ( ) and (?: )"),
        ("(a)\\1", 3, "references"), ("a\\", 1, "backslash is the last"), ("a\\q", 1, "escape is not supported"),
        ("\\x4", 0, "hexadecimal"),
        ("a{", 1, "count is missing"), ("a{3,2}", 1, "smaller"), ("a{256}", 2, "at most 255"), ("a{2", 1, "no }"), ("[z-a]", 1, "lower"),
        ("[\\d-z]", 1, "one sign"), ("a*", 0, "empty"), ("", 0, "empty"), ("a|", 0, "empty"), ("^$", 0, "empty"), ("^+a", 0, "anchor"),
        ("((a{200}){200})", 0, "steps"), ("a{0}b", 1, "0 times"),
    ])
    func `what cannot be used is refused with its place`(pattern: String, position: Int, reason: String) {
        do {
            _ = try ScanPattern(name: "p", text: pattern)
            Issue.record("\(pattern) was taken")
        } catch {
            #expect(error.position == position, "\(pattern): \(error)")
            #expect(error.reason.contains(reason), "\(pattern): \(error)")
        }
    }

    @Test func `long and deep patterns are refused`() {
        #expect(throws: PatternError.self) { try ScanPattern(name: "p", text: String(repeating: "a", count: 1025)) }
        let deep = String(repeating: "(", count: 33) + "a" + String(repeating: ")", count: 33)
        #expect(throws: PatternError.self) { try ScanPattern(name: "p", text: deep) }
        #expect(throws: Never.self) { try ScanPattern(name: "p", text: String(repeating: "a", count: 999)) }
        #expect(throws: PatternError.self) { try ScanPattern(name: "p", text: String(repeating: "a", count: 1000)) }
    }

    @Test(arguments: ["(a+)+b", "(a|a)+b", "(a|aa)+b", "(a?){50}a{50}b", "(.*)(.*)(.*)x", "((a*)+)+b", "a.*a.*a.*b"])
    func `steps are linear in the text, whatever the pattern`(pattern: String) throws {
        let compiled = try ScanPattern(name: "p", text: pattern)
        for length in [1_000, 2_000, 8_000] {
            var matcher = PatternMatcher(compiled)
            let text = [UInt8](repeating: UInt8(ascii: "a"), count: length)
            #expect(matcher.firstMatch(in: text.span, from: 0) == nil)
            // Each step of the program is entered at most twice for each byte, and left at most once.
            #expect(matcher.stepsTaken <= 4 * compiled.program.count * (length + 1), "\(length): \(matcher.stepsTaken)")
        }
    }

    @Test func `the same matches as by trying everything`() throws {
        let seed: UInt64 = 99
        var random = SeededRandom(seed: seed)
        var matched = 0
        for round in 0..<6000 {
            let tree = PatternTree.random(&random, depth: 3)
            let text = tree.text
            let compiled: ScanPattern
            do {
                compiled = try ScanPattern(name: "p", text: text)
            } catch {
                #expect(tree.isNullable, "seed \(seed), round \(round): \(text) \(error)")
                continue
            }
            var matcher = PatternMatcher(compiled)
            for _ in 0..<4 {
                let bytes = (0..<Int.random(in: 0...9, using: &random)).map { _ in UInt8.random(in: 0x61...0x63, using: &random) }
                let expected = tree.firstMatch(in: bytes)
                #expect(matcher.firstMatch(in: bytes.span, from: 0) == expected, "seed \(seed), round \(round): \(text) in \(bytes)")
                if expected != nil { matched += 1 }
            }
        }
        #expect(matched > 3000, "\(matched) matches")
    }
}

/// The slow and plain way: every end that a part can have is tried.
extension PatternTree {
    static func random(_ random: inout SeededRandom, depth: Int) -> PatternTree {
        switch Int.random(in: 0...(depth > 0 ? 8 : 3), using: &random) {
        case 0...2: return .bytes(ByteSet(UInt8.random(in: 0x61...0x63, using: &random)))
        case 3:
            return Int.random(in: 0...3, using: &random) == 0
                ? .anchor(Bool.random(using: &random) ? .start : .end) : .bytes(ByteSet(0x61...0x62))
        case 4, 5: return .sequence((0..<Int.random(in: 2...3, using: &random)).map { _ in .random(&random, depth: depth - 1) })
        case 6: return .choice((0..<Int.random(in: 2...3, using: &random)).map { _ in .random(&random, depth: depth - 1) })
        default:
            let least = Int.random(in: 0...2, using: &random)
            let most = Bool.random(using: &random) ? nil : max(1, least + Int.random(in: 0...2, using: &random))
            return .repeated(.group(.random(&random, depth: depth - 1)), least, most)
        }
    }

    /// An anchor alone cannot be repeated, in a group it can.
    private static func group(_ tree: PatternTree) -> PatternTree {
        if case .anchor = tree { return .bytes(ByteSet(0x63)) }
        return tree
    }

    var text: String {
        switch self {
        case .empty: ""
        case .bytes(let set): set.only.map { String(UnicodeScalar($0)) } ?? "[ab]"
        case .anchor(let anchor): anchor == .start ? "^" : "$"
        case .sequence(let parts): "(" + parts.map(\.text).joined() + ")"
        case .choice(let parts): "(?:" + parts.map(\.text).joined(separator: "|") + ")"
        case .repeated(let part, let least, let most): "(\(part.text)){\(least),\(most.map(String.init) ?? "")}"
        }
    }

    func firstMatch(in bytes: [UInt8]) -> Range<Int>? {
        for start in 0...bytes.count {
            if let end = ends(bytes, from: start).max() { return start..<end }
        }
        return nil
    }

    private func ends(_ bytes: [UInt8], from start: Int) -> Set<Int> {
        switch self {
        case .empty: return [start]
        case .bytes(let set): return start < bytes.count && set.contains(bytes[start]) ? [start + 1] : []
        case .anchor(let anchor): return (anchor == .start ? start == 0 : start == bytes.count) ? [start] : []
        case .sequence(let parts):
            return parts.reduce([start]) { reached, part in Set(reached.flatMap { part.ends(bytes, from: $0) }) }
        case .choice(let parts): return Set(parts.flatMap { $0.ends(bytes, from: start) })
        case .repeated(let part, let least, let most):
            var reached: Set<Int> = [start]
            var result: Set<Int> = least == 0 ? [start] : []
            for count in 1...(most ?? least + bytes.count + 1) {
                reached = Set(reached.flatMap { part.ends(bytes, from: $0) })
                if count >= least { result.formUnion(reached) }
            }
            return result
        }
    }
}

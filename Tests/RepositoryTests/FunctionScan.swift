// weir
// SPDX-License-Identifier: Apache-2.0

/// The functions and initializers of a file, found by counting braces: enough for code that is formatted.
struct FunctionScan {
    struct Function {
        var firstLine: Int
        var lineCount: Int
        var body: String
        var isTest: Bool
        /// The name is written between backticks.
        var hasSentenceName: Bool
    }

    private(set) var functions: [Function] = []

    init(_ file: SourceFile) {
        let lines = file.codeLines
        for index in lines.indices where FunctionScan.begins(lines[index]) {
            if let function = FunctionScan.function(lines, index) { functions.append(function) }
        }
    }

    private static func begins(_ line: Substring) -> Bool {
        let words = line.split { " (<!?`".contains($0) }
        guard let keyword = words.firstIndex(where: { $0 == "func" || $0 == "init" || $0 == "deinit" }) else { return false }
        let modifiers: Set<Substring> = [
            "public", "package", "internal", "private", "fileprivate", "static", "mutating", "borrowing", "consuming", "final", "override",
            "convenience", "required", "nonisolated", "prefix", "postfix", "class",
        ]
        return words[..<keyword].allSatisfy { modifiers.contains($0) || $0.hasPrefix("@") || $0.hasSuffix(")") || $0.hasSuffix(",") }
    }

    /// The function whose signature starts at a line; nil for a requirement of a protocol.
    private static func function(_ lines: [Substring], _ first: Int) -> Function? {
        var depth = 0
        var parentheses = 0
        var hasOpened = false
        for index in first..<lines.count {
            for character in lines[index] {
                switch character {
                case "(": parentheses += 1
                case ")": parentheses -= 1
                case "{" where parentheses == 0 || hasOpened:
                    depth += 1
                    hasOpened = true
                case "}" where hasOpened: depth -= 1
                default: break
                }
                if hasOpened && depth == 0 { return made(lines, first, index) }
            }
            if !hasOpened && parentheses == 0 && !continues(lines, index) { return nil }
        }
        return nil
    }

    /// Whether a signature without a body yet goes on in the next line.
    private static func continues(_ lines: [Substring], _ index: Int) -> Bool {
        guard index + 1 < lines.count else { return false }
        let next = lines[index + 1].drop { $0 == " " }
        return next.hasPrefix("{") || next.hasPrefix("where") || next.hasPrefix("->") || next.hasPrefix("throws") || next.hasPrefix(")")
    }

    private static func made(_ lines: [Substring], _ first: Int, _ last: Int) -> Function {
        // The attribute stands in the same line or, with arguments, in those above it.
        var isTest = lines[first].contains("@Test")
        var above = first - 1
        while !isTest && above >= 0 && above >= first - 30 {
            let line = lines[above].drop { $0 == " " }
            if line.isEmpty || line == "}" || line.contains("func ") || line.hasPrefix("let ") { break }
            isTest = line.hasPrefix("@Test")
            above -= 1
        }
        return Function(
            firstLine: first + 1, lineCount: last - first + 1, body: lines[first...last].joined(separator: "\n"), isTest: isTest,
            hasSentenceName: lines[first].contains("func `"))
    }
}

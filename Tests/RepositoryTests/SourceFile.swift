// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// One Swift file of the repository, as the rules look at it.
struct SourceFile: Sendable {
    /// From the package's root: `Sources/Pipeline/LaneCore.swift`.
    let path: String
    let text: String
    /// The text with comments and the contents of string literals blanked, so that a rule finds code only. Same lines as the text.
    let code: String

    init(path: String, text: String) {
        self.path = path
        self.text = text
        code = CodeText.blank(text)
    }

    private var parts: [Substring] { path.split(separator: "/") }
    var name: String { parts.last.map(String.init) ?? path }
    /// `Sources`, `Tests`, `benchmarks`.
    var area: String { parts.first.map(String.init) ?? "" }
    /// The module: the folder below the area.
    var target: String { parts.count > 2 ? String(parts[1]) : "" }
    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
    var codeLines: [Substring] { code.split(separator: "\n", omittingEmptySubsequences: false) }
}

/// Every Swift file that belongs to the repository.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func swiftFiles() throws -> [SourceFile] {
        var files: [SourceFile] = []
        for area in ["Sources", "Tests", "benchmarks"] {
            let paths = FileManager.default.enumerator(atPath: root.appendingPathComponent(area).path)
            while let path = paths?.nextObject() as? String {
                guard path.hasSuffix(".swift"), !path.contains(".build/") else { continue }
                let text = try String(contentsOf: root.appendingPathComponent("\(area)/\(path)"), encoding: .utf8)
                files.append(SourceFile(path: "\(area)/\(path)", text: text))
            }
        }
        return files.sorted { $0.path < $1.path }
    }
}

/// Swift text without its comments and the contents of its string literals.
enum CodeText {
    static func blank(_ text: String) -> String {
        var scanner = Scanner(Array(text.unicodeScalars))
        return scanner.blanked()
    }

    private struct Scanner {
        private let scalars: [Unicode.Scalar]
        private var output = String.UnicodeScalarView()
        private var position = 0

        init(_ scalars: [Unicode.Scalar]) { self.scalars = scalars }

        mutating func blanked() -> String {
            while position < scalars.count {
                if starts("//") {
                    while position < scalars.count && scalars[position] != "\n" { skip() }
                } else if starts("/*") {
                    skipBlockComment()
                } else if scalars[position] == "`" {
                    skipName()
                } else if let pounds = stringStart() {
                    skipString(pounds: pounds)
                } else {
                    keep()
                }
            }
            return String(output)
        }

        private func starts(_ prefix: String) -> Bool {
            for (offset, scalar) in prefix.unicodeScalars.enumerated() {
                guard position + offset < scalars.count, scalars[position + offset] == scalar else { return false }
            }
            return true
        }

        private mutating func keep() {
            output.append(scalars[position])
            position += 1
        }

        private mutating func skip() {
            output.append(scalars[position] == "\n" ? "\n" : " ")
            position += 1
        }

        /// A name between backticks, a sentence perhaps: the backticks stay.
        private mutating func skipName() {
            keep()
            while position < scalars.count && scalars[position] != "`" && scalars[position] != "\n" { skip() }
            if position < scalars.count { keep() }
        }

        private mutating func skipBlockComment() {
            var depth = 0
            repeat {
                let isStart = starts("/*")
                let isEnd = starts("*/")
                if isStart { depth += 1 }
                if isEnd { depth -= 1 }
                skip()
                if isStart || isEnd { skip() }
            } while position < scalars.count && depth > 0
        }

        /// The number of `#` before a string literal that starts here; nil when none does.
        private func stringStart() -> Int? {
            var index = position
            while index < scalars.count && scalars[index] == "#" { index += 1 }
            return index < scalars.count && scalars[index] == "\"" ? index - position : nil
        }

        private mutating func skipString(pounds: Int) {
            for _ in 0..<pounds { keep() }
            let quote = starts("\"\"\"") ? "\"\"\"" : "\""
            let end = quote + String(repeating: "#", count: pounds)
            for _ in quote.unicodeScalars { keep() }
            while position < scalars.count && !starts(end) {
                if scalars[position] == "\\" && pounds == 0 && position + 1 < scalars.count { skip() }
                if quote.count == 1 && scalars[position] == "\n" { return }
                skip()
            }
            for _ in end.unicodeScalars where position < scalars.count { keep() }
        }
    }
}

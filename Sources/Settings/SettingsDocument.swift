// weir
// SPDX-License-Identifier: Apache-2.0

import Yams

/// The YAML of a settings file, with its lines.
enum SettingsDocument {
    /// Throws: ``SettingsFailure`` with one problem and its line when this is no YAML, or YAML that repeats itself.
    static func parse(_ text: String) throws(SettingsFailure) -> Node {
        if let line = lineOfAlias(SettingsLimits.aliases, in: text) {
            throw failure(line, "More than \(SettingsLimits.aliases) YAML aliases: write the values out.")
        }
        do {
            let parser = try Parser(yaml: text, encoding: .utf8)
            if let node = try parser.singleRoot() { return node }
        } catch let error as YamlError {
            throw failure(error, text)
        } catch {
            throw failure(0, "This is no valid YAML.")
        }
        throw failure(0, "The file is empty: state_directory and sources are needed.")
    }

    /// The line on which the alias number `limit` + 1 stands.
    ///
    /// Each alias can multiply what it names: nine lines of nine aliases stand for a billion values. Counting before parsing bounds the
    /// product, and is generous to text that only looks like an alias.
    static func lineOfAlias(_ limit: Int, in text: String) -> Int? {
        var (line, count) = (1, 0)
        var previous = UInt8(ascii: "\n")
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\n") { line += 1 }
            if byte == UInt8(ascii: "*"), " \t\n[{,:-?".utf8.contains(previous) {
                count += 1
                if count > limit { return line }
            }
            previous = byte
        }
        return nil
    }

    private static func failure(_ line: Int, _ message: String) -> SettingsFailure {
        SettingsFailure(problems: [SettingsProblem(path: "", line: line, message: message)])
    }

    private static func failure(_ error: YamlError, _ text: String) -> SettingsFailure {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            return failure(mark.line, sentence(problem, context, line(mark.line, of: text)))
        case .duplicatedKeysInMapping(let names, let context):
            let shown = names.sorted().map(SettingsText.quoted).joined(separator: ", ")
            return failure(context.mark.line, "\(shown) stands twice in the same block: remove one.")
        case .reader(let problem, let offset, _, _):
            let before = text.prefix(offset ?? 0)
            return failure(1 + before.count { $0.isNewline }, "A byte here cannot stand in YAML (\(problem)): write plain UTF-8 text.")
        default: return failure(0, "This is no valid YAML.")
        }
    }

    private static func sentence(_ problem: String, _ context: YamlError.Context?, _ line: Substring) -> String {
        if line.prefix(while: { $0 == " " || $0 == "\t" }).contains("\t") {
            return "A tab stands in the indentation: YAML takes spaces only."
        }
        if problem.contains("cannot start any token") { return "A value that begins with @, `, % or a tab needs quotes." }
        if problem.contains("undefined alias") || context?.text.contains("scanning an alias") == true {
            return "A value that begins with * needs quotes: YAML takes it for an alias."
        }
        if problem.contains("mapping values are not allowed") {
            return "A value with \": \" in it needs quotes, or the indentation is wrong."
        }
        let start = context.map { ", \($0.text) that begins in line \($0.mark.line)" } ?? ""
        return "This is no valid YAML: \(problem)\(start)."
    }

    private static func line(_ number: Int, of text: String) -> Substring {
        var lines = text.split(separator: "\n", maxSplits: max(number, 1), omittingEmptySubsequences: false)[...]
        lines = lines.dropFirst(max(number - 1, 0))
        return lines.first ?? ""
    }
}

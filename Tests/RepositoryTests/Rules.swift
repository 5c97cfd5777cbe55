// weir
// SPDX-License-Identifier: Apache-2.0

/// The house rules that a machine can check. Each returns what it objects to, one line each, and each has a failing example as its test.
enum Rules {
    // MARK: Text

    static func header(_ file: SourceFile) -> [String] {
        let lines = file.lines.prefix(3)
        let expected: [Substring] = ["// weir", "// SPDX-License-Identifier: Apache-2.0", ""]
        return Array(lines) == expected ? [] : ["\(file.path): starts with two header lines and an empty one"]
    }

    /// A line may be longer where hardly anything but a literal stands in it: somebody's log line cannot be broken.
    static func lineLength(_ file: SourceFile) -> [String] {
        zip(numbered(file.lines), file.codeLines).filter { text, code in
            guard text.line.count > 140 else { return false }
            let isComment = text.line.drop { $0 == " " }.hasPrefix("//")
            return isComment || code.count { !$0.isWhitespace } > 40
        }.map { "\(file.path):\($0.0.number): longer than 140 characters" }
    }

    static func fileLength(_ file: SourceFile) -> [String] {
        let count = file.lines.count - 1
        return count > 400 ? ["\(file.path): \(count) lines, at most 400"] : []
    }

    static func noReminders(_ file: SourceFile) -> [String] {
        let words = ["TO" + "DO", "FIX" + "ME", "X" + "XX"]
        return numbered(file.lines).filter { line in words.contains { contains($0, in: line.line) } }
            .map { "\(file.path):\($0.number): an open end" }
    }

    // MARK: Code

    static func noSwallowedErrors(_ file: SourceFile) -> [String] {
        var objections = find(["try?"], in: file, "swallows an error")
        let text = file.code
        var rest = text[...]
        while let range = rest.firstRange(of: "catch") {
            let after = rest[range.upperBound...]
            let body = after.drop { $0 != "{" }.dropFirst()
            if body.first(where: { !$0.isWhitespace }) == "}" {
                let number = text[..<range.lowerBound].count { $0 == "\n" } + 1
                objections.append("\(file.path):\(number): an empty catch")
            }
            rest = after
        }
        return objections
    }

    /// Names that say nothing about what a type is for.
    static func typeNames(_ file: SourceFile) -> [String] {
        let kinds: Set<Substring> = ["struct", "class", "enum", "actor", "protocol", "typealias"]
        let banned = ["Manager", "Engine", "Helper", "Helpers", "Util", "Utils", "Data", "Info", "Context", "Base"]
        return numbered(file.codeLines).flatMap { number, line -> [String] in
            let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
            return zip(words, words.dropFirst()).filter { pair in kinds.contains(pair.0) && banned.contains { pair.1.hasSuffix($0) } }
                .map { "\(file.path):\(number): \($0.1) says nothing" }
        }
    }

    static func functionLength(_ file: SourceFile) -> [String] {
        FunctionScan(file).functions.filter { $0.lineCount > 60 }
            .map { "\(file.path):\($0.firstLine): \($0.lineCount) lines in one function, at most 60" }
    }

    static func unsafeCode(_ file: SourceFile) -> [String] {
        guard AllowedPlaces.unsafeFiles[file.path] == nil else { return [] }
        return find(["unsafe", "unsafeBitCast", "@unchecked", "nonisolated(unsafe)"], in: file, "is allowed in named files only")
    }

    // MARK: Floors

    static func imports(_ file: SourceFile) -> [String] {
        guard file.area == "Sources" else { return [] }
        guard let allowed = AllowedImports.table[file.target] else {
            return ["\(file.path): the target \(file.target) has no row in the table of allowed imports"]
        }
        return imported(file).filter { !allowed.contains($0) }.map { "\(file.path): \(file.target) does not import \($0)" }
    }

    /// Floors 0 to 3 know no clock, no task, no output.
    static func purity(_ file: SourceFile) -> [String] {
        guard file.area == "Sources", AllowedImports.pureFloors.contains(file.target) else { return [] }
        // A clock that is handed in may be kept.
        let file = SourceFile(path: file.path, text: file.text.replacing("self.now", with: "self.clock"))
        return find(["Date(", ".now", "Task {", "Task.", "Task(", "print(", "await "], in: file, "has no place in floors 0 to 3")
    }

    // MARK: Tests

    static func expectations(_ file: SourceFile) -> [String] {
        guard file.area == "Tests" else { return [] }
        let words = ["#expect", "#require", "Issue.record", "confirmation(", "expect"]
        return FunctionScan(file).functions.filter { function in
            function.isTest && !words.contains { function.body.contains($0) }
        }.map { "\(file.path):\($0.firstLine): a test without an expectation" }
    }

    static func sentenceNames(_ file: SourceFile) -> [String] {
        guard file.area == "Tests" else { return [] }
        return FunctionScan(file).functions.filter { $0.isTest && !$0.hasSentenceName }
            .map { "\(file.path):\($0.firstLine): a test's name is a sentence" }
    }

    static func noSleep(_ file: SourceFile) -> [String] {
        guard file.area == "Tests", AllowedPlaces.waitingFiles[file.path] == nil else { return [] }
        return find(["sleep(", "usleep(", "nanosleep("], in: file, "waits; advance a clock instead")
    }

    // MARK: Catalogues

    /// Files that define a component but are not in its catalogue.
    static func catalogue(_ files: [SourceFile], target: String, suffix: String, catalogue: String) -> [String] {
        guard let list = files.first(where: { $0.target == target && $0.name == catalogue }) else { return ["\(target): no \(catalogue)"] }
        return files.filter { $0.target == target && $0.name.hasSuffix("\(suffix).swift") && $0.name != "\(suffix).swift" }
            .map { String($0.name.dropLast(".swift".count)) }
            .filter { type in !AllowedPlaces.notComponents.contains(type) && !list.code.contains("\(type).self") }
            .map { "\(target)/\($0).swift is not listed in \(catalogue)" }
    }

    // MARK: Looking

    static func imported(_ file: SourceFile) -> [String] {
        file.codeLines.compactMap { line in
            let words = line.split(separator: " ")
            guard let keyword = words.firstIndex(of: "import"), keyword < 3, keyword + 1 < words.count else { return nil }
            guard words[..<keyword].allSatisfy({ $0.hasPrefix("@") || ["public", "package", "internal", "private"].contains($0) }) else {
                return nil
            }
            let name = ["struct", "class", "enum", "func", "protocol"].contains(words[keyword + 1]) ? words.last : words[keyword + 1]
            return name.map { String($0.prefix { $0 != "." }) }
        }
    }

    private static func find(_ words: [String], in file: SourceFile, _ reason: String) -> [String] {
        numbered(file.codeLines).flatMap { number, line in
            words.filter { contains($0, in: line) }.prefix(1).map { "\(file.path):\(number): \($0) \(reason)" }
        }
    }

    /// Whether a word stands in a line, not as a part of a longer one.
    private static func contains(_ word: String, in line: Substring) -> Bool {
        var rest = line
        while let range = rest.firstRange(of: word) {
            let before = range.lowerBound == line.startIndex ? nil : line[line.index(before: range.lowerBound)]
            let after = range.upperBound == line.endIndex ? nil : line[range.upperBound]
            let isOpenBefore = word.first.map(isNameCharacter) == true && before.map(isNameCharacter) == true
            let isOpenAfter = word.last.map(isNameCharacter) == true && after.map(isNameCharacter) == true
            if !isOpenBefore && !isOpenAfter { return true }
            rest = line[range.upperBound...]
        }
        return false
    }

    private static func isNameCharacter(_ character: Character) -> Bool { character.isLetter || character.isNumber || character == "_" }

    private static func numbered(_ lines: [Substring]) -> [(number: Int, line: Substring)] {
        lines.enumerated().map { ($0.offset + 1, $0.element) }
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import Testing

/// A check that cannot fail checks nothing: each rule against an example that it must refuse, and one that it must let pass.
@Suite struct RuleTests {
    private func pure(_ text: String) -> SourceFile { SourceFile(path: "Sources/Pipeline/X.swift", text: text) }
    private func test(_ text: String) -> SourceFile { SourceFile(path: "Tests/PipelineTests/X.swift", text: text) }

    @Test func `a missing header is refused`() {
        #expect(!Rules.header(pure("import EventModel\n")).isEmpty)
        #expect(Rules.header(pure("// weir\n// SPDX-License-Identifier: Apache-2.0\n\nlet a = 1\n")).isEmpty)
    }

    @Test func `a long line and a long file are refused`() {
        let long = String(repeating: "é", count: 141)
        #expect(!Rules.lineLength(pure(long)).isEmpty)
        #expect(!Rules.lineLength(pure("// " + long)).isEmpty)
        #expect(Rules.lineLength(pure(String(long.dropLast()))).isEmpty)
        #expect(Rules.lineLength(pure("    \"" + long + "\",")).isEmpty)
        #expect(!Rules.fileLength(pure(String(repeating: "\n", count: 401))).isEmpty)
        #expect(Rules.fileLength(pure(String(repeating: "\n", count: 400))).isEmpty)
    }

    @Test func `a long function is refused, whatever stands in its strings`() {
        func function(_ count: Int) -> String {
            "func a(\n    b: Int = { 1 }()\n) {\n" + String(repeating: "    print(\"}\")\n", count: count - 4) + "}\n"
        }
        #expect(!Rules.functionLength(pure(function(61))).isEmpty)
        #expect(Rules.functionLength(pure(function(60))).isEmpty)
        #expect(!Rules.functionLength(pure("init() throws(E) {\n" + String(repeating: "\n", count: 60) + "}\n")).isEmpty)
    }

    @Test func `an open end is refused`() {
        #expect(!Rules.noReminders(pure("// TO" + "DO: later")).isEmpty)
        #expect(Rules.noReminders(pure("let todoList = 1")).isEmpty)
    }

    @Test(arguments: ["let a = try? f()", "do { try f() } catch {}", "do { try f() } catch {\n    // nothing\n}", "catch let e as E { }"])
    func `a swallowed error is refused`(text: String) {
        #expect(!Rules.noSwallowedErrors(pure(text)).isEmpty)
    }

    @Test func `a handled error passes`() {
        #expect(Rules.noSwallowedErrors(pure("do { try f() } catch { count += 1 }\n// try? is not ours\n")).isEmpty)
    }

    @Test(arguments: ["struct LaneManager {", "final class Utils {", "enum ParseHelper {", "protocol EventData: A {", "actor RunContext {"])
    func `a name that says nothing is refused`(text: String) {
        #expect(!Rules.typeNames(pure(text)).isEmpty)
    }

    @Test func `other names pass`() {
        #expect(Rules.typeNames(pure("struct Database {\nenum Information {\nlet userInfo = 1 // struct XManager")).isEmpty)
    }

    @Test(arguments: [
        "let a = unsafe f()", "final class A: @unchecked Sendable {", "nonisolated(unsafe) var a = 1", "unsafeBitCast(a, to: B.self)",
    ])
    func `unsafe code outside the named files is refused`(text: String) {
        #expect(!Rules.unsafeCode(pure(text)).isEmpty)
        #expect(Rules.unsafeCode(SourceFile(path: "Sources/RingBuffers/RingStorage.swift", text: text)).isEmpty)
    }

    @Test func `the word unsafe in a comment or a string passes`() {
        #expect(Rules.unsafeCode(pure("// unsafe\n/* unsafe /* unsafe */ unsafe */ let a = \"unsafe \\\" unsafe\" + #\"unsafe\"#")).isEmpty)
    }

    @Test(arguments: [
        "import Foundation", "import Glibc", "@preconcurrency import Dispatch", "package import GRDB", "import struct Foundation.Date",
    ])
    func `an import from above is refused`(text: String) {
        #expect(!Rules.imports(pure(text)).isEmpty)
    }

    @Test func `an edge that sees another edge is refused, and so is an unknown module`() {
        #expect(!Rules.imports(SourceFile(path: "Sources/Journal/X.swift", text: "import LogSources")).isEmpty)
        #expect(!Rules.imports(SourceFile(path: "Sources/Mystery/X.swift", text: "")).isEmpty)
        #expect(Rules.imports(pure("import EventModel\nimport Alerting\n")).isEmpty)
    }

    @Test(arguments: ["let a = Date()", "clock.now", "Task { f() }", "Task.detached {", "print(1)", "await f()"])
    func `a clock, a task or output in floors 0 to 3 is refused`(text: String) {
        #expect(!Rules.purity(pure(text)).isEmpty)
        #expect(Rules.purity(SourceFile(path: "Sources/Daemon/X.swift", text: text)).isEmpty)
    }

    @Test func `words that only look like these pass`() {
        #expect(Rules.purity(pure("fingerprint(a)\nlet update = UpdateDate(1)\n// print(1)\nlet nowhere = 1")).isEmpty)
    }

    @Test func `a test without an expectation is refused`() {
        #expect(!Rules.expectations(test("    @Test func `a`() {\n        f()\n    }\n")).isEmpty)
        #expect(
            !Rules.expectations(test("    @Test(arguments: [1])\n    func `a`(b: Int) {\n        // #expect(true)\n        f()\n    }\n"))
                .isEmpty)
        #expect(
            Rules.expectations(test("    @Test func `a`() throws {\n        try #require(f())\n    }\n    func b() {\n    }\n")).isEmpty)
    }

    @Test func `a test whose name is no sentence is refused`() {
        #expect(!Rules.sentenceNames(test("    @Test func works() {\n        #expect(true)\n    }\n")).isEmpty)
        #expect(Rules.sentenceNames(test("    @Test func `it works`() {\n        #expect(true)\n    }\n")).isEmpty)
    }

    @Test(arguments: ["usleep(10)", "try await Task.sleep(for: .seconds(1))", "Thread.sleep(forTimeInterval: 1)"])
    func `a test that waits is refused`(text: String) {
        #expect(!Rules.noSleep(test(text)).isEmpty)
    }

    @Test func `a detector that is missing in the catalogue is refused`() {
        func objections(_ list: String) -> [String] {
            let files = [
                SourceFile(path: "Sources/Detection/ADetector.swift", text: ""),
                SourceFile(path: "Sources/Detection/Detector.swift", text: ""),
                SourceFile(path: "Sources/Detection/DetectorCatalog.swift", text: list),
            ]
            return Rules.catalogue(files, target: "Detection", suffix: "Detector", catalogue: "DetectorCatalog.swift")
        }
        #expect(!objections("// ADetector.self\n").isEmpty)
        #expect(objections("ADetector.self,\n").isEmpty)
        #expect(!Rules.catalogue([], target: "Detection", suffix: "Detector", catalogue: "DetectorCatalog.swift").isEmpty)
    }
}

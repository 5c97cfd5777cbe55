// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import FuzzTargets
import Testing

/// What fuzzing found worth keeping, and what it began with, through the targets once more: no input may end the process or break a law.
struct FuzzCorpusTests {
    static let names = FuzzTarget.all.map(\.name)

    /// One file for each target, an input a line, in base 64.
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Corpus")

    static func kept(_ name: String) throws -> [[UInt8]] {
        let text = try String(contentsOf: folder.appendingPathComponent(name + ".txt"), encoding: .utf8)
        return try text.split(separator: "\n").map { line in
            [UInt8](try #require(Data(base64Encoded: String(line)), "\(name).txt has a line that is no base 64"))
        }
    }

    @Test(arguments: names) func `every kept input goes through its target`(name: String) throws {
        let target = try #require(FuzzTarget.named(name))
        for (number, input) in (target.seeds + (try Self.kept(name))).enumerated() {
            do throws(FuzzFailure) {
                try target.run(input)
            } catch {
                Issue.record("\(name), input \(number): \(error)")
            }
        }
    }

    @Test func `every file of the corpus has a target`() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        #expect(Set(files) == Set(Self.names.map { $0 + ".txt" }))
    }
}

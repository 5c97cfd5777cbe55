// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The house rules over the whole repository.
@Suite struct RepositoryTests {
    private static let files = Result { try Repository.swiftFiles() }

    @Test func `the repository is found`() throws {
        let files = try RepositoryTests.files.get()
        #expect(files.count > 100)
        #expect(files.contains { $0.path == "Sources/Pipeline/LaneCore.swift" })
    }

    @Test func `every file begins with the project and its licence`() throws { try expectNone(Rules.header) }
    @Test func `no line is longer than 140 characters`() throws { try expectNone(Rules.lineLength) }
    @Test func `no file is longer than 400 lines`() throws { try expectNone(Rules.fileLength) }
    @Test func `no function is longer than 60 lines`() throws { try expectNone(Rules.functionLength) }
    @Test func `no ends are left open`() throws { try expectNone(Rules.noReminders) }
    @Test func `no error is swallowed`() throws { try expectNone(Rules.noSwallowedErrors) }
    @Test func `no type's name says nothing`() throws { try expectNone(Rules.typeNames) }
    @Test func `unsafe code stands in named files only`() throws { try expectNone(Rules.unsafeCode) }
    @Test func `every module imports what its floor allows`() throws { try expectNone(Rules.imports) }
    @Test func `floors 0 to 3 know no clock, no task and no output`() throws { try expectNone(Rules.purity) }
    @Test func `every test expects something`() throws { try expectNone(Rules.expectations) }
    @Test func `every test's name is a sentence`() throws { try expectNone(Rules.sentenceNames) }
    @Test func `no test waits`() throws { try expectNone(Rules.noSleep) }

    @Test func `every detector, format and sink is in its catalogue`() throws {
        let files = try RepositoryTests.files.get()
        let objections =
            Rules.catalogue(files, target: "Detection", suffix: "Detector", catalogue: "DetectorCatalog.swift")
            + Rules.catalogue(files, target: "LogFormats", suffix: "Format", catalogue: "FormatCatalog.swift")
            + Rules.catalogue(files, target: "AlertSinks", suffix: "Sink", catalogue: "SinkCatalog.swift")
        #expect(objections.isEmpty, "\(objections.joined(separator: "\n"))")
    }

    @Test func `the table of imports lets no floor point upwards and no edge see another`() {
        let pure = AllowedImports.pureFloors
        for (target, allowed) in AllowedImports.table where pure.contains(target) {
            let outside = allowed.subtracting(pure)
            let headers: Set = ["Synchronization", "CCrypto", "CByteMask", "CPrefetch", "CVectorMath"]
            #expect(outside.isSubset(of: headers), "\(target) imports \(outside)")
        }
        for edge in AllowedImports.edges {
            let others = AllowedImports.edges.subtracting([edge])
            #expect(AllowedImports.table[edge]?.isDisjoint(with: others) == true, "\(edge)")
            #expect(AllowedImports.table[edge]?.isDisjoint(with: ["Daemon", "Settings", "weir"]) == true, "\(edge)")
        }
    }

    /// What is built or downloaded is nobody's to keep: a package of forty megabytes came in so once.
    @Test func `no file under version control is larger than half a megabyte`() throws {
        let root = Repository.root
        // An unpacked archive has no versions to look at.
        guard FileManager.default.fileExists(atPath: root.appendingPathComponent(".git").path) else { return }
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["git", "-C", root.path, "ls-files", "-z"]
        process.standardOutput = output
        try process.run()
        let data = try #require(try output.fileHandleForReading.readToEnd())
        process.waitUntilExit()
        let names = data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        #expect(process.terminationStatus == 0 && names.count > 100)
        for name in names {
            let path = root.appendingPathComponent(name).path
            // A file may be gone in the working folder, on its way out.
            guard FileManager.default.fileExists(atPath: path) else { continue }
            let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
            #expect(size <= 524_288, "\(name) has \(size) bytes")
        }
    }

    @Test func `every exception is used and has a reason`() throws {
        let files = try RepositoryTests.files.get()
        for (path, reason) in AllowedPlaces.unsafeFiles {
            #expect(!reason.isEmpty)
            guard let file = files.first(where: { $0.path == path }) else { continue }
            let uses = ["unsafe", "@unchecked"].contains { file.code.contains($0) }
            #expect(uses || path.hasSuffix("ByteStream.swift"), "\(path) needs no exception any more")
        }
    }

    private func expectNone(_ rule: (SourceFile) -> [String]) throws {
        let objections = try RepositoryTests.files.get().flatMap(rule)
        #expect(objections.isEmpty, "\(objections.joined(separator: "\n"))")
    }
}

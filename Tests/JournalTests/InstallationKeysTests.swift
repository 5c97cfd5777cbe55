// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Foundation
import Pipeline
import Synchronization
import Testing

@testable import Journal

@Suite struct InstallationKeysTests {
    private let folder: TemporaryFolder
    private let present = KeyEpoch.number(of: noon)
    private var keys: String { folder.path + "/keys" }

    init() throws { folder = try TemporaryFolder() }

    /// What was reported by all keys of a test, and the bytes that they were given: never the same twice.
    private final class Source: Sendable {
        let count = Mutex<UInt8>(0)
        let reports = Mutex<[String]>([])
        func next(_ length: Int) -> [UInt8] {
            count.withLock {
                $0 += 1; return [UInt8](repeating: $0, count: length)
            }
        }
    }

    private let source = Source()

    private func open(_ directory: String? = nil) throws(JournalFailure) -> InstallationKeys {
        try InstallationKeys(
            directory: directory ?? keys, state: folder.state, now: noon, random: { [source] in source.next($0) },
            report: { [source] text in source.reports.withLock { $0.append(text) } })
    }

    private var names: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: keys).sorted() } }

    @Test func `keys are made once and private, and found again`() throws {
        let first = try open()
        #expect(first.isNew)
        let (one, two) = (first.key(of: present), first.key(of: present - 1))
        #expect(Set([first.installation, one, two]).count == 3)
        let second = try open()
        #expect(!second.isNew && second.installation == first.installation)
        #expect(second.key(of: present) == one && second.key(of: present - 1) == two)
        #expect(try names == ["epoch-\(present - 1).key", "epoch-\(present).key", "installation.key"])
        for name in try names { #expect(try folder.rights(keys + "/" + name) == 0o600) }
        #expect(try folder.rights(keys) == 0o700)
    }

    @Test(arguments: ["installation.key", "epoch"]) func `a key that others may read is refused`(name: String) throws {
        _ = try open().key(of: present)
        let path = keys + "/" + (name == "epoch" ? "epoch-\(present).key" : name)
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
        let failure = #expect(throws: JournalFailure.self) { try open() }
        #expect(failure?.message.contains("chmod 600") == true)
    }

    @Test func `a folder that others may enter is refused`() throws {
        _ = try open()
        try FileManager.default.setAttributes([.posixPermissions: 0o750], ofItemAtPath: keys)
        let failure = #expect(throws: JournalFailure.self) { try open() }
        #expect(failure?.message.contains("chmod 700") == true)
    }

    @Test func `a key of another length is refused and not replaced`() throws {
        _ = try open()
        let path = keys + "/installation.key"
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        #expect(throws: JournalFailure.self) { try open() }
        #expect(FileManager.default.contents(atPath: path) == Data([1, 2, 3]))
    }

    @Test func `keys in the state folder are refused, also through a link`() throws {
        try FileManager.default.createDirectory(
            atPath: folder.state + "/keys", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/link", withDestinationPath: folder.state + "/keys")
        for directory in [folder.state, folder.state + "/keys", folder.path + "/link"] {
            let failure = #expect(throws: JournalFailure.self) { try open(directory) }
            #expect(failure?.message.contains("state folder") == true)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.state + "/keys").isEmpty)
    }

    @Test func `a deleted key is gone, is not made again, and names people the same way ever after`() throws {
        let before = try open().key(of: present)
        #expect(try KeyFolder.shred(present, in: keys))
        #expect(try names == ["epoch-\(present).deleted", "installation.key"])
        let after = try open()
        let substitute = after.key(of: present)
        #expect(try substitute != before && substitute == open().key(of: present))
        #expect(try names == ["epoch-\(present).deleted", "installation.key"])
        #expect(try KeyFolder.epochs(in: keys, now: noon).count == 1)
        guard case .deleted? = try KeyFolder.epochs(in: keys, now: noon).first?.key else { return #expect(Bool(false), "not deleted") }
        #expect(try !KeyFolder.shred(present, in: keys), "there was none any more")
    }

    @Test func `a deletion that a crash cut short is finished at the next opening`() throws {
        let before = try open().key(of: present)
        _ = FileManager.default.createFile(atPath: keys + "/epoch-\(present).deleted", contents: nil)
        #expect(try open().key(of: present) != before)
        #expect(try names == ["epoch-\(present).deleted", "installation.key"])
    }

    @Test func `lines dated far away make no keys`() throws {
        let opened = try open()
        let far = [Int64.min, -1, 0, 99, present + 2, .max].map { opened.key(of: $0) }
        #expect(Set(far).count == far.count)
        #expect(try names == ["installation.key"])
    }

    @Test func `a key that cannot be stored is used all the same, and told of`() throws {
        let opened = try open()
        try FileManager.default.removeItem(atPath: keys)
        let key = opened.key(of: present)
        #expect(key.count == 32 && opened.key(of: present) == key)
        #expect(source.reports.withLock { $0.count } == 1)
    }

    @Test func `the nearest epochs come first, and few of them`() throws {
        let opened = try open()
        let all = (0..<12).map { opened.key(of: present - Int64($0)) }
        #expect(opened.others(than: present) == Array(all[1...8]))
    }

    @Test func `a command beside no installation makes none`() throws {
        let found = try InstallationKeys.existing(
            directory: keys, state: folder.state, now: noon, random: { [source] in source.next($0) }, report: { _ in })
        #expect(found == nil && !FileManager.default.fileExists(atPath: keys))
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pipeline
import Testing

@testable import LogSources

/// The files between a receiver and its lane.
@Suite struct SpoolTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func ledger(limit: UInt64 = 1 << 30, _ positions: [StreamPosition] = []) throws -> SpoolLedger {
        try SpoolLedger(directory: folder.at("spool/crm"), limit: limit, positions: positions)
    }

    private func position(_ number: Int, _ offset: Int, isFinished: Bool = false) -> StreamPosition {
        StreamPosition(
            stream: UInt32(number), path: folder.at("spool/crm/0000000\(number).log"), device: 1, inode: 1, prefixHash: 0, prefixCount: 0,
            offset: UInt64(offset), marker: .none, isFinished: isFinished, formatState: [])
    }

    private func store(_ text: String, _ spool: inout Spool) -> Bool {
        for line in text.utf8.split(separator: 0x0A) { spool.pending.add(Array(line)[...]) }
        return spool.store().isStored
    }

    private func text(_ number: Int) throws -> String {
        String(decoding: try folder.content("spool/crm/0000000\(number).log"), as: UTF8.self)
    }

    private func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.at("spool/crm")).sorted() }

    @Test func `what is stored stands in the newest file, for its owner alone`() throws {
        var spool = Spool(try ledger(), isWhole: false)
        #expect(store("a\nb\n", &spool) && store("c\n", &spool))
        #expect(try text(1) == "a\nb\nc\n")
        for name in ["spool", "spool/crm", "spool/crm/00000001.log"] {
            let mode = try FileManager.default.attributesOfItem(atPath: folder.at(name))[.posixPermissions] as? NSNumber
            #expect(mode.map { $0.intValue & 0o077 } == 0, "\(name)")
        }
    }

    @Test func `a full file is followed by another, and goes when the stored position is behind its end`() throws {
        let ledger = try ledger(limit: 40)
        var spool = Spool(ledger, isWhole: false)
        for _ in 0..<3 { #expect(store("123456789\n", &spool)) }
        #expect(try names() == ["00000001.log", "00000002.log", "00000003.log"])
        ledger.release([position(1, 9), position(3, 10)])
        #expect(try names() == ["00000001.log", "00000002.log", "00000003.log"])
        ledger.release([position(2, 10)])
        #expect(try names() == ["00000001.log", "00000003.log"])
        ledger.release([position(1, 10)])
        #expect(try names() == ["00000003.log"])
        #expect(ledger.size == 10)
    }

    @Test func `a position that was stored while its file was the newest counts when another follows`() throws {
        let ledger = try ledger(limit: 40)
        var spool = Spool(ledger, isWhole: false)
        #expect(store("123456789\n", &spool))
        ledger.release([position(1, 10)])
        #expect(try names() == ["00000001.log"])
        #expect(store("123456789\n", &spool))
        #expect(try names() == ["00000002.log"])
    }

    @Test func `nothing is taken beyond the limit until the lane has read`() throws {
        let ledger = try ledger(limit: 40)
        var spool = Spool(ledger, isWhole: false)
        for _ in 0..<4 { #expect(spool.hasRoom && store("123456789\n", &spool)) }
        #expect(!spool.hasRoom)
        ledger.release([position(1, 10)])
        #expect(spool.hasRoom)
    }

    @Test func `a line that a crash tore goes, in a file that is known by its head`() throws {
        let whole = String(repeating: "x", count: 1200) + "\n"
        var spool = Spool(try ledger(), isWhole: false)
        #expect(store(whole, &spool))
        try folder.append("torn by a cra", to: "spool/crm/00000001.log")
        spool = Spool(try ledger(), isWhole: false)
        #expect(store("next\n", &spool))
        #expect(try text(1) == whole + "next\n")
    }

    @Test func `a line that a crash tore is ended, in a file of a few bytes`() throws {
        var spool = Spool(try ledger(), isWhole: false)
        #expect(store("a\n", &spool))
        try folder.append("to", to: "spool/crm/00000001.log")
        spool = Spool(try ledger(), isWhole: false)
        #expect(store("next\n", &spool))
        #expect(try text(1) == "a\nto\nnext\n")
    }

    @Test func `a restart goes on in the newest file, and no number comes twice`() throws {
        var spool = Spool(try ledger(), isWhole: false)
        #expect(store("a\n", &spool))
        spool = Spool(try ledger(), isWhole: false)
        #expect(store("b\n", &spool))
        #expect(try text(1) == "a\nb\n")
        try folder.remove("spool/crm/00000001.log")
        spool = Spool(try ledger([position(1, 4)]), isWhole: false)
        #expect(store("c\n", &spool))
        #expect(try names() == ["00000002.log"])
    }

    @Test func `a file that is gone counts as read to its end, and one that is there does not`() throws {
        let ledger = try ledger(limit: 40)
        var spool = Spool(ledger, isWhole: false)
        for _ in 0..<2 { #expect(store("123456789\n", &spool)) }
        ledger.release([position(1, 10)])
        let settled = ledger.settled([position(1, 10), position(2, 3)])
        #expect(settled == [position(1, 10, isFinished: true), position(2, 3)])
    }

    @Test func `a file that lost counted lines with the power is not read again`() throws {
        var spool = Spool(try ledger(), isWhole: false)
        #expect(store("a\n", &spool))
        let positions = [position(1, 5)]
        let again = try ledger(positions)
        #expect(try names() == [])
        #expect(again.settled(positions).map(\.isFinished) == [true])
        spool = Spool(again, isWhole: false)
        #expect(store("b\n", &spool))
        #expect(try text(2) == "b\n")
    }

    @Test func `lines that cannot be written stay until they can`() throws {
        let ledger = try ledger()
        var spool = Spool(ledger, isWhole: false)
        try folder.remove("spool/crm")
        #expect(!store("a\n", &spool))
        #expect(!spool.hasRoom && spool.trouble != nil)
        try folder.makeDirectory("spool/crm")
        let (isStored, lines) = spool.store()
        #expect(isStored && lines.count == 1 && spool.trouble == nil)
        #expect(try text(1) == "a\n")
    }

    @Test func `a lane reads a spool through rotations and removals, every line once, and misses nothing after a restart`() throws {
        let ledger = try ledger(limit: 400)
        var spool = Spool(ledger, isWhole: false)
        let rig = LaneRig([folder.at("spool/crm")])
        rig.isSpooled = true
        try rig.start()
        for number in 0..<60 {
            // Every line of the log is the same, so that every file begins like every other.
            #expect(store(LaneRig.line(7), &spool), "\(number)")
            rig.drain()
            if number % 7 == 3 { ledger.release(Array(rig.positions.values)) }
            if number % 20 == 19 {
                rig.stop()
                for position in ledger.settled(Array(rig.positions.values)) { rig.resume(position) }
                try rig.start()
            }
        }
        rig.passLong()
        #expect(rig.rows == Array(repeating: 7, count: 60))
        #expect(rig.losses.isEmpty)
    }

    @Test(arguments: [true, false])
    func `a spool is read in the order in which it was written, whatever the times in it`(follows: Bool) throws {
        let ledger = try ledger()
        var spool = Spool(ledger, isWhole: false)
        #expect(store(LaneRig.lines(100..<110), &spool))
        let rig = LaneRig([folder.at("spool/crm")], follows: follows)
        rig.isSpooled = true
        if follows {
            try rig.start()
            rig.drain()
            // Not read before the next part is there.
            #expect(store(LaneRig.lines(110..<120), &spool))
        }
        for numbers in [105..<125, 50..<60] {
            ledger.abandon()
            spool = Spool(ledger, isWhole: false)
            #expect(store(LaneRig.lines(numbers), &spool))
        }
        if !follows { try rig.start() }
        rig.drain()
        rig.passLong()
        #expect(rig.rows == Array(100..<(follows ? 120 : 110)) + Array(105..<125) + Array(50..<60))
    }

    @Test func `what is to be stored whole is dropped when it cannot be, and there is room again when that would be`() throws {
        let ledger = try ledger()
        var spool = Spool(ledger, isWhole: true)
        try folder.remove("spool/crm")
        #expect(!store("123456789\n", &spool))
        #expect(spool.takeBack() && spool.pending.bytes.isEmpty && !spool.hasRoom)
        #expect(!spool.store().isStored)
        try folder.makeDirectory("spool/crm")
        #expect(spool.store().isStored && spool.hasRoom && spool.trouble == nil)
        #expect(store("abc\n", &spool))
        #expect(try text(1) == "abc\n")
    }

    @Test func `what the disk has no room for is known before anything is written`() throws {
        let file = try SpoolFile(path: folder.at("x.log"))
        #expect(throws: FileFailure(code: ENOSPC)) { try file.expectRoom(for: 1 << 60) }
        try file.expectRoom(for: 1)
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Foundation
import Pipeline
import Testing

@testable import LogSources

/// File systems that say little, forget files, or do not let everybody look.
@Suite struct NetworkFileTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    static let table = MountTable(
        """
        /dev/sda1 / ext4 rw 0 0
        systemd-1 /mnt/auto autofs rw 0 0
        server:/logs /mnt/auto nfs4 rw 0 0
        //server/logs /mnt/two\\040words cifs rw 0 0
        host /mnt/shared 9p rw 0 0
        driver /mnt/plain fuse rw 0 0
        sshfs /mnt/ssh fuse.sshfs rw 0 0
        /dev/sdb1 /mnt/shared/local xfs rw 0 0
        overlay /var/lib/overlay overlay rw 0 0
        """)

    @Test(
        arguments: [
            ("/mnt/auto/app", "nfs4"), ("/mnt/auto", "nfs4"), ("/mnt/two words", "cifs"), ("/mnt/shared/a/b", "9p"), ("/mnt/plain", "fuse"),
            ("/mnt/ssh/x", "fuse.sshfs"), ("/mnt/shared/local/x", nil), ("/mnt/autos", nil), ("/var/log", nil),
            ("/var/lib/overlay/log", nil),
        ] as [(String, String?)])
    func `file systems that do not report changes are known by the topmost mount`(path: String, type: String?) {
        #expect(NetworkFileTests.table.silentType(of: path) == type)
    }

    @Test func `the system's own mounts are read`() {
        #expect(LinuxFileSystem.mounts().type(of: "/proc/self") == "proc")
        #expect(LinuxFileSystem.mounts().silentType(of: "/proc/self") == nil)
    }

    @Test func `files of a share are polled, with rotation, and that is said once with its name`() throws {
        let rig = LaneRig([folder.at("app.log")])
        let path = try #require(LinuxFileSystem.realPath(folder.path))
        rig.mounts = { MountTable("/dev/sda1 / ext4 rw 0 0\nserver:/logs \(path) nfs4 rw 0 0\n") }
        try folder.append(LaneRig.lines(0..<2), to: "app.log")
        try rig.start()
        rig.drain()
        try folder.append(LaneRig.lines(2..<4), to: "app.log")
        rig.drain()
        #expect(rig.rows == [0, 1], "nothing was reported, so nothing is read before the next look")
        rig.pass(FileTreeSource.pollInterval)
        #expect(rig.rows == Array(0..<4))
        try folder.rename("app.log", "app.log.1")
        try folder.append(LaneRig.lines(4..<6), to: "app.log")
        rig.pass(FileTreeSource.pollInterval)
        rig.passLong()
        #expect(rig.rows == Array(0..<6))
        #expect(rig.troubles.map(\.counter) == ["watch_limit"])
        #expect(rig.troubles.first?.message.contains("nfs4") == true)
    }

    /// A directory that comes to lie on another device stands for a share that is mounted after the daemon's start.
    @Test(.enabled(if: Tool.isThere("/dev/shm"))) func `a share that is mounted later is polled from then on`() throws {
        let share = try TemporaryFolder(in: "/dev/shm")
        try folder.makeDirectory("local")
        try folder.append(LaneRig.lines(0..<2), to: "local/app.log")
        try share.append(LaneRig.lines(2..<4), to: "app.log")
        try folder.link("logs", to: folder.at("local"))
        let rig = LaneRig([folder.at("logs/app.log")])
        rig.mounts = { MountTable("/dev/sda1 / ext4 rw 0 0\nserver:/logs /dev/shm nfs rw 0 0\n") }
        try rig.start()
        rig.drain()
        #expect(rig.rows == [0, 1] && rig.troubles.isEmpty)
        try folder.link("next", to: share.path)
        try folder.rename("next", "logs")
        rig.drain()
        try share.append(LaneRig.lines(4..<6), to: "app.log")
        rig.pass(FileTreeSource.pollInterval)
        #expect(rig.rows == Array(0..<6))
        #expect(rig.count("watch_limit") == 1)
    }

    @Test func `a file that its server has forgotten is opened again and read from its place`() throws {
        try folder.append(LaneRig.lines(0..<2), to: "app.log")
        let clock = ManualClock()
        var source = FileTreeSource(
            paths: [folder.at("app.log")], follows: true, positions: [], rotateWait: .init(milliseconds: 100),
            watch: InotifyWatch(waker: SourceWaker()), openLimit: nil, now: { clock.time }, firstEventTime: { _, _ in nil })
        var id: StreamID?
        for change in source.scan() { if case .opened(let stream, _, _, _) = change { id = stream } }
        let stream = try #require(id)
        func read() -> (ReadOutcome, [UInt8]) {
            withScratch(count: 65_536) { scratch in
                let outcome = source.read(stream, into: &scratch)
                return (outcome, scratch.copy(0..<scratch.byteCount))
            }
        }
        #expect(read().1 == Array(LaneRig.lines(0..<2).utf8))
        try folder.append(LaneRig.lines(2..<4), to: "app.log")
        let file = try #require(source.generations[stream]?.file)
        file.nextFailure = FileFailure(code: ESTALE)
        #expect(read().0 == .idle)
        #expect(source.generations[stream]?.file == nil)
        #expect(source.scan().count == 1, "one trouble is told")
        #expect(read().1 == Array(LaneRig.lines(2..<4).utf8))
        #expect(source.generations[stream]?.file !== file)
    }
}

/// Rights that are taken away and given back.
@Suite struct RightsTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.makeDirectory("logs")
    }

    private func set(_ mode: Int, _ name: String = "logs") throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder.at(name))
    }

    /// Whether the directory was named, or is found by a pattern, for which the system gives no error.
    @Test(arguments: ["logs/app.log", "logs/*.log"]) func `a directory that is closed for a while ends no file in it`(path: String) throws {
        let rig = LaneRig([folder.at(path)])
        try folder.append(LaneRig.lines(0..<2) + LaneRig.line(2).prefix(20), to: "logs/app.log")
        try asStranger {
            try rig.start()
            rig.drain()
        }
        try set(0)
        try asStranger { for _ in 0..<5 { rig.pass(FileTreeSource.safetyInterval) } }
        #expect(rig.rows == [0, 1])
        #expect(rig.malformed.isEmpty, "half a line is no line")
        #expect(rig.positions.values.allSatisfy { !$0.isFinished })
        #expect(rig.count("unreadable_file") >= 1)
        try set(0o755)
        try folder.append(LaneRig.line(2).dropFirst(20) + LaneRig.lines(3..<5), to: "logs/app.log")
        try asStranger { rig.pass(FileTreeSource.safetyInterval) }
        #expect(rig.rows == Array(0..<5))
        #expect(rig.malformed.isEmpty && rig.losses.isEmpty)
        #expect(rig.opened.count == 1)
    }

    @Test(arguments: ["logs/app.log", "logs/*.log"]) func `a start while a directory is closed declares nothing lost`(path: String) throws {
        let rig = LaneRig([folder.at(path)])
        try folder.append(LaneRig.lines(0..<2), to: "logs/app.log")
        try asStranger {
            try rig.start()
            rig.drain()
        }
        rig.stop()
        try set(0)
        try asStranger {
            try rig.start()
            for _ in 0..<5 { rig.pass(FileTreeSource.safetyInterval) }
        }
        #expect(rig.losses.isEmpty)
        try set(0o755)
        try folder.append(LaneRig.lines(2..<4), to: "logs/app.log")
        try asStranger { rig.pass(FileTreeSource.safetyInterval) }
        #expect(rig.rows == Array(0..<4))
        #expect(rig.losses.isEmpty)
    }

    @Test func `a file that is closed while weir is stopped is read on from its place once it is open again`() throws {
        let rig = LaneRig([folder.at("logs/app.log")])
        try folder.append(LaneRig.lines(0..<2), to: "logs/app.log")
        try asStranger {
            try rig.start()
            rig.drain()
        }
        rig.stop()
        try set(0, "logs/app.log")
        try folder.append(LaneRig.lines(2..<4), to: "logs/app.log")
        try asStranger {
            try rig.start()
            for _ in 0..<3 { rig.pass(FileTreeSource.safetyInterval) }
        }
        #expect(rig.rows == [0, 1])
        #expect(rig.count("unreadable_file") == 1)
        try set(0o644, "logs/app.log")
        try asStranger { rig.pass(FileTreeSource.safetyInterval) }
        #expect(rig.rows == Array(0..<4))
        #expect(rig.losses.isEmpty)
    }
}

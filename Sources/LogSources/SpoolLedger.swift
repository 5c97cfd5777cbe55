// weir
// SPDX-License-Identifier: Apache-2.0

import Pipeline
import Synchronization

/// The files of a source's spool: `00000001.log` and so on, in a folder of their own in the state directory.
///
/// A receiver appends to the newest, the lane tails the folder like any other. A file that is not the newest goes once the lane's stored
/// position is behind its end. A number is never used twice, so that a name tells a file. State: 24 bytes a file.
package final class SpoolLedger: Sendable {
    /// The size at which a new file is begun, where the limit of the spool allows it.
    static let fileSize: UInt64 = 67_108_864

    package let directory: String
    /// The size of all files together beyond which nothing is taken.
    let limit: UInt64
    let rotation: UInt64
    private let content: Mutex<Content>

    private struct Content {
        var sizes: [UInt32: UInt64] = [:]
        /// How far the lane's stored positions are.
        var readTo: [UInt32: UInt64] = [:]
        var newest: UInt32 = 0

        var total: UInt64 { sizes.values.reduce(0, +) }

        /// The files that are read to their end, out of the ledger.
        mutating func takeDone() -> [UInt32] {
            let done = sizes.filter { $0.key < newest && (readTo[$0.key] ?? 0) >= $0.value }.map(\.key).sorted()
            for number in done {
                sizes[number] = nil
                readTo[number] = nil
            }
            return done
        }
    }

    /// Opens a spool after whatever happened to it: a line that broke off at the end of a file was never acknowledged, and goes.
    ///
    /// - Parameters:
    ///   - limit: bytes of all files.
    ///   - positions: where the lane stands. A file that is shorter than that lost, with the power, lines that were counted and never
    ///     acknowledged; what is left of it was read.
    /// Throws: ``ReceiverFailure`` when the folder cannot be used.
    package init(directory: String, limit: UInt64, positions: [StreamPosition]) throws(ReceiverFailure) {
        self.directory = FilePath.normalized(directory)
        self.limit = limit
        rotation = min(SpoolLedger.fileSize, max(limit / 4, 1))
        var found = Content()
        do throws(FileFailure) {
            try SpoolFolder.create(self.directory)
            for position in positions {
                guard let number = SpoolLedger.number(of: position.path, in: self.directory) else { continue }
                found.newest = max(found.newest, number)
                found.readTo[number] = max(found.readTo[number] ?? 0, position.offset)
            }
            for name in try LinuxFileSystem.names(in: self.directory) {
                let path = FilePath.join(self.directory, name)
                guard let number = SpoolLedger.number(of: path, in: self.directory) else { continue }
                found.newest = max(found.newest, number)
                let size = try LinuxFileSystem.linkStatus(path: path).size
                if found.readTo[number] ?? 0 > size {
                    if !SpoolFolder.remove(path) { throw FileFailure(code: 5) }
                    continue
                }
                found.sizes[number] = try SpoolLedger.mend(path, size: size)
            }
        } catch {
            throw ReceiverFailure(message: "the spool \(self.directory) cannot be used: \(error.text)")
        }
        content = Mutex(found)
        sweep()
    }

    /// Positions to go on with: a file that the spool removed was read to its end, and is not missing.
    package func settled(_ positions: [StreamPosition]) -> [StreamPosition] {
        content.withLock { content in
            positions.map { position in
                guard !position.isFinished, let number = SpoolLedger.number(of: position.path, in: directory),
                    content.sizes[number] == nil
                else { return position }
                var settled = position
                settled.isFinished = true
                return settled
            }
        }
    }

    /// Notes how far the lane is, and lets go of what it has read. Called after each stored commit.
    package func release(_ positions: [StreamPosition]) {
        content.withLock { content in
            for position in positions {
                guard let number = SpoolLedger.number(of: position.path, in: directory), content.sizes[number] != nil else { continue }
                content.readTo[number] = max(content.readTo[number] ?? 0, position.offset)
            }
        }
        sweep()
    }

    /// Bytes of all files.
    package var size: UInt64 { content.withLock { $0.total } }

    /// The file to append to, and its size: the newest while it is not full, or a new one.
    func current() -> (number: UInt32, size: UInt64) {
        content.withLock { content in
            let size = content.sizes[content.newest]
            if size == nil || size ?? 0 >= rotation {
                content.newest += 1
                content.sizes[content.newest] = 0
            }
            return (content.newest, content.sizes[content.newest] ?? 0)
        }
    }

    /// Begins a new file, whatever the size of the newest: what was appended to it may not be on the disk.
    func abandon() {
        content.withLock { content in
            content.newest += 1
            content.sizes[content.newest] = 0
        }
        sweep()
    }

    func grow(_ number: UInt32, by bytes: Int) {
        let isFull = content.withLock { content in
            content.sizes[number, default: 0] += UInt64(bytes)
            return content.sizes[number, default: 0] >= rotation
        }
        if isFull { sweep() }
    }

    func path(_ number: UInt32) -> String {
        let digits = String(number)
        return FilePath.join(directory, String(repeating: "0", count: max(8 - digits.utf8.count, 0)) + digits + ".log")
    }

    private func sweep() {
        let done = content.withLock { $0.takeDone() }
        // One that cannot be removed is found again at the next start; meanwhile nothing depends on it.
        for number in done { _ = SpoolFolder.remove(path(number)) }
    }

    /// Ends a file behind its last whole line. What stands there was not acknowledged: that needs its line feed on the disk. Not where the
    /// reader knows the file by so few first bytes that it would not recognise it: there the line is ended as it stands.
    private static func mend(_ path: String, size: UInt64) throws(FileFailure) -> UInt64 {
        guard size > 0 else { return 0 }
        let file = try OpenFile(path: path)
        var end = size
        var tail: [UInt8] = []
        while end > 0 {
            let start = end - min(end, 65_536)
            tail = try file.bytes(at: start, count: Int(end - start))
            if let last = tail.lastIndex(of: 0x0A) {
                end = start + UInt64(last) + 1
                break
            }
            end = start
        }
        if end == size { return size }
        if end >= UInt64(ByteStream.prefixLength) {
            try SpoolFolder.cut(path, to: end)
            return end
        }
        var position = 0
        let open = try SpoolFile(path: path)
        try open.append([0x0A], from: &position)
        try open.synchronize()
        return size + 1
    }

    private static func number(of path: String, in directory: String) -> UInt32? {
        guard FilePath.parent(of: path) == directory else { return nil }
        let name = FilePath.name(of: path)
        guard name.hasSuffix(".log"), name.utf8.count >= 12, name.utf8.dropLast(4).allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return UInt32(name.dropLast(4))
    }
}

/// Why a receiver cannot work, in one sentence.
package struct ReceiverFailure: Error, Equatable, Sendable { package var message: String }

// weir
// SPDX-License-Identifier: Apache-2.0

/// The writing end of a spool: collects lines, and stores all that came meanwhile with one write and one `fdatasync`, so that the rate does
/// not depend on how long the disk takes for one.
///
/// Lines that could not be stored stay and are tried again; nobody gets an answer for them before that. Where senders keep what they get
/// no good answer for, nothing is written that there is no room for, and ``takeBack()`` drops it. After a failed `fdatasync` nothing
/// is known of what the disk has, so that they are written again to a new file: a line may then count twice, but none is lost.
struct Spool {
    /// Lines that wait to be stored.
    var pending = ReceivedLines()
    private let ledger: SpoolLedger
    /// Whether nothing is to be written of what cannot be written whole.
    private let isWhole: Bool
    /// Bytes that there was no room for.
    private var lacking = 0
    private var file: SpoolFile?
    private var number: UInt32 = 0
    /// Bytes of ``pending`` that were written already.
    private var written = 0
    /// What keeps the spool from being written, in words; nil while it can be.
    private(set) var trouble: String?

    init(_ ledger: SpoolLedger, isWhole: Bool) {
        self.ledger = ledger
        self.isWhole = isWhole
    }

    /// Whether more may be taken.
    var hasRoom: Bool { trouble == nil && ledger.size + UInt64(pending.bytes.count) < ledger.limit }

    /// Stores everything that is pending. Returns whether that, and the lines that were stored.
    mutating func store() -> (isStored: Bool, lines: ReceivedLines) {
        guard !pending.bytes.isEmpty else {
            guard lacking == 0 || hasRoomAgain() else { return (false, ReceivedLines()) }
            let lines = pending
            pending.removeAll()
            return (true, lines)
        }
        do throws(FileFailure) {
            let file = try openFile()
            if isWhole && written == 0 { try file.expectRoom(for: pending.bytes.count) }
            let before = written
            defer { ledger.grow(number, by: written - before) }
            try file.append(pending.bytes, from: &written)
        } catch {
            trouble = error.text
            return (false, ReceivedLines())
        }
        do throws(FileFailure) {
            try file?.synchronize()
        } catch {
            trouble = error.text
            file = nil
            written = 0
            ledger.abandon()
            return (false, ReceivedLines())
        }
        trouble = nil
        written = 0
        let lines = pending
        pending = ReceivedLines()
        return (true, lines)
    }

    /// Drops what could not be stored. False when there is nothing, or some of it is written: the rest has to follow then, or the lane
    /// would read half a line.
    mutating func takeBack() -> Bool {
        guard written == 0, !pending.bytes.isEmpty else { return false }
        lacking = pending.bytes.count
        pending.removeAll()
        return true
    }

    /// Whether what was dropped last would be stored now.
    private mutating func hasRoomAgain() -> Bool {
        do throws(FileFailure) {
            try openFile().expectRoom(for: lacking)
        } catch {
            trouble = error.text
            return false
        }
        trouble = nil
        lacking = 0
        return true
    }

    private mutating func openFile() throws(FileFailure) -> SpoolFile {
        // Lines that are half written are finished in their own file.
        if let file, written > 0 { return file }
        let (current, _) = ledger.current()
        if let file, current == number { return file }
        let opened = try SpoolFile(path: ledger.path(current))
        try SpoolFolder.synchronize(ledger.directory)
        file = opened
        number = current
        return opened
    }
}

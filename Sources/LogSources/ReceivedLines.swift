// weir
// SPDX-License-Identifier: Apache-2.0

/// Lines that senders handed over and that are on their way to the spool.
///
/// Each ends with a line feed and holds none: one inside of a message becomes `\n`, two characters. Every other byte stays, NUL too.
struct ReceivedLines {
    /// The longest line that is taken. Longer ones are refused and counted: they would be cut later anyhow.
    static let lineLimit = 1_048_576

    private(set) var bytes: [UInt8] = []
    private(set) var count = 0
    /// Messages that were too long or broke off.
    private(set) var refused = 0

    /// Adds a message. Line ends at its own end are left away; an empty message is none.
    mutating func add(_ message: ArraySlice<UInt8>) {
        var end = message.endIndex
        while end > message.startIndex, message[end - 1] == 0x0A || message[end - 1] == 0x0D { end -= 1 }
        let line = message[message.startIndex..<end]
        guard !line.isEmpty else { return }
        guard line.count <= ReceivedLines.lineLimit else {
            refuse()
            return
        }
        if line.contains(0x0A) {
            for byte in line { if byte == 0x0A { bytes += [0x5C, 0x6E] } else { bytes.append(byte) } }
        } else {
            bytes += line
        }
        bytes.append(0x0A)
        count += 1
    }

    mutating func refuse() { refused += 1 }

    mutating func add(_ others: ReceivedLines) {
        bytes += others.bytes
        count += others.count
        refused += others.refused
    }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: bytes.capacity <= 16_777_216)
        count = 0
        refused = 0
    }
}

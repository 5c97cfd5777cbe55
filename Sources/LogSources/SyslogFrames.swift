// weir
// SPDX-License-Identifier: Apache-2.0

/// Tells the messages of a syslog stream apart: octet counting (`LENGTH SP MESSAGE`) or a terminator behind each message.
///
/// Which of the two a sender uses is told by its first bytes, once for the connection: a number, a space and `<` is a count, since every
/// syslog message begins with `<`. The terminator is a line feed or, where the first message ends so, a NUL, as glibc's `syslog` writes it
/// to a unix stream. State: at most a line and a half. Source: RFC 6587 section 3.4.
struct SyslogFrames {
    private enum Framing: Equatable {
        case unknown
        case counted
        case terminated(UInt8?)
    }

    private var framing = Framing.unknown
    /// Whether a NUL may be a terminator: on unix streams.
    private let mayEndWithNUL: Bool
    private var rest: [UInt8] = []
    /// Octets of a message that is too long, still to be stepped over.
    private var excess = 0
    /// A message without a count is too long: everything up to its end is stepped over.
    private var isOverlong = false
    /// The stream makes no sense any more: whoever counts octets wrongly once is not understood again.
    private(set) var isBroken = false

    init(mayEndWithNUL: Bool) { self.mayEndWithNUL = mayEndWithNUL }

    mutating func take(_ bytes: ArraySlice<UInt8>, into lines: inout ReceivedLines) {
        guard !isBroken else { return }
        if framing == .unknown {
            rest += bytes
            guard decide() else { return }
            let all = rest
            rest = []
            take(all[...], into: &lines)
        } else if framing == .counted {
            takeCounted(bytes, into: &lines)
        } else {
            takeTerminated(bytes, into: &lines)
        }
    }

    /// The sender closed the stream. An unterminated last message is one; a counted one that broke off is refused.
    mutating func finish(into lines: inout ReceivedLines) {
        defer { rest = [] }
        // What is too long or broken is counted already.
        guard !isBroken, !isOverlong, excess == 0, !rest.isEmpty else { return }
        if framing == .counted { lines.refuse() } else { lines.add(rest[...]) }
    }

    /// Whether enough is there to know the framing.
    private mutating func decide() -> Bool {
        let digits = rest.prefix { (0x30...0x39).contains($0) }.count
        guard digits > 0, digits <= 8, rest[0] != 0x30 else {
            if !rest.isEmpty { framing = .terminated(nil) }
            return !rest.isEmpty
        }
        guard rest.count > digits else { return false }
        guard rest[digits] == 0x20 else {
            framing = .terminated(nil)
            return true
        }
        guard rest.count > digits + 1 else { return false }
        framing = rest[digits + 1] == UInt8(ascii: "<") ? .counted : .terminated(nil)
        return true
    }

    private mutating func takeCounted(_ bytes: ArraySlice<UInt8>, into lines: inout ReceivedLines) {
        let fresh = bytes.dropFirst(min(excess, bytes.count))
        excess -= bytes.count - fresh.count
        rest += fresh
        var position = 0
        while position < rest.count {
            // Some senders put a line feed behind each counted message, too.
            if rest[position] == 0x0A {
                position += 1
                continue
            }
            let head = rest[position...].prefix(9)
            guard let space = head.firstIndex(of: 0x20) else {
                let isNumber = head.allSatisfy { (0x30...0x39).contains($0) }
                if !isNumber || head.count == 9 { fail(&lines) }
                break
            }
            // Digits alone: a number in Swift may have a sign.
            let digits = rest[position..<space]
            let isNumber = digits.allSatisfy { (0x30...0x39).contains($0) }
            guard isNumber, let count = Int(String(decoding: digits, as: UTF8.self)), count > 0 else {
                fail(&lines)
                break
            }
            let start = space + 1
            if count > ReceivedLines.lineLimit {
                lines.refuse()
                excess = max(count - (rest.count - start), 0)
                position = min(start + count, rest.count)
                continue
            }
            guard rest.count >= start + count else { break }
            lines.add(rest[start..<start + count])
            position = start + count
        }
        if isBroken { rest = [] } else if position > 0 { rest.removeFirst(position) }
    }

    private mutating func fail(_ lines: inout ReceivedLines) {
        isBroken = true
        lines.refuse()
    }

    private mutating func takeTerminated(_ bytes: ArraySlice<UInt8>, into lines: inout ReceivedLines) {
        var position = bytes.startIndex
        while position < bytes.endIndex {
            guard let end = nextEnd(bytes[position...]) else {
                if !isOverlong { rest += bytes[position...] }
                if rest.count > ReceivedLines.lineLimit {
                    lines.refuse()
                    rest = []
                    isOverlong = true
                }
                return
            }
            if isOverlong {
                isOverlong = false
            } else if rest.isEmpty {
                lines.add(bytes[position..<end])
            } else {
                rest += bytes[position..<end]
                lines.add(rest[...])
                rest.removeAll(keepingCapacity: rest.capacity <= 65_536)
            }
            position = end + 1
        }
    }

    private mutating func nextEnd(_ bytes: ArraySlice<UInt8>) -> Int? {
        if case .terminated(let byte?) = framing { return bytes.firstIndex(of: byte) }
        guard let end = bytes.firstIndex(where: { $0 == 0x0A || $0 == 0 && mayEndWithNUL }) else { return nil }
        framing = .terminated(bytes[end])
        return end
    }
}

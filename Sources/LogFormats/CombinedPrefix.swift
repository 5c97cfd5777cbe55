// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What stands before the time of an access log line: `[vhost ][address[,] ]*address ident user`, or `vhost name - user`.
enum CombinedPrefix {
    private static let space = UInt8(ascii: " ")
    private static let dash = UInt8(ascii: "-")

    /// Reads `start ..< end`, `end` being the space before the time. An account that stays empty means that nobody was logged in.
    @inline(__always)
    static func read(_ bytes: PaddedBytes, from start: Int, to end: Int, into line: inout DecodedLine) -> MalformedReason? {
        let addressEnd = bytes.firstIndex(of: space, or: UInt8(ascii: ","), from: start, to: end)
        let user = addressEnd &+ 3
        // ` - `: no ident, one address, the form of nearly every line there is.
        if bytes.half(at: addressEnd) & 0xFF_FFFF == 0x20_2D20 && user < end && addressEnd > start {
            line.address = TextRange(start: start, count: addressEnd &- start)
            return take(bytes, from: user, to: end, into: &line)
        }
        return readSlowly(bytes, from: start, to: end, into: &line)
    }

    @inline(never)
    private static func readSlowly(_ bytes: PaddedBytes, from start: Int, to end: Int, into line: inout DecodedLine) -> MalformedReason? {
        var token = start
        var tokenEnd = bytes.firstIndex(of: space, from: token, to: end)
        // Whatever is followed by an address stands before it: a virtual host, or a forwarder.
        while tokenEnd < end {
            let nextEnd = bytes.firstIndex(of: space, from: tokenEnd + 1, to: end)
            let isListed = tokenEnd > token && bytes[tokenEnd - 1] == UInt8(ascii: ",")
            guard isListed || precedesIdent(bytes, from: tokenEnd + 1, to: nextEnd) else { break }
            token = tokenEnd + 1
            tokenEnd = nextEnd
        }
        guard tokenEnd > token, tokenEnd < end else { return .syntax }
        // `host name - user`: a name that was looked up, behind a virtual host that is an address. A user's name begins with no dash.
        let identEnd = bytes.firstIndex(of: space, from: tokenEnd + 1, to: end)
        let hasDash = bytes[identEnd + 1] == dash && bytes[identEnd + 2] == space && identEnd + 3 < end
        if hasDash && !(identEnd - tokenEnd == 2 && bytes[tokenEnd + 1] == dash) {
            token = tokenEnd + 1
            tokenEnd = identEnd
        }
        let address = behindLastComma(bytes, from: token, to: tokenEnd)
        line.address = TextRange(start: address, count: tokenEnd - address)
        let last = bytes.firstIndex(of: space, from: tokenEnd + 1, to: end)
        guard last > tokenEnd + 1, last + 1 < end else { return .syntax }
        return take(bytes, from: last + 1, to: end, into: &line)
    }

    /// Whether a word is an address or part of a list of them: then it is no ident.
    private static func precedesIdent(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Bool {
        if end > start && bytes[end - 1] == UInt8(ascii: ",") { return true }
        if end - start == 5 && bytes.hasASCII("unix:", at: start) { return true }
        return isAddress(bytes, from: start, to: end)
    }

    /// Where the last entry of `a,b,c` starts.
    static func behindLastComma(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Int {
        var position = end
        while position > start && bytes[position - 1] != UInt8(ascii: ",") { position -= 1 }
        return position
    }

    /// Takes the user. Complexity: O(length), eight bytes a step.
    @inline(__always)
    private static func take(_ bytes: PaddedBytes, from start: Int, to end: Int, into line: inout DecodedLine) -> MalformedReason? {
        if bytes[start] == dash && end &- start == 1 { return nil }
        var position = start
        while position < end {
            let left = end &- position
            // Bytes behind the user count as letters.
            let word = left >= 8 ? bytes.word(at: position) : bytes.word(at: position) | (~0 &<< UInt64(truncatingIfNeeded: 8 &* left))
            // A byte up to 0x20, or DEL. Bytes of UTF-8 have the top bit set and pass.
            let low = (word &- 0x2121_2121_2121_2121) & ~word & 0x8080_8080_8080_8080
            let deletes = word ^ 0x7F7F_7F7F_7F7F_7F7F
            let hits = low | ((deletes &- 0x0101_0101_0101_0101) & ~deletes & 0x8080_8080_8080_8080)
            if hits != 0 {
                if let reason = judge(bytes, from: start, to: end) { return reason }
                break
            }
            position &+= 8
        }
        if end &- start == 2 && bytes.hasASCII("\"\"", at: start) { return nil }
        line.account = TextRange(start: start, count: end &- start)
        return nil
    }

    /// A user with control characters, or one that may be something else: see ``CombinedFormat``.
    @inline(never)
    private static func judge(_ bytes: PaddedBytes, from start: Int, to end: Int) -> MalformedReason? {
        for index in start..<end where bytes[index] < 0x20 || bytes[index] == 0x7F { return .controlCharacterInName }
        for index in start..<end where bytes[index] == dash {
            let isFirst = index == start || bytes[index - 1] == space
            let isLast = index + 1 == end || bytes[index + 1] == space
            if isFirst && isLast { return .syntax }
        }
        return bytes[start] == space || bytes[end - 1] == space ? .syntax : nil
    }

    /// Whether a byte can be part of an address: hexadecimal digits, dots, colons, brackets.
    @inline(__always)
    static func isAddressByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x3A, UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: "."),
            UInt8(ascii: "["),
            UInt8(ascii: "]"):
            true
        default: false
        }
    }

    /// Whether a word has the shape of an address: three dots or two colons, and nothing that an address cannot hold. A comma may follow.
    static func isAddress(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Bool {
        let last = end > start && bytes[end - 1] == UInt8(ascii: ",") ? end - 1 : end
        var dots = 0
        var colons = 0
        for index in start..<last {
            guard isAddressByte(bytes[index]) else { return false }
            if bytes[index] == UInt8(ascii: ".") { dots += 1 }
            if bytes[index] == UInt8(ascii: ":") { colons += 1 }
        }
        return dots == 3 || colons >= 2
    }
}

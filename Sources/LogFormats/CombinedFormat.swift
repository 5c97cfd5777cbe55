// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// `combined`: the access log of nginx and Apache, in the common, combined and virtual-host forms.
///
/// `[vhost[:port] ]["forwarders" ]address[, address]* ident user [time] "request" status bytes` and whatever the operator added behind it;
/// the time may be the common log's or ISO 8601 in seconds. The account is `$remote_user` as it is logged, escapes and all; requests
/// without one (`-`) are ignored and counted. Bytes count when the status is 2xx: only then the body was data that left. The operation
/// follows the method, see ``HTTPOperation``. With `fields: {account: client}` the address stands for whoever has no name.
///
/// The address is the first field. Where that is a list of forwarders its last entry counts, the one that the nearest proxy saw: the others
/// are what a client claimed. A quoted list of addresses (`"$http_x_forwarded_for"`), before the address or as the third quoted field
/// behind it, replaces a private address, and only a private one, by the same rule.
///
/// Whoever sends requests writes the request, the referer and the agent, and chooses a name to log in with. The line is therefore read from
/// its left: the request starts at the first quote behind `] `, which a writer that escapes quotes (nginx: `\x22`, Apache: `\"`) never puts
/// into a user, and status and bytes stand directly behind the first quote that is not escaped. A user that holds ` - ` could be the end of
/// a forged address or a name: such a line can be read in two ways and is refused. A log written with nginx's `escape=none` proves nothing.
///
/// Complexity: O(bytes). State: the last minute, 40 bytes.
public struct CombinedFormat: LineFormat {
    /// What the catalogue says.
    public static let descriptor = FormatDescriptor(
        name: "combined", summary: "access logs of nginx and Apache (common, combined, virtual hosts), with the logged-in user as account",
        defaultLateness: .minutes(2), mappableKeys: ["account"], columns: ["client"], standIns: ["client"],
        example: #"10.0.4.7 - svc-orders [01/Jun/2026:02:05:00 +0000] "GET /api/contacts HTTP/1.1" 200 51200 "-" "sync/2.1""#)

    private var clock = CommonLogClock()
    /// Whether requests of nobody are those of their addresses.
    private let namesAddresses: Bool

    /// Throws: ``FormatOptionsError`` for any map but `account: client`: the fields have their places.
    public init(options: FormatOptions) throws(FormatOptionsError) {
        let problems = options.fields.sorted { $0.key < $1.key }.compactMap { key, place in
            key == "account" && ColumnPlan.plain(place) == "client"
                ? nil : "fields.\(key): combined has fixed fields; only account can be placed, at client, where nobody is named"
        }
        guard problems.isEmpty else { throw FormatOptionsError(problems: problems) }
        namesAddresses = !options.fields.isEmpty
    }

    /// Decodes whole lines; see ``LineFormat/decode(_:from:isFinal:into:)``.
    public mutating func decode(_ bytes: PaddedBytes, from start: Int, isFinal: Bool, into lines: inout DecodedLines) -> Int {
        var position = start
        var clock = self.clock
        while position < bytes.count && !lines.isFull {
            if let next = CombinedLine.steady(bytes, from: position, clock: &clock, namesAddresses, into: &lines) {
                position = next
                continue
            }
            let end = bytes.firstIndex(of: UInt8(ascii: "\n"), from: position, to: bytes.count)
            if end == bytes.count && !isFinal { break }
            CombinedLine.decode(bytes, from: position, to: end, clock: &clock, namesAddresses, into: &lines)
            position = min(end + 1, bytes.count)
        }
        self.clock = clock
        return position
    }
}

/// The last minute of a log of common log times, remembered for the same reason as in ``MinuteClock``.
struct CommonLogClock: Sendable {
    // `01/Jan/1970:00:00:`, and ` +0000`.
    private var first: UInt64 = 0x312F_6E61_4A2F_3130
    private var second: UInt64 = 0x303A_3030_3A30_3739
    /// The minute's last digit and a colon.
    private var third: UInt32 = 0x3A30
    /// What follows the seconds.
    private var zone: UInt64 = 0x3030_3030_2B20
    private var minute: Int64 = 0

    /// The 26 bytes from `start` on as milliseconds since 1970, or `Int64.min`.
    @inline(__always)
    mutating func time(_ bytes: PaddedBytes, from start: Int) -> Int64 {
        let isAgain =
            (bytes.word(at: start) ^ first) | (bytes.word(at: start &+ 8) ^ second) | (bytes.word(at: start &+ 18) &>> 16 ^ zone)
            | UInt64(bytes.half(at: start &+ 16) & 0xFFFF ^ third) == 0
        if isAgain {
            let seconds = TimestampParser.pair(bytes, start &+ 18)
            if seconds < 60 { return minute &+ Int64(seconds) &* 1000 }
        }
        return parse(bytes, from: start)
    }

    @inline(never)
    private mutating func parse(_ bytes: PaddedBytes, from start: Int) -> Int64 {
        let time = TimestampParser.commonLog(bytes, from: start, to: start + 26)
        let seconds = TimestampParser.pair(bytes, start + 18)
        guard time != .min, seconds < 60 else { return time }
        (first, second, third) = (bytes.word(at: start), bytes.word(at: start + 8), bytes.half(at: start + 16) & 0xFFFF)
        zone = bytes.word(at: start + 18) >> 16
        minute = time - Int64(seconds) * 1000
        return time
    }
}

/// Decodes single lines of ``CombinedFormat``.
enum CombinedLine {
    private static let quote = UInt8(ascii: "\"")
    private static let space = UInt8(ascii: " ")
    private static let dash = UInt8(ascii: "-")

    /// Decodes a line of the form that nearly every line has, and returns where the next one starts; nil, having decided nothing, for any
    /// other line, and for one whose end has not come. What it reads means the same to ``decode(_:from:to:clock:into:)``.
    ///
    /// Every byte is looked at once: nothing that is searched for may lie behind the line's end, which is found on the way.
    @inline(__always)
    static func steady(
        _ bytes: PaddedBytes, from start: Int, clock: inout CommonLogClock, _ namesAddresses: Bool, into lines: inout DecodedLines
    ) -> Int? {
        let limit = bytes.count
        let open = bytes.firstIndex(of: quote, or: UInt8(ascii: "\n"), from: start, to: limit)
        let stamp = open &- 30
        guard open < limit, stamp > start, bytes[open] == quote, opensRequest(bytes, open, from: start),
            bytes[stamp &+ 1] == UInt8(ascii: "["), bytes[stamp] == space, bytes[start] != 0xEF
        else { return nil }
        let time = clock.time(bytes, from: open &- 28)
        var line = DecodedLine()
        line.time = EventTime(milliseconds: time)
        line.start = UInt32(truncatingIfNeeded: start)
        guard time != Int64.min, CombinedPrefix.read(bytes, from: start, to: stamp, into: &line) == nil else { return nil }
        let close = bytes.textEnd(from: open &+ 1, to: limit)
        guard close < limit, bytes[close] == quote else { return nil }
        var behind = close
        guard answer(bytes, from: open &+ 1, close: close, to: limit, &behind, into: &line) == nil else { return nil }
        let ends = bytes.mask(of: UInt8(ascii: "\n"), at: behind)
        let end = ends != 0 ? behind &+ ends.trailingZeroBitCount : bytes.firstIndex(of: UInt8(ascii: "\n"), from: behind, to: limit)
        guard end < limit else { return nil }
        if isPrivate(bytes, line.address),
            ends == 0 || hasFiveQuotes(bytes.mask(of: quote, at: behind) & PaddedBytes.lowBits(end &- behind))
        {
            forwarded(bytes, from: behind, to: end, into: &line)
        }
        take(line, bytes, namesAddresses, into: &lines)
        return end &+ 1
    }

    /// Appends a request, or counts it as ignored where it is nobody's.
    @inline(__always)
    private static func take(_ line: DecodedLine, _ bytes: PaddedBytes, _ namesAddresses: Bool, into lines: inout DecodedLines) {
        guard line.account.isEmpty else { return lines.lines.append(line) }
        let address = Int(line.address.start)
        guard namesAddresses, !line.address.isEmpty, !bytes.hasControl(from: address, to: address + line.address.count) else {
            lines.ignored &+= 1
            return
        }
        lines.lines.append(line)
        lines.lines[lines.lines.count - 1].account = line.address
    }

    /// Whether there is a third field in quotes, or the beginning of one.
    @inline(__always)
    private static func hasFiveQuotes(_ quotes: UInt64) -> Bool {
        var left = quotes
        for _ in 0..<4 { left &= left &- 1 }
        return left != 0
    }

    /// Decodes `start ..< end` (without the line end) and appends the line, counts it as ignored, or notes the reason against it.
    @inline(__always)
    static func decode(
        _ bytes: PaddedBytes, from start: Int, to end: Int, clock: inout CommonLogClock, _ namesAddresses: Bool,
        into lines: inout DecodedLines
    ) {
        // A byte order mark, which stands between files that were put together, is none of the address.
        var start = start
        while bytes[start] == 0xEF && start + 3 <= end && bytes.hasASCII("\u{FEFF}", at: start) { start += 3 }
        var prefix = start
        var open = bytes.firstIndex(of: quote, from: start, to: end)
        if !opensRequest(bytes, open, from: start) { (prefix, open) = laterRequest(bytes, open, from: start, to: end) }
        guard open < end else { return refuseWithoutRequest(bytes, start, end, &lines) }
        var time = Int64.min
        var stamp = open &- 30
        if stamp > prefix && bytes[stamp &+ 1] == UInt8(ascii: "[") && bytes[stamp] == space {
            time = clock.time(bytes, from: open &- 28)
        } else {
            stamp = open - 29
            guard stamp > prefix, bytes[stamp] == space, bytes[stamp + 1] == UInt8(ascii: "[") else {
                return lines.refuse(.syntax, start: start, end: end)
            }
            time = TimestampParser.rfc3339(bytes, from: stamp + 2, to: open - 2)
        }
        guard time != Int64.min else { return lines.refuse(.badTime, start: start, end: end) }
        var line = DecodedLine()
        line.time = EventTime(milliseconds: time)
        line.start = UInt32(truncatingIfNeeded: start)
        if let reason = CombinedPrefix.read(bytes, from: prefix, to: stamp, into: &line) {
            return lines.refuse(reason, start: start, end: end)
        }
        if prefix != start && isPrivate(bytes, line.address) { forwardedBefore(bytes, prefix, from: start, into: &line) }
        // Every line is checked to the end, so that the number of malformed lines does not depend on who was logged in.
        if let reason = response(bytes, from: open &+ 1, to: end, into: &line) {
            return lines.refuse(reason, start: start, end: end)
        }
        take(line, bytes, namesAddresses, into: &lines)
    }

    /// Whether the quote at a position opens the request: it stands behind `] `.
    @inline(__always)
    private static func opensRequest(_ bytes: PaddedBytes, _ open: Int, from start: Int) -> Bool {
        open &- start > 2 && bytes[open &- 1] == space && bytes[open &- 2] == UInt8(ascii: "]")
    }

    /// The same for a line with other quotes before it: around a list of forwarders, at the beginning or behind the virtual host, or in a
    /// user. Returns where the address starts, and the quote.
    @inline(never)
    private static func laterRequest(_ bytes: PaddedBytes, _ first: Int, from start: Int, to end: Int) -> (prefix: Int, open: Int) {
        var prefix = start
        var open = first
        let isFirstWord = first == start || (bytes[first - 1] == space && bytes.firstIndex(of: space, from: start, to: first) == first - 1)
        if first < end && isFirstWord {
            open = closingQuote(bytes, from: first + 1, to: end)
            guard open + 1 < end, bytes[open + 1] == space else { return (start, end) }
            prefix = open + 2
        }
        repeat {
            open = bytes.firstIndex(of: quote, from: min(open + 1, end), to: end)
        } while open < end && !opensRequest(bytes, open, from: prefix)
        return (prefix, open)
    }

    /// Takes the last address of a quoted list that ends before `prefix`.
    @inline(never)
    private static func forwardedBefore(_ bytes: PaddedBytes, _ prefix: Int, from start: Int, into line: inout DecodedLine) {
        takeLast(bytes, from: bytes.firstIndex(of: quote, from: start, to: prefix) + 1, to: prefix - 2, into: &line)
    }

    /// Blank lines are none; UTF-16 is told apart from the rest, because it happens and can be mended by the operator.
    @inline(never)
    private static func refuseWithoutRequest(_ bytes: PaddedBytes, _ start: Int, _ end: Int, _ lines: inout DecodedLines) {
        var first = start
        while first < end && (bytes[first] <= 0x20) { first += 1 }
        guard first < end else { return }
        let isUTF16 = (bytes[first] == 0xFF && bytes[first + 1] == 0xFE) || (bytes[first] == 0xFE && bytes[first + 1] == 0xFF)
        lines.refuse(isUTF16 ? .utf16 : .syntax, start: start, end: end)
    }

    /// Reads from behind the request's opening quote on: request, status, bytes, and the forwarders where they count.
    @inline(__always)
    private static func response(_ bytes: PaddedBytes, from first: Int, to end: Int, into line: inout DecodedLine) -> MalformedReason? {
        var close = bytes.firstIndex(of: quote, or: UInt8(ascii: "\\"), from: first, to: end)
        if close < end && bytes[close] != quote { close = closingQuote(bytes, from: close, to: end) }
        guard close < end else { return .unbalancedQuote }
        var behind = close
        if let reason = answer(bytes, from: first, close: close, to: end, &behind, into: &line) { return reason }
        if isPrivate(bytes, line.address) { forwarded(bytes, from: behind, to: end, into: &line) }
        return nil
    }

    /// Reads the request, which ends at the quote `close`, the status and the bytes; `behind` is set behind these.
    @inline(__always)
    private static func answer(
        _ bytes: PaddedBytes, from first: Int, close: Int, to end: Int, _ behind: inout Int, into line: inout DecodedLine
    ) -> MalformedReason? {
        // `" 200 51200`: checked in one word; a byte behind the line is a line end or padding and is never taken.
        let word = bytes.word(at: close)
        let status = (word &>> 16) & 0xFF_FFFF
        let digits = status ^ 0x30_3030
        guard word & 0xFF00_0000_FF00 == 0x2000_0000_2000, (digits &+ 0x76_7676) & 0x80_8080 == 0, digits & 0x80_8080 == 0, close &+ 6 < end
        else { return withoutStatus(bytes, close, end) }
        line.status = UInt16(truncatingIfNeeded: (digits & 0xF) &* 100 &+ ((digits &>> 8) & 0xF) &* 10 &+ (digits &>> 16))
        let number = close &+ 6
        let (size, length) = NumberParser.digits(bytes, from: number, to: end)
        behind = number &+ length
        if length == 0 {
            guard bytes[number] == dash else { return .badNumber }
            behind = number + 1
        }
        guard length <= NumberParser.longest, behind == end || bytes[behind] <= space else { return .badNumber }
        if line.status &- 200 < 100 && length > 0 {
            line.bytes = size
            line.presence = .bytes
        }
        request(bytes, from: first, to: close, into: &line)
        return nil
    }

    /// A client that went away before an answer leaves ` - -` (Traefik): read, with nothing to count.
    @inline(never)
    private static func withoutStatus(_ bytes: PaddedBytes, _ close: Int, _ end: Int) -> MalformedReason? {
        let behind = close + 5
        return behind <= end && bytes.hasASCII(" - -", at: close + 1) && (behind == end || bytes[behind] <= space) ? nil : .syntax
    }

    /// The closing quote, or `end`: escaped bytes are stepped over.
    @inline(never)
    private static func closingQuote(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Int {
        var position = start
        while position < end && bytes[position] != quote {
            let step = bytes[position] == UInt8(ascii: "\\") ? 2 : 0
            position = bytes.firstIndex(of: quote, or: UInt8(ascii: "\\"), from: min(position + step, end), to: end)
        }
        return position
    }

    /// Method and path of `GET /path HTTP/1.1`. What is not a request (`-`, or the bytes of another protocol) has neither.
    @inline(__always)
    private static func request(_ bytes: PaddedBytes, from first: Int, to close: Int, into line: inout DecodedLine) {
        let word = bytes.word(at: first)
        let spaces = word ^ 0x2020_2020_2020_2020
        // Exact for the lowest zero byte, which is the one wanted.
        let hits = (spaces &- 0x0101_0101_0101_0101) & ~spaces & 0x8080_8080_8080_8080
        var behind = first &+ hits.trailingZeroBitCount &>> 3
        var method = hits == 0 ? word : word & ((hits & (0 &- hits)) &>> 7 &- 1)
        if hits == 0 {
            guard bytes[first + 8] == space else { return }
            behind = first + 8
            method = word
        }
        guard behind < close else { return }
        var path = behind &+ 1
        if bytes[path] != UInt8(ascii: "/") { path = pathOfAbsolute(bytes, from: path, to: close) }
        guard path < close else { return }
        let end = bytes.firstIndex(of: space, or: UInt8(ascii: "?"), from: path, to: close)
        line.endpoint = TextRange(start: path, count: end &- path)
        line.operation = HTTPOperation.of(method: method, path: bytes, from: path, to: end)
    }

    /// Where the path of `https://host/path` starts; `end` when the target is no path.
    @inline(never)
    private static func pathOfAbsolute(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Int {
        let blank = bytes.firstIndex(of: space, from: start, to: end)
        let path = bytes.pathStart(from: start, to: blank) ?? blank
        return path < blank ? path : end
    }

    /// Whether an address can only be a proxy of our own: loopback, RFC 1918, or a unique local address.
    @inline(__always)
    private static func isPrivate(_ bytes: PaddedBytes, _ address: TextRange) -> Bool {
        let word = bytes.word(at: Int(address.start))
        switch word & 0xFFFF {
        case 0x3031: return word & 0xFF_0000 == 0x2E_0000  // 10.
        case 0x3231: return word & 0xFFFF_0000 == 0x2E37_0000  // 127.
        case 0x3931: return word == 0x2E38_3631_2E32_3931  // 192.168.
        case 0x3731: return is172(word)
        case 0x3A3A: return address.count == 3 && word & 0xFF_0000 == 0x31_0000  // ::1
        case 0x6366, 0x6466: return true  // fc, fd
        default: return false
        }
    }

    /// `172.16.` to `172.31.`
    private static func is172(_ word: UInt64) -> Bool {
        guard word & 0xFFFF_0000 == 0x2E32_0000, (word >> 48) & 0xFF == 0x2E else { return false }
        let second = ((word >> 32) & 0xF) * 10 + ((word >> 40) & 0xF)
        return second >= 16 && second <= 31
    }

    /// Takes the last address of the third quoted field behind the numbers, where there is one: referer, agent, forwarders.
    @inline(__always)
    private static func forwarded(_ bytes: PaddedBytes, from start: Int, to end: Int, into line: inout DecodedLine) {
        var position = start
        for _ in 0..<2 {
            guard position &+ 1 < end, bytes[position] == space, bytes[position &+ 1] == quote else { return }
            var close = bytes.firstIndex(of: quote, or: UInt8(ascii: "\\"), from: position &+ 2, to: end)
            if close < end && bytes[close] != quote { close = closingQuote(bytes, from: close, to: end) }
            guard close < end else { return }
            position = close &+ 1
        }
        guard position &+ 2 < end, bytes[position] == space, bytes[position + 1] == quote else { return }
        let close = bytes.firstIndex(of: quote, from: position + 2, to: end)
        guard close < end else { return }
        takeLast(bytes, from: position + 2, to: close, into: &line)
    }

    /// Takes the last address of a list; nothing when its end is none.
    private static func takeLast(_ bytes: PaddedBytes, from start: Int, to end: Int, into line: inout DecodedLine) {
        var last = end
        while last > start && CombinedPrefix.isAddressByte(bytes[last - 1]) { last -= 1 }
        let isWhole = last == start || bytes[last - 1] == space || bytes[last - 1] == UInt8(ascii: ",")
        if isWhole && CombinedPrefix.isAddress(bytes, from: last, to: end) { line.address = TextRange(start: last, count: end - last) }
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

/// What the paths of an HTTP receiver stand for, who may use them, and how a body becomes lines.
struct LogPush {
    /// Bytes that a packed body may unpack to.
    static let unpackedLimit = 33_554_432

    enum Route: Equatable {
        /// A line of the log is a line of the body.
        case lines
        case collectorEvents
        case collectorLines
        case health
        /// Which methods a path of a collector takes. Docker's log driver asks for it, without a token, before it starts a container.
        case methods

        var takesLines: Bool { self != .health && self != .methods }
    }

    /// The path for bodies of lines.
    let path: String
    /// What senders must show; nil where the rights of a unix socket decide.
    let token: [UInt8]?
    /// Where a record has its time, the best place first.
    var timeKeys: [String] = []

    /// Where a request leads. Throws: ``HTTPRefusal`` when it leads nowhere or its sender is unknown, before anything of its body is read.
    func route(_ head: HTTPHead) throws(HTTPRefusal) -> Route {
        var target = head.path[...]
        if target.hasSuffix("/1.0") && target.hasPrefix("/services/") { target = target.dropLast(4) }
        let route: Route
        switch target {
        case "/services/collector/health": route = .health
        case "/services/collector", "/services/collector/event": route = .collectorEvents
        case "/services/collector/raw": route = .collectorLines
        case path[...]: route = .lines
        default: throw HTTPRefusal(status: 404, code: 404, text: "Not found")
        }
        switch (route, head.method) {
        case (.health, "GET"), (.health, "HEAD"): return route
        case (.collectorEvents, "OPTIONS"), (.collectorLines, "OPTIONS"): return .methods
        case (.lines, "POST"), (.collectorEvents, "POST"), (.collectorLines, "POST"): break
        default: throw HTTPRefusal(status: 405, code: 405, text: "Method not allowed")
        }
        try authorize(head)
        guard [nil, "gzip", "x-gzip", "identity"].contains(head.encoding) else {
            throw HTTPRefusal(status: 415, code: 6, text: "Content-Encoding is to be gzip or identity")
        }
        return route
    }

    private func authorize(_ head: HTTPHead) throws(HTTPRefusal) {
        guard let token else { return }
        let words = head.authorization?.split(separator: " ", maxSplits: 1) ?? []
        let scheme = words.first?.lowercased() ?? ""
        guard words.count == 2, ["bearer", "splunk", "basic"].contains(scheme),
            let shown = LogPush.shown(words[1], isBasic: scheme == "basic")
        else { throw HTTPRefusal(status: 401, code: 2, text: "Token is required") }
        // Every byte is looked at, so that the time tells nothing of the first that differs.
        var difference = shown.count ^ token.count
        for (index, byte) in shown.enumerated() { difference |= Int(byte ^ token[index % token.count]) }
        guard difference == 0 else { throw HTTPRefusal(status: 403, code: 4, text: "Invalid token") }
    }

    /// The token that a sender shows. With `Basic` it is the password of any user, as Splunk has it; nil where there is none.
    private static func shown(_ text: Substring, isBasic: Bool) -> [UInt8]? {
        guard isBasic else { return Array(text.utf8) }
        var (bits, count): (UInt32, Int) = (0, 0)
        var result: [UInt8] = []
        for byte in text.utf8.prefix(while: { $0 != UInt8(ascii: "=") }) {
            guard let six = base64.firstIndex(of: byte) else { return nil }
            bits = bits << 6 | UInt32(six)
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            result.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
        }
        return result.firstIndex(of: UInt8(ascii: ":")).map { Array(result[($0 + 1)...]) }
    }

    /// Source: RFC 4648 section 4.
    private static let base64 = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The lines of a body. Throws: ``HTTPRefusal`` when the push as a whole cannot be taken.
    func lines(_ route: Route, _ head: HTTPHead, _ body: [UInt8]) throws(HTTPRefusal) -> ReceivedLines {
        let plain = head.encoding?.hasSuffix("gzip") == true ? try unpacked(body) : body
        var lines = ReceivedLines()
        switch route {
        case .health, .methods: break
        case .collectorEvents: try CollectorEvents.lines(of: plain, timeKeys: timeKeys, into: &lines)
        case .lines, .collectorLines:
            for line in plain.split(separator: 0x0A) { lines.add(line) }
            if lines.count + lines.refused == 0 { throw HTTPRefusal(status: 400, code: 5, text: "No data") }
        }
        return lines
    }

    private func unpacked(_ body: [UInt8]) throws(HTTPRefusal) -> [UInt8] {
        let inflater = Compression.gzipInflater(ZlibCodec())
        var position = 0
        var result: [UInt8] = []
        let blockSize = 262_144
        while true {
            var outcome = InflateOutcome.progress
            let before = position
            let piece = withScratch(count: blockSize) { scratch in
                outcome = inflater.inflate(body, count: body.count, position: &position, into: &scratch)
                return scratch.copy(0..<scratch.byteCount)
            }
            result += piece
            guard result.count <= LogPush.unpackedLimit else { throw HTTPRefusal(status: 413, code: 6, text: "Unpacks to too much") }
            switch outcome {
            case .corrupt, .trailing: throw HTTPRefusal(status: 400)
            case .progress: break
            }
            if piece.isEmpty && position == before || piece.count < blockSize && position == body.count { break }
        }
        guard inflater.isComplete, position == body.count, !body.isEmpty else { throw HTTPRefusal(status: 400) }
        return result
    }

    // MARK: Answers

    static let goOn = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    static func answer(_ refusal: HTTPRefusal, keepsAlive: Bool) -> [UInt8] {
        var more = ""
        if refusal.status == 503 { more = "Retry-After: 5\r\n" }
        if refusal.status == 401 { more = "WWW-Authenticate: Bearer\r\n" }
        return answer(refusal.status, #"{"text":"\#(refusal.text)","code":\#(refusal.code)}"#, keepsAlive: keepsAlive, more: more)
    }

    static func answer(_ route: Route, _ head: HTTPHead, _ lines: ReceivedLines) -> [UInt8] {
        let body =
            switch route {
            case .health: #"{"text":"HEC is healthy","code":17}"#
            case .collectorEvents, .collectorLines, .methods: #"{"text":"Success","code":0}"#
            case .lines: #"{"accepted":\#(lines.count),"refused":\#(lines.refused)}"#
            }
        return answer(
            200, body, keepsAlive: head.keepsAlive, more: route == .methods ? "Allow: POST, OPTIONS\r\n" : "",
            isHeadOnly: head.method == "HEAD")
    }

    private static let reasons = [
        200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
        408: "Request Timeout", 413: "Content Too Large", 415: "Unsupported Media Type", 417: "Expectation Failed",
        431: "Request Header Fields Too Large", 501: "Not Implemented", 503: "Service Unavailable", 505: "HTTP Version Not Supported",
    ]

    private static func answer(
        _ status: Int, _ body: String, keepsAlive: Bool, more: String, isHeadOnly: Bool = false
    ) -> [UInt8] {
        Array(
            ("HTTP/1.1 \(status) \(reasons[status] ?? "Error")\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
                + more + (keepsAlive ? "" : "Connection: close\r\n") + "\r\n" + (isHeadOnly ? "" : body)).utf8)
    }
}

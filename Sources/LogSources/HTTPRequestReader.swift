// weir
// SPDX-License-Identifier: Apache-2.0

/// What a request's head says, as far as receiving logs needs it.
struct HTTPHead: Equatable {
    enum Body: Equatable {
        case none
        case length(Int)
        case chunked
    }

    var method: String
    /// The target without its query.
    var path: String
    var body = Body.none
    var authorization: String?
    var encoding: String?
    var expectsContinue = false
    var keepsAlive = true
}

/// Reads HTTP/1.1 requests from the bytes of a connection, strictly: where two readings are possible, the request is refused, so that a
/// proxy in front cannot see other requests than weir.
///
/// State: at most a head and a body within the limits. Source: RFC 9112.
struct HTTPRequestReader {
    static let headLimit = 16_384
    static let headerLimit = 100
    static let bodyLimit = 33_554_432
    /// Bytes of a chunk's size line, and of what follows the last chunk.
    static let chunkLineLimit = 256

    enum Step: Equatable {
        /// More bytes are needed.
        case more
        /// A head; the body is read when asked again.
        case head(HTTPHead)
        case request(HTTPHead, [UInt8])
        /// The connection cannot be understood further. The status to answer with.
        case invalid(Int)
    }

    private enum State {
        case head
        case body(HTTPHead)
        case chunkSize(HTTPHead)
        case chunk(HTTPHead, left: Int)
        case chunkEnd(HTTPHead)
        case trailer(HTTPHead)
    }

    private var state = State.head
    private var input: [UInt8] = []
    private var position = 0
    private var searched = 0
    private var body: [UInt8] = []

    mutating func take(_ bytes: ArraySlice<UInt8>) { input += bytes }

    /// Whether nothing of a next request is there.
    var isIdle: Bool {
        if case .head = state { return position == input.count }
        return false
    }

    /// Bytes of the request that are kept.
    var held: Int { input.count - position + body.count }

    mutating func advance() -> Step {
        while true {
            switch state {
            case .head: return readHead()
            case .body(let head):
                guard case .length(let length) = head.body else { return finish(head) }
                guard input.count - position >= length else { return .more }
                body = Array(input[position..<position + length])
                drop(length)
                return finish(head)
            case .chunkSize(let head):
                guard let line = takeLine(HTTPRequestReader.chunkLineLimit) else { return isOverlong() ? .invalid(400) : .more }
                let digits = line.prefix { HTTPText.hex($0) != nil }
                let isClean = digits.count == line.count || [0x3B, 0x20, 0x09].contains(line[line.startIndex + digits.count])
                guard !digits.isEmpty, digits.count <= 8, isClean else { return .invalid(400) }
                let size = digits.reduce(0) { $0 << 4 | Int(HTTPText.hex($1) ?? 0) }
                guard body.count + size <= HTTPRequestReader.bodyLimit else { return .invalid(413) }
                state = size == 0 ? .trailer(head) : .chunk(head, left: size)
            case .chunk(let head, let left):
                let piece = min(left, input.count - position)
                body += input[position..<position + piece]
                drop(piece)
                state = left == piece ? .chunkEnd(head) : .chunk(head, left: left - piece)
                if left > piece { return .more }
            case .chunkEnd(let head):
                guard input.count - position >= 2 else { return .more }
                guard input[position] == 0x0D, input[position + 1] == 0x0A else { return .invalid(400) }
                drop(2)
                state = .chunkSize(head)
            case .trailer(let head):
                guard let line = takeLine(HTTPRequestReader.chunkLineLimit) else { return isOverlong() ? .invalid(431) : .more }
                if line.isEmpty { return finish(head) }
            }
        }
    }

    private mutating func finish(_ head: HTTPHead) -> Step {
        let whole = body
        body = []
        state = .head
        return .request(head, whole)
    }

    private mutating func readHead() -> Step {
        // Some clients send an empty line behind a body. Source: RFC 9112 section 2.2.
        while position + 1 < input.count, input[position] == 0x0D, input[position + 1] == 0x0A, searched <= position { drop(2) }
        searched = max(searched, position)
        while searched + 3 < input.count {
            if input[searched] == 0x0D, input[searched + 1] == 0x0A, input[searched + 2] == 0x0D, input[searched + 3] == 0x0A {
                guard searched - position <= HTTPRequestReader.headLimit else { return .invalid(431) }
                let bytes = input[position..<searched]
                drop(searched + 4 - position)
                do throws(HTTPRefusal) {
                    let head = try HTTPText.head(bytes)
                    state = head.body == .chunked ? .chunkSize(head) : .body(head)
                    return .head(head)
                } catch {
                    return .invalid(error.status)
                }
            }
            searched += 1
        }
        return input.count - position > HTTPRequestReader.headLimit ? .invalid(431) : .more
    }

    /// The bytes up to the next line end, without it; nil while there is none.
    private mutating func takeLine(_ limit: Int) -> ArraySlice<UInt8>? {
        let window = input[position...].prefix(limit)
        guard let end = window.firstIndex(of: 0x0A), end > position, input[end - 1] == 0x0D else { return nil }
        let line = Array(input[position..<end - 1])
        drop(end + 1 - position)
        return line[...]
    }

    private func isOverlong() -> Bool {
        let window = input[position...].prefix(HTTPRequestReader.chunkLineLimit)
        return window.count == HTTPRequestReader.chunkLineLimit || window.contains(0x0A)
    }

    private mutating func drop(_ count: Int) {
        position += count
        if position == input.count {
            input.removeAll(keepingCapacity: input.capacity <= 262_144)
            position = 0
        } else if position > 262_144 {
            input.removeFirst(position)
            position = 0
        }
        searched = position
    }
}

/// A request that is not served: the status, and what Splunk's clients read beside it.
struct HTTPRefusal: Error, Equatable {
    var status: Int
    /// Splunk's own number. Source: Splunk, "HTTP Event Collector troubleshooting", status codes.
    var code = 6
    var text = "Invalid data format"

    /// Nothing is wrong with the request; it is to come again.
    static let busy = HTTPRefusal(status: 503, code: 9, text: "Server is busy")
}

/// The text of heads, byte by byte.
enum HTTPText {
    static func head(_ bytes: ArraySlice<UInt8>) throws(HTTPRefusal) -> HTTPHead {
        // A line feed alone, a NUL or a lone carriage return would be read differently by different servers.
        var lines: [ArraySlice<UInt8>] = []
        var rest = bytes
        while let end = rest.firstIndex(of: 0x0D) {
            guard end + 1 < rest.endIndex, rest[end + 1] == 0x0A else { throw HTTPRefusal(status: 400) }
            lines.append(rest[rest.startIndex..<end])
            rest = rest[(end + 2)...]
        }
        lines.append(rest)
        guard lines.count <= HTTPRequestReader.headerLimit, lines.allSatisfy({ $0.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 9 } })
        else { throw HTTPRefusal(status: lines.count > HTTPRequestReader.headerLimit ? 431 : 400) }
        let parts = lines[0].split(separator: 0x20, omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[0].isEmpty, parts[1].first == UInt8(ascii: "/") else { throw HTTPRefusal(status: 400) }
        let version = String(decoding: parts[2], as: UTF8.self)
        guard version == "HTTP/1.1" || version == "HTTP/1.0" else { throw HTTPRefusal(status: 505) }
        let target = String(decoding: parts[1], as: UTF8.self)
        var head = HTTPHead(
            method: String(decoding: parts[0], as: UTF8.self), path: String(target.prefix { $0 != "?" && $0 != "#" }))
        head.keepsAlive = version == "HTTP/1.1"
        var length: Int?
        var isChunked = false
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else { throw HTTPRefusal(status: 400) }
            let name = line[line.startIndex..<colon]
            guard name.allSatisfy(isNameByte) else { throw HTTPRefusal(status: 400) }
            let value = trimmed(line[(colon + 1)...])
            try take(String(decoding: name, as: UTF8.self).lowercased(), value, &head, &length, &isChunked)
        }
        guard !(isChunked && length != nil) else { throw HTTPRefusal(status: 400) }
        if isChunked { head.body = .chunked } else if let length { head.body = length == 0 ? .none : .length(length) }
        return head
    }

    private static func take(
        _ name: String, _ value: String, _ head: inout HTTPHead, _ length: inout Int?, _ isChunked: inout Bool
    ) throws(HTTPRefusal) {
        switch name {
        case "content-length":
            guard !value.isEmpty, value.utf8.allSatisfy({ (0x30...0x39).contains($0) }), length == nil else {
                throw HTTPRefusal(status: 400)
            }
            guard value.utf8.count <= 9, let number = Int(value), number <= HTTPRequestReader.bodyLimit else {
                throw HTTPRefusal(status: 413)
            }
            length = number
        case "transfer-encoding":
            guard !isChunked, value.lowercased() == "chunked" else { throw HTTPRefusal(status: 501) }
            isChunked = true
        case "authorization":
            guard head.authorization == nil else { throw HTTPRefusal(status: 400) }
            head.authorization = value
        case "content-encoding": head.encoding = value.lowercased()
        case "expect":
            guard value.lowercased() == "100-continue" else { throw HTTPRefusal(status: 417) }
            head.expectsContinue = true
        case "connection":
            let words = value.lowercased().split { $0 == "," || $0 == " " }
            if words.contains("close") { head.keepsAlive = false }
            if words.contains("keep-alive") { head.keepsAlive = true }
        default: break
        }
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> String {
        var value = bytes.drop { $0 == 0x20 || $0 == 0x09 }
        while let last = value.last, last == 0x20 || last == 0x09 { value.removeLast() }
        return String(decoding: value, as: UTF8.self)
    }

    /// Source: RFC 9110 section 5.6.2, `tchar`.
    private static func isNameByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            || "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }

    static func hex(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

/// A JSON object of a log, of which values can be replaced: what is not touched stays as it was written, keys in their order.
struct OverlayObject: Sendable {
    indirect enum Node: Sendable {
        case object([(key: [UInt8], value: Node)])
        /// Anything else, as it is written.
        case raw([UInt8])
    }

    private var root: Node
    /// Blanks behind the first colon and the first comma: a log has them everywhere or nowhere.
    private let colon: [UInt8]
    private let comma: [UInt8]

    /// Nil where the bytes are no object, or one nested deeper than anybody nests.
    init?(_ line: some Sequence<UInt8>) {
        var parser = Parser(bytes: Array(line))
        guard let node = parser.object(depth: 0) else { return nil }
        root = node
        colon = parser.colon ?? []
        comma = parser.comma ?? []
    }

    /// The keys of the object itself, in their order.
    var keys: [[UInt8]] {
        guard case .object(let members) = root else { return [] }
        return members.map(\.key)
    }

    /// The value at a path as it is written, without its quotes; nil where there is none.
    func text(at path: [[UInt8]]) -> String? {
        var node = root
        for key in path {
            guard case .object(let members) = node, let member = members.first(where: { $0.key == key }) else { return nil }
            node = member.value
        }
        guard case .raw(let bytes) = node else { return nil }
        return String(decoding: bytes.first == UInt8(ascii: "\"") ? Array(bytes.dropFirst().dropLast()) : bytes, as: UTF8.self)
    }

    /// Whether what stands at a path is a text, and not a number or a boolean.
    func isText(at path: [[UInt8]]) -> Bool {
        var node = root
        for key in path {
            guard case .object(let members) = node, let member = members.first(where: { $0.key == key }) else { return false }
            node = member.value
        }
        guard case .raw(let bytes) = node else { return false }
        return bytes.first == UInt8(ascii: "\"")
    }

    /// Writes a value, in its old place where it has one; nil takes it out.
    mutating func set(_ value: OverlayValue?, at path: [[UInt8]]) {
        let bytes = value.map { $0.json(asText: isText(at: path)) }
        OverlayObject.set(bytes, path[...], &root)
    }

    private static func set(_ value: [UInt8]?, _ path: ArraySlice<[UInt8]>, _ node: inout Node) {
        guard let key = path.first else { return }
        var members: [(key: [UInt8], value: Node)] = []
        if case .object(let known) = node { members = known }
        let place = members.firstIndex { $0.key == key }
        if path.count == 1 {
            if let value {
                if let place { members[place].value = .raw(value) } else { members.append((key, .raw(value))) }
            } else if let place {
                members.remove(at: place)
            }
        } else if value != nil || place != nil {
            var child = place.map { members[$0].value } ?? .object([])
            set(value, path.dropFirst(), &child)
            if let place { members[place].value = child } else { members.append((key, child)) }
        }
        node = .object(members)
    }

    var bytes: [UInt8] {
        var output: [UInt8] = []
        write(root, to: &output)
        return output
    }

    private func write(_ node: Node, to output: inout [UInt8]) {
        switch node {
        case .raw(let bytes): output += bytes
        case .object(let members):
            output.append(UInt8(ascii: "{"))
            for (place, member) in members.enumerated() {
                if place > 0 { output += [UInt8(ascii: ",")] + comma }
                output += [UInt8(ascii: "\"")] + member.key + [UInt8(ascii: "\""), UInt8(ascii: ":")] + colon
                write(member.value, to: &output)
            }
            output.append(UInt8(ascii: "}"))
        }
    }

    /// Reads what a decoder has read before: it need not say what is wrong.
    private struct Parser {
        let bytes: [UInt8]
        var position = 0
        var colon: [UInt8]?
        var comma: [UInt8]?

        init(bytes: [UInt8]) { self.bytes = bytes }

        private var next: UInt8 { position < bytes.count ? bytes[position] : 0 }

        @discardableResult
        private mutating func blanks() -> [UInt8] {
            let start = position
            while [0x20, 0x09, 0x0D, 0x0A].contains(next) { position += 1 }
            return Array(bytes[start..<position])
        }

        private mutating func takes(_ byte: UInt8) -> Bool {
            guard next == byte, position < bytes.count else { return false }
            position += 1
            return true
        }

        mutating func object(depth: Int) -> Node? {
            blanks()
            guard depth < 32, takes(UInt8(ascii: "{")) else { return nil }
            var members: [(key: [UInt8], value: Node)] = []
            blanks()
            if takes(UInt8(ascii: "}")) { return .object([]) }
            while true {
                guard let key = string() else { return nil }
                blanks()
                guard takes(UInt8(ascii: ":")) else { return nil }
                let gap = blanks()
                if colon == nil { colon = gap }
                guard let value = next == UInt8(ascii: "{") ? object(depth: depth + 1) : raw() else { return nil }
                members.append((Array(key.dropFirst().dropLast()), value))
                blanks()
                if takes(UInt8(ascii: "}")) { return .object(members) }
                guard takes(UInt8(ascii: ",")) else { return nil }
                let space = blanks()
                if comma == nil { comma = space }
            }
        }

        private mutating func string() -> [UInt8]? {
            let start = position
            guard takes(UInt8(ascii: "\"")) else { return nil }
            while position < bytes.count {
                if bytes[position] == UInt8(ascii: "\\") {
                    position += 2
                } else if takes(UInt8(ascii: "\"")) {
                    return Array(bytes[start..<position])
                } else {
                    position += 1
                }
            }
            return nil
        }

        /// A text, a number, a word, or a list with whatever is in it.
        private mutating func raw() -> Node? {
            if next == UInt8(ascii: "\"") { return string().map { .raw($0) } }
            let start = position
            var depth = 0
            while position < bytes.count {
                switch bytes[position] {
                case UInt8(ascii: "\""):
                    guard string() != nil else { return nil }
                    continue
                case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
                case UInt8(ascii: "]"): depth -= 1
                case UInt8(ascii: "}"), UInt8(ascii: ","):
                    if depth <= 0 { return position > start ? .raw(trimmed(start)) : nil }
                    if bytes[position] == UInt8(ascii: "}") { depth -= 1 }
                default: break
                }
                position += 1
            }
            return nil
        }

        private func trimmed(_ start: Int) -> [UInt8] {
            var end = position
            while end > start, [0x20, 0x09, 0x0D, 0x0A].contains(bytes[end - 1]) { end -= 1 }
            return Array(bytes[start..<end])
        }
    }
}

/// A value of an incident's event.
enum OverlayValue: Equatable, Sendable {
    case text(String)
    case number(Int)
    case flag(Bool)

    var plain: String {
        switch self {
        case .text(let text): text
        case .number(let number): String(number)
        case .flag(let flag): flag ? "true" : "false"
        }
    }

    /// - Parameter asText: the log writes it in quotes, though it may be a number.
    func json(asText: Bool) -> [UInt8] {
        if case .text = self {} else if !asText { return Array(plain.utf8) }
        var output = [UInt8(ascii: "\"")]
        for byte in plain.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): output += [UInt8(ascii: "\\"), byte]
            case 0..<0x20: output += Array("\\u00\(byte < 16 ? "0" : "1")\(String(byte & 15, radix: 16))".utf8)
            default: output.append(byte)
            }
        }
        return output + [UInt8(ascii: "\"")]
    }
}

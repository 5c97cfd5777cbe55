// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// `json`: JSON objects in weir's own keys or, with a field map, in anybody's: one a line, or in an array, over several lines, one
/// behind the other, or in the list of an API's answer.
///
/// Schema-directed: keys are recognised by two masked 8-byte comparisons with the key that followed the one before in earlier lines, so
/// that a steady log is read without looking anything up; only wanted values are parsed, the others are stepped over. A key that comes
/// twice counts once, the first time, and is counted as `duplicate_key`. Complexity: O(bytes). State: about 3 KB.
public struct JSONFormat: LineFormat {
    /// What the catalogue says.
    public static let descriptor = FormatDescriptor(
        name: "json", summary: "JSON objects, one a line or in a list: weir's own event, or any other with a field map of dotted paths",
        defaultLateness: .minutes(2), mappableKeys: JSONField.allCases.map { $0.name }, timeKeys: ["ts"],
        example: #"{"ts":"2026-06-01T02:05:00Z","account":"svc-orders","action":"export","object":"Contact","rows":2000,"ip":"10.0.4.7"}"#)

    private let keys: JSONKeyTree
    private var learnt: [LearntKey] = []
    private var clock = MinuteClock()
    private var surprises = 0
    /// The settings say where the account stands: there may be where a connection came from, whose port is another with each.
    private let cutsPorts: Bool

    /// Throws: ``FormatOptionsError`` when a key of the map is unknown, or two are read from one place.
    public init(options: FormatOptions) throws(FormatOptionsError) {
        keys = try JSONKeyTree(fields: options.fields)
        cutsPorts = options.fields[JSONField.account.name] != nil
    }

    /// Decodes whole lines, and objects with others behind them; see ``LineFormat/decode(_:from:isFinal:into:)``.
    public mutating func decode(_ bytes: PaddedBytes, from start: Int, isFinal: Bool, into lines: inout DecodedLines) -> Int {
        let first = lines.lines.count
        var cursor = JSONCursor(bytes: bytes, keys: keys, learnt: learnt, clock: clock, surprises: surprises)
        let position = cursor.decodeLines(from: start, isFinal: isFinal, into: &lines)
        learnt = cursor.learnt
        clock = cursor.clock
        surprises = cursor.surprises
        if cutsPorts {
            for index in first..<lines.lines.count { lines.lines[index].account = bytes.withoutPort(lines.lines[index].account) }
        }
        return position
    }
}

/// A key of weir's own event that the decoder reads.
public enum JSONField: UInt8, CaseIterable, Sendable {
    case ts = 0
    case account, kind, action, method, endpoint, object, status, rows, bytes, ip
    case limitUsed, limitMax, job, agent, item, query
    case env, dataClass, synthetic, provenance, parent, disclosed, dest, destEnv, destRegion, region, tls, scheme, session, text

    /// Fields from here on are kept apart: few logs have them.
    static let firstDetail = JSONField.limitUsed
    /// From here on they are those of ``LineMovement/Key``, in its order.
    static let firstMovement = JSONField.env

    /// The key, in events and in field maps.
    public var name: String {
        switch self {
        case .ts: "ts"
        case .account: "account"
        case .kind: "kind"
        case .action: "action"
        case .method: "method"
        case .endpoint: "endpoint"
        case .object: "object"
        case .status: "status"
        case .rows: "rows"
        case .bytes: "bytes"
        case .ip: "ip"
        case .limitUsed: "limit_used"
        case .limitMax: "limit_max"
        case .job: "job"
        case .agent: "agent"
        case .item: "item"
        case .query: "query"
        case .env: "env"
        case .dataClass: "class"
        case .synthetic: "synthetic"
        case .provenance: "provenance"
        case .parent: "parent"
        case .disclosed: "disclosed"
        case .dest: "dest"
        case .destEnv: "dest_env"
        case .destRegion: "dest_region"
        case .region: "region"
        case .tls: "tls"
        case .scheme: "scheme"
        case .session: "session"
        case .text: "text"
        }
    }
}

/// The wanted keys as a tree of objects: a flat event has one node, `consumer.username` makes a second. A key that holds dots itself,
/// `"http.request.method"`, as OpenTelemetry writes it, is found under the same path.
struct JSONKeyTree: Sendable {
    /// Dotted paths may be this deep; nesting in a line is followed no deeper.
    static let depth = 8
    /// Longer paths are those of nested objects only: their names could be joined in too many ways.
    private static let joinedDepth = 6

    struct Child: Sendable {
        var key: [UInt8]
        var field: JSONField?
        /// The node of the object under this key, or −1.
        var node: Int
    }

    private(set) var nodes: [[Child]] = [[]]

    /// Whether every wanted key stands in the line's own object.
    var isFlat: Bool { nodes.count == 1 }

    /// Keys that the map does not name keep their own names, unless the map gives that name to another key.
    init(fields: [String: String]) throws(FormatOptionsError) {
        var problems: [String] = []
        for name in fields.keys.sorted() where !JSONField.allCases.contains(where: { $0.name == name }) {
            let known = JSONField.allCases.map(\.name).joined(separator: ", ")
            problems.append("fields.\(name): weir's event has no such key that json reads; use one of \(known)")
        }
        // Named paths first: a name that the operator wrote must not lose to one that nobody did.
        for field in JSONField.allCases.filter({ fields[$0.name] != nil }) + JSONField.allCases.filter({ fields[$0.name] == nil }) {
            let parts = (fields[field.name] ?? field.name).split(separator: ".", omittingEmptySubsequences: false).map { Array($0.utf8) }
            if parts.contains(where: { $0.isEmpty || $0.count > 64 }) || parts.count > JSONKeyTree.depth {
                problems.append("fields.\(field.name): a dotted path has 1 to \(JSONKeyTree.depth) names of 1 to 64 bytes each")
                continue
            }
            if !insert(parts, field) && (fields[field.name] != nil || field == .ts || field == .account) {
                problems.append("fields.\(field.name): another key is read from the same place; a value has one meaning")
            }
            for joined in JSONKeyTree.joined(parts).dropFirst() { _ = insert(joined, field) }
        }
        if !problems.isEmpty { throw FormatOptionsError(problems: problems) }
    }

    /// The ways in which a path's names may be joined to keys with dots, that without any first.
    private static func joined(_ parts: [[UInt8]]) -> [[[UInt8]]] {
        guard parts.count > 1, parts.count <= joinedDepth else { return [parts] }
        return (0..<1 << (parts.count - 1)).map { joints in
            parts.indices.dropFirst().reduce(into: [parts[0]]) { path, index in
                if joints >> (index - 1) & 1 == 0 {
                    path.append(parts[index])
                } else {
                    path[path.count - 1] += [UInt8(ascii: ".")] + parts[index]
                }
            }
        }
    }

    /// Adds a path; false when it is taken.
    private mutating func insert(_ parts: [[UInt8]], _ field: JSONField) -> Bool {
        var node = 0
        for (index, part) in parts.enumerated() {
            let isLeaf = index == parts.count - 1
            var child = nodes[node].firstIndex { $0.key == part }
            if child == nil {
                nodes[node].append(Child(key: part, field: nil, node: -1))
                child = nodes[node].count - 1
            }
            guard let found = child else { return false }
            if isLeaf {
                guard nodes[node][found].field == nil else { return false }
                nodes[node][found].field = field
                return true
            }
            if nodes[node][found].node < 0 {
                nodes.append([])
                nodes[node][found].node = nodes.count - 1
            }
            node = nodes[node][found].node
        }
        return false
    }
}

/// A key as it stood in an earlier line: quotes, name and colon, and one space if there was one.
///
/// State: 64 bytes. The first sixteen bytes are compared masked; of a longer key, up to ``longest`` bytes, the last sixteen as well.
struct LearntKey: Sendable {
    static let longest = 32

    var low: UInt64
    var lowMask: UInt64
    var high: UInt64
    var highMask: UInt64
    var tailLow: UInt64 = 0
    var tailHigh: UInt64 = 0
    /// Bytes up to the value.
    var length: Int32
    /// The node of the object that holds the key.
    var parent: Int16
    /// The node of the object under the key, or −1.
    var node: Int16
    /// The field's raw value, or 255.
    var field: UInt8
    /// Whether an answer may have its list under it.
    var isList = false

    /// The key whose quote stands at `start`. Precondition: 4 ≤ length ≤ ``longest``.
    init(_ bytes: PaddedBytes, at start: Int, length: Int, parent: Int, field: UInt8, node: Int) {
        lowMask = PaddedBytes.firstBytes(length)
        highMask = PaddedBytes.firstBytes(length - 8)
        low = bytes.word(at: start) & lowMask
        high = bytes.word(at: start + 8) & highMask
        if length > 16 {
            tailLow = bytes.word(at: start + length - 16)
            tailHigh = bytes.word(at: start + length - 8)
        }
        self.length = Int32(truncatingIfNeeded: length)
        self.parent = Int16(truncatingIfNeeded: parent)
        self.node = Int16(truncatingIfNeeded: node)
        self.field = field
    }

    /// Whether a value that begins with this byte may be an answer's list of events.
    @inline(__always)
    func opensList(_ byte: UInt8) -> Bool { isList && byte == UInt8(ascii: "[") }

    /// Whether this key of the object `node`, or of any for nil, stands at `position`.
    @inline(__always)
    func stands(at position: Int, _ bytes: PaddedBytes, node: Int16?) -> Bool {
        let difference =
            // `^` and `|` bind alike in Swift, from left to right: without the brackets bits of one difference hide behind the other word.
            ((bytes.word(at: position) & lowMask) ^ low) | ((bytes.word(at: position &+ 8) & highMask) ^ high)
            | UInt64(truncatingIfNeeded: node.map { parent ^ $0 } ?? 0)
        if length <= 16 { return difference == 0 }
        let end = position &+ Int(length)
        return difference | (bytes.word(at: end &- 16) ^ tailLow) | (bytes.word(at: end &- 8) ^ tailHigh) == 0
    }
}

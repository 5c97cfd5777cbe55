// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What stands where in the first records of a log: the ground on which a field map is proposed.
///
/// Not for the hot path: it looks at a sample once. Complexity: O(bytes).
struct FieldOutline {
    /// A place and what was seen there.
    struct Place {
        /// A column, a key, or a dotted path of keys.
        var name: String
        var depth: Int
        /// Records that have something there; what writers put for nothing is not.
        var texts = 0
        /// Records that have a time, a number, a number from 0 to 599, a word of weir's actions there.
        var times = 0
        var numbers = 0
        var statuses = 0
        var actions = 0
        /// Records that have an address with a port there: another text with every connection.
        var ports = 0
        /// Records that have an address there, with a port or without; a path, a URL or a request; the name of a log.
        var addresses = 0
        var paths = 0
        var files = 0
        /// Records that have a key or a token there that lets in who shows it.
        var secrets = 0

        /// The last name of the path.
        var lastName: Substring { name.split(separator: ".").last ?? "" }
    }

    /// Records that are looked at.
    static let limit = 500
    /// Places that are noted.
    static let placesLimit = 1000

    private(set) var count = 0
    private(set) var places: [Place] = []
    private var index: [String: Int] = [:]
    private var clock = LogClock()
    /// Whether times without a zone are times here: in JSON they are none.
    private let knowsZonelessTimes: Bool
    private let isTable: Bool

    private mutating func note(_ name: String, depth: Int, _ value: [UInt8]) {
        if index[name] == nil {
            guard places.count < FieldOutline.placesLimit else { return }
            index[name] = places.count
            places.append(Place(name: name, depth: depth))
        }
        guard let place = index[name], !ChunkBuffer(value).withBytes({ $0.saysNothing(from: 0, to: value.count) }) else { return }
        places[place].texts += 1
        let isTime = value.count <= 40 && ChunkBuffer(value).withBytes { time($0, value.count) } != .min
        let number = UInt64(String(decoding: value, as: UTF8.self))
        let isFraction = Double(String(decoding: value, as: UTF8.self)) != nil
        if isTime { places[place].times += 1 }
        if isFraction { places[place].numbers += 1 }
        if let number, number < 600 { places[place].statuses += 1 }
        if value.contains(UInt8(ascii: ".")), let colon = value.lastIndex(of: UInt8(ascii: ":")), colon + 1 < value.count,
            value[(colon + 1)...].allSatisfy({ $0 &- 0x30 < 10 })
        {
            places[place].ports += 1
        }
        ChunkBuffer(value).withBytes { bytes in
            let address = bytes.withoutPort(TextRange(start: 0, count: value.count))
            if CombinedPrefix.isAddress(bytes, from: Int(address.start), to: Int(address.start) + address.count) {
                places[place].addresses += 1
            }
            let isTarget = bytes.requestLine(from: 0, to: value.count) != nil || bytes.pathStart(from: 0, to: value.count) != nil
            if value.suffix(4).elementsEqual(".log".utf8) {
                places[place].files += 1
            } else if isTarget || value.first == UInt8(ascii: "/") {
                places[place].paths += 1
            }
        }
        if FieldOutline.isSecret(value) { places[place].secrets += 1 }
        let word = value.count <= 8 ? value.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) } : 0
        if JSONWords.operation(word) != .unknown { places[place].actions += 1 }
    }

    /// What keys and tokens begin with: JSON web tokens, headers of HTTP, and those of services whose logs show them.
    private static let secretMarks = [
        "eyJ", "Bearer ", "Basic ", "sk-", "sk_", "rk_", "pk_live_", "ghp_", "gho_", "github_pat_", "glpat-", "xox", "AIza", "pat-", "SG.",
    ].map { Array($0.utf8) }

    private static func isSecret(_ value: [UInt8]) -> Bool {
        value.count >= 16 && secretMarks.contains { value.starts(with: $0) }
    }

    /// Whether the log has the shape that this outline looks for: most lines are records, of two places at least.
    func hasShape(lines: Int) -> Bool { places.count > 1 && count * 2 > min(lines, FieldOutline.limit) }

    /// Whether a format would read a field from a place without being told to.
    func isOwnName(_ field: JSONField, _ place: Place) -> Bool {
        isTable ? ColumnPlan.plain(place.name) == ColumnPlan.plain(field.name) : place.name == field.name
    }

    private mutating func time(_ bytes: PaddedBytes, _ count: Int) -> Int64 {
        if knowsZonelessTimes { return clock.time(bytes, from: 0, to: count) }
        let time = TimestampParser.rfc3339(bytes, from: 0, to: count)
        return time != .min ? time : TimestampParser.unmistakable(bytes, from: 0, to: count)
    }

    // MARK: JSON

    /// The paths of the objects of a text, wherever `json` reads them. Lists are left out.
    init(objects text: [UInt8]) {
        knowsZonelessTimes = false
        isTable = false
        ChunkBuffer(text).withBytes { bytes in
            var position = 0
            while position < bytes.count && count < FieldOutline.limit {
                if bytes[position] <= 0x20 || JSONCursor.separates(bytes[position]) {
                    position += 1
                    continue
                }
                let lineEnd = bytes.firstIndex(of: UInt8(ascii: "\n"), from: position, to: bytes.count)
                var end = lineEnd
                if bytes[position] == UInt8(ascii: "{") {
                    let times = places.reduce(0) { $0 + $1.times }
                    let behind = JSONSkip.value(bytes, position, bytes.count, depth: 0)
                    if behind > 0 { end = behind }
                    _ = object(bytes, from: position + 1, to: end, path: "", depth: 0)
                    // An object without a time may be an answer, and its records in a list.
                    var hasEmpty = false
                    let inside = JSONCursor.list(bytes, position + 1, bytes.count, &hasEmpty) { _, _ in false }
                    if inside > 0 && times == places.reduce(0, { $0 + $1.times }) { end = inside } else { count += 1 }
                }
                position = end
            }
        }
    }

    /// Notes the members of an object from behind its brace. Returns the position behind it, or nil when it is broken.
    private mutating func object(_ bytes: PaddedBytes, from start: Int, to end: Int, path: String, depth: Int) -> Int? {
        var position = start
        while true {
            position = FieldOutline.skipBlanks(bytes, position, end)
            guard position < end else { return nil }
            if bytes[position] == UInt8(ascii: "}") { return position + 1 }
            if bytes[position] == UInt8(ascii: ",") {
                position += 1
                continue
            }
            guard bytes[position] == UInt8(ascii: "\""), let close = FieldOutline.textEnd(bytes, position + 1, end) else { return nil }
            let key = String(decoding: bytes.copy(position + 1..<close), as: UTF8.self)
            position = FieldOutline.skipBlanks(bytes, close + 1, end)
            guard position < end, bytes[position] == UInt8(ascii: ":") else { return nil }
            position = FieldOutline.skipBlanks(bytes, position + 1, end)
            let names = key.split(separator: ".", omittingEmptySubsequences: false)
            let isNamed =
                names.allSatisfy { !$0.isEmpty && $0.utf8.count <= 64 } && !key.contains("\\") && depth + names.count <= JSONKeyTree.depth
            let name = path.isEmpty ? key : "\(path).\(key)"
            guard let behind = value(bytes, from: position, to: end, name: isNamed ? name : nil, depth: depth) else { return nil }
            position = behind
        }
    }

    private mutating func value(_ bytes: PaddedBytes, from start: Int, to end: Int, name: String?, depth: Int) -> Int? {
        guard start < end else { return nil }
        switch bytes[start] {
        case UInt8(ascii: "\""):
            guard let close = FieldOutline.textEnd(bytes, start + 1, end) else { return nil }
            if let name { note(name, depth: depth, bytes.copy(start + 1..<close)) }
            return close + 1
        case UInt8(ascii: "{"):
            guard let name, depth + 1 < JSONKeyTree.depth else { return FieldOutline.skipNested(bytes, start, end) }
            return object(bytes, from: start + 1, to: end, path: name, depth: depth + 1)
        case UInt8(ascii: "["): return FieldOutline.skipNested(bytes, start, end)
        default:
            var position = start
            while position < end && bytes[position] > 0x20 && bytes[position] != UInt8(ascii: ",")
                && bytes[position] != UInt8(ascii: "}") && bytes[position] != UInt8(ascii: "]")
            { position += 1 }
            guard position > start else { return nil }
            if let name, bytes[start] != UInt8(ascii: "n") { note(name, depth: depth, bytes.copy(start..<position)) }
            return position
        }
    }

    private static func skipBlanks(_ bytes: PaddedBytes, _ start: Int, _ end: Int) -> Int {
        var position = start
        while position < end && bytes[position] <= 0x20 { position += 1 }
        return position
    }

    /// Where the closing quote of a text is.
    private static func textEnd(_ bytes: PaddedBytes, _ start: Int, _ end: Int) -> Int? {
        var position = start
        while position < end {
            position = bytes.firstIndex(of: UInt8(ascii: "\""), or: UInt8(ascii: "\\"), from: position, to: end)
            guard position < end else { return nil }
            if bytes[position] == UInt8(ascii: "\"") { return position }
            position += 2
        }
        return nil
    }

    private static func skipNested(_ bytes: PaddedBytes, _ start: Int, _ end: Int) -> Int? {
        var depth = 0
        var position = start
        while position < end {
            switch bytes[position] {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { return position + 1 }
            case UInt8(ascii: "\""):
                guard let close = textEnd(bytes, position + 1, end) else { return nil }
                position = close
            default: break
            }
            position += 1
        }
        return nil
    }

    // MARK: Tables and pairs

    /// The columns of a table whose first record names them.
    init(table text: [UInt8], separator: UInt8) {
        knowsZonelessTimes = true
        isTable = true
        ChunkBuffer(text).withBytes { bytes in
            var record = CSVRecord(separator: separator, allowsInnerQuotes: separator == 0x09)
            var names: [String] = []
            var position = 0
            while bytes.count >= position + 3 && bytes.hasASCII("\u{FEFF}", at: position) { position += 3 }
            while position < bytes.count && count < FieldOutline.limit {
                guard case .record(let fields, let next) = record.split(bytes, from: position, to: bytes.count, isFinal: true) else {
                    return
                }
                let values = (0..<min(fields, CSVRecord.limit)).map { column in
                    bytes.copy(Int(record.field(column).start)..<Int(record.field(column).start) + record.field(column).count)
                }
                position = next
                if names.isEmpty {
                    guard values.count > 1 else { return }
                    names = values.map { String(decoding: $0, as: UTF8.self) }
                } else if values.count == names.count {
                    count += 1
                    for (name, value) in zip(names, values) where !name.isEmpty { note(name, depth: 0, value) }
                }
            }
        }
    }

    /// The keys of `key=value` pairs.
    init(pairs text: [UInt8]) {
        knowsZonelessTimes = true
        isTable = false
        for line in text.split(separator: UInt8(ascii: "\n")).prefix(FieldOutline.limit) {
            var isPair = false
            var rest = line
            while let mark = rest.firstIndex(of: UInt8(ascii: "=")) {
                let key = rest[..<mark].reversed().prefix { $0 > 0x20 && $0 != UInt8(ascii: "\"") }.reversed()
                var behind = mark + 1
                if behind < rest.endIndex && rest[behind] == UInt8(ascii: "\"") {
                    let first = behind + 1
                    behind = first
                    while behind < rest.endIndex && rest[behind] != UInt8(ascii: "\"") {
                        behind += rest[behind] == UInt8(ascii: "\\") ? 2 : 1
                    }
                    guard behind < rest.endIndex else { break }
                    if !key.isEmpty { note(String(decoding: key, as: UTF8.self), depth: 0, Array(rest[first..<behind])) }
                    behind += 1
                } else {
                    let first = behind
                    while behind < rest.endIndex && rest[behind] > 0x20 { behind += 1 }
                    if !key.isEmpty { note(String(decoding: key, as: UTF8.self), depth: 0, Array(rest[first..<behind])) }
                }
                isPair = isPair || !key.isEmpty
                rest = rest[behind...]
            }
            if isPair { count += 1 }
        }
    }
}

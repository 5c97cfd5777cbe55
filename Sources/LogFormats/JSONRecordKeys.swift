// weir
// SPDX-License-Identifier: Apache-2.0

/// The places of a record that are wanted, as a tree of objects.
///
/// A path is names with dots between them: `userIdentity.arn`. Where the log has an array, its first element is meant, or the one whose
/// number is given, `tries[1].ip`; or, among objects that each hold a name and a value, the one of a name: `Fields[Name=Reason].Value`.
/// A key that holds dots itself, `"http.request.method"`, is taken apart the same way.
struct JSONRecordKeys: Sendable {
    /// Places that a record may have.
    static let limit = 127
    /// Names of a path.
    static let depth = 8

    struct Child: Sendable {
        var key: [UInt8]
        /// The number of the place whose value stands under this key, or −1.
        var slot: Int16
        /// The node of the object under this key, or −1.
        var node: Int16
    }

    /// One name of a list of names and values.
    struct Pair: Sendable {
        var name: [UInt8]
        var slot: Int16
    }

    struct Node: Sendable {
        var children: [Child] = []
        /// The first bytes of their keys: most keys of a log are none of ours, and one look tells.
        var firsts: [UInt8] = []
        /// The record itself may stand here, beside what paths name.
        var wraps = false
        /// Elements of an array other than the first.
        var elements: [(index: Int, child: Child)] = []
        var nameKey: [UInt8] = []
        var valueKey: [UInt8] = []
        var pairs: [Pair] = []
    }

    private(set) var nodes = [Node()]
    /// Keys are compared without case, underscores and spaces, and without the letter for a type that Log Analytics appends: `_s`.
    let folds: Bool

    /// - Parameters:
    ///   - paths: by number.
    ///   - wrappers: keys under which the record itself may stand, at any depth: `payload`.
    /// Precondition: the paths are well formed; see ``isPath(_:)`` for those of an operator.
    init(paths: [String], wrappers: [String], folds: Bool) {
        precondition(paths.count <= JSONRecordKeys.limit, "a record has at most \(JSONRecordKeys.limit) places")
        self.folds = folds
        for (slot, path) in paths.enumerated() { insert(path, slot: Int16(slot)) }
        for wrapper in wrappers { wrap(plain(wrapper)) }
        for index in nodes.indices { nodes[index].firsts = nodes[index].children.map { $0.key.first ?? 0 } }
    }

    /// Whether a text is a path.
    static func isPath(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= depth else { return false }
        return parts.enumerated().allSatisfy { index, part in
            let names = part.split(separator: "[", omittingEmptySubsequences: false)
            guard names.count <= 2, !names[0].isEmpty, names[0].utf8.count <= 64 else { return false }
            guard names.count == 2 else { return true }
            guard names[1].last == "]", names[1].utf8.count <= 128 else { return false }
            let selector = names[1].dropLast()
            if let number = Int(selector) { return number >= 0 && number < 1000 }
            let sides = selector.split(separator: "=", omittingEmptySubsequences: false)
            return sides.count == 2 && !sides[0].isEmpty && !sides[1].isEmpty && index == parts.count - 2
        }
    }

    private mutating func insert(_ path: String, slot: Int16) {
        precondition(JSONRecordKeys.isPath(path), "\(path) is a path")
        let parts = path.split(separator: ".")
        var node = 0
        var index = 0
        while index < parts.count {
            let names = parts[index].split(separator: "[")
            let isLast = index == parts.count - 1
            guard names.count == 2 else {
                node = step(from: node, to: plain(String(names[0])), slot: isLast ? slot : -1)
                index += 1
                continue
            }
            let list = step(from: node, to: plain(String(names[0])), slot: -1)
            let selector = names[1].dropLast()
            if let number = Int(selector) {
                node = element(number, of: list, slot: isLast ? slot : -1)
                index += 1
            } else {
                let sides = selector.split(separator: "=")
                nodes[list].nameKey = plain(String(sides[0]))
                nodes[list].valueKey = plain(String(parts[index + 1]))
                nodes[list].pairs.append(Pair(name: plain(String(sides[1])), slot: slot))
                index += 2
            }
        }
    }

    /// Goes down to a key, making it where it is not there; a slot is set unless the key has one. Returns the node under the key.
    private mutating func step(from node: Int, to key: [UInt8], slot: Int16) -> Int {
        var place = nodes[node].children.firstIndex { $0.key == key } ?? -1
        if place < 0 {
            nodes[node].children.append(Child(key: key, slot: -1, node: -1))
            place = nodes[node].children.count - 1
        }
        if slot >= 0 {
            if nodes[node].children[place].slot < 0 { nodes[node].children[place].slot = slot }
            return -1
        }
        if nodes[node].children[place].node < 0 {
            nodes[node].children[place].node = Int16(nodes.count)
            nodes.append(Node())
        }
        return Int(nodes[node].children[place].node)
    }

    /// Lets the record stand under a key, and under one that a path names, too.
    private mutating func wrap(_ key: [UInt8]) {
        nodes[0].wraps = true
        guard let known = nodes[0].children.firstIndex(where: { $0.key == key && $0.node > 0 }) else {
            return nodes[0].children.append(Child(key: key, slot: -1, node: 0))
        }
        nodes[Int(nodes[0].children[known].node)].wraps = true
    }

    private mutating func element(_ index: Int, of list: Int, slot: Int16) -> Int {
        var place = nodes[list].elements.firstIndex { $0.index == index } ?? -1
        if place < 0 {
            nodes[list].elements.append((index, Child(key: [], slot: -1, node: -1)))
            place = nodes[list].elements.count - 1
        }
        if slot >= 0 {
            nodes[list].elements[place].child.slot = slot
            return -1
        }
        if nodes[list].elements[place].child.node < 0 {
            nodes[list].elements[place].child.node = Int16(nodes.count)
            nodes.append(Node())
        }
        return Int(nodes[list].elements[place].child.node)
    }

    // MARK: Looking up

    /// A key as it is compared.
    func plain(_ key: String) -> [UInt8] { folds ? key.utf8.compactMap(JSONRecordKeys.folded) : Array(key.utf8) }

    @inline(__always)
    private static func folded(_ byte: UInt8) -> UInt8? {
        if byte == UInt8(ascii: "_") || byte == 0x20 { return nil }
        return byte &- 0x41 < 26 ? byte | 0x20 : byte
    }

    /// Whether a text of the log reads like a name of ours.
    func reads(_ bytes: PaddedBytes, _ start: Int, _ end: Int, _ name: [UInt8]) -> Bool {
        guard folds else {
            guard end - start == name.count else { return false }
            for offset in 0..<name.count where bytes[start + offset] != name[offset] { return false }
            return true
        }
        var offset = 0
        for position in start..<end {
            guard let byte = JSONRecordKeys.folded(bytes[position]) else { continue }
            guard offset < name.count, name[offset] == byte else { return false }
            offset += 1
        }
        return offset == name.count
    }

    /// The child of a node that a key of the log names; nil when none of ours. Complexity: O(children × length).
    func child(_ bytes: PaddedBytes, _ start: Int, _ end: Int, of node: Int) -> Child? {
        if let child = named(bytes, start, end, of: node) { return child }
        if folds && end - start > 2 && bytes[end - 2] == UInt8(ascii: "_") {
            switch bytes[end - 1] {
            case UInt8(ascii: "s"), UInt8(ascii: "d"), UInt8(ascii: "b"), UInt8(ascii: "g"), UInt8(ascii: "t"):
                if let child = named(bytes, start, end - 2, of: node) { return child }
            default: break
            }
        }
        let dot = bytes.firstIndex(of: UInt8(ascii: "."), from: start, to: end)
        if dot < end, dot > start, dot + 1 < end, let outer = named(bytes, start, dot, of: node), outer.node >= 0 {
            return child(bytes, dot + 1, end, of: Int(outer.node))
        }
        return nodes[node].wraps && node > 0 ? child(bytes, start, end, of: 0) : nil
    }

    private func named(_ bytes: PaddedBytes, _ start: Int, _ end: Int, of node: Int) -> Child? {
        guard start < end else { return nil }
        let first = folds ? JSONRecordKeys.folded(bytes[start]) : bytes[start]
        for index in nodes[node].firsts.indices where first == nil || nodes[node].firsts[index] == first {
            if reads(bytes, start, end, nodes[node].children[index].key) { return nodes[node].children[index] }
        }
        return nil
    }
}

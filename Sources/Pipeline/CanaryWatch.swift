// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats

/// Canaries that an event does not name as it is kept: people, who become pseudonyms, and paths and ids in paths, which become templates.
///
/// Names that are kept as they are, of programs, plain paths and objects, are compared where they are kept; items by ``DetailReader``.
/// State: the canaries, and the templates with ids in them. Complexity: nothing without canaries; O(length) of an event with such a path.
struct CanaryWatch {
    /// Raw names of accounts, in small letters.
    private let people: Set<String>
    /// Keyed hashes of whole paths and of single segments.
    private let paths: Set<UInt64>
    private let segments: Set<UInt64>
    private let hashKey: UInt64
    private var accounts: Set<UInt32> = []
    /// Templates that stand for more than one path.
    private var templates: Set<UInt16> = []
    let isAny: Bool

    init(_ canaries: [String], hashKey: UInt64) {
        self.hashKey = hashKey
        isAny = !canaries.isEmpty
        people = Set(canaries.map { $0.lowercased() })
        func hashes(_ names: some Sequence<[UInt8]>) -> Set<UInt64> {
            Set(names.map { name in ChunkBuffer(name).withBytes { $0.hash(from: 0, count: name.count, key: hashKey) } })
        }
        paths = hashes(canaries.filter { $0.contains("/") }.map { CanaryWatch.path(Array($0.utf8)) })
        segments = hashes(canaries.filter { !$0.contains("/") }.map { Array($0.utf8) })
    }

    /// The names under which canaries are kept that are kept as they are.
    static func names(_ canaries: [String]) -> [String] {
        canaries.map { $0.contains("/") ? String(decoding: path(Array($0.utf8)), as: UTF8.self) : $0 }
    }

    /// A canary's path without what may stand around it in a log: scheme, host and a slash at the end.
    private static func path(_ name: [UInt8]) -> [UInt8] {
        var path = ChunkBuffer(name).withBytes { bytes in
            let place = bytes.path(from: 0, to: name.count)
            return bytes.copy(Int(place.start)..<Int(place.start) + place.count)
        }
        while path.count > 1 && path.last == UInt8(ascii: "/") { path.removeLast() }
        return path
    }

    /// Whether an event touches one.
    ///
    /// - Parameters:
    ///   - endpoint: what the path was kept as.
    ///   - path: as the line has it.
    func areTouched(by account: AccountID, _ endpoint: ValueID, _ path: TextRange, _ bytes: PaddedBytes) -> Bool {
        if accounts.contains(account.rawValue) { return true }
        guard templates.contains(endpoint.rawValue) || endpoint == .overflow else { return false }
        let start = Int(path.start)
        var end = start
        while end < start + path.count, !EndpointTemplate.endsPath(bytes[end]) { end += 1 }
        while end > start + 1 && bytes[end - 1] == UInt8(ascii: "/") { end -= 1 }
        if paths.contains(bytes.hash(from: start, count: end - start, key: hashKey)) { return true }
        guard !segments.isEmpty else { return false }
        var segment = start
        for position in start...end where position == end || bytes[position] == UInt8(ascii: "/") {
            if segments.contains(bytes.hash(from: segment, count: position - segment, key: hashKey)) { return true }
            segment = position + 1
        }
        return false
    }

    /// An account got this number under a name of a person.
    mutating func learn(person raw: [UInt8], _ number: UInt32) {
        if isAny && people.contains(String(decoding: raw, as: UTF8.self).lowercased()) { accounts.insert(number) }
    }

    /// An endpoint or object got this number.
    mutating func learn(_ name: [UInt8], _ number: UInt32) {
        if isAny && name.contains(UInt8(ascii: "{")) { templates.insert(UInt16(truncatingIfNeeded: number)) }
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import Digest
import EventModel
import LogFormats

/// Canaries that an event does not name as it is kept: people, who become pseudonyms, and paths and ids in paths, which become templates.
///
/// Names that are kept as they are, of programs, plain paths and objects, are compared where they are kept; items by ``DetailReader``.
/// As there, whole segments are compared without regard to case, and what lies below a canary is one; here also as the server reads them,
/// without percent-encoding. State: the canaries, and the templates that may stand for one. Complexity: nothing without canaries; O(length)
/// of a path with such a template.
struct CanaryWatch {
    /// Raw names of accounts, in small letters.
    private let people: Set<String>
    /// Keyed hashes of whole paths and of single segments.
    private let paths: Set<UInt64>
    private let segments: Set<UInt64>
    /// The segments of each path, in small letters.
    private let pathSegments: [[String]]
    private let hashKey: UInt64
    private var accounts: Set<UInt32> = []
    /// Templates that may stand for a canary, or for what lies below one.
    private var templates: Set<UInt16> = []
    let isAny: Bool

    init(_ canaries: [String], hashKey: UInt64) {
        self.hashKey = hashKey
        isAny = !canaries.isEmpty
        people = Set(canaries.map { $0.lowercased() })
        func hash(_ name: [UInt8]) -> UInt64 {
            var hash = hashKey
            ChunkBuffer(name).withBytes { CanaryWatch.read($0, 0, name.count) { byte, _ in hash = CanaryWatch.step(hash, byte) } }
            return hash
        }
        let whole = canaries.filter { $0.contains("/") }.map { CanaryWatch.path(Array($0.utf8)) }
        paths = Set(whole.map(hash))
        segments = Set(canaries.filter { !$0.contains("/") }.map { hash(Array($0.utf8)) })
        pathSegments = whole.map { CanaryWatch.segments(of: String(decoding: $0, as: UTF8.self)) }
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

    private static func segments(of path: String) -> [String] {
        path.lowercased().split(separator: "/", omittingEmptySubsequences: false).map(String.init)
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
        var (whole, segment, isTouched) = (hashKey, hashKey, false)
        func isCanary() -> Bool { paths.contains(whole) || !segments.isEmpty && segments.contains(segment) }
        CanaryWatch.read(bytes, start, end) { byte, isSeparator in
            if isSeparator {
                isTouched = isTouched || isCanary()
                segment = hashKey
            } else {
                segment = CanaryWatch.step(segment, byte)
            }
            whole = CanaryWatch.step(whole, byte)
        }
        return isTouched || isCanary()
    }

    /// Gives `body` each byte in small letters and decoded, and whether it is a slash that separates segments.
    @inline(__always)
    private static func read(_ bytes: PaddedBytes, _ start: Int, _ end: Int, _ body: (UInt8, Bool) -> Void) {
        var position = start
        while position < end {
            var byte = bytes[position]
            let isSeparator = byte == UInt8(ascii: "/")
            if byte == UInt8(ascii: "%"), position + 2 < end, let high = Hexadecimal.value(bytes[position + 1]),
                let low = Hexadecimal.value(bytes[position + 2])
            {
                byte = high &<< 4 | low
                position += 2
            }
            body(byte &- 0x41 < 26 ? byte | 0x20 : byte, isSeparator)
            position += 1
        }
    }

    @inline(__always)
    private static func step(_ hash: UInt64, _ byte: UInt8) -> UInt64 {
        let mixed = (hash ^ UInt64(byte)) &* 0x9E37_79B9_7F4A_7C15
        return mixed ^ (mixed &>> 29)
    }

    /// An account got this number under a name of a person.
    mutating func learn(person raw: [UInt8], _ number: UInt32) {
        if isAny && people.contains(String(decoding: raw, as: UTF8.self).lowercased()) { accounts.insert(number) }
    }

    /// An endpoint or object got this number.
    mutating func learn(_ name: [UInt8], _ number: UInt32) {
        if isAny && name.contains(UInt8(ascii: "{")) && mayStandForOne(String(decoding: name, as: UTF8.self)) {
            templates.insert(UInt16(truncatingIfNeeded: number))
        }
    }

    /// Whether a template stands for paths of which a canary is one, or above one. One that itself names a canary is told by its name.
    private func mayStandForOne(_ template: String) -> Bool {
        if !segments.isEmpty { return true }
        let names = CanaryWatch.segments(of: template)
        return pathSegments.contains { path in
            path.count <= names.count && zip(path, names).allSatisfy { $0 == $1 || $1.contains("{id}") }
                && !names.starts(with: path)
        }
    }
}

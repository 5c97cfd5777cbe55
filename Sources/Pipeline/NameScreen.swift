// weir
// SPDX-License-Identifier: Apache-2.0

import ContentScan
import Detection
import EventModel
import LogFormats

/// Looks for personal data in names that would be kept: of accounts, objects, endpoints, destinations, regions.
///
/// Whoever writes a log may write anything into its fields: a customer's card as an object, a user's address as an account. A name is
/// looked at when it is met, not for each event. State: that of a ``ContentScanner``. Complexity: O(length).
struct NameScreen: Sendable {
    private var scanner: ContentScanner

    init(_ options: ScanOptions) {
        var options = options
        options.types = .all
        scanner = ContentScanner(options)
    }

    /// Whether a name says who somebody is, or is a secret.
    mutating func isPersonal(_ name: [UInt8]) -> Bool {
        !matches(name).isEmpty
    }

    /// What is personal in a name, in order. A network is not, though it is written like an address.
    private mutating func matches(_ name: [UInt8]) -> [ScanMatch] {
        scanner.scan(name.span)
        guard !scanner.matches.isEmpty else { return [] }
        return scanner.matches.filter { match in
            guard !match.isReserved else { return false }
            let behind = name[match.range.upperBound...].prefix(3)
            return match.type != .networkAddress || !(behind.elementsEqual("/24".utf8) || behind.elementsEqual("/48".utf8))
        }.sorted { $0.offset < $1.offset }
    }

    /// The name with `{id}` for every word with an `@` in it, as in endpoints: the scanner knows addresses of the net, but a mailbox may
    /// be of an intranet, in letters of any script, escaped, or of a domain that is reserved for examples. `@scope` is none.
    private func withoutMailboxes(_ name: [UInt8]) -> [UInt8] {
        guard name.contains(UInt8(ascii: "@")) || name.contains(UInt8(ascii: "%")) else { return name }
        var result: [UInt8] = []
        for part in name.split(omittingEmptySubsequences: false, whereSeparator: NameScreen.separates) {
            result += NameScreen.isMailbox(part) ? Array("{id}".utf8) : Array(part)
            if part.endIndex < name.endIndex { result.append(name[part.endIndex]) }
        }
        return result
    }

    /// Whether there is an `@` within a word, escaped or not.
    private static func isMailbox(_ word: ArraySlice<UInt8>) -> Bool {
        word.indices.contains { place in
            let rest = word[place...]
            let length = rest.starts(with: "@".utf8) ? 1 : rest.starts(with: "%40".utf8) ? 3 : 0
            return length > 0 && place > word.startIndex && rest.count > length
        }
    }

    private static func separates(_ byte: UInt8) -> Bool {
        byte <= 0x20 || "/,;:|<>()[]{}\"'=&?#".utf8.contains(byte)
    }

    /// The name with `{id}` for what is personal in it. An address of a machine becomes its network, as it does elsewhere.
    mutating func screened(_ name: [UInt8]) -> [UInt8] {
        let name = withoutMailboxes(name)
        let found = matches(name)
        guard !found.isEmpty else { return name }
        let whole = ChunkBuffer(name).withBytes { NetworkParser.network($0, 0, name.count) }
        if whole != .unknown { return Array(whole.text.utf8) }
        var result: [UInt8] = []
        var end = 0
        for match in found where match.offset >= end {
            result += name[end..<match.offset]
            result += "{id}".utf8
            end = match.range.upperBound
        }
        return result + name[end...]
    }
}

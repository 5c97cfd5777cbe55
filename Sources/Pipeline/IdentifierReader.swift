// weir
// SPDX-License-Identifier: Apache-2.0

import ContentScan
import Digest
import EventModel
import LogFormats

/// Turns identifiers of people that a scanner found into keyed hashes.
///
/// The key is of the event's epoch, because the hashes stay in the state as bits: the same value has the same hash after a restart, and
/// once the epoch's key is deleted nobody can try values against it. What was shown in the epoch before is not recognised: an overlap is
/// found within one epoch. State: keys and a buffer.
struct IdentifierReader: Sendable {
    private var keys: EpochSecrets<[UInt8]>
    private var hasher: MatchHasher
    private var records: SipHash
    /// Matches of a text that are hashed, 2 µs each: whoever writes texts must not choose how long they take.
    private static let limit = 16

    init(epochs: any EpochKeys) {
        keys = EpochSecrets(epochs) { HMACSHA256.code(for: Array("weir identifiers 1".utf8), key: $0) }
        let none = Array(repeating: UInt8(0), count: 32)
        hasher = MatchHasher(key: none)
        records = SipHash(key: none)
    }

    private mutating func use(_ time: EventTime) {
        guard !keys.isCurrent(at: time) else { return }
        let key = keys.secret(at: time)
        hasher = MatchHasher(key: key)
        records = SipHash(key: HMACSHA256.code(for: Array("record numbers".utf8), key: key))
    }

    /// The hash of a record's number that is unique by its form; 0 of any other.
    mutating func record(_ bytes: PaddedBytes, _ range: TextRange, at time: EventTime) -> UInt64 {
        guard IdentifierReader.isUnique(bytes, range) else { return 0 }
        use(time)
        return max(records.hash(bytes.copy(Int(range.start)..<Int(range.start) + range.count)), 1)
    }

    /// Adds those matches that stand for one person. Precondition: `text` is what was scanned.
    mutating func read(_ matches: [ScanMatch], in text: Span<UInt8>, at time: EventTime, into hashes: inout IdentifierHashes) {
        use(time)
        var left = IdentifierReader.limit
        for match in matches where left > 0 && IdentifierReader.isIdentifier(match, text) {
            left -= 1
            hashes.insert(hasher.hash(match, in: text).high)
        }
    }

    /// Whether a value stands for one person. A form alone, without a key beside it, proves nothing, and `info@` is nobody.
    private static func isIdentifier(_ match: ScanMatch, _ text: Span<UInt8>) -> Bool {
        guard !match.isReserved, match.confidence > 0.5 else { return false }
        switch match.type {
        case .email: return !isRole(text, match.range)
        case .secret, .dateOfBirth, .postalAddress, .personName, .networkAddress: return false
        default: return true
        }
    }

    /// Mailboxes of functions, which both kinds of content may name. Source: RFC 2142, and what shops use beside.
    private static let roles: [[UInt8]] = [
        "abuse", "admin", "billing", "contact", "customerservice", "datenschutz", "hello", "help", "hostmaster", "info", "jobs", "kontakt",
        "kundenservice", "legal", "mail", "marketing", "newsletter", "noc", "no-reply", "noreply", "office", "orders", "postmaster",
        "press",
        "privacy", "returns", "sales", "security", "service", "shop", "support", "team", "webmaster",
    ].map { Array($0.utf8) }

    /// Whether a record's number is unique by its form: a UUID, or 15 to 40 letters and digits of both kinds, as Salesforce's are. Numbers
    /// that count from one are not: every store has a 1042.
    static func isUnique(_ bytes: PaddedBytes, _ range: TextRange) -> Bool {
        guard (15...40).contains(range.count) else { return false }
        var (letters, digits) = (0, 0)
        for place in Int(range.start)..<Int(range.start) + range.count {
            switch bytes[place] {
            case 0x30...0x39: digits += 1
            case 0x41...0x5A, 0x61...0x7A: letters += 1
            case 0x2D: continue
            default: return false
            }
        }
        return letters >= 2 && digits >= 4 && letters + digits >= 15
    }

    private static func isRole(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var name: [UInt8] = []
        for index in range {
            if text[index] == 0x40 || name.count > 16 { break }
            name.append(text[index] | (text[index] >= 0x41 && text[index] <= 0x5A ? 0x20 : 0))
        }
        return roles.contains(name)
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import Digest
import EventModel
import LogFormats

/// Turns the texts of a ``LineDetail`` into the keyed hashes of an ``EventDetail``.
///
/// The keys come from secrets, because what is hashed stays in the state: the same text has the same hash after a restart, and without
/// the secret nobody can try texts against it. Jobs, items and searches lead to people, and have the key of the event's epoch: they are
/// compared within days, and once the key is deleted they are nobody's. The families of user agents are names of programs, which an account
/// has for years: they have the installation's.
struct DetailReader: Sendable {
    private let agentKey: UInt64
    private var secrets: EpochSecrets<Secret>
    private var secret: Secret

    /// What an epoch has. Jobs stay in the state for long, and who has the state may know which jobs there were: their key must not follow
    /// from their hashes.
    private struct Secret: Sendable {
        var key: UInt64
        var jobs: SipHash
        var canaries: Set<UInt64>
    }

    private static let purpose = "weir event details 1"

    init(pseudonymKey: [UInt8], epochs: any EpochKeys, canaries: [String]) {
        agentKey = WordKey.of(DetailReader.purpose, key: pseudonymKey)
        secrets = EpochSecrets(epochs) { bytes in
            let key = WordKey.of(DetailReader.purpose, key: bytes)
            let hashes = canaries.map { name in
                let bytes = Array(name.utf8)
                return ChunkBuffer(bytes).withBytes { DetailReader.hash($0, 0, bytes.count, key: key) }
            }
            let jobs = SipHash(key: HMACSHA256.code(for: Array("weir jobs 1".utf8), key: bytes))
            return Secret(key: key, jobs: jobs, canaries: Set(hashes))
        }
        secret = secrets.none
    }

    /// - Parameter time: the event's, which says under which key its texts are hashed.
    mutating func read(_ detail: LineDetail, at time: EventTime, bytes: PaddedBytes, scratch: PaddedBytes) -> EventDetail {
        var result = EventDetail()
        if detail.limitMax > 0 {
            result.limitUsed = UInt32(clamping: detail.limitUsed)
            result.limitMax = UInt32(clamping: detail.limitMax)
        }
        let isHashed = !detail.job.isEmpty || !detail.item.isEmpty || !detail.query.isEmpty
        if isHashed && !secrets.isCurrent(at: time) { secret = secrets.secret(at: time) }
        let key = secret.key
        func hash(_ text: TextRange) -> UInt64 {
            text.isEmpty ? 0 : DetailReader.hash(text.isScratch ? scratch : bytes, Int(text.start), text.count, key: key)
        }
        if !detail.job.isEmpty {
            let (text, start) = (detail.job.isScratch ? scratch : bytes, Int(detail.job.start))
            result.job = max(secret.jobs.hash(text.copy(start..<start + detail.job.count)), 1)
        }
        result.item = hash(detail.item)
        if result.item != 0 && secret.canaries.contains(result.item) { result.traits.insert(.canary) }
        if !detail.agent.isEmpty {
            let text = detail.agent.isScratch ? scratch : bytes
            let start = Int(detail.agent.start)
            let end = text.firstIndex(of: UInt8(ascii: "/"), or: UInt8(ascii: " "), from: start, to: start + detail.agent.count)
            result.agent = DetailReader.hash(text, start, end - start, key: agentKey)
            let last = text.firstIndex(of: UInt8(ascii: " "), or: UInt8(ascii: " "), from: end, to: start + detail.agent.count)
            if last > end + 1 {
                result.agentVersion = UInt32(truncatingIfNeeded: DetailReader.hash(text, start, last - start, key: agentKey)) | 1
            }
        }
        if !detail.query.isEmpty {
            let words = QueryWords(detail.query.isScratch ? scratch : bytes, Int(detail.query.start), detail.query.count, key: key)
            result.query = words.text
            result.queryShape = words.shape
            if words.counts { result.traits.insert(.counts) }
        }
        return result
    }

    /// Never 0, which means that there is no text.
    private static func hash(_ bytes: PaddedBytes, _ start: Int, _ count: Int, key: UInt64) -> UInt64 {
        max(bytes.hash(from: start, count: count, key: key), 1)
    }
}

/// A search text or query without case, punctuation and numbers: a hash of it all, and one that near-duplicates share.
///
/// Near-duplicates are texts that differ in one word. The shape is made of the two smallest hashes of words, a bottom-2 sketch: a changed
/// word leaves it as it is unless that word was among the two, so that of n words n − 2 may change. Source: Broder, "On the resemblance and
/// containment of documents", 1997. Complexity: O(length), at most ``longest`` bytes.
struct QueryWords {
    static let longest = 4096

    private(set) var text: UInt64
    private(set) var shape: UInt64
    /// Whether it begins with `select count`.
    private(set) var counts = false

    init(_ bytes: PaddedBytes, _ start: Int, _ count: Int, key: UInt64) {
        var whole = key
        var smallest = (UInt64.max, UInt64.max)
        var number = 0
        var word: UInt64 = 0
        var first: UInt64 = 0
        let end = start + min(count, QueryWords.longest)
        for position in start...end {
            let byte = position < end ? bytes[position] : 0x20
            if let letter = QueryWords.letter(byte) {
                word = (word ^ UInt64(letter)) &* 0x0000_0100_0000_01B3 &+ 0x9E37_79B9
                continue
            }
            guard word != 0 else { continue }
            number += 1
            if number == 1 { first = word }
            if number == 2 { counts = first == QueryWords.plain("select") && word == QueryWords.plain("count") }
            let hash = QueryWords.mix(word ^ key)
            whole = QueryWords.mix(whole ^ hash)
            if hash < smallest.0 {
                smallest = (hash, smallest.0)
            } else if hash < smallest.1 && hash != smallest.0 {
                smallest.1 = hash
            }
            word = 0
        }
        text = max(whole, 1)
        // Of one or two words nothing would be left to differ in.
        shape = number <= 2 ? text : max(QueryWords.mix(smallest.0 ^ QueryWords.mix(smallest.1)), 1)
    }

    /// Lower case; digits are all the same; nil for what separates words. Bytes of other scripts are letters.
    private static func letter(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x61...0x7A, 0x80...: byte
        case 0x41...0x5A: byte | 0x20
        case 0x30...0x39: UInt8(ascii: "#")
        default: nil
        }
    }

    private static func plain(_ word: String) -> UInt64 {
        word.utf8.reduce(UInt64(0)) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 &+ 0x9E37_79B9 }
    }

    /// Source: the finaliser of SplitMix64 (Steele, Lea and Flood 2014).
    private static func mix(_ value: UInt64) -> UInt64 {
        var bits = value &+ 0x9E37_79B9_7F4A_7C15
        bits = (bits ^ (bits &>> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits &>> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits &>> 31)
    }
}

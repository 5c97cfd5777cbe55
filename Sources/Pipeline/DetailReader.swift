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

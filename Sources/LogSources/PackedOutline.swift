// weir
// SPDX-License-Identifier: Apache-2.0

/// What stands in a packed file before some of its plain offsets, and where it ends: unpacked once for all generations that it is compared
/// with. A thousand hourly archives with one long header all begin alike.
///
/// Complexity: O(plain bytes up to the largest offset) to make, O(1) to ask. State: 64 bytes an offset.
final class PackedOutline {
    private var tails: [UInt64: [UInt8]] = [:]
    /// Plain bytes that were unpacked.
    private let reached: UInt64
    /// Whether the file, or what can be unpacked of it, ends there.
    private let isEnd: Bool
    /// Whether it breaks off there, or cannot be unpacked further.
    let isBroken: Bool
    private let lastTail: [UInt8]

    /// Throws: ``FileFailure`` when the file cannot be read.
    init(_ file: OpenFile, offsets: [UInt64]) throws(FileFailure) {
        let stream = try ByteStream(file: file)
        var isShort = false
        for offset in Set(offsets).sorted() {
            isShort = !stream.skip(to: offset)
            if isShort { break }
            tails[offset] = stream.tail
        }
        let outcome = withScratch(count: 1) { stream.read(into: &$0) }
        isEnd = isShort || outcome != .bytes
        isBroken = isEnd && outcome != .end
        reached = stream.offset
        lastTail = stream.tail
    }

    /// The last bytes before one of the offsets; nil when the file ends before it.
    func tail(at offset: UInt64) -> [UInt8]? { tails[offset] }

    /// Whether anything stands behind an offset.
    func hasMore(behind offset: UInt64) -> Bool { reached > offset }

    /// How long it is, and its last bytes, if it ends at `limit` or before.
    func end(atMost limit: UInt64) -> End {
        if reached > limit { return .beyond }
        return isEnd ? .at(reached, tail: lastTail) : .unknown
    }

    enum End {
        case at(UInt64, tail: [UInt8])
        case beyond
        /// Nobody looked that far.
        case unknown
    }
}

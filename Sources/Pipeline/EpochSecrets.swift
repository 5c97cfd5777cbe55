// weir
// SPDX-License-Identifier: Apache-2.0

import Digest
import EventModel

/// What is derived from the key of the epoch that an event is of, for one kind of what is hashed of people beside their names.
///
/// Derived keys live in memory only: with the epoch's key they are gone. Which key it is follows from the event's own time, as for names.
/// State: at most ``limit`` secrets, so that lines dated to and fro cost a look and not a derivation each. Complexity: O(1) an event.
struct EpochSecrets<Secret: Sendable>: Sendable {
    private static var limit: Int { 16 }

    private let epochs: any EpochKeys
    private let derive: @Sendable ([UInt8]) -> Secret
    private var known: [Int64: Secret] = [:]
    /// The epoch of the last event, and its milliseconds.
    private var epoch = Int64.min
    private var span: Range<Int64> = 0..<0
    private var last: Secret
    /// Stands for no epoch.
    let none: Secret

    /// - Parameter derive: makes the secret of a key.
    init(_ epochs: any EpochKeys, _ derive: @escaping @Sendable ([UInt8]) -> Secret) {
        self.epochs = epochs
        self.derive = derive
        // The first event asks for its own.
        none = derive(Array(repeating: 0, count: 32))
        last = none
    }

    /// Whether the secret of a moment is the one that was handed out last: cheaper than to be handed it again.
    @inline(__always)
    func isCurrent(at time: EventTime) -> Bool { span.contains(time.milliseconds) }

    /// The secret of the epoch that a moment is in.
    @inline(__always)
    mutating func secret(at time: EventTime) -> Secret {
        if !isCurrent(at: time) { change(to: KeyEpoch.number(of: time)) }
        return last
    }

    @inline(never)
    private mutating func change(to epoch: Int64) {
        let (start, end) = (KeyEpoch.start(of: epoch).milliseconds, KeyEpoch.start(of: epoch + 1).milliseconds)
        span = start..<max(start, end)
        if let secret = known[epoch] {
            last = secret
            return
        }
        last = derive(epochs.key(of: epoch))
        if known.count >= EpochSecrets.limit { known.removeAll(keepingCapacity: true) }
        known[epoch] = last
    }
}

/// 64 bits for a kind of texts, from a key.
enum WordKey {
    static func of(_ purpose: String, key: [UInt8]) -> UInt64 {
        HMACSHA256.code(for: Array(purpose.utf8), key: key).prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    }
}

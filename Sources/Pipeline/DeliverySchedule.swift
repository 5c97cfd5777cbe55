// weir
// SPDX-License-Identifier: Apache-2.0

import Digest
import EventModel

/// When a message that could not be delivered is tried again.
///
/// Pure: attempts and the message's id go in, a delay comes out. Ten attempts over about three days; the first repetition comes after five
/// seconds, so that a receiver's restart costs little.
/// Source: Standard Webhooks 1.0.0, "Deliverability and reliability".
package struct DeliverySchedule: Sendable {
    /// The delay before each attempt, counted from the attempt before it.
    package static let delays: [EventDuration] = [
        .seconds(0), .seconds(5), .minutes(5), .minutes(30), .hours(2), .hours(5), .hours(10), .hours(14), .hours(20), .hours(24),
    ]
    /// The longest wait that a receiver can ask for: a mistaken `Retry-After` must not silence a sink for weeks.
    package static let retryAfterLimit = EventDuration.hours(24)

    /// No message is made to wait longer. One that is due later was put off by a clock that was wrong.
    package static let longestWait = EventDuration.hours(27)

    package init() {}

    /// The delay before the next attempt; nil when the last one was made and the message belongs to the dead letters.
    ///
    /// The delay is spread by a tenth to either side, by a hash of the id and the attempt, so that messages which failed together do not
    /// come back together. What the receiver asked for is the least that is waited.
    /// - Parameter attempts: the attempts made, all of which failed.
    package func delay(afterAttempts attempts: Int, messageID: String, retryAfter: EventDuration? = nil) -> EventDuration? {
        guard attempts < DeliverySchedule.delays.count else { return nil }
        let planned = DeliverySchedule.delays[max(attempts, 0)].milliseconds
        let hash = SHA256.hash(Array("\(messageID)/\(attempts)".utf8))
        let number = hash[..<4].reduce(Int64(0)) { $0 << 8 | Int64($1) }
        let spread = planned / 5 * number / Int64(UInt32.max)
        let asked = min(retryAfter ?? .seconds(0), DeliverySchedule.retryAfterLimit)
        return max(EventDuration(milliseconds: planned - planned / 10 + spread), asked)
    }
}

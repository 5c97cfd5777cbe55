// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import EventModel

/// Takes records from the outbox to the sinks.
///
/// No task, no clock and no thread inside: the daemon calls ``step()``, sleeps until the moment it returns or until something was
/// committed, and calls again. A sink blocks while it delivers, so give each sink its own loop where one slow receiver must not delay
/// another.
///
/// At least once: a message leaves the outbox only after its result was stored. Where storing fails, the result is remembered and stored
/// before anything else of that sink is sent; only a crash in between sends the message twice, with the same id.
package struct DeliveryLoop: ~Copyable, Sendable {
    /// Messages of a sink in one step: bounds how long a step takes, and so how long stopping takes.
    package static let batchLimit = 8
    /// How soon the outbox is asked again after it failed.
    package static let outboxPause = EventDuration.seconds(5)
    /// The longest a sink rests after failures in a row; then the next message finds out whether the receiver is back.
    package static let longestRest = EventDuration.minutes(5)

    /// What happened, a sink each, in the order of the sinks.
    package private(set) var statuses: [SinkStatus]
    /// Why the outbox could not be used at the last step; nil when it could.
    package private(set) var outboxTrouble: String?

    private let outbox: any Outbox
    private let schedule = DeliverySchedule()
    private let now: @Sendable () -> EventTime
    private var lines: [Line]

    /// One sink and what the loop remembers of it.
    private struct Line: Sendable {
        let sink: any AlertSink
        /// Between these moments the sink is left alone. Before the first the clock was set back, and nobody knows how long ago it was.
        var rest: Range<EventTime>?
        var failuresInARow = 0
        /// A result that is not stored yet.
        var unsettled: (message: OutboxMessage, settlement: DeliverySettlement)?
    }

    /// - Parameter now: the wall clock.
    /// Precondition: no two sinks have one name, because their queues would be one.
    package init(outbox: any Outbox, sinks: [any AlertSink], now: @escaping @Sendable () -> EventTime) {
        precondition(Set(sinks.map { $0.name }).count == sinks.count, "two sinks have one name; give one of them the option name")
        self.outbox = outbox
        self.now = now
        lines = sinks.map { Line(sink: $0) }
        statuses = sinks.map { SinkStatus(name: $0.name) }
    }

    /// Delivers what is due, at most ``batchLimit`` messages a sink, and stores the results.
    /// Returns: when to call again if nothing is committed before; nil when nothing waits. A moment that has passed means: at once.
    package mutating func step() -> EventTime? {
        outboxTrouble = nil
        var next: EventTime?
        for index in lines.indices where !statuses[index].isDisabled {
            let moment: EventTime?
            do throws(OutletFailure) {
                moment = try deliverDue(index)
            } catch {
                outboxTrouble = error.message
                moment = now() + DeliveryLoop.outboxPause
            }
            if let moment { next = min(next ?? moment, moment) }
        }
        return next
    }

    /// One sink's part of a step.
    private mutating func deliverDue(_ index: Int) throws(OutletFailure) -> EventTime? {
        if let waiting = lines[index].unsettled {
            try outbox.settle(waiting.message, waiting.settlement)
            lines[index].unsettled = nil
        }
        let name = statuses[index].name
        let isResting = lines[index].rest?.contains(now()) ?? false
        var attempted = 0
        if !isResting {
            let due = try outbox.due(sink: name, now: now(), limit: DeliveryLoop.batchLimit)
            for message in due {
                let goesOn = try attempt(message, index)
                attempted += 1
                if !goesOn { break }
            }
        }
        guard !statuses[index].isDisabled, var next = try outbox.nextDue(sink: name) else { return nil }
        // Without progress a moment in the past would be a loop that never sleeps.
        if attempted == 0 { next = max(next, now() + .seconds(1)) }
        return max(next, lines[index].rest?.upperBound ?? next)
    }

    /// Delivers one message and stores the result. Returns whether the sink's next message may follow at once.
    private mutating func attempt(_ message: OutboxMessage, _ index: Int) throws(OutletFailure) -> Bool {
        let outcome = lines[index].sink.deliver(message.record, messageID: message.messageID, now: now())
        let settlement: DeliverySettlement
        switch outcome {
        case .delivered:
            statuses[index].delivered += 1
            if lines[index].failuresInARow > 0 { statuses[index].lastError = nil }
            settlement = .delivered(at: now())
        case .retry(let reason, let after):
            settlement = retry(message, reason, after, index)
        case .refused(let reason):
            statuses[index].refused += 1
            note(reason, index)
            settlement = .deadLetter(reason: reason)
        case .disabled(let reason):
            // The message stays, for the day on which somebody has looked and restarted, and says why.
            statuses[index].isDisabled = true
            note(reason, index)
            try settle(message, .retry(due: now(), reason: reason), index)
            return false
        }
        var goesOn = true
        if case .retry = outcome {
            rest(after: outcome, index)
            goesOn = false
        } else {
            // An answer, even a refusal, shows that the receiver is there.
            lines[index].failuresInARow = 0
            lines[index].rest = nil
        }
        try settle(message, settlement, index)
        return goesOn
    }

    private mutating func settle(_ message: OutboxMessage, _ settlement: DeliverySettlement, _ index: Int) throws(OutletFailure) {
        do throws(OutletFailure) {
            try outbox.settle(message, settlement)
        } catch {
            lines[index].unsettled = (message, settlement)
            throw error
        }
    }

    private mutating func retry(_ message: OutboxMessage, _ reason: String, _ after: EventDuration?, _ index: Int) -> DeliverySettlement {
        note(reason, index)
        guard let delay = schedule.delay(afterAttempts: message.attempts + 1, messageID: message.messageID, retryAfter: after) else {
            statuses[index].dead += 1
            return .deadLetter(reason: "\(reason); given up after \(message.attempts + 1) attempts")
        }
        statuses[index].retried += 1
        return .retry(due: now() + delay, reason: reason)
    }

    /// Leaves the sink alone for a while: a receiver that is down or overloaded is not asked once for each of a thousand messages, none of
    /// which would have had a chance.
    private mutating func rest(after outcome: DeliveryOutcome, _ index: Int) {
        let doublings = min(lines[index].failuresInARow, 6)
        lines[index].failuresInARow += 1
        var pause = min(EventDuration(milliseconds: 4000 << Int64(doublings)), DeliveryLoop.longestRest)
        if case .retry(_, let after?) = outcome { pause = max(pause, min(after, DeliverySchedule.retryAfterLimit)) }
        let start = now()
        lines[index].rest = start..<start + pause
    }

    private mutating func note(_ reason: String, _ index: Int) {
        statuses[index].lastError = reason
        statuses[index].lastErrorTime = now()
    }
}

/// What became of one sink's messages since the start, for `weir status` and metrics.
package struct SinkStatus: Equatable, Sendable {
    package var name: String
    package var delivered: UInt64 = 0
    /// Attempts that failed and will be repeated.
    package var retried: UInt64 = 0
    /// Messages that the receiver will never take; dead letters at once.
    package var refused: UInt64 = 0
    /// Messages given up after the last attempt; dead letters too.
    package var dead: UInt64 = 0
    /// The receiver said that it is gone for good. Its messages wait for a restart.
    package var isDisabled = false
    /// The last trouble, one sentence without secrets; nil again once the sink takes messages after it did not.
    package var lastError: String?
    package var lastErrorTime: EventTime?

    package init(name: String) { self.name = name }
}

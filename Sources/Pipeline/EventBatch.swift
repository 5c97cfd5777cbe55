// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What a reader hands to a core: events in lane order, and everything that happened between them.
///
/// Reused: a core gives the emptied batch back, so that steady reading allocates nothing.
package struct EventBatch: Sendable {
    /// Events after which a batch is handed over. Large enough to make the hand-off free, small enough to stay in the second-level cache.
    package static let limit = 1024

    package var events: [AccessEvent] = []
    /// The details of those events that have one, in their order.
    package var details: [EventDetail] = []
    /// The movements of those events that have one, in their order.
    package var movements: [DataMovement] = []
    /// Refused and ignored lines, each with the number of events that came before it.
    package var marks: [Mark] = []
    /// Accounts seen for the first time, in the order of their numbers.
    package var newAccounts: [String] = []
    /// What people are called in an epoch in which they were met for the first time.
    package var namings: [Naming] = []
    /// What the gate was asked on behalf of names without an account, in order: the core's gate takes the same steps.
    package var admissions: [AdmissionGate.Request] = []
    /// Endpoints and objects seen for the first time, in the order of their numbers.
    package var newValues: [String] = []
    package var openedStreams: [OpenedStream] = []
    /// Where reading stands after this batch, for each stream that moved.
    package var positions: [StreamPosition] = []
    package var troubles: [SourceTrouble] = []
    /// Decompressed bytes of the lines handed over with this batch.
    package var bytes: UInt64 = 0
    /// When it was read, if the source is a live one. Since its newest event was read, event time has gone on by as much as the clock,
    /// whatever the delay with which the log arrives.
    package var moment: LiveMoment?
    /// A live source had nothing more to read when this batch was handed over.
    package var hasCaughtUp = false
    /// The source has ended.
    package var isLast = false

    /// A line that is no event.
    package struct Mark: Equatable, Sendable {
        package var eventsBefore: Int
        package var kind: Kind
        package var example: String
        /// Of a refused line: its bytes, and the stream that it stands in.
        package var length: UInt64
        package var stream: UInt32

        package enum Kind: Equatable, Sendable {
            case malformed(UInt8)
            case ignored(UInt64)
        }

        package init(eventsBefore: Int, kind: Kind, example: String = "", length: UInt64 = 0, stream: UInt32 = 0) {
            self.eventsBefore = eventsBefore
            self.kind = kind
            self.example = example
            self.length = length
            self.stream = stream
        }
    }

    /// A stream's number and path, for evidence.
    package struct OpenedStream: Equatable, Sendable {
        package var stream: UInt32
        package var path: String

        package init(stream: UInt32, path: String) {
            self.stream = stream
            self.path = path
        }
    }

    package init() {
        events.reserveCapacity(EventBatch.limit + 256)
    }

    /// Forgets everything, keeps the memory.
    package mutating func removeAll() {
        events.removeAll(keepingCapacity: true)
        details.removeAll(keepingCapacity: true)
        movements.removeAll(keepingCapacity: true)
        marks.removeAll(keepingCapacity: true)
        newAccounts.removeAll(keepingCapacity: true)
        namings.removeAll(keepingCapacity: true)
        admissions.removeAll(keepingCapacity: true)
        newValues.removeAll(keepingCapacity: true)
        openedStreams.removeAll(keepingCapacity: true)
        positions.removeAll(keepingCapacity: true)
        troubles.removeAll(keepingCapacity: true)
        bytes = 0
        moment = nil
        hasCaughtUp = false
        isLast = false
    }

    /// Whether nothing at all happened.
    package var isEmpty: Bool {
        events.isEmpty && marks.isEmpty && newAccounts.isEmpty && namings.isEmpty && newValues.isEmpty && openedStreams.isEmpty
            && positions.isEmpty
            && troubles.isEmpty && !hasCaughtUp && !isLast
    }
}

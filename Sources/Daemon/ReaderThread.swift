// weir
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import EventModel
import Pipeline
import Synchronization

/// The thread that reads and decodes one lane, and hands its batches over through a ring.
enum ReaderThread {
    /// How long an idle source is waited for before the batch that says so.
    static let idlePeriod = EventDuration.seconds(1)

    /// Reads to the end of a source that ends, or until `isStopping`.
    ///
    /// - Parameter source: called on the thread, which is the source's owner from then on.
    static func start<Source: LaneSource & SendableMetatype>(
        lane: LaneSpecification, attribution: AttributionStart, into channel: BatchChannel, isStopping: @escaping @Sendable () -> Bool,
        source: @escaping @Sendable () -> Source
    ) {
        DispatchQueue(label: "weir.reader.\(lane.options.name)", qos: .userInitiated).async {
            let format = lane.format
            var writer = channel.writer()
            var reader = LaneReader(
                source: source(), attribution: attribution.make(lane), leap: lane.options.leap, makeFormat: { format })
            var isLast = false
            while !isLast && !isStopping() {
                var batch = writer.blank()
                let hasMore = reader.fill(&batch)
                isLast = batch.isLast
                if !batch.isEmpty { writer.send(batch) }
                if !hasMore { writer.tell() }
                if !hasMore && !isLast { reader.wait(atMost: idlePeriod) }
            }
            writer.close()
        }
    }
}

extension ReaderThread {
    /// Follows a source until `isStopping`, saying how long it has been idle.
    static func startLive<Source: LaneSource & SendableMetatype>(
        lane: LaneSpecification, attribution: AttributionStart, into channel: BatchChannel, isStopping: @escaping @Sendable () -> Bool,
        source: @escaping @Sendable () -> Source
    ) {
        DispatchQueue(label: "weir.reader.\(lane.options.name)", qos: .userInitiated).async {
            let format = lane.format
            var writer = channel.writer()
            var reader = LaneReader(
                source: source(), attribution: attribution.make(lane), leap: lane.options.leap, makeFormat: { format })
            var lastSent = System.monotonic()
            var isBehind = false
            while !isStopping() {
                var batch = writer.blank()
                let hasMore = reader.fill(&batch)
                let now = System.monotonic()
                batch.moment = LiveMoment(steady: now, wall: System.wallClock(), isResting: !hasMore)
                if batch.bytes > 0 { isBehind = true }
                if !hasMore && isBehind {
                    batch.hasCaughtUp = true
                    isBehind = false
                }
                // One that holds nothing still says that time goes by.
                if !batch.isEmpty || now - lastSent >= idlePeriod {
                    writer.send(batch)
                    lastSent = now
                }
                guard !hasMore else { continue }
                writer.tell()
                reader.wait(atMost: idlePeriod)
            }
            writer.close()
        }
    }
}

/// What a reader's name directories begin with.
struct AttributionStart: Sendable {
    var people: PeopleKeys
    var hashKey: UInt64
    var accountNames: [String] = []
    var comingNames: [Naming] = []
    var valueNames: [String] = []
    var gate = AdmissionGate()

    func make(_ lane: LaneSpecification) -> Attribution {
        var attribution = Attribution(
            limits: lane.limits, pseudonymKey: people.installation, epochs: people.epochs, hashKey: hashKey,
            canaries: lane.options.canaries, movements: lane.movements, services: lane.services)
        if !accountNames.isEmpty {
            attribution.resume(accountNames: accountNames, comingNames: comingNames, valueNames: valueNames, gate: gate)
        }
        return attribution
    }
}

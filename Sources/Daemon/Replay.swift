// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Dispatch
import EventModel
import LogFormats
import LogSources
import Pipeline
import Synchronization

/// A replay: archives through the same lane as the daemon, in event time, as fast as the machine allows. Touches no state.
package struct Replay {
    package var lane: LaneSpecification
    /// The keys for names of people.
    package var people: PeopleKeys
    /// Sees every batch before the lane does.
    package var watch: IncidentWatch?

    package init(lane: LaneSpecification, people: PeopleKeys = .none, watch: IncidentWatch? = nil) {
        self.lane = lane
        self.watch = watch
        self.people = people
    }

    /// What a replay came to.
    package struct Outcome: Sendable {
        package var lane: String
        package var counters: LaneCounters
        package var examples: [UInt8: String]
        package var messages: [SourceTrouble]
        package var accounts: Int
        package var openAlerts: Int
        package var firstEvent: EventTime?
        package var newestEvent: EventTime?
        package var alerts: Int
        /// Alerts that opened, by detector.
        package var opened: [String: Int] = [:]
        package var elapsed: EventDuration
        /// How often tail probabilities came true.
        package var tails: [TailCount] = []
        /// Where records went.
        package var flows: [FlowDay] = []
        package var format = ""
    }

    /// Where a running replay stands.
    package struct Progress: Sendable {
        package var events: UInt64
        package var bytes: UInt64
        package var newestEvent: EventTime?
        package var elapsed: EventDuration
        /// The share of the files that is read; nil where nobody can know, as of standard input.
        package var share: Double?

        /// How long the rest will take at the rate so far; nil while that says nothing yet.
        package var remaining: EventDuration? {
            guard let share, share >= 0.005, elapsed >= .seconds(1) else { return nil }
            return EventDuration(milliseconds: Int64(Double(elapsed.milliseconds) * (1 - share) / share))
        }
    }

    /// Runs to the end of the input. `alert` gets every transition, in order of event time; `progress` is called about twice a second.
    package func run(alert: (AlertRecord) -> Void, progress: (Progress) -> Void) -> Outcome {
        var core = LaneCore(options: lane.options)
        return drive(&core, alert: alert, progress: progress) { _ in true }
    }

    /// Runs until the lane has an answer to the inquiry, or to the end of the input.
    package func explain(_ inquiry: LaneInquiry, progress: (Progress) -> Void) -> Answer {
        var core = LaneCore(options: lane.options)
        core.inquiry = inquiry
        let outcome = drive(&core, alert: { _ in }, progress: progress) { !$0.isInquirySettled }
        return Answer(
            outcome: outcome, explanation: core.inquiry?.answer, firstSeen: core.firstSeen(inquiry),
            accounts: Array(core.accountNames.dropFirst()))
    }

    /// What a lane had to say to an inquiry.
    package struct Answer {
        package var outcome: Outcome
        /// Nil when the account had no events by then, or the time lies outside the data.
        package var explanation: LaneExplanation?
        /// The account's first bucket, as far as was read.
        package var firstSeen: EventTime?
        /// The names of the accounts met so far.
        package var accounts: [String]
    }

    /// Feeds a core to the end of the input, or as long as `goesOn` after a batch; what was read ahead by then is let go.
    private func drive(
        _ core: inout LaneCore, alert: (AlertRecord) -> Void, progress: (Progress) -> Void, goesOn: (borrowing LaneCore) -> Bool
    ) -> Outcome {
        let begun = System.monotonic()
        let arrivals = DispatchSemaphore(value: 0)
        let channel = BatchChannel(arrivals: arrivals)
        let reading = ReadingFlag()
        let meter = ReadingMeter()
        startReading(into: channel, reading, meter)
        var batches = channel.reader()
        var result = Outcome(
            lane: lane.options.name, counters: LaneCounters(), examples: [:], messages: [], accounts: 0, openAlerts: 0, firstEvent: nil,
            newestEvent: nil, alerts: 0, elapsed: .seconds(0))
        var shown = begun
        var order = AlertOrder()
        func tell(_ record: AlertRecord) {
            result.alerts += 1
            if record.status == .open { result.opened[record.detector, default: 0] += 1 }
            alert(record)
        }
        while true {
            arrivals.wait()
            while let batch = batches.receive() {
                if !reading.hasEnded {
                    if result.firstEvent == nil { result.firstEvent = batch.events.first?.time }
                    watch?.note(batch)
                    core.process(batch)
                    for record in core.takeAlerts() { order.add(record) }
                    for record in order.release(before: core.closedUntil) { tell(record) }
                    result.messages += core.takeMessages().prefix(max(1000 - result.messages.count, 0))
                    if !goesOn(core) { reading.end() }
                }
                batches.giveBack(batch)
            }
            if batches.isDrained() { break }
            let now = System.monotonic()
            if now - shown >= EventDuration(milliseconds: 500) {
                shown = now
                progress(
                    Progress(
                        events: core.counters.events, bytes: core.counters.bytes, newestEvent: core.newestEvent, elapsed: now - begun,
                        share: meter.share))
            }
        }
        for record in order.releaseAll() { tell(record) }
        result.counters = core.counters
        result.tails = core.tails
        result.flows = core.flows
        result.format = lane.options.format
        result.examples = core.examples
        result.accounts = core.accountCount
        result.openAlerts = core.openAlertCount
        result.newestEvent = core.newestEvent
        result.elapsed = System.monotonic() - begun
        return result
    }

    private func startReading(into channel: BatchChannel, _ reading: ReadingFlag, _ meter: ReadingMeter) {
        let attribution = AttributionStart(people: people, hashKey: System.random())
        let lane = self.lane
        if lane.paths == ["-"] {
            ReaderThread.start(lane: lane, attribution: attribution, into: channel, isStopping: { reading.hasEnded }) {
                var source = StandardInputSource()
                if let ratio = lane.archiveRatio { source.archiveRatio = ratio }
                return source
            }
        } else {
            ReaderThread.start(lane: lane, attribution: attribution, into: channel, isStopping: { reading.hasEnded }) {
                lane.files(following: false, positions: [], waker: SourceWaker(), meter: meter)
            }
        }
    }
}

/// Whether a replay still wants to read: set by the deciding thread, looked at by the reading one.
private final class ReadingFlag: Sendable {
    private let ended = Atomic<Bool>(false)

    /// Pairs with the release in ``end()``; nothing but the flag itself is handed over.
    var hasEnded: Bool { ended.load(ordering: .acquiring) }

    func end() { ended.store(true, ordering: .releasing) }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Dispatch
import EventModel
import LogFormats
import LogSources
import Pipeline

/// A replay: archives through the same lane as the daemon, in event time, as fast as the machine allows. Touches no state.
package struct Replay: Sendable {
    package var lane: LaneSpecification
    /// The installation's secret for names of people; a replay without settings has none and uses a fixed one.
    package var pseudonymKey: [UInt8] = Array("weir".utf8)

    package init(lane: LaneSpecification) { self.lane = lane }

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
        package var elapsed: EventDuration
    }

    /// Where a running replay stands.
    package struct Progress: Sendable {
        package var events: UInt64
        package var bytes: UInt64
        package var newestEvent: EventTime?
        package var elapsed: EventDuration
    }

    /// Runs to the end of the input. `alert` gets every transition, in order; `progress` is called about twice a second.
    package func run(alert: (AlertRecord) -> Void, progress: (Progress) -> Void) -> Outcome {
        let begun = System.monotonic()
        let arrivals = DispatchSemaphore(value: 0)
        let channel = BatchChannel(arrivals: arrivals)
        startReading(into: channel)
        var batches = channel.reader()
        var core = LaneCore(options: lane.options)
        var result = Outcome(
            lane: lane.options.name, counters: LaneCounters(), examples: [:], messages: [], accounts: 0, openAlerts: 0, firstEvent: nil,
            newestEvent: nil, alerts: 0, elapsed: .seconds(0))
        var shown = begun
        while true {
            arrivals.wait()
            while let batch = batches.receive() {
                if result.firstEvent == nil { result.firstEvent = batch.events.first?.time }
                core.process(batch)
                for record in core.takeAlerts() {
                    result.alerts += 1
                    alert(record)
                }
                result.messages += core.takeMessages().prefix(max(1000 - result.messages.count, 0))
                batches.giveBack(batch)
            }
            if batches.isDrained() { break }
            let now = System.monotonic()
            if now - shown >= EventDuration(milliseconds: 500) {
                shown = now
                progress(
                    Progress(events: core.counters.events, bytes: core.counters.bytes, newestEvent: core.newestEvent, elapsed: now - begun))
            }
        }
        result.counters = core.counters
        result.examples = core.examples
        result.accounts = core.accountCount
        result.openAlerts = core.openAlertCount
        result.newestEvent = core.newestEvent
        result.elapsed = System.monotonic() - begun
        return result
    }

    private func startReading(into channel: BatchChannel) {
        let attribution = AttributionStart(pseudonymKey: pseudonymKey, hashKey: System.random())
        if lane.paths == ["-"] {
            ReaderThread.start(lane: lane, attribution: attribution, into: channel) { StandardInputSource() }
        } else {
            let lane = self.lane
            ReaderThread.start(lane: lane, attribution: attribution, into: channel) {
                lane.files(following: false, positions: [], waker: SourceWaker())
            }
        }
    }
}

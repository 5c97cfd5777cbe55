// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Dispatch
import EventModel
import LogFormats
import Pipeline

/// A replay: archives through the same lane as the daemon, in event time, as fast as the machine allows. Touches no state.
package struct Replay: Sendable {
    package var lane: LaneOptions
    package var format: any LineFormat
    package var paths: [String]
    package var pseudonymKey: [UInt8] = Array("weir".utf8)

    package init(lane: LaneOptions, format: any LineFormat, paths: [String]) {
        self.lane = lane
        self.format = format
        self.paths = paths
    }

    /// What a replay came to.
    package struct Outcome: Sendable {
        package var counters: LaneCounters
        package var accounts: Int
        package var openAlerts: Int
        package var newestEvent: EventTime?
        package var alerts: Int
    }

    /// Runs to the end of the input. `alert` gets every transition, in order.
    package func run(alert: (AlertRecord) -> Void) -> Outcome {
        let arrivals = DispatchSemaphore(value: 0)
        let channel = BatchChannel(arrivals: arrivals)
        startReading(into: channel)
        var batches = channel.reader()
        var core = LaneCore(options: lane)
        var alertCount = 0
        while true {
            arrivals.wait()
            while let batch = batches.receive() {
                core.process(batch)
                for record in core.takeAlerts() {
                    alertCount += 1
                    alert(record)
                }
                batches.giveBack(batch)
            }
            if batches.isDrained() { break }
        }
        return Outcome(
            counters: core.counters, accounts: core.accountCount, openAlerts: core.openAlertCount, newestEvent: core.newestEvent,
            alerts: alertCount)
    }

    private func startReading(into channel: BatchChannel) {
        let replay = self
        DispatchQueue(label: "weir.reader").async {
            var writer = channel.writer()
            var reader = LaneReader(
                source: TemporarySource(paths: replay.paths), attribution: Attribution(pseudonymKey: replay.pseudonymKey, hashKey: 0),
                makeFormat: { replay.format })
            var isLast = false
            while !isLast {
                var batch = writer.blank()
                _ = reader.fill(&batch)
                isLast = batch.isLast
                if !batch.isEmpty { writer.send(batch) }
            }
            writer.close()
        }
    }
}

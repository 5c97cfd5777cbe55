// weir
// SPDX-License-Identifier: Apache-2.0

import AlertSinks
import Alerting
import Dispatch
import EventModel
import Pipeline
import Synchronization

/// The thread of one sink: delivers what is due, sleeps until something is, or until a commit brings more.
///
/// One thread a sink, so that a webhook that answers slowly keeps nothing from syslog.
final class DeliveryService: Sendable {
    /// The longest sleep: a clock that was set back must not stop delivery for long.
    static let longestSleep = EventDuration.seconds(30)
    /// How long a daemon that ends goes on delivering what its last commits brought. What is left waits for the next start.
    static let farewell = EventDuration.seconds(5)

    private let outbox: any Outbox
    private let sink: any AlertSink
    private let report: @Sendable (_ sentence: String, _ isTrouble: Bool) -> Void
    private let pokes = DispatchSemaphore(value: 0)
    /// When to stop by the clock that only goes forward, in milliseconds; not before something asks for it.
    private let end = Atomic<Int64>(.max)
    private let finished = DispatchSemaphore(value: 0)

    /// - Parameter report: takes one sentence about deliveries that fail, when it is another than before, or that they are over.
    init(outbox: any Outbox, sink: any AlertSink, report: @escaping @Sendable (_ sentence: String, _ isTrouble: Bool) -> Void) {
        self.outbox = outbox
        self.sink = sink
        self.report = report
    }

    func start() {
        DispatchQueue(label: "weir.sink", qos: .userInitiated).async { [self] in
            var loop = DeliveryLoop(outbox: outbox, sinks: [sink], now: { System.wallClock() })
            var reported: String?
            while true {
                let end = end.load(ordering: .acquiring)
                if System.monotonic().milliseconds >= end { break }
                let due = loop.step()
                // What a sink says of its troubles begins with its name.
                let trouble = loop.outboxTrouble.map { "\(sink.name): \($0)" } ?? loop.statuses.first?.lastError
                if let trouble, trouble != reported { report(trouble, true) }
                if trouble == nil && reported != nil { report("\(sink.name) takes alerts again", false) }
                reported = trouble
                let sleep = min(due.map { $0 - System.wallClock() } ?? DeliveryService.longestSleep, DeliveryService.longestSleep)
                if sleep.milliseconds <= 0 { continue }
                // What is not due yet, or waits for a sink that does not answer, is not waited for at the end.
                if end < .max { break }
                _ = pokes.wait(timeout: .now() + .milliseconds(Int(sleep.milliseconds)))
            }
            finished.signal()
        }
    }

    /// Something new waits.
    func poke() { pokes.signal() }

    /// - Parameter farewell: for how long what waits is still delivered. A sink that fails meanwhile is not tried again.
    func stop(after farewell: EventDuration) {
        end.store((System.monotonic() + farewell).milliseconds, ordering: .releasing)
        pokes.signal()
    }

    func waitUntilFinished() { finished.wait() }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import EventModel
import Logging
import Pipeline
import Synchronization

/// What the daemon tells the person who watches it: alerts as sentences, progress through the history, troubles. Standard error, a line
/// each; nothing from a log line gets there without being made safe.
final class DaemonLog: Sendable {
    /// How often a lane that reads its history says how far it is.
    static let progressInterval = EventDuration.seconds(2)

    private let logger: Logger
    private let lanes = Mutex<[String: LaneProgress]>([:])
    private let failures = Mutex(FailureRun())

    private struct LaneProgress {
        var shownAt: EventDuration
        var shownEvents: UInt64 = 0
        var isLive = false
    }

    /// The failures since the state was last stored.
    private struct FailureRun {
        var last = ""
        var count = 0
    }

    init(level: Logger.Level = .info) {
        var logger = Logger(label: "weir") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = level
        self.logger = logger
    }

    func info(_ text: String) { logger.info("\(text)") }
    func warning(_ text: String) { logger.warning("\(text)") }
    func error(_ text: String) { logger.error("\(text)") }

    /// A failure that may repeat itself every few seconds: said when it changes. Whether it was said.
    @discardableResult
    func failure(_ text: String) -> Bool {
        let isNew = failures.withLock { run in
            defer { run.last = text }
            run.count += 1
            return run.last != text
        }
        if isNew { logger.error("\(text)") }
    }

    /// Whether there was a failure before.
    func recovered() -> Bool {
        return isNew
        let count = failures.withLock { run in
            defer { run = FailureRun() }
            return run.count
        }
        if count > 0 { logger.info("the state is stored again, after \(NumberText.count(count, "failed attempt"))") }
        return count > 0
    }

    /// What a lane did since the last time.
    func observe(_ observation: LaneObservation) {
        for message in observation.messages {
            logger.warning("\(observation.lane): \(DisplayText.safe(message.message, limit: 400))")
        }
        for record in observation.alerts {
            logger.notice("ALERT \(record.status.name) \(record.severity.name) \(record.detector) \(record.id): \(record.summary)")
        }
        showProgress(observation)
    }

    private func showProgress(_ observation: LaneObservation) {
        let now = System.monotonic()
        let line = lanes.withLock { lanes -> String? in
            var progress = lanes[observation.lane] ?? LaneProgress(shownAt: now)
            defer { lanes[observation.lane] = progress }
            guard !progress.isLive, let time = observation.newestEvent else { return nil }
            let counted =
                "\(NumberText.grouped(Double(observation.events))) events of \(observation.accounts) accounts, up to \(CivilTime(time).rfc3339)"
            if observation.isCaughtUp {
                progress.isLive = true
                return "\(observation.lane): history is read: \(counted); following"
            }
            guard now - progress.shownAt >= DaemonLog.progressInterval else { return nil }
            progress.shownAt = now
            return "\(observation.lane): learning from history: \(counted)"
        }
        if let line { logger.info("\(line)") }
    }
}

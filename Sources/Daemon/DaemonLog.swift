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
    /// How often a lane that reads its history says how far it is, while it comes further.
    static let progressInterval = EventDuration.seconds(2)
    /// Lines after which a source without an event is said to be none of its format. Fewer may be a banner.
    static let linesToJudge = 10

    private let logger: Logger
    private let lanes = Mutex<[String: LaneProgress]>([:])
    private let failures = Mutex(FailureRun())

    private struct LaneProgress {
        var shownAt: EventDuration
        var shownEvents: UInt64
        var isLive = false
        var isMisread = false
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
        return isNew
    }

    /// Whether there was a failure before.
    func recovered() -> Bool {
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
        showMisreading(observation)
    }

    /// A source of which nothing is understood looks like one at which nothing happens.
    private func showMisreading(_ observation: LaneObservation) {
        guard observation.isCaughtUp, observation.events == 0 else { return }
        guard observation.refused + observation.ignored >= UInt64(DaemonLog.linesToJudge) else { return }
        let isNew = lanes.withLock { lanes in
            let was = lanes[observation.lane]?.isMisread ?? false
            lanes[observation.lane]?.isMisread = true
            return !was
        }
        guard isNew else { return }
        let words =
            observation.refused > 0
            ? "none of its first \(NumberText.count(observation.refused + observation.ignored, "line")) is an event in the format of the "
                + "settings: weir formats detect says which one a file is in"
            : "all of its first \(NumberText.count(observation.ignored, "line")) are ignored: they name no account, or move no data"
        logger.warning("\(observation.lane): \(words)")
    }

    private func showProgress(_ observation: LaneObservation) {
        let now = System.monotonic()
        let line = lanes.withLock { lanes -> String? in
            var progress = lanes[observation.lane] ?? LaneProgress(shownAt: now, shownEvents: observation.events)
            defer { lanes[observation.lane] = progress }
            guard !progress.isLive, let time = observation.newestEvent else { return nil }
            let (events, accounts) = (NumberText.count(observation.events, "event"), NumberText.count(observation.accounts, "account"))
            let counted = "\(events) of \(accounts), up to \(CivilTime(time).rfc3339)"
            if observation.isCaughtUp {
                progress.isLive = true
                return "\(observation.lane): history is read: \(counted); following"
            }
            guard now - progress.shownAt >= DaemonLog.progressInterval, observation.events > progress.shownEvents else { return nil }
            (progress.shownAt, progress.shownEvents) = (now, observation.events)
            return "\(observation.lane): learning from history: \(counted)"
        }
        if let line { logger.info("\(line)") }
    }
}

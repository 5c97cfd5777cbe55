// weir
// SPDX-License-Identifier: Apache-2.0

import AlertSinks
import Alerting
import Detection
import EventModel
import Journal
import LogFormats
import Pipeline
import Settings

/// The daemon: lanes, journal and sinks, from a settings file, until a signal ends it.
package final class WeirDaemon {
    private let settingsPath: String
    private let log = DaemonLog()
    private let journal: SQLiteJournal
    private var people: PeopleKeys
    private var settings: WeirSettings
    private var lanes: [LaneService] = []
    private var deliveries: [DeliveryService] = []
    private let receivers = ReceiverRegister()
    private var writer: JournalWriter?

    /// Takes possession of the state directory.
    /// Throws: ``DaemonFailure`` when that is not possible.
    package init(settings: WeirSettings, settingsPath: String) throws(DaemonFailure) {
        ProcessSignals.block()
        self.settings = settings
        self.settingsPath = settingsPath
        do throws(JournalFailure) {
            journal = try SQLiteJournal.open(directory: settings.stateDirectory, sinks: [])
            people = try PeopleKeys.opened(settings, report: { [log] in log.failure($0) })
        } catch {
            throw DaemonFailure(message: error.message)
        }
    }

    /// Runs until SIGTERM or SIGINT; reloads the settings on SIGHUP. Returns when everything read so far is stored.
    /// Throws: ``DaemonFailure`` when a lane cannot start, or what was read could not be stored.
    package func run() throws(DaemonFailure) {
        for notice in journal.notices { log.warning(notice.message) }
        for warning in settings.warnings { log.warning(warning.text(file: settingsPath)) }
        try start()
        let selfTests = SelfTestService(log: log)
        let keeper = SnapshotKeeper(directory: settings.stateDirectory) { [log] in $1 ? log.warning($0) : log.info($0) }
        while true {
            switch ProcessSignals.next() {
            case .stop:
                log.info("stopping: storing what was read")
                selfTests.stop()
                keeper.stop()
                stop(farewell: DeliveryService.farewell)
                closeJournal()
                if writer?.hasGivenUp == true {
                    throw DaemonFailure(message: "stopped, and what was read last is not stored: it is read again at the next start.")
                }
                log.info("stopped")
                return
            case .reload: try reload()
            }
        }
    }

    private func start() throws(DaemonFailure) {
        log.info("state is kept in \(settings.stateDirectory)\(journal.isFresh ? " (new)" : "")")
        startDeliveries()
        let (journal, log, deliveries, receivers) = (journal, log, deliveries, receivers)
        let writer = JournalWriter(
            commit: { commit throws(OutletFailure) in
                try journal.commit(commit, now: System.wallClock())
                receivers.release(commit.positions, of: commit.lane)
            },
            pending: { lane in
                do throws(JournalFailure) {
                    return try journal.pendingDecisions(lane: lane)
                } catch {
                    log.warning(error.message)
                    return []
                }
            },
            stored: { alerts in
                if log.recovered() { journal.note(trouble: nil, now: System.wallClock()) }
                if alerts > 0 { for delivery in deliveries { delivery.poke() } }
            },
            failed: { error in
                // In memory no alert would go out, and whatever stands in the way stays until weir starts anew.
                let end = error.isRetryable ? "Reading goes on in memory." : "weir ends: its next start reads again what is not stored."
                if log.failure("the state cannot be stored: \(error.message) \(end)") {
                    journal.note(trouble: error.message, now: System.wallClock())
                }
                if !error.isRetryable { ProcessSignals.requestStop() }
            })
        self.writer = writer
        for source in settings.sources { try startLane(source, writer) }
    }

    private func startLane(_ source: SourceSettings, _ writer: JournalWriter) throws(DaemonFailure) {
        let log = self.log
        do {
            let lane = try LaneAssembly.lane(source, settings)
            var resume = try journal.resume(lane: source.name)
            let positions = resume?.positions ?? []
            let running = receivers.running(source)
            let receiver = try running ?? source.receiver.map { try ReceiverService(source, $0, positions: positions) }
            if let receiver { resume?.positions = receiver.settled(positions) }
            let service = LaneService(lane: lane, interval: settings.checkpointInterval)
            try service.start(resume: resume, people: people, journal: writer, observe: { log.observe($0) })
            lanes.append(service)
            if let receiver, running == nil {
                receivers.add(receiver)
                try receiver.start(report: { log.warning($0) })
            }
            let accounts = resume.map { NumberText.count($0.accounts.count - 1, "account") }
            let begun = accounts.map { "goes on where it ended, with \($0)" } ?? "starts with what is there"
            log.info("\(source.name): \(begun): \(source.receiver?.listen ?? source.paths.joined(separator: ", "))")
        } catch let failure as DaemonFailure {
            throw failure
        } catch let failure as JournalFailure {
            throw DaemonFailure(message: failure.message)
        } catch let failure as LaneFailure {
            throw DaemonFailure(message: failure.message)
        } catch {
            throw DaemonFailure(message: "the source \(source.name) cannot start: \(error)")
        }
    }

    private func startDeliveries() {
        let log = self.log
        var names: Set<String> = []
        var selections: [String: AlertSelection] = [:]
        for entry in settings.sinks {
            guard let sink = made(entry) else { continue }
            guard names.insert(sink.name).inserted else {
                log.warning("there are two sinks \(sink.name); the second one is left out")
                continue
            }
            selections[sink.name] = entry.options.selection
            deliveries.append(DeliveryService(outbox: journal, sink: sink, report: { $1 ? log.warning($0) : log.info($0) }))
        }
        journal.use(sinks: names.sorted(), selections: selections)
        for delivery in deliveries { delivery.start() }
    }

    private func made(_ entry: SinkSettings) -> (any AlertSink)? {
        do throws(SinkOptionsError) {
            return try SinkCatalog.sink(ofType: entry.type)?.init(options: entry.options)
        } catch {
            log.error("the sink \(entry.type) cannot be used: \(error.problems.joined(separator: " "))")
            return nil
        }
    }

    /// - Parameter sources: what weir goes on with.
    private func stop(farewell: EventDuration, keeping sources: [SourceSettings] = []) {
        receivers.stop(keeping: sources)
        for lane in lanes { lane.stop() }
        writer?.abandonFailures()
        for lane in lanes { lane.waitUntilFinished() }
        writer?.waitUntilIdle()
        for delivery in deliveries { delivery.stop(after: farewell) }
        for delivery in deliveries { delivery.waitUntilFinished() }
        lanes = []
        deliveries = []
    }

    private func closeJournal() {
        do throws(JournalFailure) {
            try journal.close()
        } catch {
            log.error(error.message)
        }
    }

    private func reload() throws(DaemonFailure) {
        let fresh: WeirSettings
        do throws(SettingsFailure) {
            fresh = try SettingsFile.load(path: settingsPath, at: System.wallClock())
        } catch {
            for problem in error.problems { log.error(problem.text(file: settingsPath)) }
            log.error("the settings are not taken over; weir goes on with the old ones")
            return
        }
        guard fresh.stateDirectory == settings.stateDirectory else {
            log.error("state_directory cannot change while weir runs; weir goes on with the old settings")
            return
        }
        do throws(JournalFailure) {
            // Anew, so that a key that was deleted meanwhile is forgotten.
            let keys = try PeopleKeys.opened(fresh, report: { [log] in log.failure($0) })
            stop(farewell: .seconds(0), keeping: fresh.sources)
            people = keys
        } catch {
            log.error("\(error.message) weir goes on with the old settings")
            return
        }
        settings = fresh
        log.info("the settings are reloaded")
        try start()
    }
}

/// Why the daemon cannot run, in one sentence.
package struct DaemonFailure: Error, Equatable, Sendable { package var message: String }

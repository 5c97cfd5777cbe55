// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Dispatch
import EventModel
import LogSources
import Pipeline
import RollingStatistics
import Synchronization

/// One lane of the daemon: a thread that reads, a thread that decides, and commits on their way to the journal.
final class LaneService: Sendable {
    /// Accounts encoded between two batches while a commit is in the making: few enough for a batch to wait little.
    static let captureStep = 64
    /// How long the deciding thread sleeps at most when nothing arrives: how late a commit by interval may be. A shorter interval, down to
    /// the first, is kept to.
    static let pause = EventDuration(milliseconds: 100)...EventDuration.seconds(1)

    private let lane: LaneSpecification
    private let interval: EventDuration
    private let waker = SourceWaker()
    private let arrivals = DispatchSemaphore(value: 0)
    private let isStopping = Atomic<Bool>(false)
    private let started = DispatchSemaphore(value: 0)
    private let finished = DispatchSemaphore(value: 0)
    private let failure = Mutex<LaneFailure?>(nil)

    /// - Parameter interval: the longest time between two commits while anything changes. Alerts never wait for it.
    init(lane: LaneSpecification, interval: EventDuration) {
        self.lane = lane
        self.interval = interval
    }

    /// Starts both threads from where the last run ended.
    ///
    /// - Parameter observe: called on the deciding thread after what it processed and committed.
    /// Throws: ``LaneFailure`` when the state cannot be used.
    func start(
        resume: LaneResume?, people: PeopleKeys, journal: JournalWriter, observe: @escaping @Sendable (LaneObservation) -> Void
    ) throws(LaneFailure) {
        DispatchQueue(label: "weir.lane.\(lane.options.name)", qos: .userInitiated).async { [self] in
            run(resume: resume, people: people, journal: journal, observe: observe)
            finished.signal()
        }
        started.wait()
        if let failure = failure.withLock({ $0 }) { throw failure }
    }

    /// Asks both threads to end after what they hold; ``waitUntilFinished()`` waits for the last commit.
    func stop() {
        isStopping.store(true, ordering: .releasing)
        waker.wake()
        arrivals.signal()
    }

    func waitUntilFinished() { finished.wait() }

    private func run(
        resume: LaneResume?, people: PeopleKeys, journal: JournalWriter, observe: @escaping @Sendable (LaneObservation) -> Void
    ) {
        guard let core = restoredCore(resume) else {
            started.signal()
            return
        }
        let attribution = AttributionStart(
            people: people, hashKey: System.random(), accountNames: resume == nil ? [] : core.accountNames,
            comingNames: core.comingNames, valueNames: core.endpointAndObjectNames, gate: core.admission)
        let channel = BatchChannel(arrivals: arrivals)
        let (lane, waker, positions) = (self.lane, self.waker, resume?.positions ?? [])
        ReaderThread.startLive(
            lane: lane, attribution: attribution, into: channel, isStopping: { [self] in isStopping.load(ordering: .acquiring) },
            source: { lane.files(following: true, positions: positions, waker: waker) })
        started.signal()
        decide(core, batches: channel.reader(), journal: journal, observe: observe)
    }

    private func restoredCore(_ resume: LaneResume?) -> LaneCore? {
        guard let resume else { return LaneCore(options: lane.options) }
        do throws(StateError) {
            return try LaneCore(options: lane.options, resume: resume)
        } catch {
            let message =
                "the stored state of source \(lane.options.name) cannot be used (\(error)): move the state directory aside to learn anew."
            failure.withLock { $0 = LaneFailure(message: message) }
            return nil
        }
    }

    private func decide(
        _ start: consuming LaneCore, batches: consuming BatchReader, journal: JournalWriter,
        observe: (LaneObservation) -> Void
    ) {
        var core = start
        var batches = batches
        let ticket = journal.ticket(lane: lane.options.name) { [arrivals] in _ = arrivals.signal() }
        var lastCommit = System.monotonic()
        var lastLook = lastCommit
        var lastDecision: Int64 = 0
        journal.look(ticket)
        var isDrained = false
        let pause = DispatchTimeInterval.milliseconds(
            Int(min(max(interval, LaneService.pause.lowerBound), LaneService.pause.upperBound).milliseconds))
        while true {
            if let batch = batches.receive() {
                let known = core.alerts.count
                core.process(batch)
                let isCaughtUp = batch.hasCaughtUp
                batches.giveBack(batch)
                observe(
                    LaneObservation(
                        core, lane: lane.options.name, alerts: Array(core.alerts[known...]), messages: core.takeMessages(),
                        isCaughtUp: isCaughtUp))
            } else if isDrained && !core.hasChanges && !core.isCommitting && ticket.isFree {
                break
            } else {
                isDrained = batches.isDrained()
                // At the end nothing arrives any more but the word that a commit is stored.
                if !core.isCommitting && !(isDrained && ticket.isFree) { _ = arrivals.wait(timeout: .now() + pause) }
            }
            if core.isCommitting {
                if let commit = core.continueCommit(atMost: LaneService.captureStep) { journal.store(commit, ticket) }
            } else if ticket.isFree {
                let now = System.monotonic()
                for decision in ticket.takeDecisions(after: lastDecision) {
                    core.apply(decision)
                    lastDecision = decision.number
                }
                if now - lastLook >= interval {
                    lastLook = now
                    journal.look(ticket)
                }
                guard core.hasChanges else { continue }
                guard !core.alerts.isEmpty || core.hasDecided || isDrained || now - lastCommit >= interval else { continue }
                lastCommit = now
                core.beginCommit()
            }
        }
    }
}

/// Why a lane could not start.
struct LaneFailure: Error { var message: String }

/// What a lane has to tell while it works.
struct LaneObservation: Sendable {
    var lane: String
    var alerts: [AlertRecord]
    var messages: [SourceTrouble]
    var events: UInt64
    /// Lines that are no events, and lines that are of no kind that counts.
    var refused: UInt64
    var ignored: UInt64
    var bytes: UInt64
    var accounts: Int
    var newestEvent: EventTime?
    /// The source had nothing more to read.
    var isCaughtUp: Bool

    init(_ core: borrowing LaneCore, lane: String, alerts: [AlertRecord], messages: [SourceTrouble], isCaughtUp: Bool) {
        self.isCaughtUp = isCaughtUp
        self.lane = lane
        self.alerts = alerts
        self.messages = messages
        events = core.counters.events
        refused = core.counters.malformedTotal
        ignored = core.counters.ignored
        bytes = core.counters.bytes
        accounts = core.accountCount
        newestEvent = core.newestEvent
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import Digest
import EventModel
import LogFormats
import RollingStatistics

/// The deciding half of one lane: events in, alerts and state out. Pure: no clock, no file, no task.
///
/// `accumulate ▸ close ▸ detect ▸ decide`, in files of those names. Time is event time: the newest event of the lane minus its lateness is
/// the watermark, and a bucket closes when the watermark passes its end. What comes out depends on the order of the lane's events and on
/// nothing else: not on batches, shards, restarts or the time of day.
package struct LaneCore: ~Copyable {
    let options: LaneOptions
    /// See ``LaneOptions/leap``.
    let leap: EventDuration
    let detectors: [any Detector]
    /// Those of them that watch over detection itself, with their numbers: a cast to a protocol is too slow to be made at every close.
    let healthDetectors: [(Int, any HealthDetector)]
    let descriptors: [DetectorDescriptor]
    let model: ModelStamp
    var shards: [AccountShard]
    var names: [String] = [Attribution.overflowName]
    /// What accounts will be called in epochs to come.
    var namings = AccountNamings()
    /// What accounts that were renamed since the checkpoint in the making began are called in it.
    var namesAtCommit: [UInt32: String] = [:]
    /// The names of endpoints and objects, and who uses which.
    let values: ValueTable
    var streamPaths: [UInt32: String] = [:]
    /// Stands where the reader's gate stood after the last batch: what a reader resumes with.
    package var admission = AdmissionGate()

    // Event time.
    var newest = EventTime(milliseconds: -1)
    var oldestBucket: Int64 = 0
    var openCount = 0
    /// The oldest bucket closes when an event of this time or later comes.
    var closesAt = EventTime(milliseconds: .max)
    /// The bucket of the last event: its bounds, so that most events need no division.
    var currentStart: Int64 = 0
    var currentEnd: Int64 = 0
    var currentPosition = 0
    /// Events of the lane in each open bucket, oldest first, but for the ``recentEvents``.
    var laneEvents: [UInt64] = []
    /// Events of the bucket at ``currentPosition`` since it is the current one: a number of its own, because counting in an array asks for
    /// every event whether the array is shared.
    var recentEvents: UInt64 = 0
    /// Identities of rows already counted in each open bucket, for formats that deliver a row twice.
    var rowKeys: [Set<UInt64>] = []
    var jobs = JobTotals()
    /// Exports of which half is known so far.
    var halves = ExportHalves()
    /// Events days or hours ahead of the newest, until others agree with them or go back.
    var ahead: [DetailedEvent] = []
    var lateGauge = LateGauge()
    /// When the batch at hand was read; nil in a replay.
    var moment: LiveMoment?
    /// When the newest event was read, by the steady clock; nil in a replay, and before that is known.
    var newestReadAt: EventDuration?
    /// The same of the last event ahead.
    var aheadReadAt: EventDuration?

    var fleet = FleetView() {
        didSet { for shard in shards { shard.fleet = fleet } }
    }
    /// What the fleet did in the oldest bucket, up to a minute of event time; see ``fleetNow(at:)``.
    var pulseMinute = EventTime(milliseconds: -1)
    var pulseView = FleetView()
    var source = SourceProfile()
    var series = LaneSeries()
    var named: NamedSeries
    var fanOut = FanOutMemory()
    var networkMoves = NetworkMoves()
    var lifecycle = AlertLifecycle()
    var health: LaneHealth
    var budget = LaneBudget()
    /// Alerts that a detector may open on accounts in a day.
    let alertLimit: UInt32
    /// Since when the source is silent beyond the ordinary; nil while it speaks.
    var silentSince: EventTime?
    /// What somebody wants to know of one account and bucket; see ``LaneInquiry``.
    package var inquiry: LaneInquiry?
    /// What people decided at points of event time that are still to come, in order of time: for a replay that does as the daemon did.
    package var decisions: [LaneDecision] = []
    /// Decisions of the journal's that were applied since the last commit.
    var applied: [AppliedDecision] = []

    package var counters = LaneCounters()
    /// Transitions not yet committed, in order.
    package var alerts: [AlertRecord] = []
    /// Messages of the source not yet handed on.
    package var messages: [SourceTrouble] = []
    /// Examples of refused lines, masked, by reason.
    package var examples: [UInt8: String] = [:]
    var positions: [UInt32: StreamPosition] = [:]
    var dirtyPositions: Set<UInt32> = []
    /// The commit in the making: everything but its accounts.
    var pendingCommit: LaneCommit?

    package init(options: LaneOptions) {
        self.options = options
        leap = options.leap
        detectors = DetectorCatalog.make(overrides: options.detectorOptions)
        healthDetectors = detectors.enumerated().compactMap { number, detector in detector.watchingLane.map { (number, $0) } }
        descriptors = DetectorCatalog.all.map { $0.descriptor }
        model = LaneCore.stamp(options)
        health = LaneHealth(detectors: detectors.count)
        named = NamedSeries(options.series)
        alertLimit = AlertFloodDetector.limit(of: detectors)
        let made = detectors
        let values = ValueTable(
            canaries: CanaryWatch.names(options.canaries), inventory: options.inventory, declaresFlows: options.declaresFlows,
            catalogues: StoreCatalogues(options.stores), knownNetworks: options.knownNetworks)
        self.values = values
        shards = (0..<max(options.shards, 1)).map {
            AccountShard(number: $0, of: max(options.shards, 1), detectors: made, fleet: FleetView(), values: values)
        }
        shards[0].addNewAccount()
    }

    /// Takes a batch: the lane's next events, in order.
    package mutating func process(_ batch: borrowing EventBatch) {
        for opened in batch.openedStreams { streamPaths[opened.stream] = opened.path }
        for request in batch.admissions { admission.admit(request) }
        for name in batch.newAccounts { meet(name) }
        for naming in batch.namings { take(naming) }
        for name in batch.newValues { append(value: name) }
        for trouble in batch.troubles { note(trouble) }
        counters.bytes &+= batch.bytes
        moment = batch.moment
        let known = newest
        var next = 0
        var beside = Beside()
        for mark in batch.marks {
            take(batch, next..<mark.eventsBefore, &beside)
            next = mark.eventsBefore
            count(mark)
        }
        take(batch, next..<batch.events.count, &beside)
        for position in batch.positions {
            positions[position.stream] = position
            dirtyPositions.insert(position.stream)
        }
        if let moment { keepTime(moment, known: known) }
        if batch.isLast { settle() }
    }

    /// The transitions since the last call, for outlets that keep no state.
    package mutating func takeAlerts() -> [AlertRecord] {
        defer { alerts = [] }
        return alerts
    }

    /// The source's messages since the last call.
    package mutating func takeMessages() -> [SourceTrouble] {
        defer { messages = [] }
        return messages
    }

    /// Where event time stands, for people.
    package var newestEvent: EventTime? { newest.milliseconds < 0 ? nil : newest }
    /// No transition to come lies before this.
    package var closedUntil: EventTime { BucketGrid.start(of: oldestBucket) }
    package var accountCount: Int { names.count - 1 }
    package var openAlertCount: Int { lifecycle.open.values.count { !$0.isCollapsed } }

    /// The names to resume an ``Attribution`` with, in the order of their numbers.
    package var accountNames: [String] { names }
    package var endpointAndObjectNames: [String] { values.names }

    /// Creates the profile of a new account. At once, whether or not its first event counts: the account's number is taken, and the next
    /// checkpoint must say so.
    private mutating func meet(_ name: String) {
        let account = AccountID(rawValue: UInt32(names.count))
        names.append(name)
        shard(account).addNewAccount()
        if options.canaries.contains(name) { shard(account).addCanary(account) }
        named.name(account, name)
    }

    private mutating func append(value name: String) {
        values.append(name)
        named.append(value: name)
    }

    @inline(__always)
    func shard(_ account: AccountID) -> AccountShard {
        shards.count == 1 ? shards[0] : shards[Int(account.rawValue) % shards.count]
    }

    private mutating func note(_ trouble: SourceTrouble) {
        counters.troubles[trouble.counter, default: 0] &+= 1
        counters.lostBytes &+= trouble.bytes
        if trouble.isLoss { counters.isIncomplete = true }
        // A source that repeats itself must not fill the memory between two commits.
        if messages.count < 100 && !trouble.message.isEmpty { messages.append(trouble) }
    }

    private mutating func count(_ mark: EventBatch.Mark) {
        switch mark.kind {
        case .malformed(let reason):
            counters.malformed[Int(reason) & 31] &+= 1
            if examples[reason] == nil { examples[reason] = mark.example }
            if reason == MalformedReason.lineTooLong.rawValue { health.noteLongLine(mark.length, of: mark.stream) }
        case .ignored(let number): counters.ignored &+= number
        }
    }

    /// Name and hash of everything that a decision depends on: the detectors, their options, the lateness, the version of the arithmetic.
    static func stamp(_ options: LaneOptions) -> ModelStamp {
        var text = "arithmetic 4; lateness \(options.lateness.milliseconds)"
        for type in DetectorCatalog.all {
            let descriptor = type.descriptor
            let values = DetectorOptions(descriptor, overrides: options.detectorOptions[descriptor.id] ?? [:])
            text += "; \(descriptor.id)"
            for option in descriptor.options { text += " \(option.name)=\(values[option.name])" }
        }
        if let budget = options.budget { text += "; budget \(budget.pagesPerDay) \(budget.ticketsPerWeek)" }
        for rise in options.calendar { text += "; calendar \(rise.start.milliseconds) \(rise.end.milliseconds) \(rise.uplift)" }
        if !options.canaries.isEmpty { text += "; canaries \(options.canaries.sorted())" }
        if !options.knownNetworks.isEmpty {
            let networks = options.knownNetworks.sorted().map { "\($0.first.rawValue)-\($0.last.rawValue)" }
            text += "; networks \(networks)"
        }
        for group in options.series.groups { text += "; endpoints \(group.name) \(group.patterns)" }
        if !options.series.accounts.isEmpty { text += "; pinned \(options.series.accounts)" }
        if !options.inventory.isEmpty { text += "; inventory \(options.inventory.sorted())" }
        if !options.estateDigest.isEmpty { text += "; estate \(options.estateDigest)" }
        return ModelStamp(name: options.modelName, hash: Hexadecimal.text(Array(SHA256.hash(Array(text.utf8)).prefix(8))))
    }
}

/// The largest total seen of each job or chunked execution, so that a repeated total counts once.
///
/// Bounded: beyond 65,536 jobs the older half is forgotten, and a job that goes on after that counts again from nothing; that is counted.
struct JobTotals: Sendable {
    static let limit = 65_536
    private(set) var recent: [UInt64: UInt64] = [:]
    private(set) var older: [UInt64: UInt64] = [:]

    /// What exceeds the largest total of this job so far.
    mutating func increase(of job: UInt64, to total: UInt64) -> UInt64 {
        let known = recent[job] ?? older[job] ?? 0
        recent[job] = max(known, total)
        if recent.count > JobTotals.limit / 2 {
            older = recent
            recent = [:]
        }
        return total > known ? total - known : 0
    }

    init() {}

    func encode(into writer: inout StateWriter) {
        for part in [recent, older] {
            writer.write(UInt32(part.count))
            for (job, total) in part.sorted(by: { $0.key < $1.key }) {
                writer.write(job)
                writer.write(total)
            }
        }
    }

    init(from reader: inout StateReader) throws(StateError) {
        for _ in 0..<(try reader.read(UInt32.self)) { recent[try reader.read()] = try reader.read() }
        for _ in 0..<(try reader.read(UInt32.self)) { older[try reader.read()] = try reader.read() }
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import LogFormats
import RollingStatistics

extension LaneCore {
    static var stateVersion: UInt8 { 19 }

    /// Everything that changed since the last commit, as of the last event processed. Complexity: O(changed accounts).
    package mutating func takeCommit() -> LaneCommit {
        beginCommit()
        while true { if let commit = continueCommit(atMost: .max) { return commit } }
    }

    /// Whether anything happened since the last commit.
    package var hasChanges: Bool {
        !alerts.isEmpty || !applied.isEmpty || !dirtyPositions.isEmpty || shards.contains { $0.hasChanges }
    }

    /// Whether a decision was applied that the next commit has to tell the journal of.
    package var hasDecided: Bool { !applied.isEmpty }

    package var isCommitting: Bool { pendingCommit != nil }

    /// Begins a commit: a consistent cut, whose alerts, statistics and positions belong to the last event processed.
    ///
    /// The accounts are encoded afterwards by ``continueCommit(atMost:)``, a few at a time between batches, or when they are about to
    /// change, so that no batch waits for all of them. Precondition: no commit is in the making.
    package mutating func beginCommit() {
        precondition(pendingCommit == nil, "one commit at a time")
        var changed: [AccountState] = []
        changed.reserveCapacity(shards.reduce(0) { $0 + $1.freeze() })
        let moved = dirtyPositions.sorted().compactMap { positions[$0] }
        dirtyPositions.removeAll(keepingCapacity: true)
        let taken = alerts
        let decided = applied
        alerts = []
        applied = []
        namesAtCommit = [:]
        pendingCommit = LaneCommit(
            lane: options.name, header: encodedHeader(), accounts: changed, positions: moved, alerts: taken, applied: decided,
            flows: takeFlowDays(), pages: values.takeChangedPages(), counters: counterList())
    }

    /// Encodes at most `limit` more accounts of the commit in the making; returns the commit once it is whole.
    package mutating func continueCommit(atMost limit: Int) -> LaneCommit? {
        guard pendingCommit != nil else { return nil }
        var left = limit
        for shard in shards {
            let captured = shard.takeSome(atMost: left)
            for (id, bytes) in captured {
                pendingCommit?.accounts.append(
                    AccountState(id: id, name: namesAtCommit[id.rawValue] ?? names[Int(id.rawValue)], bytes: bytes))
            }
            left -= captured.count
            if left <= 0 { return nil }
        }
        return pendingCommit.take()
    }

    /// Numbers for `weir status`, by name.
    package func counterList() -> [LaneCommit.Counter] {
        var list: [(String, Int64)] = [
            ("accounts", Int64(accountCount)), ("alerts_open", Int64(openAlertCount)), ("bytes", Int64(clamping: counters.bytes)),
            ("duplicates", Int64(clamping: counters.duplicates)), ("events", Int64(clamping: counters.events)),
            ("filter_rotations_early", Int64(clamping: values.identifiers.earlyRotations)),
            ("future", Int64(clamping: counters.future)),
            ("ignored", Int64(clamping: counters.ignored)), ("joined", Int64(clamping: counters.joined)),
            ("late", Int64(clamping: counters.late)),
            ("lost_bytes", Int64(clamping: counters.lostBytes)), ("moved", Int64(clamping: counters.moved)),
            ("newest_event_ms", newest.milliseconds), ("overflow", Int64(clamping: counters.overflow)),
        ]
        for reason in MalformedReason.allCases {
            list.append(("malformed_\(reason.name)", Int64(clamping: counters.malformed[Int(reason.rawValue)])))
        }
        for (name, count) in counters.troubles { list.append(("trouble_\(name)", Int64(clamping: count))) }
        list += budgetCounters
        return list.sorted { $0.0 < $1.0 }.map { LaneCommit.Counter(name: $0.0, value: $0.1) }
    }

    func encodedHeader() -> [UInt8] {
        var writer = StateWriter(reserving: 4096)
        writer.write(LaneCore.stateVersion)
        writer.write(newest.milliseconds)
        writer.write(oldestBucket)
        writer.write(UInt32(openCount))
        for position in 0..<openCount {
            writer.write(laneEvents[position] &+ (position == currentPosition ? recentEvents : 0))
            writer.write(UInt32(rowKeys[position].count))
            for key in rowKeys[position].sorted() { writer.write(key) }
        }
        jobs.encode(into: &writer)
        halves.encode(into: &writer)
        writer.write(UInt32(ahead.count))
        for event in ahead { event.encode(into: &writer) }
        fleet.encode(into: &writer)
        writer.write(pulseMinute.milliseconds)
        pulseView.encode(into: &writer)
        source.encode(into: &writer)
        series.encode(into: &writer)
        named.encode(into: &writer)
        fanOut.encode(into: &writer)
        networkMoves.encode(into: &writer)
        lifecycle.encode(into: &writer)
        health.encode(into: &writer)
        lateGauge.encode(into: &writer)
        budget.encode(into: &writer)
        writer.write(silentSince?.milliseconds ?? -1)
        writer.write(UInt32(names.count))
        values.encode(into: &writer)
        writer.write(UInt32(streamPaths.count))
        for (stream, path) in streamPaths.sorted(by: { $0.key < $1.key }) {
            writer.write(stream)
            writer.write(path)
        }
        counters.encode(into: &writer)
        admission.encode(into: &writer)
        var coming = namings
        coming.forget(before: KeyEpoch.number(of: BucketGrid.start(of: oldestBucket)))
        coming.encode(into: &writer)
        return writer.bytes
    }

    /// Continues from a checkpoint. Throws: ``StateError`` when the bytes are not what this version writes.
    package init(options: LaneOptions, resume: LaneResume) throws(StateError) {
        self.init(options: options)
        let accountCount = try restoreHeader(resume.header)
        for shard in shards { shard.oldestBucket = oldestBucket }
        for account in resume.accounts { try restore(account) }
        guard names.count == Int(accountCount) else { throw StateError.implausible("number of accounts") }
        try values.restore(resume.pages)
        for position in resume.positions { positions[position.stream] = position }
    }

    /// More buckets than this are not open at a time: nearly three years.
    private static var openLimit: Int { 100_000 }

    private mutating func restore(_ account: AccountState) throws(StateError) {
        if account.id == .overflow {
            shards[0] = AccountShard(number: 0, of: shards.count, detectors: detectors, fleet: fleet, values: values)
            shards[0].oldestBucket = oldestBucket
            for _ in 0..<openCount { shards[0].openBucket() }
        } else {
            guard Int(account.id.rawValue) == names.count else { throw StateError.implausible("account numbers") }
            names.append(account.name)
            if options.canaries.contains(account.name) { shard(account.id).addCanary(account.id) }
            named.name(account.id, account.name)
        }
        try shard(account.id).restore(account.id, from: account.bytes)
    }

    /// Returns the number of accounts that belong to the header.
    private mutating func restoreHeader(_ header: [UInt8]) throws(StateError) -> UInt32 {
        var reader = StateReader(header)
        try reader.expectVersion(LaneCore.stateVersion)
        newest = try reader.readTime()
        oldestBucket = max(try reader.readBucket(), 0)
        let count = try reader.read(UInt32.self)
        guard count <= LaneCore.openLimit else { throw StateError.implausible("open buckets") }
        for position in 0..<Int(count) {
            openBucket()
            laneEvents[position] = try reader.read()
            for _ in 0..<(try reader.read(UInt32.self)) { rowKeys[position].insert(try reader.read()) }
        }
        jobs = try JobTotals(from: &reader)
        halves = try ExportHalves(from: &reader)
        for _ in 0..<(try reader.read(UInt32.self)) { ahead.append(try DetailedEvent(from: &reader)) }
        fleet = try FleetView(from: &reader)
        pulseMinute = try reader.readTime()
        pulseView = try FleetView(from: &reader)
        source = try SourceProfile(from: &reader)
        series = try LaneSeries(from: &reader)
        try named.restore(from: &reader, buckets: openCount)
        fanOut = try FanOutMemory(from: &reader)
        networkMoves = try NetworkMoves(from: &reader)
        lifecycle = try AlertLifecycle(from: &reader)
        guard lifecycle.open.keys.allSatisfy({ Int($0.detector) < detectors.count }) else { throw StateError.implausible("open alert") }
        health = try LaneHealth(detectors: detectors.count, from: &reader)
        lateGauge = try LateGauge(from: &reader)
        budget = try LaneBudget(from: &reader)
        fleet.volumeLevel = budget.control.factor
        pulseView.volumeLevel = budget.control.factor
        let silence = try reader.readTime()
        silentSince = silence.milliseconds < 0 ? nil : silence
        let accountCount = try reader.read(UInt32.self)
        guard networkMoves.moves.allSatisfy({ $0.holder.rawValue < accountCount }),
            lifecycle.open.keys.allSatisfy({ $0.account == LaneCore.sourceAccount || $0.account.rawValue < accountCount && $0.series == 0 })
        else { throw StateError.implausible("open alert") }
        try values.restore(from: &reader)
        for name in values.names { named.append(value: name) }
        for _ in 0..<(try reader.read(UInt32.self)) { streamPaths[try reader.read()] = try reader.readString() }
        counters = try LaneCounters(from: &reader)
        admission = try AdmissionGate(from: &reader)
        namings = try AccountNamings(from: &reader, accounts: accountCount)
        // Buckets are opened up to the newest event, and closed up to what came before it.
        let isAmongBuckets = openCount > 0 && abs(BucketGrid.number(of: newest) - oldestBucket) <= LaneCore.openLimit
        guard newest.milliseconds < 0 || isAmongBuckets else { throw StateError.implausible("newest event") }
        declareRise()
        pulseView = declaring(pulseView, bucket: oldestBucket)
        if openCount > 0 { closesAt = BucketGrid.start(of: oldestBucket + 1) + options.lateness }
        return accountCount
    }
}

extension LaneCounters {
    func encode(into writer: inout StateWriter) {
        for number in [events, bytes, late, future, moved, duplicates, joined, ignored, overflow, lostBytes] { writer.write(number) }
        for number in malformed { writer.write(number) }
        for number in fields.counts { writer.write(number) }
        writer.write(isIncomplete)
        writer.write(UInt32(troubles.count))
        for (name, count) in troubles.sorted(by: { $0.key < $1.key }) {
            writer.write(name)
            writer.write(count)
        }
    }

    init(from reader: inout StateReader) throws(StateError) {
        events = try reader.read()
        bytes = try reader.read()
        late = try reader.read()
        future = try reader.read()
        moved = try reader.read()
        duplicates = try reader.read()
        joined = try reader.read()
        ignored = try reader.read()
        overflow = try reader.read()
        lostBytes = try reader.read()
        for index in malformed.indices { malformed[index] = try reader.read() }
        var stated: [UInt64] = []
        for _ in LogField.allCases { stated.append(try reader.read()) }
        fields = FieldCoverage(counts: stated)
        isIncomplete = try reader.readBool()
        for _ in 0..<(try reader.read(UInt32.self)) { troubles[try reader.readString()] = try reader.read() }
    }
}

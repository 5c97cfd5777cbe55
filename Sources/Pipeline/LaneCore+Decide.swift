// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import Digest
import EventModel

extension LaneCore {
    /// The account under which a whole source is reported.
    static var sourceAccount: AccountID { AccountID(rawValue: .max) }

    /// Takes what the detectors found in the bucket that is closing: opens, completes, updates and resolves alerts.
    mutating func decide(_ found: [(AccountID, UInt8, Finding)], bucket: Int64) {
        let time = BucketGrid.start(of: bucket + 1)
        var seen: Set<AlertKey> = []
        for (account, detector, finding) in found {
            let key = AlertKey(detector: detector, account: account)
            guard let finding = asMissed(finding, key: key, bucket: bucket) else { continue }
            seen.insert(key)
            let at = lifecycle.open[key] == nil ? openingTime(account, position: 0) : time
            if let transition = take(finding, of: key, bucket: bucket, at: at, isClosed: true) { emit(transition) }
        }
        let quiet = lifecycle.open.keys.filter { !seen.contains($0) && $0.account != LaneCore.sourceAccount }.sorted()
        for key in quiet {
            if detectors[Int(key.detector)] is SilenceDetector, isStillMissed(key, bucket: bucket, at: time) { continue }
            let limit = descriptors[Int(key.detector)].quietBuckets
            if let transition = lifecycle.quiet(key: key, at: time, limit: limit) { emit(transition) }
        }
    }

    /// An alert that opens at the close opened when its account was last active, or at the end of an idle bucket.
    func openingTime(_ account: AccountID, position: Int) -> EventTime {
        let tally = shard(account).tally(account, position: position)
        return LaneCore.minute(tally?.lastTime ?? BucketGrid.start(of: oldestBucket + Int64(position) + 1))
    }

    /// Judges an account in the oldest bucket at the event that crossed a trip level or came from a new network.
    ///
    /// Where an alert of volume is about to open, what the others do in this bucket is looked at first.
    mutating func judgeNow(_ account: AccountID, at time: EventTime) {
        name(account, position: 0)
        var findings = findings(account, position: 0, at: time)
        let isAbout = findings.contains { detector, finding in
            finding.opens && descriptors[Int(detector)].restrainsLearning
                && lifecycle.open[AlertKey(detector: detector, account: account)] == nil
        }
        if isAbout {
            let now = fleetNow(at: time)
            if now != fleet {
                let known = fleet
                fleet = now
                findings = self.findings(account, position: 0, at: time)
                fleet = known
            }
        }
        for (detector, finding) in findings {
            // What may be shared waits for the others of its bucket; the first of them does not.
            if let network = finding.network, networkMoves.mustWait(network, account, bucket: oldestBucket) { continue }
            take(finding, by: detector, of: account, position: 0, at: LaneCore.minute(time))
        }
    }

    /// Judges every account that is active in an open bucket, as it stands.
    mutating func judgeAll(position: Int) {
        var active: [AccountID] = []
        for shard in shards { active += shard.activeAccounts(position: position) }
        var found: [(AccountID, UInt8, Finding)] = []
        for account in active.sorted() {
            guard let tally = shard(account).tally(account, position: position) else { continue }
            name(account, position: position)
            found += findings(account, position: position, at: tally.lastTime).map { (account, $0, $1) }
        }
        collapseNetworks(&found, position: position)
        for (account, detector, finding) in found {
            take(finding, by: detector, of: account, position: position, at: openingTime(account, position: position))
        }
    }

    private func findings(_ account: AccountID, position: Int, at time: EventTime) -> [(UInt8, Finding)] {
        shard(account).judgeOpen(
            account, position: position, oldestBucket: oldestBucket, end: LaneCore.minute(time) + .minutes(1),
            isAlerted: isRestrained(account))
    }

    private mutating func take(_ finding: Finding, by detector: UInt8, of account: AccountID, position: Int, at minute: EventTime) {
        let key = AlertKey(detector: detector, account: account)
        let bucket = oldestBucket + Int64(position)
        if let transition = take(finding, of: key, bucket: bucket, at: minute, isClosed: false) { emit(transition) }
    }

    /// Takes a finding, and where it is the one that its alert tells from now on, keeps what it is made of.
    ///
    /// - Parameter substance: what that is, of the source; of an account it stands in its tally.
    mutating func take(
        _ finding: Finding, of key: AlertKey, bucket: Int64, at time: EventTime, isClosed: Bool, isDue: Bool = false,
        substance: AlertSubstance? = nil
    ) -> AlertLifecycle.Transition? {
        let id = identifier(key, time)
        var finding = finding
        let exports = link(&finding, of: key.account, at: time)
        var transition = lifecycle.found(finding, key: key, bucket: bucket, at: time, isClosed: isClosed, id: id, isDue: isDue)
        guard let open = lifecycle.open[key], open.findingBucket == bucket else { return transition }
        let made = substance ?? self.substance(of: open.finding, key.account, position: Int(bucket - oldestBucket))
        lifecycle.keep(made, of: key)
        lifecycle.link(key, with: exports)
        transition?.alert.substance = made
        transition?.alert.linked = lifecycle.open[key]?.linked ?? []
        return transition
    }

    private func substance(of finding: Finding, _ account: AccountID, position: Int) -> AlertSubstance {
        guard account != LaneCore.sourceAccount, let tally = shard(account).tally(account, position: position) else {
            return AlertSubstance()
        }
        return AlertSubstance(contributions: contributions(tally, finding.measure).parts, evidence: evidence(of: tally))
    }

    static func minute(_ time: EventTime) -> EventTime { EventTime(milliseconds: time.milliseconds / 60_000 * 60_000) }

    /// What an alert is called for ever: the same in replay, after a restart and on any number of shards.
    func identifier(_ key: AlertKey, _ opened: EventTime) -> String {
        if let open = lifecycle.open[key] { return open.id }
        var text = "\(options.identity)|\(descriptors[Int(key.detector)].id)|\(accountName(key.account))|\(opened.milliseconds)"
        if key.series != 0 { text += "|\(key.series)" }
        return "A-" + Hexadecimal.text(Array(SHA256.hash(Array(text.utf8)).prefix(10)))
    }

    func accountName(_ account: AccountID) -> String {
        account == LaneCore.sourceAccount ? "*" : names[Int(account.rawValue)]
    }

    mutating func emit(_ changed: AlertLifecycle.Transition) {
        guard var transition = told(changed) else { return }
        var details = AlertDetails()
        details.contributions = transition.alert.substance.contributions
        details.evidence = transition.alert.substance.evidence
        details.completeness.lag = EventDuration(milliseconds: max((newest - transition.time).milliseconds, 0))
        details.completeness.late = counters.late
        details.completeness.malformed = counters.malformedTotal
        let account = transition.key.account
        if account != LaneCore.sourceAccount { details.completeness.isLearning = !shard(account).profile(account).isMature }
        details.standing = weigh(&transition)
        let former = transition.alert.former
        let open = lifecycle.open.filter {
            $0.key.account == account && $0.key != transition.key && !$0.value.isCollapsed && $0.value.former == former
        }
        details.related = Set(open.map(\.value.id) + details.standing.siblings + transition.alert.linked).sorted()
        alerts.append(
            AlertRecord(
                transition, account: former ?? accountName(account), descriptor: descriptors[Int(transition.key.detector)],
                details: details,
                model: model))
    }

    /// Where the first event of a tally stands, and the largest.
    func evidence(of tally: AccountTally) -> [AlertDetails.Evidence] {
        var sightings = [tally.first]
        if tally.largest != tally.first { sightings.append(tally.largest) }
        return sightings.map {
            AlertDetails.Evidence(source: options.name, file: streamPaths[$0.stream] ?? "", offset: $0.offset, time: $0.time)
        }
    }

    /// The parts of the bucket by endpoint, object and operation, in the measure that was judged. The parts of a kind sum to exactly 1.
    func contributions(_ tally: AccountTally, _ judged: Measure?) -> (measure: Measure, parts: [AlertDetails.Contribution]) {
        let (routes, measure) = (tally.routes, judged ?? (tally.sums.rows > 0 ? .rows : .calls))
        var result: [AlertDetails.Contribution] = []
        for (kind, part) in [("endpoint", 0), ("object", 1), ("operation", 2)] {
            var sums: [String: UInt64] = [:]
            func add(_ name: String, _ amount: UInt64) {
                // Sums of rows and bytes wrap beyond 64 bits: what a line claims must not end the process.
                let (sum, isTooLarge) = sums[name, default: 0].addingReportingOverflow(amount)
                sums[name] = isTooLarge ? .max : sum
            }
            for index in 0..<routes.count {
                let route = routes.routes[index]
                add(partName(RouteKey(rawValue: route.key), part), route.sums[measure])
            }
            add("(other)", routes.rest[measure])
            result += LaneCore.shares(kind, sums.filter { $0.value > 0 })
        }
        return (measure, result)
    }

    private func partName(_ route: RouteKey, _ part: Int) -> String {
        switch part {
        case 0: values.name(route.endpoint)
        case 1: values.name(route.object)
        default: route.operation.name
        }
    }

    /// Shares in ten-thousandths, the largest taking what rounding leaves.
    static func shares(_ kind: String, _ sums: [String: UInt64]) -> [AlertDetails.Contribution] {
        let total = sums.values.reduce(0.0) { $0 + Double($1) }
        guard total > 0 else { return [] }
        let sorted = sums.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
        var parts = sorted.map { Int((Double($0.value) / total * 10_000).rounded(.down)) }
        parts[0] += 10_000 - parts.reduce(0, +)
        return zip(sorted, parts).map { AlertDetails.Contribution(kind: kind, value: $0.key, share: Double($1) / 10_000) }
    }
}

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
            // An alert that opens at the close opened when its account was last active, or at the end of an idle bucket.
            let opened = shard(account).tally(account, position: 0)?.lastTime ?? time
            let at = lifecycle.open[key] == nil ? LaneCore.minute(opened) : time
            let id = identifier(key, at)
            if let transition = lifecycle.found(finding, key: key, bucket: bucket, at: at, isClosed: true, id: id) {
                emit(transition, position: 0)
            }
        }
        let quiet = lifecycle.open.keys.filter { !seen.contains($0) && $0.account != LaneCore.sourceAccount }.sorted()
        for key in quiet {
            if detectors[Int(key.detector)] is SilenceDetector, isStillMissed(key, bucket: bucket, at: time) { continue }
            let limit = descriptors[Int(key.detector)].quietBuckets
            if let transition = lifecycle.quiet(key: key, at: time, limit: limit) { emit(transition, position: 0) }
        }
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
        take(findings, of: account, position: 0, at: LaneCore.minute(time))
    }

    mutating func judge(_ account: AccountID, position: Int, at time: EventTime) {
        name(account, position: position)
        take(findings(account, position: position, at: time), of: account, position: position, at: LaneCore.minute(time))
    }

    private func findings(_ account: AccountID, position: Int, at time: EventTime) -> [(UInt8, Finding)] {
        shard(account).judgeOpen(
            account, position: position, oldestBucket: oldestBucket, end: LaneCore.minute(time) + .minutes(1),
            isAlerted: isRestrained(account))
    }

    private mutating func take(_ findings: [(UInt8, Finding)], of account: AccountID, position: Int, at minute: EventTime) {
        for (detector, finding) in findings {
            let key = AlertKey(detector: detector, account: account)
            let id = identifier(key, minute)
            let bucket = oldestBucket + Int64(position)
            if let transition = lifecycle.found(finding, key: key, bucket: bucket, at: minute, isClosed: false, id: id) {
                emit(transition, position: position)
            }
        }
    }

    static func minute(_ time: EventTime) -> EventTime { EventTime(milliseconds: time.milliseconds / 60_000 * 60_000) }

    /// What an alert is called for ever: the same in replay, after a restart and on any number of shards.
    func identifier(_ key: AlertKey, _ opened: EventTime) -> String {
        if let open = lifecycle.open[key] { return open.id }
        let text = "\(options.identity)|\(descriptors[Int(key.detector)].id)|\(accountName(key.account))|\(opened.milliseconds)"
        return "A-" + Hexadecimal.text(Array(SHA256.hash(Array(text.utf8)).prefix(10)))
    }

    func accountName(_ account: AccountID) -> String {
        account == LaneCore.sourceAccount ? "*" : names[Int(account.rawValue)]
    }

    /// - Parameter details: what is known already; what stands in the account's tally is added.
    mutating func emit(_ changed: AlertLifecycle.Transition, position: Int, details known: AlertDetails = AlertDetails()) {
        guard var transition = told(changed) else { return }
        var details = known
        details.completeness.lag = EventDuration(milliseconds: max((newest - transition.time).milliseconds, 0))
        details.completeness.late = counters.late
        details.completeness.malformed = counters.malformedTotal
        let account = transition.key.account
        if account != LaneCore.sourceAccount {
            details.completeness.isLearning = !shard(account).profile(account).isMature
            if let tally = shard(account).tally(account, position: position) { describe(tally, transition.alert.finding, &details) }
        }
        details.standing = weigh(&transition)
        let former = transition.alert.former
        let open = lifecycle.open.filter {
            $0.key.account == account && $0.key != transition.key && !$0.value.isCollapsed && $0.value.former == former
        }
        details.related = Set(open.map(\.value.id) + details.standing.siblings).sorted()
        alerts.append(
            AlertRecord(
                transition, account: former ?? accountName(account), descriptor: descriptors[Int(transition.key.detector)],
                details: details,
                model: model))
    }

    private func describe(_ tally: AccountTally, _ finding: Finding, _ details: inout AlertDetails) {
        details.evidence = evidence(of: tally)
        let measure = finding.measure ?? (tally.sums.rows > 0 ? .rows : .calls)
        details.contributions = contributions(tally.routes, measure: measure)
    }

    /// Where the first event of a tally stands, and the largest.
    func evidence(of tally: AccountTally) -> [AlertDetails.Evidence] {
        var sightings = [tally.first]
        if tally.largest != tally.first { sightings.append(tally.largest) }
        return sightings.map {
            AlertDetails.Evidence(source: options.name, file: streamPaths[$0.stream] ?? "", offset: $0.offset, time: $0.time)
        }
    }

    /// The parts of the bucket by endpoint, object and operation. The parts of a kind sum to exactly 1.
    private func contributions(_ routes: RouteShares, measure: Measure) -> [AlertDetails.Contribution] {
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
        return result
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

// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel

extension LaneCore {
    /// Accounts named beside an alert about a total.
    private static var accountsShown: Int { 5 }

    /// Judges and learns the lane's totals of the bucket that is closing. A bucket in which the source was dead does not come here.
    mutating func closeSeries(bucket: Int64) {
        var sums = MeasureSums()
        for shard in shards { shard.addTotals(to: &sums, position: 0) }
        let age = series.age
        let readings = series.take(sums, bucket: bucket)
        let time = BucketGrid.start(of: bucket + 1)
        for (number, detector) in detectors.enumerated() where detector is SeriesNoveltyDetector {
            let key = AlertKey(detector: UInt8(number), account: LaneCore.sourceAccount)
            let isAlerted = lifecycle.open[key] != nil
            let limit = descriptors[number].quietBuckets
            let findings = readings.compactMap { measure, reading in
                detector.judge(
                    SeriesBucket(
                        name: options.name, measure: measure, number: bucket, amount: Double(sums[measure]), reading: reading, age: age,
                        firstBucket: series.firstBucket, isAlerted: isAlerted))
            }
            // Rows and calls rise together: one alert, about the newer of them.
            guard let finding = findings.max(by: { $0.score < $1.score }), isAlerted || mayOpen(bucket) else {
                if let transition = lifecycle.quiet(key: key, at: time, limit: limit) { emit(transition) }
                continue
            }
            let made = substance(ofTotal: finding)
            guard let transition = take(finding, of: key, bucket: bucket, at: time, isClosed: true, substance: made) else { continue }
            if transition.status == .open { series.lastOpened = bucket }
            emit(transition)
        }
    }

    private func mayOpen(_ bucket: Int64) -> Bool {
        series.lastOpened < 0 || bucket - series.lastOpened >= LaneSeries.bucketsBetweenAlerts
    }

    /// What a total is made of: the accounts with the largest parts, and where the first of them moved most.
    private func substance(ofTotal finding: Finding) -> AlertSubstance {
        let measure = finding.measure ?? .calls
        var amounts: [(account: AccountID, amount: UInt64)] = []
        for shard in shards {
            for account in shard.activeAccounts(position: 0) {
                guard let tally = shard.tally(account, position: 0), tally.sums[measure] > 0 else { continue }
                amounts.append((account, tally.sums[measure]))
            }
        }
        amounts.sort { ($0.amount, $1.account) > ($1.amount, $0.account) }
        var sums: [String: UInt64] = [:]
        for (account, amount) in amounts.prefix(LaneCore.accountsShown) { sums[accountName(account), default: 0] &+= amount }
        let rest = amounts.dropFirst(LaneCore.accountsShown).reduce(UInt64(0)) { $0 &+ $1.amount }
        if rest > 0 { sums["(other)", default: 0] += rest }
        var made = AlertSubstance(contributions: LaneCore.shares("account", sums))
        if let first = amounts.first, let tally = shard(first.account).tally(first.account, position: 0) {
            made.evidence = evidence(of: tally)
        }
        return made
    }
}

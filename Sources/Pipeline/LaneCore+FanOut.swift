// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import RollingStatistics

extension LaneCore {
    /// Judges and learns how many accounts are beyond their usual in the bucket that is closing. Precondition: ``fleet`` is still what
    /// they were judged by.
    mutating func closeFanOut(_ deviations: FleetDeviations, _ risen: RisenAccounts, bucket: Int64) {
        let (excess, accounts) = deviations.excess()
        let level = deviations.median + 1
        let furthest = risen.accounts.filter { $0.rise > level }
        let factor = Measure.allCases.map { fleet.measures[$0].factor }.max() ?? 1
        var seen = FanOutBucket(
            name: options.name, number: bucket, excess: excess, accounts: accounts, count: deviations.count, memory: fanOut,
            factor: factor, firstBucket: fleet.firstBucket)
        seen.furthest = furthest.map { FanOutBucket.Account(name: accountName($0.account), ratio: $0.ratio) }
        let time = BucketGrid.start(of: bucket + 1)
        for (number, detector) in detectors.enumerated() where detector is FanOutDetector {
            let key = AlertKey(detector: UInt8(number), account: LaneCore.sourceAccount)
            let transition: AlertLifecycle.Transition?
            if let finding = detector.judge(seen) {
                let rises = furthest.map { (accountName($0.account), FleetDeviations.clipped($0.rise) - level) }
                let parts = LaneCore.contributions(rises, of: excess * Double(deviations.count))
                transition = take(
                    finding, of: key, bucket: bucket, at: time, isClosed: true, substance: AlertSubstance(contributions: parts))
            } else {
                transition = lifecycle.quiet(key: key, at: time, limit: descriptors[number].quietBuckets)
            }
            if let transition { emit(transition) }
        }
        // A peak, or what was held back, is nothing to hold later hours against.
        if deviations.count >= FleetSums.smallestFleet && factor < FleetMeasure.smallestAtOnce {
            fanOut.learn(excess: excess, accounts: accounts)
        }
    }

    /// The parts that accounts have of what all of them are beyond their usual. The parts sum to exactly 1.
    private static func contributions(_ rises: [(name: String, rise: Double)], of total: Double) -> [AlertDetails.Contribution] {
        var sums: [String: UInt64] = [:]
        // In thousandths, so that the parts are those of whole numbers, as of other alerts.
        for (name, rise) in rises where rise > 0 { sums[name, default: 0] += UInt64(rise * 1000) }
        let named = Double(sums.values.reduce(0, +))
        sums["(other)"] = UInt64(max(total * 1000 - named, 0))
        return shares("account", sums.filter { $0.value > 0 })
    }
}

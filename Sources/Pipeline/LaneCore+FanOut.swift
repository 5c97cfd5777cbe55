// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import RollingStatistics

extension LaneCore {
    /// Judges and learns how many accounts are beyond their usual in the bucket that is closing. Precondition: ``fleet`` is still what
    /// they were judged by.
    mutating func closeFanOut(_ deviations: FleetDeviations, bucket: Int64) {
        let (excess, accounts) = deviations.excess()
        let factor = Measure.allCases.map { fleet.measures[$0].factor }.max() ?? 1
        let seen = FanOutBucket(
            name: options.name, number: bucket, excess: excess, accounts: accounts, count: deviations.count, memory: fanOut,
            factor: factor, firstBucket: fleet.firstBucket)
        let time = BucketGrid.start(of: bucket + 1)
        for (number, detector) in detectors.enumerated() where detector is FanOutDetector {
            let key = AlertKey(detector: UInt8(number), account: LaneCore.sourceAccount)
            let transition =
                if let finding = detector.judge(seen) {
                    lifecycle.found(finding, key: key, bucket: bucket, at: time, isClosed: true, id: identifier(key, time))
                } else {
                    lifecycle.quiet(key: key, at: time, limit: descriptors[number].quietBuckets)
                }
            if let transition { emit(transition, position: 0) }
        }
        // A peak, or what was held back, is nothing to hold later hours against.
        if deviations.count >= FleetSums.smallestFleet && factor < FleetMeasure.smallestAtOnce {
            fanOut.learn(excess: excess, accounts: accounts)
        }
    }
}

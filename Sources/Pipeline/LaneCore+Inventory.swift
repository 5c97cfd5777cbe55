// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel

extension LaneCore {
    /// Says once a week which endpoints of the inventory nobody calls any more. Precondition: the bucket's uses are counted.
    mutating func closeInventory(bucket: Int64) {
        guard !values.inventory.isEmpty else { return }
        let time = BucketGrid.start(of: bucket + 1)
        let week =
            InventoryBucket.isWeekly(bucket)
            ? InventoryBucket(
                name: options.name, number: bucket, firstBucket: fleet.firstBucket, unseen: values.use.unseen(at: bucket),
                count: values.inventory.count) : nil
        for (number, detector) in detectors.enumerated() where detector is ShadowEndpointDetector {
            let key = AlertKey(detector: UInt8(number), account: LaneCore.sourceAccount)
            let transition: AlertLifecycle.Transition?
            if let week, let finding = detector.judge(week) {
                transition = take(finding, of: key, bucket: bucket, at: time, isClosed: true)
            } else {
                transition = lifecycle.quiet(key: key, at: time, limit: descriptors[number].quietBuckets)
            }
            if let transition { emit(transition) }
        }
    }
}

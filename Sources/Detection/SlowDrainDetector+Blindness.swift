// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

extension SlowDrainDetector {
    /// The measure that is followed is one that the account never had, while it has another.
    public func blindness(_ bucket: ClosedBucket, of account: borrowing AccountProfile) -> Measure? {
        guard account.isMature, let followed = account.slow.measure, followed != .rows else { return nil }
        let isEmpty = account.volumes[followed.rawValue].baseline.level <= 0
        return isEmpty && account.volumes[Measure.rows.rawValue].baseline.level > 0 ? .rows : nil
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

extension ExportVolumeDetector {
    /// How many times its level an account may move in a quarter hour before that is called blindness, not caution. The wildest accounts of
    /// the simulated fleets are found at a hundred times.
    private static let blindMultiple = 1000.0

    /// In its second week an account is asked for twice the score, which for a steady one may be more than a thousandfold: it is still
    /// learning, whatever ``AccountProfile/isMature`` says.
    private static let blindAge = 2 * AccountProfile.matureAge

    /// A measure that the account has a level of and could raise to any height unseen at any hour of the day: its spread or its tail is out
    /// of all proportion.
    public func blindness(_ bucket: ClosedBucket, of account: borrowing AccountProfile) -> Measure? {
        guard account.age >= ExportVolumeDetector.blindAge else { return nil }
        let needed = needed(bucket: bucket.number, of: account, fleet: bucket.fleet)
        for measure in Measure.allCases where account.volumes[measure.rawValue].baseline.level > 0 {
            // Most accounts are seen in the first hour that is tried.
            let isSeenSometime = (0..<24).contains { hour in
                let slot = WeekSlot(BucketGrid.start(of: bucket.number + Int64(4 * hour)))
                return isSeen(measure, needed: needed, at: account.visits.standing(slot), bucket, account)
            }
            if !isSeenSometime { return measure }
        }
        return nil
    }

    private func isSeen(
        _ measure: Measure, needed: Double, at standing: SlotStanding, _ bucket: ClosedBucket, _ account: borrowing AccountProfile
    ) -> Bool {
        var model = account.volumes[measure.rawValue]
        let amount = model.leastAmount(
            reaching: needed, excess: minimums[measure.rawValue], ratio: minimumRatio, at: standing,
            fleet: bucket.fleet.measures[measure])
        let most = ExportVolumeDetector.blindMultiple * (Double(model.baseline.level) + minimums[measure.rawValue])
        return amount.map { $0 <= most } ?? false
    }
}

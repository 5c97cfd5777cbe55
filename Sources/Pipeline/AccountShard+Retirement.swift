// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import RollingStatistics

extension AccountShard {
    /// Gives back the memory of accounts that hardly worked and have rested for long: see ``Retirement``. To be called once a day, at the
    /// close of ``oldestBucket``. Complexity: O(accounts), a few bytes each.
    func retireIdle(sparing alerting: Set<AccountID>) {
        for index in profiles.indices where retirement.isDue(index, at: oldestBucket) && profiles[index] !== noProfile {
            let account = number(index)
            guard account != .overflow, !alerting.contains(account), open.allSatisfy({ $0.slots[index] == 0 }) else { continue }
            willChange(index)
            retirement.retire(index, firstBucket: profiles[index].firstBucket)
            profiles[index] = noProfile
            rings[index] = noRing
        }
    }

    /// The last closed bucket in which an account called; 0 where there was none.
    func lastActive(_ account: AccountID) -> Int64 { retirement.lastActive(local(account)) }

    /// Mature accounts that a detector says it would find nothing of in an empty bucket like ``oldestBucket``. Complexity: O(accounts).
    func blindSpots() -> [(account: AccountID, detector: UInt8)] {
        var spots: [(account: AccountID, detector: UInt8)] = []
        let empty = ClosedBucket(number: oldestBucket, end: BucketGrid.start(of: oldestBucket + 1), fleet: fleet, values: values)
        for index in profiles.indices where profiles[index].isMature {
            empty.readIdle(profiles[index])
            for number in judging where detectors[number].blindness(empty, of: profiles[index]) != nil {
                spots.append((self.number(index), UInt8(number)))
            }
        }
        return spots
    }

    /// What is left of an account's life before it was retired; nil when it never was.
    func tombstone(_ account: AccountID) -> Tombstone? { retirement.tombstones[local(account)] }
}

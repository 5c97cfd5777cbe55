// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import RollingStatistics

/// How far the mature accounts of a lane are above their expectations in one bucket, open or closing: counts in fixed bins, so that shards
/// add up to the same whole in any order. State: 12 KB while it is made.
struct FleetPulse {
    private static let bins = 1024
    /// Bins of the log ratio: −10.24 to 10.24 in steps of 0.02.
    private var ratios = Array(repeating: UInt32(0), count: 3 * bins)
    private var counts = [0, 0, 0]

    mutating func add(_ profile: borrowing AccountProfile, _ standing: SlotStanding, _ sums: MeasureSums) {
        for measure in Measure.allCases {
            guard let ratio = profile.volumes[measure.rawValue].logRatio(Double(sums[measure]), at: standing) else { continue }
            let bin = min(max(Int((ratio + 10.24) / 0.02), 0), FleetPulse.bins - 1)
            ratios[measure.rawValue * FleetPulse.bins + bin] += 1
            counts[measure.rawValue] += 1
        }
    }

    /// Nil from fewer than five accounts: of fewer, one that is attacked would move its own yardstick.
    func measure(_ measure: Measure) -> FleetMeasure.Pulse? {
        let count = counts[measure.rawValue]
        guard count >= FleetSums.smallestFleet else { return nil }
        // Two standard deviations of the median's rank below it: half the root of the count each.
        let chance = max((count + 1) / 2 - Int(Double(count).squareRoot()), 1)
        let values = [(count + 3) / 4, (count + 1) / 2, (3 * count + 3) / 4, chance].map { value(rank: $0, measure) }
        return FleetMeasure.Pulse(low: values[3], median: values[1], spread: (values[2] - values[0]) / 1.349, count: count)
    }

    private func value(rank: Int, _ measure: Measure) -> Double {
        var seen = 0
        for bin in 0..<FleetPulse.bins {
            seen += Int(ratios[measure.rawValue * FleetPulse.bins + bin])
            if seen >= rank { return (Double(bin) + 0.5) * 0.02 - 10.24 }
        }
        return 10.24
    }
}

extension FleetView {
    /// What accounts are judged by in a bucket with this pulse.
    func raised(by pulse: FleetPulse) -> FleetView {
        var raised = self
        for measure in Measure.allCases { raised.measures[measure] = measures[measure].raised(by: pulse.measure(measure)) }
        return raised
    }
}

extension LaneCore {
    /// What the fleet does in open bucket `position`, as it stands. Complexity: O(accounts).
    func pulse(position: Int) -> FleetPulse {
        var pulse = FleetPulse()
        for shard in shards { shard.add(to: &pulse, position: position, bucket: oldestBucket + Int64(position)) }
        return pulse
    }

    /// What an account is judged by in the middle of the oldest bucket. An account's own rise against its full expectation is held against
    /// the others' so far, so that where all rise none is alone. Looked at once a minute of event time at most, and only where an alert is
    /// about to open; kept in the state, so that a restart looks no second time.
    mutating func fleetNow(at time: EventTime) -> FleetView {
        let minute = LaneCore.minute(time)
        if pulseMinute != minute {
            pulseMinute = minute
            pulseView = fleet.raised(by: pulse(position: 0))
        }
        return pulseView
    }
}

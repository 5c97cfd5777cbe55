// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import RollingStatistics

/// What the mature accounts of a lane did in the bucket just closed: counts in fixed bins, so that shards add up to the same whole in any
/// order. State: 3 × 2 × 1024 × 4 bytes.
struct FleetSums {
    /// Bins of the log ratio: −10.24 to 10.24 in steps of 0.02.
    private var ratios = Array(repeating: Array(repeating: UInt32(0), count: 1024), count: 3)
    /// Bins of ln(1 + level): 0 to 51.2 in steps of 0.05.
    private var levels = Array(repeating: Array(repeating: UInt32(0), count: 1024), count: 3)
    private var counts = [0, 0, 0]
    private(set) var matureCount = 0

    mutating func add(_ profile: borrowing AccountProfile) {
        guard profile.isMature else { return }
        matureCount += 1
        for measure in 0..<3 {
            let level = Double(profile.volumes[measure].baseline.level)
            let levelBin = min(max(Int(naturalLog(1 + max(level, 0)) / 0.05), 0), 1023)
            levels[measure][levelBin] += 1
            guard let ratio = profile.volumes[measure].hourLogRatio else { continue }
            ratios[measure][min(max(Int((ratio + 10.24) / 0.02), 0), 1023)] += 1
            counts[measure] += 1
        }
    }

    /// Accounts whose median says something of the fleet: of fewer, one that is attacked would move its own yardstick.
    static let smallestFleet = 5

    /// What detectors see of it, after what they saw before.
    func view(after last: FleetView) -> FleetView {
        var view = FleetView()
        view.firstBucket = last.firstBucket
        view.matureCount = matureCount
        for measure in 0..<3 where counts[measure] > 0 {
            let bin = FleetSums.quantile(ratios[measure], rank: (counts[measure] + 1) / 2)
            view.medianRatio[measure] = exponential((Double(bin) + 0.5) * 0.02 - 10.24)
        }
        for measure in Measure.allCases {
            let isFleet = counts[measure.rawValue] >= FleetSums.smallestFleet
            view.factor[measure] = last.factor[measure].next(medianRatio: isFleet ? view.medianRatio[measure.rawValue] : 1)
        }
        if matureCount >= 20 {
            var high = InlineArray<3, Double>(repeating: 0)
            for measure in 0..<3 {
                let bin = FleetSums.quantile(levels[measure], rank: (matureCount * 975 + 999) / 1000)
                high[measure] = exponential((Double(bin) + 1) * 0.05) - 1
            }
            view.highLevel = high
        }
        return view
    }

    private static func quantile(_ bins: [UInt32], rank: Int) -> Int {
        var seen = 0
        for (bin, count) in bins.enumerated() {
            seen += Int(count)
            if seen >= rank { return bin }
        }
        return bins.count - 1
    }
}

extension FleetView {
    func encode(into writer: inout StateWriter) {
        writer.write(firstBucket)
        writer.write(Int64(matureCount))
        for measure in 0..<3 { writer.write(medianRatio[measure]) }
        writer.write(highLevel != nil)
        for measure in 0..<3 { writer.write(highLevel?[measure] ?? 0) }
        for measure in Measure.allCases {
            writer.write(factor[measure].factor)
            writer.write(factor[measure].logFactor)
        }
    }

    init(from reader: inout StateReader) throws(StateError) {
        self.init()
        firstBucket = try reader.read()
        matureCount = Int(try reader.read(Int64.self))
        for measure in 0..<3 { medianRatio[measure] = try reader.readDouble() }
        let hasHighLevel = try reader.readBool()
        var high = InlineArray<3, Double>(repeating: 0)
        for measure in 0..<3 { high[measure] = try reader.readDouble() }
        highLevel = hasHighLevel ? high : nil
        for measure in Measure.allCases {
            let restored = FleetFactor(factor: try reader.readDouble(), logFactor: try reader.readDouble())
            guard restored.factor >= 1, restored.factor <= FleetFactor.largest, restored.logFactor >= 0, restored.logFactor.isFinite else {
                throw StateError.implausible("fleet factor")
            }
            factor[measure] = restored
        }
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import RollingStatistics

/// What the mature accounts of a lane did in the bucket just closed: counts in fixed bins, so that shards add up to the same whole in any
/// order. State: 24 KB, and four times that once a day.
struct FleetSums {
    private static let bins = 1024
    /// Bins of the log ratio: −10.24 to 10.24 in steps of 0.02.
    private var ratios = Array(repeating: Array(repeating: UInt32(0), count: bins), count: 3)
    /// Bins of ln(1 + level): 0 to 51.2 in steps of 0.05.
    private var levels = Array(repeating: Array(repeating: UInt32(0), count: bins), count: 3)
    private var counts = [0, 0, 0]
    private(set) var matureCount = 0
    /// Bins of the logarithms of variances and mean excesses, −12 to 8.48 in steps of 0.02, by measure and span; empty but once a day.
    private var variances: [[UInt32]] = []
    private var excesses: [[UInt32]] = []
    /// Bins of the last day's log ratios to the slow references, as ``ratios``.
    private var dayRatios: [UInt32] = []
    /// How often the tail probabilities of the bucket came true.
    private(set) var calibration = TailCalibration()

    /// Whether the usual spreads are taken at the close of a bucket: at midnight.
    static func isDaily(_ bucket: Int64) -> Bool { bucket % Int64(BucketGrid.perDay) == 0 }

    /// Counts what the models said to a bucket, of accounts that are judged by themselves and measures that their log states.
    mutating func test(_ bucket: ClosedBucket) {
        guard bucket.isMature else { return }
        for measure in Measure.allCases where bucket.readings[measure].baseline > 0 { calibration.add(bucket.readings[measure]) }
    }

    /// How far each mature account is beyond its own usual four hours, clipped, for the fan-out; and those that are furthest.
    private(set) var deviations = FleetDeviations()
    private(set) var risen = RisenAccounts()

    mutating func add(_ account: AccountID, _ profile: AccountProfile, _ bucket: ClosedBucket, isDaily: Bool) {
        guard profile.isMature else { return }
        matureCount += 1
        let measure: Measure = profile.volumes[Measure.rows.rawValue].baseline.level > 0 ? .rows : .bytes
        let rise = bucket.readings[measure].fourHourZ(
            calls: bucket.readings[.calls], level: profile.volumes[measure.rawValue].baseline.level,
            callLevel: profile.volumes[Measure.calls.rawValue].baseline.level)
        deviations.add(rise)
        risen.add(account, rise) { profile.volumes[measure.rawValue].window(.fourHours, of: bucket.readings[measure]).ratio }
        for measure in Measure.allCases {
            let (levelLog, logRatio) = profile.volumes[measure.rawValue].standing()
            let levelBin = min(max(Int(levelLog / 0.05), 0), FleetSums.bins - 1)
            levels[measure.rawValue][levelBin] += 1
            guard let ratio = logRatio else { continue }
            ratios[measure.rawValue][min(max(Int((ratio + 10.24) / 0.02), 0), FleetSums.bins - 1)] += 1
            counts[measure.rawValue] += 1
        }
        if isDaily { addSpreads(profile) }
    }

    /// An account that never moved a row says nothing of how far rows usually stray.
    private mutating func addSpreads(_ profile: AccountProfile) {
        if variances.isEmpty {
            variances = Array(repeating: Array(repeating: 0, count: FleetSums.bins), count: 12)
            excesses = variances
            dayRatios = variances[0]
        }
        if Int(profile.slow.days) >= SlowReference.warmUp {
            dayRatios[min(max(Int((Double(profile.slow.lastRatio) + 10.24) / 0.02), 0), FleetSums.bins - 1)] += 1
        }
        for measure in Measure.allCases where profile.volumes[measure.rawValue].baseline.level > 0 {
            for span in 0..<4 {
                let channels = profile.volumes[measure.rawValue].channels
                let place = measure.rawValue * 4 + span
                variances[place][FleetSums.spreadBin(Double(channels.variance[span]))] += 1
                if channels.clusterCount[span] > 1 {
                    excesses[place][FleetSums.spreadBin(Double(channels.excessSum[span]) / Double(channels.clusterCount[span]))] += 1
                }
            }
        }
    }

    private static func spreadBin(_ value: Double) -> Int { min(max(Int((naturalLog(max(value, 1e-6)) + 12) / 0.02), 0), bins - 1) }

    /// The median of spreads; nil from fewer than ten accounts.
    private static func median(_ spreads: [UInt32]) -> Double? {
        let count = spreads.reduce(0) { $0 + Int($1) }
        guard count >= 10 else { return nil }
        return exponential((Double(quantile(spreads, rank: (count + 1) / 2)) + 0.5) * 0.02 - 12)
    }

    /// Accounts whose median says something of the fleet: of fewer, one that is attacked would move its own yardstick.
    static let smallestFleet = 5

    /// What detectors see of it, after what they saw before.
    func view(after last: FleetView, pulse: FleetPulse) -> FleetView {
        var view = FleetView()
        view.firstBucket = last.firstBucket
        view.matureCount = matureCount
        for measure in 0..<3 where counts[measure] > 0 {
            let bin = FleetSums.quantile(ratios[measure], rank: (counts[measure] + 1) / 2)
            view.medianRatio[measure] = exponential((Double(bin) + 0.5) * 0.02 - 10.24)
        }
        for measure in Measure.allCases {
            let isFleet = counts[measure.rawValue] >= FleetSums.smallestFleet
            view.measures[measure] = last.measures[measure].next(
                medianRatio: isFleet ? view.medianRatio[measure.rawValue] : 1, pulse: pulse.measure(measure))
            for span in 0..<4 where !variances.isEmpty {
                let place = measure.rawValue * 4 + span
                if let variance = FleetSums.median(variances[place]) { view.measures[measure].variances[span] = Float(variance) }
                if let excess = FleetSums.median(excesses[place]) { view.measures[measure].meanExcesses[span] = Float(excess) }
            }
        }
        let days = dayRatios.reduce(0) { $0 + Int($1) }
        view.dayRatio = dayRatios.isEmpty ? last.dayRatio : 0
        if days >= FleetSums.smallestFleet { view.dayRatio = Double(FleetSums.quantile(dayRatios, rank: (days + 1) / 2)) * 0.02 - 10.23 }
        if matureCount > 0 {
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
        writer.write(UInt32(matureCount))
        writer.write(dayRatio)
        for measure in 0..<3 { writer.write(medianRatio[measure]) }
        writer.write(highLevel != nil)
        for measure in 0..<3 { writer.write(highLevel?[measure] ?? 0) }
        for measure in Measure.allCases {
            writer.write(measures[measure].factor)
            writer.write(measures[measure].dispersion)
            writer.write(measures[measure].everydayVariance)
            for span in 0..<4 {
                writer.write(Double(measures[measure].variances[span]))
                writer.write(Double(measures[measure].meanExcesses[span]))
            }
        }
    }

    /// What the bins of ``FleetSums`` and the limits of ``FleetMeasure`` can come to, and a little more. A number that is merely finite
    /// would still overflow where accounts are judged by it.
    init(from reader: inout StateReader) throws(StateError) {
        self.init()
        firstBucket = try reader.readBucket()
        matureCount = Int(try reader.read(UInt32.self))
        dayRatio = try reader.readDouble(in: -11...11, "fleet day")
        for measure in 0..<3 { medianRatio[measure] = try reader.readDouble(in: 0...3e4, "fleet ratio") }
        let hasHighLevel = try reader.readBool()
        var high = InlineArray<3, Double>(repeating: 0)
        for measure in 0..<3 { high[measure] = try reader.readDouble(in: 0...1e23, "fleet level") }
        highLevel = hasHighLevel ? high : nil
        for measure in Measure.allCases {
            var restored = FleetMeasure(
                factor: try reader.readDouble(in: 1...FleetMeasure.largest, "fleet factor"),
                dispersion: try reader.readDouble(in: 0...2, "fleet dispersion"))
            restored.everydayVariance = try reader.readDouble(in: 0...1e3, "fleet variance")
            for span in 0..<4 {
                restored.variances[span] = Float(try reader.readDouble(in: 0...1e6, "fleet spreads"))
                restored.meanExcesses[span] = Float(try reader.readDouble(in: 0...1e6, "fleet spreads"))
            }
            measures[measure] = restored
        }
    }
}

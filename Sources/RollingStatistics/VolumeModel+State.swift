// weir
// SPDX-License-Identifier: Apache-2.0

extension SlotVisits {
    public func encode(into writer: inout StateWriter) {
        writer.write(week)
        writer.write(day)
        writer.write(quarters)
    }

    public init(from reader: inout StateReader) throws(StateError) {
        self.init()
        try reader.read(into: &week)
        try reader.read(into: &day)
        try reader.read(into: &quarters)
    }
}

extension VolumeModel {
    public func encode(into writer: inout StateWriter) {
        writer.write(baseline.week)
        writer.write(baseline.day)
        writer.write(baseline.level)
        channels.encode(into: &writer)
        writer.write(hourlyVariance)
        for number in [actualHour, expectedHour, actualDay, expectedDay, locality] { writer.write(number) }
        for long in 0..<2 {
            writer.write(deviationSums[long])
            writer.write(weightSums[long])
        }
    }

    /// No sum comes near this: three days of the largest numbers that a log can state. What is larger could overflow.
    static let largestSum: Float = 1e24

    public init(from reader: inout StateReader) throws(StateError) {
        self.init()
        try reader.read(into: &baseline.week)
        try reader.read(into: &baseline.day)
        baseline.level = try reader.readFloat()
        guard (0...VolumeModel.largestSum).contains(baseline.level) else { throw StateError.implausible("level") }
        channels = try VolumeChannels(from: &reader)
        try reader.read(into: &hourlyVariance)
        actualHour = try reader.readFloat()
        expectedHour = try reader.readFloat()
        actualDay = try reader.readFloat()
        expectedDay = try reader.readFloat()
        locality = try reader.readFloat()
        for long in 0..<2 {
            deviationSums[long] = try reader.readFloat()
            weightSums[long] = try reader.readFloat()
        }
        let amounts: InlineArray<6, Float> = [actualHour, expectedHour, actualDay, expectedDay, weightSums[0], weightSums[1]]
        for index in 0..<6 where !(0...VolumeModel.largestSum).contains(amounts[index]) { throw StateError.implausible("volume sums") }
        guard deviationSums[0].magnitude <= 1e6, deviationSums[1].magnitude <= 1e6, locality >= 0.5, locality <= 2
        else { throw StateError.implausible("volume sums") }
    }
}

extension VolumeChannels {
    func encode(into writer: inout StateWriter) {
        for lane in 0..<4 {
            writer.write(actual[lane])
            writer.write(expected[lane])
            writer.write(mean[lane])
            writer.write(variance[lane])
            writer.write(count[lane])
            writer.write(quantile[lane])
            writer.write(excessSum[lane])
            writer.write(clusterCount[lane])
            writer.write(clusterPeak[lane])
            writer.write(quietBuckets[lane])
        }
    }

    init(from reader: inout StateReader) throws(StateError) {
        self.init()
        for lane in 0..<4 {
            actual[lane] = try reader.readFloat()
            expected[lane] = try reader.readFloat()
            mean[lane] = try reader.readFloat()
            variance[lane] = try reader.readFloat()
            count[lane] = try reader.readFloat()
            quantile[lane] = try reader.readFloat()
            excessSum[lane] = try reader.readFloat()
            clusterCount[lane] = try reader.readFloat()
            clusterPeak[lane] = try reader.readFloat()
            quietBuckets[lane] = try reader.read()
            // Far beyond what any account comes to, and far below what could overflow.
            let sums = 0...VolumeModel.largestSum
            guard sums.contains(actual[lane]), sums.contains(expected[lane]), (0...1e6).contains(variance[lane]),
                (0...VolumeChannels.memory).contains(count[lane]), (0...1e9).contains(excessSum[lane]),
                (0...100).contains(clusterCount[lane]), (0...1e9).contains(clusterPeak[lane]), mean[lane].magnitude <= 1e3,
                quantile[lane].magnitude <= 1e6, quietBuckets[lane] <= 1000
            else { throw StateError.implausible("volume channel") }
        }
    }
}

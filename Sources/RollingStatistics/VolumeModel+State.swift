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
        for index in 0..<4 { channels[index].encode(into: &writer) }
        writer.write(hourlyVariance)
        for number in [actualHour, expectedHour, actualDay, expectedDay, locality] { writer.write(number) }
        for long in 0..<2 {
            writer.write(deviationSums[long])
            writer.write(weightSums[long])
        }
    }

    public init(from reader: inout StateReader) throws(StateError) {
        self.init()
        try reader.read(into: &baseline.week)
        try reader.read(into: &baseline.day)
        baseline.level = try reader.readFloat()
        guard baseline.level.isFinite, baseline.level >= 0 else { throw StateError.implausible("level") }
        for index in 0..<4 { channels[index] = try VolumeChannel(from: &reader) }
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
        for index in 0..<6 where !(amounts[index].isFinite && amounts[index] >= 0) { throw StateError.implausible("volume sums") }
        guard deviationSums[0].isFinite, deviationSums[1].isFinite,
            locality >= 0.5, locality <= 2
        else { throw StateError.implausible("volume sums") }
    }
}

extension VolumeChannel {
    func encode(into writer: inout StateWriter) {
        writer.write(actual)
        writer.write(expected)
        writer.write(mean)
        writer.write(variance)
        writer.write(count)
        writer.write(quantile)
        writer.write(excessSum)
        writer.write(clusterCount)
        writer.write(clusterPeak)
        writer.write(quietBuckets)
    }

    init(from reader: inout StateReader) throws(StateError) {
        self.init()
        actual = try reader.readFloat()
        expected = try reader.readFloat()
        mean = try reader.readFloat()
        variance = try reader.readFloat()
        count = try reader.readFloat()
        quantile = try reader.readFloat()
        excessSum = try reader.readFloat()
        clusterCount = try reader.readFloat()
        clusterPeak = try reader.readFloat()
        quietBuckets = try reader.read()
        let amounts: InlineArray<7, Float> = [actual, expected, variance, count, excessSum, clusterCount, clusterPeak]
        for index in 0..<7 where !(amounts[index].isFinite && amounts[index] >= 0) { throw StateError.implausible("volume channel") }
        guard mean.isFinite, quantile.isFinite else { throw StateError.implausible("volume channel") }
    }
}

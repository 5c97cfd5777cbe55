// weir
// SPDX-License-Identifier: Apache-2.0

extension SlotVisits {
    public func encode(into writer: inout StateWriter) {
        for slot in 0..<168 { writer.write(week[slot]) }
        for slot in 0..<24 { writer.write(day[slot]) }
        for slot in 0..<96 { writer.write(quarters[slot]) }
    }

    public init(from reader: inout StateReader) throws(StateError) {
        self.init()
        for slot in 0..<168 { week[slot] = try reader.read() }
        for slot in 0..<24 { day[slot] = try reader.read() }
        for slot in 0..<96 { quarters[slot] = try reader.read() }
    }
}

extension VolumeModel {
    public func encode(into writer: inout StateWriter) {
        for slot in 0..<168 { writer.write(baseline.week[slot]) }
        for slot in 0..<24 { writer.write(baseline.day[slot]) }
        writer.write(baseline.level)
        for index in 0..<4 { channels[index].encode(into: &writer) }
        for hour in 0..<24 { writer.write(hourlyVariance[hour]) }
        for number in [actualHour, expectedHour, actualDay, expectedDay, locality] { writer.write(number) }
        for long in 0..<2 {
            writer.write(deviationSums[long])
            writer.write(weightSums[long])
        }
    }

    public init(from reader: inout StateReader) throws(StateError) {
        self.init()
        for slot in 0..<168 { baseline.week[slot] = try reader.read() }
        for slot in 0..<24 { baseline.day[slot] = try reader.read() }
        baseline.level = try reader.readFloat()
        guard baseline.level.isFinite, baseline.level >= 0 else { throw StateError.implausible("level") }
        for index in 0..<4 { channels[index] = try VolumeChannel(from: &reader) }
        for hour in 0..<24 { hourlyVariance[hour] = try reader.read() }
        actualHour = try reader.readFloat()
        expectedHour = try reader.readFloat()
        actualDay = try reader.readFloat()
        expectedDay = try reader.readFloat()
        locality = try reader.readFloat()
        for long in 0..<2 {
            deviationSums[long] = try reader.readFloat()
            weightSums[long] = try reader.readFloat()
        }
        let amounts = [actualHour, expectedHour, actualDay, expectedDay, weightSums[0], weightSums[1]]
        guard amounts.allSatisfy({ $0.isFinite && $0 >= 0 }), deviationSums[0].isFinite, deviationSums[1].isFinite,
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
        let amounts = [actual, expected, variance, count, excessSum, clusterCount, clusterPeak]
        guard amounts.allSatisfy({ $0.isFinite && $0 >= 0 }), mean.isFinite, quantile.isFinite else {
            throw StateError.implausible("volume channel")
        }
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

extension SlotVisits {
    public func encode(into writer: inout StateWriter) {
        for slot in 0..<168 { writer.write(week[slot]) }
        for slot in 0..<24 { writer.write(day[slot]) }
    }

    public init(from reader: inout StateReader) throws(StateError) {
        self.init()
        for slot in 0..<168 { week[slot] = try reader.read() }
        for slot in 0..<24 { day[slot] = try reader.read() }
    }
}

extension VolumeModel {
    public func encode(into writer: inout StateWriter) {
        for slot in 0..<168 { writer.write(baseline.week[slot]) }
        for slot in 0..<24 { writer.write(baseline.day[slot]) }
        writer.write(baseline.level)
        writer.write(unscaledHour)
        for index in 0..<5 { windows[index].encode(into: &writer) }
    }

    public init(from reader: inout StateReader) throws(StateError) {
        self.init()
        for slot in 0..<168 { baseline.week[slot] = try reader.read() }
        for slot in 0..<24 { baseline.day[slot] = try reader.read() }
        baseline.level = try reader.readFloat()
        unscaledHour = try reader.readFloat()
        guard unscaledHour.isFinite else { throw StateError.implausible("expected hour") }
        guard baseline.level.isFinite, baseline.level >= 0 else { throw StateError.implausible("level") }
        for index in 0..<5 { windows[index] = try VolumeWindow(from: &reader) }
    }
}

extension VolumeWindow {
    func encode(into writer: inout StateWriter) {
        writer.write(actual)
        writer.write(expected)
        writer.write(ratio.mean)
        writer.write(ratio.variance)
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
        ratio = ExponentialMean(mean: try reader.readFloat(), variance: try reader.readFloat())
        quantile = try reader.readFloat()
        excessSum = try reader.readFloat()
        clusterCount = try reader.readFloat()
        clusterPeak = try reader.readFloat()
        quietBuckets = try reader.read()
        let amounts = [actual, expected, ratio.variance, excessSum, clusterCount, clusterPeak]
        guard amounts.allSatisfy({ $0.isFinite && $0 >= 0 }), ratio.mean.isFinite, quantile.isFinite else {
            throw StateError.implausible("volume window")
        }
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import RollingStatistics

extension AlertLifecycle {
    /// Writes the open alerts in the order of their keys, so that equal states are equal bytes.
    package func encode(into writer: inout StateWriter) {
        writer.write(UInt32(open.count))
        for (key, alert) in open.sorted(by: { $0.key < $1.key }) {
            key.encode(into: &writer)
            writer.write(alert.id)
            writer.write(alert.severity.rawValue)
            writer.write(alert.opened.milliseconds)
            writer.write(alert.openedBucket)
            writer.write(alert.isProvisional)
            writer.write(alert.sequence)
            writer.write(alert.quietBuckets)
            writer.write(alert.isCollapsed)
            writer.write(alert.isPage)
            writer.write(alert.former != nil)
            if let former = alert.former { writer.write(former) }
            writer.write(alert.withheld != nil)
            alert.withheld?.encode(into: &writer)
            alert.finding.encode(into: &writer)
            writer.write(UInt8(alert.linked.count))
            for id in alert.linked { writer.write(id) }
            writer.write(alert.findingBucket)
            writer.write(alert.observedTold)
            writer.write(UInt8(alert.measureTold.map { $0.rawValue + 1 } ?? 0))
            alert.substance.encode(into: &writer)
            alert.total.encode(into: &writer)
            writer.write(alert.lastBurst)
            writer.write(alert.restrains)
        }
        past.encode(into: &writer)
        former.encode(into: &writer)
    }

    package init(from reader: inout StateReader) throws(StateError) {
        self.init()
        let count = try reader.read(UInt32.self)
        var restored: [AlertKey: OpenAlert] = [:]
        for _ in 0..<count {
            let key = try AlertKey(from: &reader)
            let id = try reader.readString()
            guard let severity = Severity(rawValue: try reader.read()) else { throw StateError.implausible("severity") }
            let opened = try reader.readTime()
            let openedBucket = try reader.readBucket()
            let isProvisional = try reader.readBool()
            let sequence = try reader.read(UInt32.self)
            let quietBuckets = try reader.read(UInt8.self)
            let isCollapsed = try reader.readBool()
            let isPage = try reader.readBool()
            let former = try reader.readBool() ? try reader.readString() : nil
            let withheld = try reader.readBool() ? try PageWithheld(from: &reader) : nil
            var alert = OpenAlert(
                id: id, severity: severity, opened: opened, openedBucket: openedBucket, isProvisional: isProvisional, sequence: sequence,
                quietBuckets: quietBuckets, finding: try Finding(from: &reader))
            (alert.isCollapsed, alert.isPage, alert.former, alert.withheld) = (isCollapsed, isPage, former, withheld)
            for _ in 0..<(try reader.read(UInt8.self)) { alert.linked.append(try reader.readString()) }
            alert.findingBucket = try reader.readBucket()
            alert.observedTold = try reader.readDouble()
            let told = try reader.read(UInt8.self)
            guard told <= 3 else { throw StateError.implausible("open alert") }
            alert.measureTold = told == 0 ? nil : Measure(rawValue: Int(told) - 1)
            alert.substance = try AlertSubstance(from: &reader)
            alert.total = try AlertTotal(from: &reader)
            alert.lastBurst = try reader.readBucket()
            alert.restrains = try reader.readBool()
            restored[key] = alert
        }
        self.init(restored: restored, past: try PastAlerts(from: &reader), former: try FormerAlerts(from: &reader))
    }
}

extension Finding {
    func encode(into writer: inout StateWriter) {
        writer.write(UInt8(self.measure.map { $0.rawValue + 1 } ?? 0))
        writer.write(self.severity.rawValue)
        for number in [self.score, self.observed, self.expected, self.low, self.high, self.ratio, self.z, self.probability] {
            writer.write(number)
        }
        writer.write(self.windowStart.milliseconds)
        writer.write(self.windowEnd.milliseconds)
        writer.write(Int64(self.sampleBuckets))
        writer.write(self.since.milliseconds)
        writer.write(self.peers != nil)
        writer.write(Int64(self.peers?.count ?? 0))
        writer.write(self.peers?.ratio ?? 0)
        writer.write(self.phrase)
    }

    init(from reader: inout StateReader) throws(StateError) {
        let measureCode = try reader.read(UInt8.self)
        guard let severity = Severity(rawValue: try reader.read()), measureCode <= 3 else { throw StateError.implausible("finding") }
        var numbers: [Double] = []
        for _ in 0..<8 { numbers.append(try reader.readDouble()) }
        let windowStart = try reader.readTime()
        let windowEnd = try reader.readTime()
        let sampleBuckets = Int(try reader.read(Int64.self))
        let since = try reader.readTime()
        let hasPeers = try reader.readBool()
        let peers = Peers(count: Int(try reader.read(Int64.self)), ratio: try reader.readDouble())
        self.init(
            measure: measureCode == 0 ? nil : Measure(rawValue: Int(measureCode) - 1), severity: severity, score: numbers[0],
            observed: numbers[1], expected: numbers[2], low: numbers[3], high: numbers[4], ratio: numbers[5], z: numbers[6],
            probability: numbers[7], windowStart: windowStart, windowEnd: windowEnd, sampleBuckets: sampleBuckets, since: since,
            peers: hasPeers ? peers : nil, phrase: try reader.readString())
    }
}

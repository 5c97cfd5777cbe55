// weir
// SPDX-License-Identifier: Apache-2.0

import RollingStatistics

/// How many records moved along an edge on each of the last fourteen days on which any did, as logarithms.
///
/// A day is compared with their median in units of their median deviation, so that two odd days of fourteen change nothing.
/// State: 2 bytes a day. Complexity: O(days). Source: Hampel 1974, for the median absolute deviation.
public struct FlowHistory: Equatable, Sendable {
    /// Days that are kept, days that are needed, and the fewest records that are too many.
    static let days = 14
    static let needed = 7
    static let fewest: UInt64 = 1000
    /// Steps of a doubling.
    private static let steps = 64.0
    private static let log2 = 0.693_147_180_559_945_3

    /// Oldest first.
    private var levels: [UInt16] = []

    init() {}

    public var count: Int { levels.count }

    /// The records of a usual day.
    public var usual: Double { levels.isEmpty ? 0 : FlowHistory.records(FlowHistory.median(levels.map(Double.init))) }

    /// From how many records on a day is unlike those before: four times the usual, and six deviations; nil while too few are known.
    public var limit: UInt64? {
        guard levels.count >= FlowHistory.needed else { return nil }
        let known = levels.map(Double.init)
        let median = FlowHistory.median(known)
        // 1.4826 makes it a standard deviation where days are Gaussian; a quarter of a doubling is what counts as noise at least.
        let deviation = max(1.4826 * FlowHistory.median(known.map { abs($0 - median) }), FlowHistory.steps / 4)
        let level = median + max(6 * deviation, 2 * FlowHistory.steps)
        return max(UInt64(min(FlowHistory.records(level), 1e18)), FlowHistory.fewest)
    }

    /// Learns a day that is over. One that was unlike the others counts as the limit only, so that it does not become usual at once.
    mutating func learn(_ records: UInt64) {
        guard records > 0 else { return }
        let counted = Double(min(records, limit ?? records))
        levels.append(UInt16(min((naturalLog(1 + counted) / FlowHistory.log2 * FlowHistory.steps).rounded(), 4096)))
        if levels.count > FlowHistory.days { levels.removeFirst() }
    }

    private static func records(_ level: Double) -> Double { exponential(level / steps * log2) - 1 }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    func encode(into writer: inout StateWriter) {
        writer.write(UInt8(levels.count))
        for level in levels { writer.write(level) }
    }

    init(from reader: inout StateReader) throws(StateError) {
        let count = try reader.read(UInt8.self)
        guard count <= FlowHistory.days else { throw StateError.implausible("days of a flow") }
        for _ in 0..<count { levels.append(try reader.read()) }
    }
}

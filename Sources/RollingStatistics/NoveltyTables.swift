// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Channels 9 to 14 of ``SeriesNovelty``: how seldom such a value has followed on those before it, and come at this hour of the day.
///
/// Four decayed tables of 32 × 32 counts (value and magnitude, each given its bin one and six rows ago) and one of 24 × 32. Nothing is
/// multiplied to decay: what is added weighs more from row to row instead, and a count is its cell over the weight. State: 39 KB.
/// Complexity: O(1) a row. Source: design/statistics.md section 6.
struct NoveltyTables: Sendable {
    static let bins = 32
    private static let hours = 4 * bins * bins
    private static let cellCount = hours + 24 * bins
    /// Bins to a unit of the inverse hyperbolic sine.
    private static let binsPerUnit = 5.0
    private static let lags: InlineArray<2, Int64> = [1, 6]

    /// Where weight and cells are scaled down together, by a power of two, which changes no count. Every 1.4 million rows.
    private static let weightLimit = 0x1p100

    /// The tables one after another, row by row, in units of ``weight``.
    private var cells = Array(repeating: 0.0, count: NoveltyTables.cellCount)
    /// What the row adds to a cell.
    private var weight = 1.0
    private var totals = InlineArray<4, Double>(repeating: 0)
    private var hourTotal = 0.0
    /// Mean and variance of the value and of its magnitude, by which they are put into bins.
    private var means = InlineArray<2, Double>(repeating: 0)
    private var variances = InlineArray<2, Double>(repeating: 0)
    /// The bins of the last seven rows: row n is element (n − 1) mod 7.
    private var recent = InlineArray<14, UInt8>(repeating: 0)
    /// The novelties, averaged over eight rows, and that of the hour over four.
    private var smoothed = InlineArray<5, Double>(repeating: 0)

    init() {}

    /// Writes channels 9 to 14 of a row, each computed before its table has learnt the row; then learns it.
    mutating func take(
        _ x: Double, magnitude y: Double, row: Int64, slot: WeekSlot, gain: NoveltyGain, into channels: inout InlineArray<15, Double>
    ) {
        if gain.isFirst { means = [x, y] }
        let bins: InlineArray<2, Int> = [bin(x, 0, row: row, gain: gain), bin(y, 1, row: row, gain: gain)]
        for table in 0..<4 {
            let kind = table / 2
            let lag = NoveltyTables.lags[table % 2]
            var novelty = 0.0
            if row - 1 >= lag {
                let context = Int(recent[kind * 7 + Int((row - 1 - lag) % 7)])
                novelty = noveltyOfTransition(from: context, to: bins[kind], table: table)
            }
            channels[9 + table] = smooth(novelty, table, gain: gain, span: 8)
        }
        channels[13] = noveltyOfHour(slot.hourOfDay, bins[0])
        channels[14] = smooth(channels[13], 4, gain: gain, span: 4)
        for kind in 0..<2 { recent[kind * 7 + Int((row - 1) % 7)] = UInt8(bins[kind]) }
        decay()
    }

    /// The bin of a number among those before it; then learns it. `kind` is 0 for the value, 1 for its magnitude.
    private mutating func bin(_ value: Double, _ kind: Int, row: Int64, gain: NoveltyGain) -> Int {
        let difference = value - means[kind]
        let deviation = variances[kind].squareRoot() + 1e-9 * means[kind].magnitude + 1e-12
        let z = row > 2 ? inverseHyperbolicSine(2 * difference / deviation) : 0
        let place = (z * NoveltyTables.binsPerUnit + Double(NoveltyTables.bins / 2)).rounded(.down)
        let weight = gain(NoveltyGain.memory)
        means[kind] += weight * difference
        variances[kind] = (1 - weight) * (variances[kind] + weight * difference * difference)
        return Int(min(max(place, 0), Double(NoveltyTables.bins - 1)))
    }

    private mutating func noveltyOfTransition(from context: Int, to bin: Int, table: Int) -> Double {
        let base = table * NoveltyTables.bins * NoveltyTables.bins
        var mass = 0.0
        for rowOffset in -1...1 {
            for columnOffset in -1...1 {
                let row = context + rowOffset
                let column = bin + columnOffset
                guard row >= 0, row < NoveltyTables.bins, column >= 0, column < NoveltyTables.bins else { continue }
                mass += cells[base + row * NoveltyTables.bins + column] * (rowOffset == 0 && columnOffset == 0 ? 1 : 0.3)
            }
        }
        let novelty = -naturalLog((mass / weight + 0.1) / (totals[table] + 1))
        cells[base + context * NoveltyTables.bins + bin] += weight
        totals[table] += 1
        return novelty
    }

    private mutating func noveltyOfHour(_ hour: Int, _ bin: Int) -> Double {
        let base = NoveltyTables.hours + hour * NoveltyTables.bins
        let below = bin > 0 ? 0.3 * cells[base + bin - 1] : 0
        let above = bin < NoveltyTables.bins - 1 ? 0.3 * cells[base + bin + 1] : 0
        let mass = cells[base + bin] + below + above
        let novelty = -naturalLog((mass / weight + 0.1) / (hourTotal + 1.6))
        cells[base + bin] += weight
        hourTotal += 1
        return novelty
    }

    private mutating func smooth(_ novelty: Double, _ index: Int, gain: NoveltyGain, span: Double) -> Double {
        if gain.isFirst { smoothed[index] = novelty }
        smoothed[index] += (novelty - smoothed[index]) * gain(span)
        return smoothed[index]
    }

    private mutating func decay() {
        let kept = 1 - 1 / NoveltyGain.memory
        for table in 0..<4 { totals[table] *= kept }
        hourTotal *= kept
        weight /= kept
        guard weight > NoveltyTables.weightLimit else { return }
        weight /= NoveltyTables.weightLimit
        for index in cells.indices { cells[index] /= NoveltyTables.weightLimit }
    }

    /// Writes the cells that are not empty only: a series visits a few hundred.
    func encode(into writer: inout StateWriter) {
        writer.write(weight)
        for table in 0..<4 { writer.write(totals[table]) }
        writer.write(hourTotal)
        for kind in 0..<2 {
            writer.write(means[kind])
            writer.write(variances[kind])
        }
        for index in 0..<14 { writer.write(recent[index]) }
        for index in 0..<5 { writer.write(smoothed[index]) }
        writer.write(UInt16(cells.count { $0 != 0 }))
        for (index, cell) in cells.enumerated() where cell != 0 {
            writer.write(UInt16(index))
            writer.write(cell)
        }
    }

    init(from reader: inout StateReader) throws(StateError) {
        let name = "series table"
        weight = try reader.readFinite(name)
        guard weight >= 1 else { throw StateError.implausible(name) }
        for table in 0..<4 { totals[table] = try reader.readFinite(name) }
        hourTotal = try reader.readFinite(name)
        for kind in 0..<2 {
            means[kind] = try reader.readFinite(name)
            variances[kind] = try reader.readFinite(name)
            guard variances[kind] >= 0, totals[2 * kind] >= 0, totals[2 * kind + 1] >= 0 else { throw StateError.implausible(name) }
        }
        for index in 0..<14 {
            recent[index] = try reader.read()
            guard Int(recent[index]) < NoveltyTables.bins else { throw StateError.implausible(name) }
        }
        for index in 0..<5 { smoothed[index] = try reader.readFinite(name) }
        for _ in 0..<(try reader.read(UInt16.self)) {
            let index = Int(try reader.read(UInt16.self))
            guard index < cells.count else { throw StateError.implausible(name) }
            cells[index] = try reader.readFinite(name)
            guard cells[index] >= 0 else { throw StateError.implausible(name) }
        }
    }
}

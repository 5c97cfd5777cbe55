// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// How new each row of a single series is: an ensemble of fifteen channels in seven groups, each against the range it has been in so far.
///
/// For series that deserve 45 KB: the totals of a lane, a source, an endpoint group. It says "this metric does something it never did"; it
/// is not for judging one account's exports. One pass, constant memory, deterministic, test first and learn afterwards: a row is judged by
/// the rows before it only, and nothing depends on how long the series will be or on its unit.
///
/// State: 45 KB. Complexity: O(1) a row, about a microsecond. Source: design/statistics.md section 6; agrees row by row with
/// nab/series_novelty_reference.py.
public struct SeriesNovelty: Sendable {
    /// Rows before the first score: a fifth of the longest window that the channels compare, 288 rows.
    public static let silentRows: Int64 = 57
    /// Values beyond this are taken for it: their squares are still numbers.
    public static let largestValue = 1e150

    /// Rows taken so far.
    public private(set) var rows: Int64 = 0
    private var levels = NoveltyLevels()
    private var tables = NoveltyTables()
    private var envelopes = InlineArray<15, RelaxingEnvelope>(repeating: RelaxingEnvelope())
    private var peaks = PeakHold()

    public init() {}

    /// Judges the next row by those before it, then learns it. Precondition: `value` is a number.
    ///
    /// - Parameter slot: the hour of the week of the row's time. Rows may be any time apart.
    public mutating func take(_ value: Double, at slot: WeekSlot) -> NoveltyReading {
        precondition(!value.isNaN, "a row has a value")
        let x = min(max(value, -SeriesNovelty.largestValue), SeriesNovelty.largestValue)
        let y = x < 0 ? -logOnePlus(-x) : logOnePlus(x)
        rows += 1
        let gain = NoveltyGain(row: rows)
        var channels = InlineArray<15, Double>(repeating: 0)
        levels.take(x, magnitude: y, slot: slot, gain: gain, into: &channels)
        tables.take(x, magnitude: y, row: rows, slot: slot, gain: gain, into: &channels)
        var reading = NoveltyReading()
        reading.usual = x - channels[1]
        reading.low = envelopes[0].low
        reading.high = envelopes[0].high
        if rows > SeriesNovelty.silentRows {
            for group in NoveltyGroup.allCases { reading.add(strongest(of: group, channels)) }
        }
        for index in 0..<15 { envelopes[index].learn(channels[index], gain: gain) }
        reading.score = peaks.take(reading.strength, row: rows)
        return reading
    }

    /// The channel of a group that lies farthest outside its range.
    private func strongest(of group: NoveltyGroup, _ channels: InlineArray<15, Double>) -> NoveltyReading.Part {
        var part = NoveltyReading.Part(group: group, channel: group.channels.lowerBound, margin: 0)
        for channel in group.channels {
            let margin = envelopes[channel].margin(of: channels[channel])
            guard margin > part.margin else { continue }
            part.channel = channel
            part.margin = margin
        }
        return part
    }

    /// Writes everything that the next score depends on, bit by bit. Complexity: O(cells).
    public func encode(into writer: inout StateWriter) {
        writer.write(rows)
        // A series that has not begun is nothing but that.
        guard rows > 0 else { return }
        levels.encode(into: &writer)
        tables.encode(into: &writer)
        for index in 0..<15 { envelopes[index].encode(into: &writer) }
        peaks.encode(into: &writer)
    }

    /// Continues from what ``encode(into:)`` wrote. Throws: ``StateError`` when the bytes cannot be that.
    public init(from reader: inout StateReader) throws(StateError) {
        rows = try reader.read()
        guard rows >= 0 else { throw StateError.implausible("series rows") }
        guard rows > 0 else { return }
        levels = try NoveltyLevels(from: &reader)
        tables = try NoveltyTables(from: &reader)
        for index in 0..<15 { envelopes[index] = try RelaxingEnvelope(from: &reader) }
        peaks = try PeakHold(from: &reader)
    }
}

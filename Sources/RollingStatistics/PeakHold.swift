// weir
// SPDX-License-Identifier: Apache-2.0

/// Lets a score through only when it is above every one of the last ``span`` rows, so that one event is reported once.
///
/// A monotone queue: the rows whose score no later row has reached. State: at most 97 entries of 16 bytes. Complexity: amortised O(1)
/// comparisons a row.
struct PeakHold: Sendable {
    /// A day of quarter hours. Source: design/statistics.md section 6.
    static let span: Int64 = 96

    private struct Entry {
        var row: Int64
        var score: Double
    }

    /// Rows ascend, scores descend: the first is the largest of the span.
    private var entries: [Entry] = []

    init() { entries.reserveCapacity(Int(PeakHold.span) + 2) }

    /// The score, or 0 when one of the rows before it was as high. Precondition: rows ascend.
    mutating func take(_ score: Double, row: Int64) -> Double {
        while let first = entries.first, first.row < row - PeakHold.span { entries.removeFirst() }
        let shown = score > (entries.first?.score ?? 0) ? score : 0
        while let last = entries.last, last.score <= score { entries.removeLast() }
        entries.append(Entry(row: row, score: score))
        return shown
    }

    func encode(into writer: inout StateWriter) {
        writer.write(UInt8(entries.count))
        for entry in entries {
            writer.write(entry.row)
            writer.write(entry.score)
        }
    }

    init(from reader: inout StateReader) throws(StateError) {
        self.init()
        let count = try reader.read(UInt8.self)
        guard count <= PeakHold.span + 1 else { throw StateError.implausible("series peaks") }
        for _ in 0..<count {
            let entry = Entry(row: try reader.read(), score: try reader.readFinite("series peaks"))
            if let last = entries.last, last.row >= entry.row || last.score <= entry.score { throw StateError.implausible("series peaks") }
            entries.append(entry)
        }
    }
}

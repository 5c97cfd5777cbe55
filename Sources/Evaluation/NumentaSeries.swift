// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// One file of the Numenta Anomaly Benchmark, scored by the detector that production uses, row by row as the rows would come.
///
/// Reads `timestamp,value` with or without quotes, in any case and order, with any line end. A row that cannot be read is counted, gets the
/// score 0 and teaches nothing: scorers go by row numbers, so every row must have its line. Complexity: O(bytes).
package struct NumentaSeries: Sendable {
    /// `timestamp,value,anomaly_score` and a line for each row, the first two fields as they were.
    package private(set) var text = "timestamp,value,anomaly_score\n"
    package private(set) var rows = 0
    /// Rows refused, by reason.
    package private(set) var refusals: [Refusal: Int] = [:]
    /// The line number of the first refused row.
    package private(set) var firstRefusedLine: Int?

    private var novelty = SeriesNovelty()

    /// Why a row has no score.
    package enum Refusal: String, CaseIterable, Sendable {
        case time = "a time stamp that is none"
        case missing = "no value"
        case value = "a value that is no finite number"
    }

    /// Scores the bytes of a file.
    package init(_ bytes: [UInt8]) {
        var columns: (time: Int, value: Int)?
        var number = 0
        let hasMark = bytes.starts(with: [0xEF, 0xBB, 0xBF])
        for line in bytes[(hasMark ? 3 : 0)...].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            let fields = NumentaSeries.fields(line)
            // A line of nothing but spaces is no row.
            if fields.count == 1 && fields[0].isEmpty { continue }
            guard let known = columns else {
                columns = NumentaSeries.columns(fields)
                // Without a header the first line is a row.
                if NumentaSeries.isHeader(fields) { continue }
                take(fields, columns ?? (0, 1), line: number)
                continue
            }
            take(fields, known, line: number)
        }
    }

    private mutating func take(_ fields: [String], _ columns: (time: Int, value: Int), line: Int) {
        let time = columns.time < fields.count ? fields[columns.time] : ""
        let value = columns.value < fields.count ? fields[columns.value] : ""
        rows += 1
        let score: Double
        switch NumentaSeries.parse(time: time, value: value) {
        case .success(let row): score = novelty.take(row.value, at: WeekSlot(row.time)).score
        case .failure(let refused):
            score = 0
            refusals[refused.reason, default: 0] += 1
            firstRefusedLine = firstRefusedLine ?? line
        }
        text += "\(time),\(value),\(score)\n"
    }

    private struct Refused: Error {
        var reason: Refusal
    }

    private static func parse(time: String, value: String) -> Result<(time: EventTime, value: Double), Refused> {
        guard !value.isEmpty else { return .failure(Refused(reason: .missing)) }
        guard let time = SeriesTimestamp.instant(time) else { return .failure(Refused(reason: .time)) }
        guard let number = Double(value), number.isFinite else { return .failure(Refused(reason: .value)) }
        return .success((time, number))
    }

    // MARK: Lines

    /// Where the header says that time and value stand; the first two columns where it says nothing.
    private static func columns(_ header: [String]) -> (time: Int, value: Int) {
        let names = header.map { $0.lowercased() }
        guard let time = names.firstIndex(of: "timestamp"), let value = names.firstIndex(of: "value") else { return (0, 1) }
        return (time, value)
    }

    private static func isHeader(_ fields: [String]) -> Bool {
        if case .failure = parse(time: fields[0], value: fields.count > 1 ? fields[1] : "") {
            return fields.allSatisfy { SeriesTimestamp.instant($0) == nil && Double($0) == nil }
        }
        return false
    }

    /// The fields of a line, without the spaces and quotes around them.
    private static func fields(_ line: ArraySlice<UInt8>) -> [String] {
        var fields: [String] = []
        var field: [UInt8] = []
        var isQuoted = false
        for byte in line {
            switch byte {
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: ",") where !isQuoted:
                fields.append(trimmed(field))
                field.removeAll(keepingCapacity: true)
            default: field.append(byte)
            }
        }
        fields.append(trimmed(field))
        return fields
    }

    private static func trimmed(_ field: [UInt8]) -> String {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
        let tail = field.drop { isBlank($0) }
        let end = tail.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? tail.startIndex
        return String(decoding: tail[tail.startIndex..<end], as: UTF8.self)
    }
}

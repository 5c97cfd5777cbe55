// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats
import TestSupport

/// Everything that a format made of a stream, lines with their details and movements, as texts that can be compared.
struct RecordSight: Equatable {
    var lines: [String] = []
    /// Where lines start in the stream.
    var offsets: [Int] = []
    var keys: [UInt64] = []
    var refused: [String] = []
    var ignored: UInt64 = 0
    var left = 0

    /// Refused records by their reason.
    var reasons: [String: Int] {
        refused.reduce(into: [:]) { $0[String($1.prefix { $0 != " " }), default: 0] += 1 }
    }

    /// A number that changes with anything in the lines, the same in every process.
    var digest: UInt64 {
        var result: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in lines.joined(separator: "\n").utf8 { result = (result ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return result
    }

    init(_ name: String, fields: [String: String] = [:], pieces: [[UInt8]]) throws {
        var format = try format(name, fields: fields)
        var pending: [UInt8] = []
        var offset = 0
        for (index, piece) in pieces.enumerated() {
            pending += piece
            let isFinal = index == pieces.count - 1
            while !pending.isEmpty {
                var lines = DecodedLines()
                let consumed = ChunkBuffer(pending).withBytes { bytes in
                    let consumed = format.decode(bytes, from: 0, isFinal: isFinal, into: &lines)
                    take(lines, bytes, offset)
                    return consumed
                }
                pending.removeFirst(consumed)
                offset += consumed
                if consumed == 0 { break }
            }
        }
        left = pending.count
    }

    init(_ name: String, _ text: String, fields: [String: String] = [:]) throws {
        try self.init(name, fields: fields, pieces: [Array(text.utf8)])
    }

    private mutating func take(_ decoded: DecodedLines, _ bytes: PaddedBytes, _ offset: Int) {
        func text(_ range: TextRange) -> String {
            let place = Int(range.start)..<Int(range.start) + range.count
            return String(decoding: range.isScratch ? Array(decoded.scratch[place]) : bytes.copy(place), as: UTF8.self)
        }
        func name(_ range: TextRange) -> String { range.isEmpty ? "-" : text(range) }
        for line in decoded.lines {
            var words = [
                CivilTime(line.time).rfc3339, text(line.account), "\(line.kind)", line.operation.name, name(line.object),
                name(line.endpoint), name(line.address),
            ]
            if line.presence.contains(.rows) {
                words.append((line.presence.contains(.cumulativeRows) ? "total " : "rows ") + "\(line.rows)")
            }
            if line.presence.contains(.bytes) { words.append("bytes \(line.bytes)") }
            if line.status != 0 { words.append("status \(line.status)") }
            if line.presence.contains(.detail) {
                let detail = decoded.details[Int(line.detail)]
                if detail.limitMax > 0 { words.append("limit=\(detail.limitUsed)/\(detail.limitMax)") }
                for (key, range) in [("job", detail.job), ("agent", detail.agent), ("item", detail.item), ("query", detail.query)]
                where !range.isEmpty { words.append("\(key)=\(text(range))") }
            }
            if line.presence.contains(.movement) {
                let movement = decoded.movements[Int(line.movement)]
                for key in LineMovement.Key.allCases where !movement[key].isEmpty { words.append("\(key)=\(text(movement[key]))") }
            }
            lines.append(words.joined(separator: " "))
            offsets.append(offset + Int(line.start))
            keys.append(line.rowKey)
        }
        refused += decoded.malformed.map { "\($0.reason.name) \(offset + Int($0.start))+\($0.count)" }
        ignored += decoded.ignored
    }
}

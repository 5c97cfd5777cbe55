// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats
import TestSupport

/// A decoded line with its texts taken out of the bytes, so that results of different splits can be compared.
struct SeenLine: Equatable, CustomStringConvertible {
    var time: Int64
    var account: String
    var kind: AccountKind
    var operation: Operation
    var object: String
    var endpoint: String
    var address: String
    var rows: UInt64?
    var bytes: UInt64?
    var status: UInt16
    var rowKey: UInt64
    var isCumulative: Bool
    /// Where the line starts in the stream.
    var offset: Int

    /// What it says, wherever it stands.
    var withoutOffset: SeenLine {
        var line = self
        line.offset = 0
        return line
    }

    var description: String {
        "\(offset): \(CivilTime(EventTime(milliseconds: time)).rfc3339) \(account) \(kind) \(operation) \(object) \(endpoint) \(address) "
            + "rows \(rows.map(String.init) ?? "-") bytes \(bytes.map(String.init) ?? "-") \(status) key \(rowKey) \(isCumulative)"
    }
}

/// A refused line.
struct SeenMalformed: Equatable {
    var reason: MalformedReason
    var offset: Int
    var count: Int
}

/// Everything that a format made of a stream.
struct Decoded: Equatable {
    var lines: [SeenLine] = []
    var malformed: [SeenMalformed] = []
    var ignored: UInt64 = 0
    /// Bytes that were left behind at the end.
    var left = 0

    var reasons: [MalformedReason] { malformed.map(\.reason) }
    var accounts: [String] { lines.map(\.account) }
}

/// A reader as simple as can be: appends pieces, decodes, drops what was consumed.
struct SimpleReader {
    var format: any LineFormat
    var result = Decoded()
    private var pending: [UInt8] = []
    private var offset: Int

    init(_ format: any LineFormat, offset: Int = 0) {
        self.format = format
        self.offset = offset
    }

    mutating func feed(_ piece: [UInt8], isFinal: Bool) {
        pending += piece
        var lines = DecodedLines()
        while !pending.isEmpty {
            lines.removeAll()
            let buffer = ChunkBuffer(pending)
            let consumed = buffer.withBytes { bytes in
                let consumed = format.decode(bytes, from: 0, isFinal: isFinal, into: &lines)
                result.take(lines, bytes, offset: offset)
                return consumed
            }
            pending.removeFirst(consumed)
            offset += consumed
            if consumed == 0 && lines.lines.isEmpty && lines.malformed.isEmpty { break }
            precondition(consumed > 0, "a decode that hands over lines consumes them")
        }
        if isFinal { result.left = pending.count }
    }
}

extension Decoded {
    mutating func take(_ lines: DecodedLines, _ bytes: PaddedBytes, offset: Int) {
        for line in lines.lines {
            func text(_ range: TextRange) -> String {
                let place = Int(range.start)..<Int(range.start) + range.count
                return String(decoding: range.isScratch ? Array(lines.scratch[place]) : bytes.copy(place), as: UTF8.self)
            }
            self.lines.append(
                SeenLine(
                    time: line.time.milliseconds, account: text(line.account), kind: line.kind, operation: line.operation,
                    object: text(line.object), endpoint: text(line.endpoint), address: text(line.address),
                    rows: line.presence.contains(.rows) ? line.rows : nil, bytes: line.presence.contains(.bytes) ? line.bytes : nil,
                    status: line.status, rowKey: line.rowKey, isCumulative: line.presence.contains(.cumulativeRows),
                    offset: offset + Int(line.start)))
        }
        for refused in lines.malformed {
            malformed.append(SeenMalformed(reason: refused.reason, offset: offset + Int(refused.start), count: Int(refused.count)))
        }
        ignored += lines.ignored
    }
}

/// Decodes a stream that arrives in pieces.
func decode(_ format: any LineFormat, pieces: [[UInt8]], offset: Int = 0) -> Decoded {
    var reader = SimpleReader(format, offset: offset)
    for (index, piece) in pieces.enumerated() { reader.feed(piece, isFinal: index == pieces.count - 1) }
    return reader.result
}

/// Decodes a whole text at once.
func decode(_ name: String, _ text: String, fields: [String: String] = [:]) throws -> Decoded {
    decode(try format(name, fields: fields), pieces: [Array(text.utf8)])
}

/// A fresh format of the catalogue.
func format(_ name: String, fields: [String: String] = [:]) throws -> any LineFormat {
    guard let type = FormatCatalog.format(named: name) else { preconditionFailure("the catalogue has no format \(name)") }
    return try type.init(options: FormatOptions(fields: fields))
}

/// Cuts bytes into seeded random pieces, many of them tiny.
func pieces(of bytes: [UInt8], using random: inout SeededRandom) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var position = 0
    while position < bytes.count {
        let length = Bool.random(using: &random) ? Int.random(in: 0...3, using: &random) : Int.random(in: 1...400, using: &random)
        pieces.append(Array(bytes[position..<min(position + length, bytes.count)]))
        position += length
    }
    return pieces.isEmpty ? [[]] : pieces
}

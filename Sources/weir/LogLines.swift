// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats
import Simulation

/// Cuts a json log into its lines, and reads those that are events.
///
/// State: a piece of the log and the rest of a line. Every byte comes out again, whatever it is.
struct LogLines {
    /// A longer line ends the walk: memory is bounded by it.
    static let longestLine = 4_194_304

    private var format: JSONFormat
    private var decoded = DecodedLines()
    private var rest: [UInt8] = []
    /// Lines that are no event.
    private(set) var refused = 0

    init() throws { format = try JSONFormat(options: FormatOptions()) }

    /// Takes the next bytes of the log and hands out its whole lines, each with its end. False when a line is too long.
    mutating func take(_ bytes: [UInt8], _ body: (ArraySlice<UInt8>, EstateEvent?) throws -> Void) rethrows -> Bool {
        let all = rest + bytes
        guard let end = all.lastIndex(of: UInt8(ascii: "\n")) else {
            rest = all
            return rest.count <= LogLines.longestLine
        }
        rest = Array(all[(end + 1)...])
        try hand(Array(all[...end]), body)
        return rest.count <= LogLines.longestLine
    }

    /// The last line, which may lack its end.
    mutating func finish(_ body: (ArraySlice<UInt8>, EstateEvent?) throws -> Void) rethrows {
        guard !rest.isEmpty else { return }
        let last = rest
        rest = []
        try hand(last, body)
    }

    private mutating func hand(_ bytes: [UInt8], _ body: (ArraySlice<UInt8>, EstateEvent?) throws -> Void) rethrows {
        var events: [Int: EstateEvent] = [:]
        let buffer = ChunkBuffer(bytes)
        var position = 0
        while position < bytes.count {
            decoded.removeAll()
            let next = buffer.withBytes { format.decode($0, from: position, isFinal: true, into: &decoded) }
            let scratch = ChunkBuffer(decoded.scratch)
            buffer.withBytes { line in scratch.withBytes { unescaped in read(line, unescaped, into: &events) } }
            guard next > position else { break }
            position = next
        }
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.count
            if events[start] == nil { refused += 1 }
            try body(bytes[start..<end], events[start])
            start = end
        }
    }

    private func read(_ bytes: PaddedBytes, _ scratch: PaddedBytes, into events: inout [Int: EstateEvent]) {
        for line in decoded.lines {
            let detail = line.presence.contains(.detail) ? decoded.details[Int(line.detail)] : LineDetail()
            let movement = line.presence.contains(.movement) ? decoded.movements[Int(line.movement)] : LineMovement()
            events[Int(line.start)] = LogLines.event(line, detail, movement) { range in
                guard !range.isEmpty else { return nil }
                let text = range.isScratch ? scratch : bytes
                return String(decoding: text.copy(Int(range.start)..<Int(range.start) + range.count), as: UTF8.self)
            }
        }
    }

    private static func event(
        _ line: DecodedLine, _ detail: LineDetail, _ movement: LineMovement, _ text: (TextRange) -> String?
    ) -> EstateEvent {
        var event = EstateEvent(
            time: line.time, account: text(line.account) ?? "", kind: line.kind, action: line.operation,
            method: EstateEvent.method(line.operation), endpoint: text(line.endpoint) ?? "/", agent: text(detail.agent) ?? "-")
        event.object = text(line.object)
        event.status = line.status == 0 ? 200 : Int(line.status)
        event.rows = line.presence.contains(.rows) ? Int(clamping: line.rows) : nil
        event.bytes = Int(clamping: line.bytes)
        event.address = text(line.address).flatMap(LogLines.address) ?? 0x0A00_0001
        event.environment = text(movement[.env]).flatMap { EstateEnvironment(rawValue: $0) }
        event.contents = text(movement[.dataClass]).flatMap { EstateContents(rawValue: $0) }
        event.isSynthetic = text(movement[.synthetic]).flatMap { ["true": true, "y": true, "false": false, "n": false][$0] }
        event.isDisclosed = text(movement[.disclosed]).flatMap { ["true": true, "y": true, "false": false, "n": false][$0] }
        event.provenance = text(movement[.provenance])
        event.destination = text(movement[.dest])
        event.destinationEnvironment = text(movement[.destEnv]).flatMap { EstateEnvironment(rawValue: $0) }
        event.destinationRegion = text(movement[.destRegion])
        event.region = text(movement[.region])
        event.tls = text(movement[.tls])
        event.scheme = text(movement[.scheme])
        event.text = text(movement[.text])
        return event
    }

    /// An IPv4 address in host byte order.
    private static func address(_ text: String) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard parts.count == 4 else { return nil }
        return parts.reduce(UInt32?(0)) { sum, part in sum.flatMap { sum in part.map { sum << 8 | UInt32($0) } } }
    }
}

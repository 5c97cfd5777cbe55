// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats
import Simulation

/// Cuts a log into its lines, or a table into its records, and reads those that are events.
///
/// State: a piece of the log and the rest of a line. Every byte comes out again, whatever it is.
struct LogLines {
    /// A longer line ends the walk: memory is bounded by it.
    static let longestLine = 4_194_304

    private var format: any LineFormat
    /// Line ends between quotes belong to a record.
    private let isTable: Bool
    private var decoded = DecodedLines()
    private var rest: [UInt8] = []
    /// The header in force; empty where there is none.
    private(set) var header: [UInt8] = []
    /// Another header came than the first.
    private(set) var hasOtherHeader = false
    /// The keys of weir's event that lines stated.
    private(set) var stated: Set<String> = []
    /// Lines after which nothing new is expected of a log.
    private static let lookedAt = 100_000
    private var looked = 0
    /// Lines that are no event.
    private(set) var refused = 0

    /// Throws: ``FormatOptionsError`` for a map that the format cannot use.
    init(_ type: any LineFormat.Type, fields: [String: String]) throws(FormatOptionsError) {
        format = try FormatCatalog.decoder(of: type, options: FormatOptions(fields: fields))
        isTable = ["csv", "salesforce_elf"].contains(type.descriptor.name)
    }

    /// Where the last line of these bytes ends that is whole.
    private func lastEnd(_ bytes: [UInt8]) -> Int? {
        guard isTable else { return bytes.lastIndex(of: UInt8(ascii: "\n")) }
        var (end, isOpen): (Int?, Bool) = (nil, false)
        for (place, byte) in bytes.enumerated() {
            if byte == UInt8(ascii: "\"") { isOpen.toggle() } else if byte == UInt8(ascii: "\n") && !isOpen { end = place }
        }
        return end
    }

    /// Where the line that starts at a place ends.
    private func end(of start: Int, _ bytes: [UInt8]) -> Int {
        var isOpen = false
        for place in start..<bytes.count {
            if isTable && bytes[place] == UInt8(ascii: "\"") { isOpen.toggle() }
            if bytes[place] == UInt8(ascii: "\n") && !isOpen { return place + 1 }
        }
        return bytes.count
    }

    /// Takes the next bytes of the log and hands out its whole lines, each with its end. False when a line is too long.
    mutating func take(_ bytes: [UInt8], _ body: (ArraySlice<UInt8>, EstateEvent?) throws -> Void) rethrows -> Bool {
        let all = rest + bytes
        guard let end = lastEnd(all) else {
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
            if header.isEmpty { header = isTable ? format.resumeState : [] }
            if isTable && format.resumeState != header { hasOtherHeader = true }
        }
        var start = 0
        while start < bytes.count {
            let end = end(of: start, bytes)
            if events[start] == nil { refused += 1 }
            try body(bytes[start..<end], events[start])
            start = end
        }
    }

    private mutating func read(_ bytes: PaddedBytes, _ scratch: PaddedBytes, into events: inout [Int: EstateEvent]) {
        for line in decoded.lines {
            let detail = line.presence.contains(.detail) ? decoded.details[Int(line.detail)] : LineDetail()
            let movement = line.presence.contains(.movement) ? decoded.movements[Int(line.movement)] : LineMovement()
            if looked < LogLines.lookedAt { note(line, detail, movement) }
            looked += 1
            events[Int(line.start)] = LogLines.event(line, detail, movement) { range in
                guard !range.isEmpty else { return nil }
                let text = range.isScratch ? scratch : bytes
                return String(decoding: text.copy(Int(range.start)..<Int(range.start) + range.count), as: UTF8.self)
            }
        }
    }

    private mutating func note(_ line: DecodedLine, _ detail: LineDetail, _ movement: LineMovement) {
        let ranges: [(String, Bool)] = [
            ("ts", true), ("account", true), ("action", line.operation != .unknown), ("endpoint", !line.endpoint.isEmpty),
            ("object", !line.object.isEmpty), ("status", line.status != 0), ("rows", line.presence.contains(.rows)),
            ("bytes", line.presence.contains(.bytes)), ("job", !detail.job.isEmpty), ("item", !detail.item.isEmpty),
            ("query", !detail.query.isEmpty),
        ]
        for (key, isStated) in ranges where isStated { stated.insert(key) }
        for field in LineMovement.Key.allCases where !movement[field].isEmpty {
            if let key = JSONField(rawValue: JSONField.env.rawValue + UInt8(field.rawValue)) { stated.insert(key.name) }
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

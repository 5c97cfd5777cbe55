// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats

extension FuzzTarget {
    /// Every format: a stream decoded in one piece and in several gives the same lines, and is consumed to its end.
    static let formats = FormatCatalog.all.map { type in
        let name = type.descriptor.name
        return FuzzTarget(name, family: FuzzTarget.family(of: type), seeds: FuzzTarget.seeds(of: type)) { (bytes) throws(FuzzFailure) in
            var input = FuzzInput(bytes)
            try Transcript.compare(try fresh(type, nil), input.pieces())
        }
    }

    /// What stands around lines of JSON.
    static let wrappers = LineWrapper.allCases.map { wrapper in
        let example = JSONFormat.descriptor.example
        let seeds = [
            "<13>Jun  1 02:05:00 host app[12]: \(example)\n<34>1 2026-06-01T02:05:00Z host app - - [a@1 b=\"c\"] \(example)\n",
            "{\"log\":\"{\\\"ts\\\":1780279500,\\\"account\\\":\\\"a\\\",\\\"rows\\\":5}\\n\",\"stream\":\"stdout\",\"time\":\"2026-06-01T02:05:00Z\"}\n",
            "2026-06-01T02:05:00Z stdout P {\"ts\":1780279500,\n2026-06-01T02:05:00Z stderr F x\n2026-06-01T02:05:00Z stdout F \"account\":\"a\"}\n",
            "time,_raw\n1,\"{\"\"ts\"\":1780279500,\"\"account\"\":\"\"a\"\"}\"\n\"a\n\",b\nlog,x,y\n\"{\"\"ts\"\":1780279500,\n\"\"account\"\":\"\"a\"\"}\",2,3\n",
            "nginx-1  | \(example)\n[pod/gw/nginx] 2026-06-01T02:05:00Z \(example)\n2026-06-01T02:05:00Z\tnginx.access\t\(example)\n",
            "{\"preview\":false,\"result\":{\"_raw\":\"{\\\"ts\\\":1780279500,\\\"account\\\":\\\"a\\\"}\"}}\n",
            "{\"log\":{\"offset\":7},\"message\":\"{\\\"ts\\\":1780279500,\\\"account\\\":\\\"a\\\"}\"}\n",
        ]
        return FuzzTarget("wrapper-\(wrapper.rawValue)", family: "json", seeds: seeds.map { FuzzInput.cut(Array($0.utf8)) }) {
            (bytes) throws(FuzzFailure) in
            var input = FuzzInput(bytes)
            try Transcript.compare(try fresh(JSONFormat.self, wrapper), input.pieces())
        }
    }

    /// What a format learnt of a stream, as a checkpoint of the tailer keeps it, and any other bytes in its place: then the stream goes on.
    static let formatState = FuzzTarget(
        "format-state", family: "table",
        seeds: FormatCatalog.all.indices.map {
            [UInt8($0), 3, 1, 2, 3] + FuzzInput.cut(Array(FormatCatalog.all[$0].descriptor.example.utf8))
        }
    ) { (bytes) throws(FuzzFailure) in
        var input = FuzzInput(bytes)
        var format = try fresh(FormatCatalog.all[Int(input.byte()) % FormatCatalog.all.count], nil)
        format.resume(from: input.take(Int(input.byte())))
        try Transcript.compare(format, input.pieces())
    }

    static func fresh(_ type: any LineFormat.Type, _ wrapper: LineWrapper?) throws(FuzzFailure) -> any LineFormat {
        do throws(FormatOptionsError) {
            // Tables without names of their own need to be told which column is what.
            let keys = ["account": "account", "ts": "ts", "rows": "rows"]
            let fields = type.descriptor.columns.isEmpty && isTable(type) ? keys : [:]
            return try FormatCatalog.decoder(of: type, options: FormatOptions(fields: fields, wrapper: wrapper))
        } catch {
            throw FuzzFailure("\(type.descriptor.name) takes no such options: \(error.problems)")
        }
    }

    private static func isTable(_ type: any LineFormat.Type) -> Bool { ["csv", "csv_semicolon", "tsv"].contains(type.descriptor.name) }

    private static func family(of type: any LineFormat.Type) -> String {
        let example = type.descriptor.example
        return example.hasPrefix("{") || example.hasPrefix("[") ? "json" : "table"
    }

    /// A list of records as an API answers it.
    private static func answer(_ record: [UInt8]) -> [UInt8] {
        Array("{\"n\":2,\"results\":[".utf8) + record + Array(",".utf8) + record + Array("],\"paging\":{\"next\":[]}}\n".utf8)
    }

    private static func seeds(of type: any LineFormat.Type) -> [[UInt8]] {
        let example = Array(type.descriptor.example.utf8)
        let table = Array("ts,account,rows,note\n2026-06-01T02:05:00Z,svc-a,5,\"two\nlines\"\n1780279500,svc-b,,\n".utf8)
        let lines = isTable(type) ? table : example + [0x0A] + example + [0x0A]
        return [0x09, UInt8(ascii: ";")].map { other in FuzzInput.cut(lines.map { $0 == UInt8(ascii: ",") && isTable(type) ? other : $0 }) }
            + [FuzzInput.cut(lines)] + (example.first == UInt8(ascii: "{") ? [FuzzInput.cut(answer(example))] : [])
    }
}

/// Everything that a format made of a stream, written down so that two readings can be compared.
struct Transcript: Equatable {
    private var lines: [[UInt8]] = []
    private var refused: [[UInt8]] = []
    private var ignored: UInt64 = 0
    private var left = 0

    static func compare(_ format: any LineFormat, _ pieces: [[UInt8]]) throws(FuzzFailure) {
        let whole = Transcript(format, [pieces.flatMap { $0 }])
        guard whole.left == 0 else { throw FuzzFailure("\(whole.left) bytes are left behind at the end") }
        let split = Transcript(format, pieces)
        guard split != whole else { return }
        let place = zip(whole.lines, split.lines).enumerated().first { $0.element.0 != $0.element.1 }?.offset
        throw FuzzFailure(
            "in pieces of \(pieces.map(\.count)) it gives \(split.lines.count) lines and \(split.refused.count) refused, as a whole "
                + "\(whole.lines.count) and \(whole.refused.count); ignored \(split.ignored) and \(whole.ignored); first other line: "
                + "\(place.map(String.init) ?? "none")")
    }

    private init(_ format: any LineFormat, _ pieces: [[UInt8]]) {
        var format = format
        var pending: [UInt8] = []
        var offset = 0
        var lines = DecodedLines()
        for (index, piece) in pieces.enumerated() {
            pending += piece
            while !pending.isEmpty {
                lines.removeAll()
                // A buffer of exactly this size, so that a load beyond its padding is seen.
                let consumed = ChunkBuffer(pending).withBytes { bytes in
                    let consumed = format.decode(bytes, from: 0, isFinal: index == pieces.count - 1, into: &lines)
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

    private mutating func take(_ decoded: DecodedLines, _ bytes: PaddedBytes, _ offset: Int) {
        func text(_ range: TextRange) -> [UInt8] {
            let place = Int(range.start)..<Int(range.start) + range.count
            return [UInt8(ascii: "|")] + (range.isScratch ? Array(decoded.scratch[place]) : bytes.copy(place))
        }
        for line in decoded.lines {
            var note = Array("\(offset + Int(line.start)) \(line.time.milliseconds) \(line.kind) \(line.operation) \(line.status)".utf8)
            note += " \(line.presence.rawValue) \(line.rowKey)".utf8
            if line.presence.contains(.rows) { note += " \(line.rows)".utf8 }
            if line.presence.contains(.bytes) { note += " \(line.bytes)".utf8 }
            for range in [line.account, line.endpoint, line.object, line.address] { note += text(range) }
            if line.presence.contains(.detail) {
                let detail = decoded.details[Int(line.detail)]
                note += "\(detail.limitUsed) \(detail.limitMax)".utf8
                for range in [detail.job, detail.agent, detail.item, detail.query] { note += text(range) }
            }
            if line.presence.contains(.movement) {
                let movement = decoded.movements[Int(line.movement)]
                for key in LineMovement.Key.allCases { note += text(movement[key]) }
            }
            lines.append(note)
        }
        for refused in decoded.malformed {
            self.refused.append(Array("\(refused.reason) \(offset + Int(refused.start)) \(refused.count)".utf8))
        }
        ignored += decoded.ignored
    }
}

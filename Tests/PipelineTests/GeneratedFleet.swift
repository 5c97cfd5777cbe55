// weir
// SPDX-License-Identifier: Apache-2.0

import TestSupport

/// A small seeded fleet as log files: several weeks of working hours, two writers side by side and rotated weekly, with bursts, new
/// networks, gaps, late and misdated events, people, newcomers, and every kind of broken line.
struct GeneratedFleet {
    var accounts = 6
    var weeks = 3
    var seed: UInt64
    /// Without the odd lines, for tests that count.
    var isTidy = false

    /// A Monday, 00:00 UTC.
    static let start: Int64 = 1_780_272_000_000
    private static let quarter: Int64 = 900_000

    private struct Line {
        var arrival: Int64
        var writer: Int
        var text: [UInt8]
    }

    init(seed: UInt64) { self.seed = seed }

    /// The files, in the order of their first lines.
    func files() -> [MemorySource.File] {
        var random = SeededRandom(seed: seed)
        var lines: [Line] = []
        for bucket in 0..<Int64(weeks * 672) where !isSilent(bucket) {
            for account in 0..<accounts { append(account, bucket, &random, &lines) }
        }
        // Sorting by arrival keeps the order of lines that arrive together.
        let ordered = lines.enumerated().sorted { ($0.element.arrival, $0.offset) < ($1.element.arrival, $1.offset) }.map(\.element)
        var files: [MemorySource.File] = []
        for week in 0..<weeks {
            for writer in 0..<2 {
                let from = GeneratedFleet.start + Int64(week * 672) * GeneratedFleet.quarter
                let until = week == weeks - 1 ? Int64.max : from + 672 * GeneratedFleet.quarter
                let part = ordered.filter { $0.writer == writer && $0.arrival < until && (week == 0 || $0.arrival >= from) }
                files.append(MemorySource.File("/logs/writer\(writer).\(weeks - week)", Array(part.map(\.text).joined())))
            }
        }
        return files
    }

    /// Five hours on a Tuesday morning, and four days at the end of the last week but one Saturday.
    private func isSilent(_ bucket: Int64) -> Bool {
        let last = Int64((weeks - 1) * 672)
        return (last + 130..<last + 150).contains(bucket) || (last + 200..<last + 590).contains(bucket)
    }

    private func append(_ account: Int, _ bucket: Int64, _ random: inout SeededRandom, _ lines: inout [Line]) {
        let hour = Int(bucket % 96) / 4
        let isNewcomer = account == accounts - 1
        if isNewcomer && bucket < Int64(weeks * 672 - 80) { return }
        let isBusy = (account + hour) % 24 < 14
        let isBurst = bucket >= Int64((weeks - 1) * 672) && (Int(bucket) / 3 + account * 7) % 41 == 0
        let count = isBurst ? 6 : isBusy ? Int.random(in: 1...3, using: &random) : Int.random(in: 0...9, using: &random) / 9
        for _ in 0..<count {
            let time = GeneratedFleet.start + bucket * GeneratedFleet.quarter + Int64.random(in: 0..<GeneratedFleet.quarter, using: &random)
            let rows = Int.random(in: 20...80, using: &random) * (account + 1) * (isBurst ? 60 : isNewcomer ? 30 : 1)
            let luck = isTidy ? 500 : Int.random(in: 0..<1000, using: &random)
            let stated = luck == 0 ? time + 9_000_000_000 : time
            var text = line(account, time: stated, rows: rows, bucket, luck, &random)
            if !isTidy { garnish(&text, luck) }
            let delay = luck < 12 ? 2_000_000 : luck < 40 ? 400_000 : Int64.random(in: 0..<3000, using: &random)
            lines.append(Line(arrival: time + delay, writer: account % 2, text: text))
        }
    }

    private func line(
        _ account: Int, time: Int64, rows: Int, _ bucket: Int64, _ luck: Int, _ random: inout SeededRandom
    ) -> [UInt8] {
        let hasMoved = bucket > Int64((weeks - 1) * 672 + 20) && luck % 5 == 1
        let network = hasMoved ? "198.51.\(account).\(luck % 250)" : "10.0.\(account).7"
        let path = ["/api/v3/contacts/\(rows)/notes", "/api/v3/leads", "/bulk/job\(luck % 3)"][Int.random(in: 0..<3, using: &random)]
        // The name of a person is a program's in some lines, and written as an address in others.
        let isPerson = account == 1 && luck % 4 == 0
        let name = account == 2 && luck % 3 == 0 ? "mara@example.com" : account == 1 ? "robin" : "svc-\(account)"
        let kind = isPerson ? "human" : "service"
        let text =
            #"{"ts":\#(time),"account":"\#(name)","kind":"\#(kind)","action":"export","object":"Obj\#(luck % 4)","#
            + #""endpoint":"\#(path)","rows":\#(rows),"bytes":\#(rows * 300),"ip":"\#(network)"}"#
        return Array((text + "\n").utf8)
    }

    /// Broken neighbours: refused lines, repeated keys, NUL runs, empty lines, bytes that are no text, carriage returns.
    private func garnish(_ text: inout [UInt8], _ luck: Int) {
        switch luck {
        case 100...105: text = Array("{\"account\":\"nobody\"}\nnot json at all\n".utf8) + text
        case 106...109: text = Array(#"{"rows":7,"#.utf8) + text.dropFirst()
        case 110...113: text = Array(repeating: 0, count: 40) + text
        case 114...117: text += Array("\n\r\n".utf8)
        case 118...121: text = Array(#"{"object":"caf\#u{e9}","#.utf8) + text.dropFirst()
        case 122...127:
            if let index = text.firstIndex(of: UInt8(ascii: "/")) { text.insert(UInt8(0xC0) | UInt8(luck & 1), at: index + 1) }
        case 128...135: text.insert(UInt8(ascii: "\r"), at: text.count - 1)
        default: break
        }
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import LogFormats

/// The short ways of splitting a line find what the long one finds, or nothing.
@Suite struct CSVRecordTests {
    private func fields(_ record: CSVRecord, _ count: Int) -> [CSVField] { (0..<count).map { record.field($0) } }

    @Test(arguments: [(UInt8(ascii: ","), false), (UInt8(ascii: "\t"), true)])
    func `a tidy line is split as any other`(separator: UInt8, allowsInnerQuotes: Bool) {
        let seed: UInt64 = 37
        var random = SeededRandom(seed: seed)
        var tidy = 0
        for round in 0..<30_000 {
            // Mostly short, so that every small case comes; at times over several blocks.
            let length = round % 10 == 0 ? Int.random(in: 60...200, using: &random) : Int.random(in: 1...9, using: &random)
            var text: [UInt8] = []
            while text.count < length {
                switch Int.random(in: 0..<8, using: &random) {
                case 0...2: text.append(UInt8(ascii: "a"))
                case 3: text.append(separator)
                case 4: text += [0x22, UInt8(ascii: "b"), separator, 0x22]
                case 5: text.append(0x22)
                case 6 where length > 9:
                    // A quoted field with separators, up to longer than a block.
                    let inner = (0..<Int.random(in: 0...100, using: &random)).map { $0 % 9 == 4 ? separator : UInt8(ascii: "c") }
                    text += [separator, 0x22] + inner + [0x22, separator]
                case 6: text += [separator, 0x22, 0x22, separator]
                default: if Int.random(in: 0..<6, using: &random) == 0 { text.append(0x0D) }
                }
            }
            var record = CSVRecord(separator: separator, allowsInnerQuotes: allowsInnerQuotes)
            var long = CSVRecord(separator: separator, allowsInnerQuotes: allowsInnerQuotes)
            ChunkBuffer([0x22] + text + [0x0A, 0x22, 0x61]).withBytes { bytes in
                let (end, count, quotes) = record.splitTidyLine(bytes, from: 1)
                #expect(end == text.count + 1 && quotes == text.count { $0 == 0x22 }, "seed \(seed), round \(round): \(text)")
                guard count > 0 else { return }
                tidy += 1
                let outcome = long.split(bytes, from: 1, to: bytes.count, isFinal: false)
                #expect(outcome == .record(fields: count, next: text.count + 2), "seed \(seed), round \(round): \(text)")
                #expect(fields(record, count) == fields(long, count), "seed \(seed), round \(round): \(text)")
            }
        }
        #expect(tidy > 5000)
    }

    @Test func `rows that are looked ahead at are split as any other`() {
        let seed: UInt64 = 38
        var random = SeededRandom(seed: seed)
        var found = 0
        for round in 0..<4000 {
            let columns = Int.random(in: 1...5, using: &random)
            var text: [UInt8] = []
            for _ in 0..<Int.random(in: 1...30, using: &random) {
                let wide = Int.random(in: 0..<20, using: &random) == 0 ? columns + 1 : columns
                for column in 0..<wide {
                    let inner = (0..<[0, 0, 1, 4, 70][Int.random(in: 0..<5, using: &random)]).map { _ in
                        [0x61, 0x2C][Int.random(in: 0...1, using: &random)]
                    }
                    text += (column == 0 ? [] : [0x2C]) + [0x22] + inner.map { UInt8($0) } + [0x22]
                }
                text += Int.random(in: 0..<12, using: &random) == 0 ? [0x0D, 0x0A] : [0x0A]
            }
            if round % 3 > 0 {
                text[Int.random(in: 0..<text.count, using: &random)] = [0x22, 0x0A, 0x2C].randomElement(using: &random) ?? 0
            }
            var record = CSVRecord()
            var long = CSVRecord()
            ChunkBuffer(text).withBytes { bytes in
                var position = 0
                record.forgetRows()
                while position < bytes.count {
                    let outcome = long.split(bytes, from: position, to: bytes.count, isFinal: true)
                    guard let end = record.nextRow(bytes, from: position, columns: columns) else {
                        position = bytes.firstIndex(of: 0x0A, from: position, to: bytes.count) + 1
                        continue
                    }
                    found += 1
                    #expect(outcome == .record(fields: columns, next: end + 1), "seed \(seed), round \(round): \(text)")
                    #expect(fields(record, columns) == fields(long, columns), "seed \(seed), round \(round): \(text)")
                    position = end + 1
                }
            }
        }
        #expect(found > 5000)
    }

    @Test func `of rows without anything unusual all but the last are looked ahead at`() {
        let text = Array(String(repeating: "\"RestApi\",\"\",\"/services/data/v61.0/query, and more\"\n", count: 500).utf8)
        var record = CSVRecord()
        ChunkBuffer(text).withBytes { bytes in
            var position = 0
            var found = 0
            while let end = record.nextRow(bytes, from: position, columns: 3) {
                found += 1
                position = end + 1
            }
            #expect(found == 499)
            #expect(record.nextRow(bytes, from: 0, columns: 2) == nil)
        }
    }

    private static let long = String(repeating: "b,c", count: 40)

    @Test(arguments: [
        "", "a", "\"a\"", "\"\"", "a,\"b,c\",d", "\"a\",,\"\"\r", ",", "\",\"", "a,\"\(long)\"", "\"\(long)\",\"\(long)\",\(long)",
    ])
    func `lines that are tidy are found to be`(text: String) {
        var record = CSVRecord()
        ChunkBuffer(Array(text.utf8) + [0x0A]).withBytes { bytes in #expect(record.splitTidyLine(bytes, from: 0).count > 0) }
    }

    @Test(arguments: ["\"", "\"a", "a\"b\"", "\"a\"b", "\"a\"\"b\"", "a\",\"b", "\"a\"b\"c\"", "\"a,b"])
    func `lines that are not tidy are left to the long way`(text: String) {
        var record = CSVRecord()
        ChunkBuffer(Array(text.utf8) + [0x0A]).withBytes { bytes in #expect(record.splitTidyLine(bytes, from: 0).count == 0) }
    }
}

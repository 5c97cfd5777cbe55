// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats
import TestSupport
import Testing

@testable import Pipeline

/// How bytes become lines in lane order.
@Suite struct StreamReaderTests {
    @Test func `a line split across two reads is decoded once`() throws {
        let text = line(at: 1000, account: "a") + line(at: 2000, account: "b")
        for largest in [1, 2, 7, 64] {
            var plan = LaneRunPlan()
            plan.largestRead = largest
            #expect(try run([MemorySource.File("x", text)], plan).counter("events") == 2)
        }
    }

    @Test func `carriage returns, NUL runs, empty lines and a last line without an end are no trouble`() throws {
        var text = line(at: 1000, account: "a")
        text.insert(UInt8(ascii: "\r"), at: text.count - 1)
        text += Array(repeating: 0, count: 5000) + line(at: 2000, account: "a") + Array("\n\r\n".utf8)
        text += line(at: 3000, account: "a").dropLast()
        let result = try run([MemorySource.File("x", text)])
        #expect(result.counter("events") == 3)
        #expect(result.counter("malformed_syntax") == 0)
        #expect(result.counter("bytes") == Int64(text.count))
    }

    @Test(arguments: [1_048_577, 1_300_000, 2_000_000])
    func `a line beyond one mebibyte is skipped and counted once, whatever the reads`(length: Int) throws {
        let long = longLine(length + 1)
        let text = line(at: 1000, account: "a") + long + line(at: 2000, account: "a")
        for largest in [30_000, 262_144, 4_000_000] {
            var plan = LaneRunPlan()
            plan.largestRead = largest
            plan.seed = UInt64(largest)
            let result = try run([MemorySource.File("x", text)], plan)
            #expect(result.counter("events") == 2, "reads up to \(largest)")
            #expect(result.counter("malformed_line_too_long") == 1, "reads up to \(largest)")
        }
    }

    @Test func `a line of one mebibyte and its end is read, whatever the reads`() throws {
        let text = longLine(1_048_577) + line(at: 2000, account: "a")
        for largest in [50_000, 4_000_000] {
            var plan = LaneRunPlan()
            plan.largestRead = largest
            let result = try run([MemorySource.File("x", text)], plan)
            #expect(result.counter("events") == 2, "reads up to \(largest)")
            #expect(result.counter("malformed_line_too_long") == 0)
        }
    }

    @Test func `a stop inside a line that is too long counts it once and reads nothing of it as a line`() throws {
        // What would be an event, were the line's second half taken for a line.
        let long = Array(repeating: UInt8(ascii: "x"), count: 1_200_000) + line(at: 1500, account: "forged").dropLast()
        let file = MemorySource.File("x", line(at: 1000, account: "a") + long)
        let format = try JSONFormat(options: FormatOptions())
        let stream = StreamReader(id: StreamID(rawValue: 0), format: format, leap: LaneOptions.shortestLeap, offset: 0, state: [])
        var source = MemorySource([file], largestRead: 90_000, seed: 3)
        source.idleEvery = 9
        var batch = EventBatch()
        var attribution = Attribution(pseudonymKey: [], hashKey: 1)
        for _ in 0..<2000 where !stream.isExhausted {
            stream.isIdle = false
            stream.refill(from: &source, into: &batch)
            stream.emit(upTo: .max, atMost: 100, attribution: &attribution, into: &batch)
            #expect(stream.offset <= UInt64(line(at: 1000, account: "a").count) || stream.isExhausted)
        }
        #expect(batch.marks.map(\.kind) == [.malformed(MalformedReason.lineTooLong.rawValue)])
        #expect(batch.newAccounts == ["a"])
    }

    @Test func `a line with a repeated key is one event and one mark`() throws {
        let repeated = Array(#"{"ts":1780000000000,"account":"a","rows":5,"rows":9}"#.utf8) + [10]
        let result = try run([MemorySource.File("x", repeated + line(at: 2000, account: "a"))])
        #expect(result.counter("events") == 2)
        #expect(result.counter("malformed_duplicate_key") == 1)
    }

    @Test func `good lines behind megabytes of garbage are all read`() throws {
        var text: [UInt8] = []
        let filler = String(repeating: "x", count: 90)
        for number in 0..<12_000 { text += Array("garbage of a hundred and some characters \(number) \(filler)\n".utf8) }
        for second in 0..<500 { text += line(at: Int64(second) * 1000, account: "a") }
        let result = try run([MemorySource.File("x", text)])
        #expect(result.counter("malformed_syntax") == 12_000)
        #expect(result.counter("malformed_line_too_long") == 0)
        #expect(result.counter("events") == 500)
    }

    @Test func `the torn last line of a broken archive is no line`() throws {
        var plan = LaneRunPlan()
        plan.broken = 0
        let text = line(at: 1000, account: "a") + line(at: 2000, account: "a").dropLast(1)
        let result = try run([MemorySource.File("x", text)], plan)
        #expect(result.counter("events") == 1)
        #expect(result.counter("trouble_truncated_archive") == 1)
    }

    private func longLine(_ length: Int) -> [UInt8] {
        let head = Array(#"{"ts":1780000001500,"account":"a","note":""#.utf8)
        return head + Array(repeating: UInt8(ascii: "x"), count: length - head.count - 3) + Array("\"}\n".utf8)
    }
}

/// One event, `offset` milliseconds after the tests' first moment.
func line(at offset: Int64, account: String, rows: Int = 1, extra: String = "") -> [UInt8] {
    Array("{\"ts\":\(1_780_000_000_000 + offset),\"account\":\"\(account)\",\"rows\":\(rows)\(extra)}\n".utf8)
}

// weir
// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import LogFormats

/// Time stamps against a calendar that counts days one by one.
struct TimestampParserTests {
    private typealias Parser = (PaddedBytes, Int, Int) -> Int64

    /// Parses a text that stands between other bytes, so that a parser which looks outside its range is found out.
    private func parse(_ text: String, _ parser: Parser) -> Int64? {
        let bytes = Array(("9" + text + "9Z").utf8)
        let time = ChunkBuffer(bytes).withBytes { parser($0, 1, bytes.count - 2) }
        return time == Int64.min ? nil : time
    }

    private let rfc3339: Parser = { TimestampParser.rfc3339($0, from: $1, to: $2) }
    private let commonLog: Parser = { TimestampParser.commonLog($0, from: $1, to: $2) }
    private let compact: Parser = { TimestampParser.compact($0, from: $1, to: $2) }
    private let epoch: Parser = { TimestampParser.epoch($0, from: $1, to: $2) }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private func texts(_ instant: Int64) -> (date: String, time: String, fraction: String, fields: [Int]) {
        let fields = SlowCalendar.fields(instant)
        let two = fields.map { SlowCalendar.padded($0, 2) }
        return (
            "\(SlowCalendar.padded(fields[0], 4))-\(two[1])-\(two[2])", "\(two[3]):\(two[4]):\(two[5])", SlowCalendar.padded(fields[6], 3),
            fields
        )
    }

    @Test func `random instants are read back from RFC 3339, in every zone and with any fraction`() {
        let seed: UInt64 = 301
        var random = SeededRandom(seed: seed)
        for instant in SlowCalendar.instants(400, seed: seed) {
            let (date, time, fraction, _) = texts(instant)
            #expect(parse("\(date)T\(time).\(fraction)Z", rfc3339) == instant)
            #expect(parse("\(date) \(time),\(fraction)999999z", rfc3339) == instant)
            #expect(parse("\(date)t\(time)Z", rfc3339) == instant - instant % 1000)
            #expect(parse("\(date) \(time).\(fraction) UTC", rfc3339) == instant)
            #expect(parse("\(date) \(time) Z", rfc3339) == instant - instant % 1000)
            let minutes = Int.random(in: -18 * 60...18 * 60, using: &random)
            let zone = "\(minutes < 0 ? "-" : "+")\(SlowCalendar.padded(abs(minutes) / 60, 2))"
            let rest = SlowCalendar.padded(abs(minutes) % 60, 2)
            let shifted = instant - Int64(minutes) * 60_000
            #expect(parse("\(date)T\(time).\(fraction)\(zone):\(rest)", rfc3339) == shifted, "seed \(seed)")
            #expect(parse("\(date)T\(time).\(fraction)\(zone)\(rest)", rfc3339) == shifted, "seed \(seed)")
            #expect(parse("\(date) \(time).\(fraction) \(zone)\(rest)", rfc3339) == shifted, "seed \(seed)")
            #expect(parse("\(date) \(time) \(zone):\(rest)", rfc3339) == shifted - instant % 1000, "seed \(seed)")
        }
    }

    @Test func `random instants are read back from the common log's time`() {
        for instant in SlowCalendar.instants(400, seed: 302) {
            let (_, time, _, fields) = texts(instant)
            let text = "\(SlowCalendar.padded(fields[2], 2))/\(Self.months[fields[1] - 1])/\(SlowCalendar.padded(fields[0], 4)):\(time)"
            #expect(parse(text + " +0000", commonLog) == instant - instant % 1000)
            #expect(parse(text + " -0730", commonLog) == instant - instant % 1000 + 27_000_000)
        }
    }

    @Test func `random instants are read back from the compact time`() {
        for instant in SlowCalendar.instants(400, seed: 303) {
            let (date, time, fraction, _) = texts(instant)
            let digits = (date + time).filter { $0.isNumber }
            #expect(parse(digits + "." + fraction, compact) == instant)
            #expect(parse(digits, compact) == instant - instant % 1000)
        }
    }

    @Test func `seconds, milliseconds, microseconds and nanoseconds are told apart by magnitude`() {
        #expect(parse("1780279500", epoch) == 1_780_279_500_000)
        #expect(parse("1780279500.25", epoch) == 1_780_279_500_250)
        #expect(parse("1780279500123", epoch) == 1_780_279_500_123)
        #expect(parse("1780279500123456", epoch) == 1_780_279_500_123)
        #expect(parse("1780279500123456789", epoch) == 1_780_279_500_123)
        #expect(parse("500000000", epoch) == 500_000_000_000)
        for text in [
            "", ".", "1.", "-1", "1780279500x", "99999999999999999999", "7258118400", "0", "0.086", "2.0", "499999999.999", "20260601",
            "202606010205",
        ] { #expect(parse(text, epoch) == nil, "\(text)") }
    }

    @Test(arguments: [
        "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-04-31T00:00:00Z", "2026-01-00T00:00:00Z",
        "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z", "2026-01-01T00:00:00", "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00+19:00", "2026-01-01T00:00:00+1:00", "2026-01-01T00:00:00Zx", "2026-01-01X00:00:00Z", "2026-1-01T00:00:00Z",
        "1969-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "2026-01-01T00:00:0aZ", "2026-01-01T00-00:00Z", "",
        "2026-01-01 00:00:00 ", "2026-01-01 00:00:00  Z", "2026-01-01 00:00:00 UT", "2026-01-01 00:00:00 UTCx", "2026-01-01 00:00:00 EST",
        "2026-01-01 00:00:00 +1900", "2026-01-01 00:00:00UTC", "2026-01-01 00:00:00 0000",
    ]) func `what is no RFC 3339 time is refused`(text: String) {
        #expect(parse(text, rfc3339) == nil)
    }

    @Test(arguments: [
        "29/Feb/2026:00:00:00 +0000", "01/Foo/2026:00:00:00 +0000", "01/jan/2026:00:00:00 +0000", "01/Jan/2026:24:00:00 +0000",
        "01/Jan/2026 00:00:00 +0000", "01/Jan/2026:00:00:00 *0000", "01/Jan/2026:00:00:00 +00000", "01/Jan/2026:00:00:00 0000",
    ]) func `what is no common log time is refused`(text: String) {
        #expect(parse(text, commonLog) == nil)
    }

    @Test(arguments: ["20260229000000", "2026010100000", "20260101000000.12", "20260101000000,123", "20260101000000.12a", "2026x101000000"])
    func `what is no compact time is refused`(text: String) {
        #expect(parse(text, compact) == nil)
    }

    /// Snowflake's default form of its times, and what others make of it, in every kind of format.
    @Test(arguments: [
        ("2026-06-01 02:05:10.697 -0700", "2026-06-01T09:05:10.697Z"), ("2026-06-01 02:05:00 +0000", "2026-06-01T02:05:00Z"),
        ("2026-06-01 02:05:00.000000000 +05:30", "2026-05-31T20:35:00Z"), ("2026-06-01 02:05:00 UTC", "2026-06-01T02:05:00Z"),
        ("2026-06-01 02:05:00.5 Z", "2026-06-01T02:05:00.500Z"),
    ]) func `a blank may stand before the zone`(text: String, time: String) throws {
        for (format, fields, line) in [
            ("json", [:], #"{"ts":"\#(text)","account":"a"}"#), ("csv", ["ts": "t"], "t,account\n\(text),a\n"),
            ("snowflake", [:], #"{"END_TIME":"\#(text)","USER_NAME":"a"}"#),
        ] {
            let seen = try RecordSight(format, line, fields: fields)
            #expect(seen.lines.first?.hasPrefix(time + " a ") == true, "\(format): \(seen)")
        }
    }

    @Test func `a leap second is the last moment of its minute`() {
        #expect(parse("2016-12-31T23:59:60Z", rfc3339) == 1_483_228_799_999)
    }

    @Test func `remembering the minute changes no result`() {
        let seed: UInt64 = 304
        var random = SeededRandom(seed: seed)
        var clock = MinuteClock()
        for _ in 0..<3000 {
            let (date, time, fraction, _) = texts(1_780_279_500_000 + Int64.random(in: 0..<200_000, using: &random))
            var text = Array("\(date)T\(time)\(Bool.random(using: &random) ? "." + fraction : "")Z".utf8)
            let place = Int.random(in: 0..<text.count * 3, using: &random)
            if place < text.count { text[place] = Array("0159:.Zz+-x".utf8).randomElement(using: &random) ?? 0 }
            let expected = ChunkBuffer(text).withBytes { TimestampParser.rfc3339($0, from: 0, to: text.count) }
            let remembered = ChunkBuffer(text).withBytes { clock.rfc3339($0, from: 0, to: text.count) }
            #expect(remembered == expected, "seed \(seed), \(String(decoding: text, as: UTF8.self))")
        }
    }

    @Test func `remembering the minute of compact times changes no result`() {
        var random = SeededRandom(seed: 306)
        var clock = CompactClock()
        for _ in 0..<3000 {
            let (date, time, fraction, _) = texts(1_780_279_500_000 + Int64.random(in: 0..<200_000, using: &random))
            var text = Array(((date + time).filter { $0.isNumber } + (Bool.random(using: &random) ? "." + fraction : "")).utf8)
            let place = Int.random(in: 0..<text.count * 3, using: &random)
            if place < text.count { text[place] = Array("0159:.x".utf8).randomElement(using: &random) ?? 0 }
            let expected = ChunkBuffer(text).withBytes { TimestampParser.compact($0, from: 0, to: text.count) }
            #expect(ChunkBuffer(text).withBytes { clock.compact($0, from: 0, to: text.count) } == expected)
        }
    }

    /// What stands in a clock before the first time was read must be nothing that somebody can write and that is no time.
    @Test(arguments: ["05", "00", "59", "60"]) func `a clock that has read nothing knows no other times`(seconds: String) {
        let (nulls, digits) = ([UInt8](repeating: 0, count: 16), Array(seconds.utf8))
        for text in [
            nulls + Array(":\(seconds)Z".utf8), nulls + Array(":\(seconds).123Z".utf8), Array("1970-01-01T00:00:\(seconds)Z".utf8),
        ] {
            let expected = ChunkBuffer(text).withBytes { TimestampParser.rfc3339($0, from: 0, to: text.count) }
            var clock = MinuteClock()
            #expect(ChunkBuffer(text).withBytes { clock.rfc3339($0, from: 0, to: text.count) } == expected, "\(text)")
        }
        for text in [nulls.prefix(12) + digits + Array(".123".utf8), Array("197001010000\(seconds).123".utf8)] {
            let expected = ChunkBuffer(text).withBytes { TimestampParser.compact($0, from: 0, to: text.count) }
            var clock = CompactClock()
            #expect(ChunkBuffer(text).withBytes { clock.compact($0, from: 0, to: text.count) } == expected, "\(text)")
        }
        let zeros = nulls + [0, 0] + digits + nulls.prefix(6)
        for text in [zeros, Array("01/Jan/1970:00:00:\(seconds) +0000".utf8)] {
            let expected = ChunkBuffer(text).withBytes { TimestampParser.commonLog($0, from: 0, to: text.count) }
            var clock = CommonLogClock()
            #expect(ChunkBuffer(text).withBytes { clock.time($0, from: 0) } == expected, "\(text)")
        }
    }

    @Test func `remembering the common log's minute changes no result`() {
        var random = SeededRandom(seed: 305)
        var clock = CommonLogClock()
        for _ in 0..<4000 {
            let second = Int.random(in: 0...62, using: &random)
            let minute = ["01/Jun/2026:02:05", "01/Jan/1970:00:00", "31/Dec/2026:23:59"].randomElement(using: &random) ?? ""
            let zone = ["+0000", "-0730", "+0545"].randomElement(using: &random) ?? ""
            var text = Array("\(minute):\(second < 10 ? "0" : "")\(second) \(zone)".utf8)
            let place = Int.random(in: 0..<text.count * 3, using: &random)
            if place < text.count { text[place] = Array("0159:x".utf8).randomElement(using: &random) ?? 0 }
            let expected = ChunkBuffer(text).withBytes { TimestampParser.commonLog($0, from: 0, to: text.count) }
            #expect(ChunkBuffer(text).withBytes { clock.time($0, from: 0) } == expected)
        }
    }
}

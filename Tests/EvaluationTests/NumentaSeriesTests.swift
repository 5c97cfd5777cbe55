// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import TestSupport
import Testing

@testable import Evaluation

/// Files of the benchmark's kind, tidy and untidy.
@Suite struct NumentaSeriesTests {
    /// Ten days of five minutes, as the benchmark writes them, with one spike.
    private static func lines(count: Int = 2880) -> [(time: String, value: String)] {
        var random = SeededRandom(seed: 3)
        return (0..<count).map { row in
            let time = CivilTime(EventTime(milliseconds: 1_780_272_000_000 + Int64(row) * 300_000)).rfc3339
            let value = row == 2500 ? 900 : Double(Int.random(in: 80...120, using: &random))
            return (time.replacing("T", with: " ").replacing("Z", with: ""), "\(value)")
        }
    }

    private static func scores(_ text: String) -> [Substring] {
        text.split(separator: "\n").dropFirst().compactMap { $0.split(separator: ",", omittingEmptySubsequences: false).last }
    }

    private static func score(_ text: String) -> NumentaSeries { NumentaSeries(Array(text.utf8)) }

    @Test func `every row has its line, and the fields stay as they were`() {
        let lines = NumentaSeriesTests.lines()
        let series = NumentaSeriesTests.score("timestamp,value\n" + lines.map { "\($0.time),\($0.value)\n" }.joined())
        let output = series.text.split(separator: "\n")
        #expect(output.first == "timestamp,value,anomaly_score")
        #expect(series.rows == lines.count && output.count == lines.count + 1)
        #expect(series.refusals.isEmpty && series.firstRefusedLine == nil)
        for (line, written) in zip(lines, output.dropFirst()) { #expect(written.hasPrefix("\(line.time),\(line.value),")) }
        let scores = NumentaSeriesTests.scores(series.text).compactMap { Double($0) }
        #expect(scores.count == lines.count)
        #expect(scores.indices.max { scores[$0] < scores[$1] } == 2500)
    }

    @Test(arguments: ["\r\n", "\n\n", " \t\r\n"])
    func `line ends make no difference`(end: String) {
        let lines = NumentaSeriesTests.lines(count: 300)
        let plain = NumentaSeriesTests.score("timestamp,value\n" + lines.map { "\($0.time),\($0.value)\n" }.joined())
        let other = NumentaSeriesTests.score("timestamp,value" + end + lines.map { "\($0.time),\($0.value)" + end }.joined())
        #expect(other.text == plain.text)
        let cut = NumentaSeriesTests.score("timestamp,value\n" + lines.map { "\($0.time),\($0.value)" }.joined(separator: "\n"))
        #expect(cut.text == plain.text)
    }

    @Test func `headers in another case, quoted, in another order, behind a byte order mark or missing make no difference`() {
        let lines = NumentaSeriesTests.lines(count: 300)
        let rows = lines.map { "\($0.time),\($0.value)\n" }.joined()
        let plain = NumentaSeriesTests.score("timestamp,value\n" + rows).text
        let headers = ["Timestamp,Value", "TIMESTAMP , VALUE", "\"timestamp\",\"value\"", "\u{FEFF}timestamp,value", "when,what", ""]
        for header in headers {
            #expect(NumentaSeriesTests.score(header + "\n" + rows).text == plain, "\(header)")
        }
        let turned = lines.map { "\"\($0.value)\",x,\"\($0.time)\"\n" }.joined()
        #expect(NumentaSeriesTests.score("Value,note,Timestamp\n" + turned).text == plain)
    }

    @Test func `time stamps with a T, a fraction, a zone, slashes or no seconds give the same scores`() {
        let lines = NumentaSeriesTests.lines(count: 600)
        let plain = NumentaSeriesTests.score("timestamp,value\n" + lines.map { "\($0.time),\($0.value)\n" }.joined())
        let forms: [(String) -> String] = [
            { $0.replacing(" ", with: "T") + "Z" }, { $0 + ".000000" }, { $0.replacing(" ", with: "T") + ".25+00:00" },
            { $0.replacing("-", with: "/") }, { String($0.dropLast(3)) }, { String($0.dropLast(3)) + "+00:00" },
        ]
        for form in forms {
            let series = NumentaSeriesTests.score("timestamp,value\n" + lines.map { "\(form($0.time)),\($0.value)\n" }.joined())
            #expect(series.refusals.isEmpty)
            #expect(NumentaSeriesTests.scores(series.text) == NumentaSeriesTests.scores(plain.text), "\(form(lines[1].time))")
        }
    }

    @Test func `rows that cannot be read are counted, score nothing and teach nothing`() {
        let lines = NumentaSeriesTests.lines(count: 400)
        let good = lines.map { "\($0.time),\($0.value)" }
        let bad = [
            "2026-06-01 00:00:00,", "2026-06-01 00:00:00", "yesterday,5", ",5", "2026-06-01 00:00:00,many", "2026-06-01 00:00:00,nan",
            "2026-06-01 00:00:00,inf", "2026-13-01 00:00:00,5", "2026-06-01 25:00:00,5", "\"\",\"\"", "\0\u{7F}",
        ]
        let mixed = NumentaSeriesTests.score((["timestamp,value"] + good[..<200] + bad + good[200...]).joined(separator: "\n"))
        let plain = NumentaSeriesTests.score((["timestamp,value"] + good).joined(separator: "\n"))
        #expect(mixed.rows == lines.count + bad.count)
        #expect(mixed.refusals.values.reduce(0, +) == bad.count)
        #expect(mixed.refusals[.missing] == 4 && mixed.refusals[.time] == 4 && mixed.refusals[.value] == 3)
        #expect(mixed.firstRefusedLine == 202)
        let scores = NumentaSeriesTests.scores(mixed.text)
        #expect(scores[200..<(200 + bad.count)].allSatisfy { $0 == "0.0" })
        #expect(Array(scores[..<200] + scores[(200 + bad.count)...]) == NumentaSeriesTests.scores(plain.text))
    }

    @Test(arguments: ["", "\n\n", "timestamp,value\n", "\u{FEFF}", ",", "\""])
    func `a file without rows gives a file without rows`(text: String) {
        let series = NumentaSeriesTests.score(text)
        #expect(series.text.split(separator: "\n").count == series.rows + 1)
        #expect(series.rows <= 1)
    }

    @Test(arguments: [
        ("2014-02-14 14:30:00", 1_392_388_200_000), ("2014-02-14T14:30:07.999Z", 1_392_388_207_000), ("2014/2/14 14:30", 1_392_388_200_000),
        ("2014-02-14", 1_392_336_000_000), ("1392388200", 1_392_388_200_000), ("1392388200.5", 1_392_388_200_000),
        ("1392388200000", 1_392_388_200_000), ("1392388200000000", 1_392_388_200_000),
    ])
    func `a time stamp is read`(text: String, milliseconds: Int64) {
        #expect(SeriesTimestamp.instant(text)?.milliseconds == milliseconds)
    }

    @Test(arguments: ["", "-", "x", "14:30:00", "2014-02", "2014-00-14 10:00:00", "14-02-2014 10:00:00", "2014-02-14 10", "5", "1.2.3"])
    func `what is no time stamp is none`(text: String) {
        #expect(SeriesTimestamp.instant(text) == nil)
    }
}

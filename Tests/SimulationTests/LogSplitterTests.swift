// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Simulation
import Testing

struct LogSplitterTests {
    private let calendar = FleetCalendar(start: firstOfJune, days: 3)

    @Test func `rotated files count down to the newest, which has no number`() {
        let splitter = LogSplitter(policy: .daily, naming: .rotated, name: "access.json", calendar: calendar)
        #expect((0..<splitter.fileCount).map { splitter.name(ofFile: $0) } == ["access.json.2", "access.json.1", "access.json"])
        #expect((0..<3).map { splitter.isNewest($0) } == [false, false, true])
        #expect(splitter.file(ofLine: 0, at: firstOfJune + .days(1)) == 1)
        #expect(splitter.file(ofLine: 9, at: firstOfJune + .days(1) - .seconds(1)) == 0)
    }

    @Test func `hours have files of their own`() {
        let splitter = LogSplitter(policy: .hourly, naming: .dated, name: "RestApi.csv", calendar: calendar)
        #expect(splitter.fileCount == 72)
        let file = splitter.file(ofLine: 0, at: firstOfJune + .hours(26))
        #expect(splitter.name(ofFile: file) == "2026-06-02T02-RestApi.csv")
    }

    @Test(arguments: [(3, 9), (4, 10), (1, 5), (7, 3), (2, 0)]) func `equal files differ by the remainder only`(files: Int, lines: Int) {
        let splitter = LogSplitter(
            policy: .equalLines(files: files, lines: lines), naming: .rotated, name: "access.json", calendar: calendar)
        var counts = Array(repeating: 0, count: splitter.fileCount)
        for line in 0..<lines { counts[splitter.file(ofLine: line, at: firstOfJune)] += 1 }
        #expect(counts.reduce(0, +) == lines)
        if lines > 0 { #expect(counts.dropLast().allSatisfy { $0 == lines / splitter.fileCount } && counts.allSatisfy { $0 > 0 }) }
    }
}

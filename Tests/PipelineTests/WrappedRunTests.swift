// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats
import TestSupport
import Testing

@testable import Pipeline

/// Lines of many records in a lane: a stop may come between any two records of one line.
@Suite struct WrappedRunTests {
    private static func line(_ first: Int, _ count: Int) -> String {
        let records = (first..<first + count).map { number in
            let time = CivilTime(EventTime(milliseconds: GeneratedFleet.start + Int64(number) * 1000)).rfc3339
            // Every tenth has no account, and is stepped over.
            let identity = number % 10 == 9 ? "" : #","userIdentity":{"arn":"svc-\#(number % 7)"}"#
            return #"{"eventTime":"\#(time)","eventName":"GetObject","additionalEventData":{"bytesTransferredOut":\#(number)}\#(identity)}"#
        }
        return "Jun  1 00:00:00 host app: {\"Records\":[" + records.joined(separator: ",") + "]}\n"
    }

    @Test func `law 3: a stop between two records of one line counts each of them once`() throws {
        let text = Self.line(0, 40) + Self.line(40, 700) + Self.line(740, 3) + Self.line(743, 400) + Self.line(1143, 1)
        let other = (0..<300).map { Self.line($0 * 4, 1) }.joined()
        let files = [MemorySource.File("a", Array(text.utf8)), MemorySource.File("b", Array(other.utf8))]
        var plan = LaneRunPlan()
        plan.options = LaneOptions(name: "gateway", format: "cloudtrail", lateness: .minutes(10))
        plan.wrapper = .syslog
        let whole = try run(files, plan)
        let expected = (0..<1144).count { $0 % 10 != 9 } + (0..<300).count { $0 * 4 % 10 != 9 }
        #expect(whole.counter("events") == Int64(expected))
        for seed in [UInt64(3), 4, 5] {
            plan.batchLimit = 17
            plan.largestRead = 9000
            plan.restarts = 0.5
            plan.seed = seed
            let resumed = try run(files, plan)
            #expect(resumed.restarts > 20)
            #expect(resumed.difference(from: whole) == nil, "seed \(seed)")
        }
    }

    @Test func `a leap in the middle of a line does not count its first records twice`() throws {
        // The second half of the line is four days later, and what confirms that comes in the next read.
        let leap = Self.line(0, 20).dropLast(3) + "," + Self.line(345_600, 10).drop { $0 != "[" }.dropFirst()
        let files = [MemorySource.File("a", Array((leap + Self.line(345_610, 40)).utf8))]
        var plan = LaneRunPlan()
        plan.options = LaneOptions(name: "gateway", format: "cloudtrail", lateness: .minutes(10))
        plan.wrapper = .syslog
        let whole = try run(files, plan)
        #expect(whole.counter("events") == 63)
        plan.largestRead = 1000
        for seed in 1...8 as ClosedRange<UInt64> {
            plan.seed = seed
            #expect(try run(files, plan).difference(from: whole) == nil, "seed \(seed)")
        }
    }
}

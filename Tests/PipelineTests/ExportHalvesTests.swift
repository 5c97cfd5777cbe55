// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import LogFormats
import TestSupport
import Testing

@testable import Pipeline

/// Exports of Salesforce reports, which two files tell: `ReportExport` that, `Report` how many rows.
@Suite struct ExportHalvesTests {
    private static let user = "0053X000008J9VO"
    private static let report = "00O3X00000C8f8V"
    private static let markHeader = "EVENT_TYPE,TIMESTAMP,REQUEST_ID,ORGANIZATION_ID,USER_ID,URI,CLIENT_IP,URI_ID_DERIVED\n"
    private static let runHeader =
        "EVENT_TYPE,TIMESTAMP,REQUEST_ID,ORGANIZATION_ID,USER_ID,URI,ENTITY_NAME,REPORT_ID,ROW_COUNT,AVERAGE_ROW_SIZE,CLIENT_IP,ORIGIN\n"

    private static func mark(_ time: String, request: String = "4Yt", report: String = report, user: String = user) -> String {
        "ReportExport,20260601\(time),\(request),00B30000000nLF7,\(user),/\(report)UAR,203.0.113.9,\(report)UAR\n"
    }

    private static func ran(
        _ time: String, request: String = "4Yt", report: String = report, user: String = user, rows: Int = 2000,
        origin: String = "ReportRunFromLightning"
    ) -> String {
        "Report,20260601\(time),\(request),00B30000000nLF7,\(user),/aura,Case,\(report),\(rows),100,203.0.113.9,\(origin)\n"
    }

    /// What the open buckets of a lane hold after the files, each a stream, were taken in one after the other.
    private struct Outcome: Equatable {
        var rows: UInt64 = 0
        var bytes: UInt64 = 0
        var calls: UInt64 = 0
        var exports: UInt64 = 0
        var exportedRows: UInt64 = 0
        var joined: UInt64 = 0
        var duplicates: UInt64 = 0
    }

    /// Decodes one file after the other into one lane, whatever their times are, as a live lane gets them.
    private func outcome(_ files: String..., restart: Int? = nil, format: String = "salesforce_elf") throws -> Outcome {
        var core = try lane(files, restart: restart, format: format)
        core.endLeap()
        core.releaseHalves(upTo: .max)
        return sum(core)
    }

    private func lane(_ files: [String], restart: Int? = nil, format: String = "salesforce_elf") throws -> LaneCore {
        let type = try #require(FormatCatalog.format(named: format))
        let options = LaneOptions(name: "crm", format: format, lateness: .hours(6))
        var core = LaneCore(options: options)
        var attribution = Attribution(pseudonymKey: [1], hashKey: 7)
        for (number, file) in files.enumerated() {
            var decoder: any LineFormat = try type.init(options: FormatOptions())
            var lines = DecodedLines()
            var batch = EventBatch()
            ChunkBuffer(Array(file.utf8)).withBytes { bytes in
                _ = decoder.decode(bytes, from: 0, isFinal: true, into: &lines)
                ChunkBuffer(lines.scratch).withBytes { scratch in
                    attribution.attribute(
                        lines, 0..<lines.lines.count, bytes: bytes, scratch: scratch, stream: UInt32(number), chunkOffset: 0, into: &batch)
                }
            }
            #expect(lines.malformed.isEmpty)
            core.process(batch)
            if restart == number {
                var journal = MemoryJournal()
                journal.store(core.takeCommit())
                core = try LaneCore(options: options, resume: journal.resume)
            }
        }
        return core
    }

    private func sum(_ core: borrowing LaneCore) -> Outcome {
        var outcome = Outcome(joined: core.counters.joined, duplicates: core.counters.duplicates)
        for position in 0..<core.openCount {
            for account in core.shards[0].activeAccounts(position: position) {
                guard let tally = core.shards[0].tally(account, position: position) else { continue }
                outcome.rows += tally.sums.rows
                outcome.bytes += tally.sums.bytes
                outcome.calls += tally.sums.calls
                for index in 0..<tally.routes.count {
                    let route = tally.routes.routes[index]
                    guard RouteKey(rawValue: route.key).operation == .export else { continue }
                    outcome.exports += route.sums.calls
                    outcome.exportedRows += route.sums.rows
                }
            }
        }
        return outcome
    }

    private static let once = Outcome(rows: 2000, bytes: 200_000, calls: 1, exports: 1, exportedRows: 2000, joined: 1)

    @Test(arguments: ["ReportExported", "ReportRunFromLightning", ""])
    func `an export that two files tell counts once, with its rows, whichever file comes first`(origin: String) throws {
        let marks = Self.markHeader + Self.mark("100251.470")
        let runs = Self.runHeader + Self.ran("100249.100", origin: origin)
        #expect(try outcome(runs, marks) == Self.once)
        #expect(try outcome(marks, runs) == Self.once)
    }

    @Test(arguments: ["ReportExported", "ReportRunFromLightning"])
    func `half of an export outlives a restart`(origin: String) throws {
        let marks = Self.markHeader + Self.mark("100251.470")
        let runs = Self.runHeader + Self.ran("100249.100", origin: origin)
        #expect(try outcome(runs, marks, restart: 0) == Self.once)
        #expect(try outcome(marks, runs, restart: 0) == Self.once)
    }

    @Test func `halves on both sides of a quarter hour are one export`() throws {
        let marks = Self.markHeader + Self.mark("101500.002")
        let runs = Self.runHeader + Self.ran("101459.990")
        #expect(try outcome(runs, marks) == Self.once)
        #expect(try outcome(marks, runs) == Self.once)
    }

    /// The rows of a table as collectors write them.
    private func json(_ table: String) -> String {
        let rows = table.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        return rows.dropFirst().map { row in
            "{" + zip(rows[0], row).map { "\"\($0)\":\"\($1)\"" }.joined(separator: ",") + "}\n"
        }.joined()
    }

    @Test(arguments: ["ReportExported", "ReportRunFromLightning"])
    func `event log files as JSON are joined like the tables`(origin: String) throws {
        let marks = json(Self.markHeader + Self.mark("100251.470"))
        let runs = json(Self.runHeader + Self.ran("100249.100", origin: origin))
        #expect(try outcome(runs, marks, format: "salesforce_event") == Self.once)
        #expect(try outcome(marks, runs, format: "salesforce_event") == Self.once)
        let nameless = json(Self.markHeader + Self.mark("100251.470", request: ""))
        #expect(try outcome(nameless, runs, format: "salesforce_event") == Self.once)
        #expect(
            try outcome(nameless, json(Self.runHeader + Self.ran("100249.100", origin: "DashboardUpdated")), format: "salesforce_event")
                .joined == 0)
        let other = json(Self.markHeader + Self.mark("100251.470", request: "other"))
        #expect(try outcome(other, runs, format: "salesforce_event").joined == 0)
    }

    @Test func `a half without its other half counts by itself`() throws {
        let marks = Self.markHeader + Self.mark("100251.470", request: "one")
        let runs = Self.runHeader + Self.ran("100249.100", request: "other")
        #expect(try outcome(marks) == Outcome(calls: 1, exports: 1))
        #expect(try outcome(runs) == Outcome(rows: 2000, bytes: 200_000, calls: 1))
        #expect(try outcome(runs, marks) == Outcome(rows: 2000, bytes: 200_000, calls: 2, exports: 1))
    }

    @Test func `a half that waits in vain counts when its quarter hour closes, or the archive ends`() throws {
        let mark = Self.markHeader + Self.mark("100251.470")
        // Six hours of lateness: the quarter hour of the export closes at a quarter past four.
        let later = Self.markHeader + Self.mark("161500.000", request: "later") + Self.mark("161501.000", request: "agrees")
        #expect(try lane([mark, Self.markHeader + Self.mark("161459.000", request: "later")]).counters.events == 0)
        #expect(try lane([mark, later]).counters.events == 1)
        var plan = LaneRunPlan()
        plan.options = LaneOptions(name: "crm", format: "salesforce_elf", lateness: .hours(6))
        #expect(try run([MemorySource.File("ReportExport.csv", Array(mark.utf8))], plan).counter("events") == 1)
    }

    @Test func `rows without a request belong together by report and account, within ten minutes`() throws {
        let marks = Self.markHeader + Self.mark("101000.000", request: "")
        #expect(try outcome(marks, Self.runHeader + Self.ran("100001.000", request: "")) == Self.once)
        #expect(try outcome(marks, Self.runHeader + Self.ran("100001.000")) == Self.once)
        for other in [
            Self.ran("095959.000", request: ""), Self.ran("100001.000", request: "", user: "0053X000008ZZZZ"),
            Self.ran("100001.000", request: "", report: "00O3X00000ZZZZZ"),
        ] {
            #expect(try outcome(marks, Self.runHeader + other).joined == 0)
        }
    }

    @Test func `a dashboard's report is nobody's export`() throws {
        let runs = Self.runHeader + Self.ran("100249.100", request: "", origin: "DashboardComponentUpdated")
        #expect(try outcome(Self.markHeader + Self.mark("100251.470", request: ""), runs).joined == 0)
    }

    @Test func `a hundred exports that name one request are a hundred exports`() throws {
        let marks = (0..<20).map { Self.mark("1002\($0 + 10).470") }.joined()
        let runs = (0..<20).map { Self.ran("1002\($0 + 10).100", rows: 10 + $0) }.joined()
        let whole = try outcome(Self.markHeader + marks, Self.runHeader + runs)
        #expect(whole == Outcome(rows: 390, bytes: 39_000, calls: 20, exports: 20, exportedRows: 390, joined: 20))
    }

    @Test func `a half that is delivered twice is a duplicate, not a second export`() throws {
        let marks = Self.markHeader + Self.mark("100251.470")
        let runs = Self.runHeader + Self.ran("100249.100")
        var twice = Self.once
        twice.duplicates = 2
        #expect(try outcome(runs, runs, marks, marks) == twice)
        #expect(try outcome(marks, runs, runs, marks) == twice)
    }

    @Test func `more halves than are remembered count at once`() throws {
        var halves = ExportHalves()
        let event = { (number: Int) in
            AccessEvent(
                time: EventTime(milliseconds: 1_780_000_000_000), rows: 0, bytes: 0, offset: 0,
                rowKey: HalfKey.make(request: UInt64(number + 1) << 38, report: 0, organization: 0, row: 0) ?? 0,
                account: AccountID(rawValue: 1), stream: 0,
                endpoint: .unknown, object: .unknown, network: .unknown, status: 0, operation: .export, presence: .half)
        }
        for number in 0..<ExportHalves.limit {
            guard case .waits = halves.take(DetailedEvent(event: event(number), detail: nil)) else {
                Issue.record("half \(number) does not wait")
                return
            }
        }
        guard case .counts = halves.take(DetailedEvent(event: event(ExportHalves.limit), detail: nil)) else {
            Issue.record("a half beyond the limit waits")
            return
        }
        #expect(halves.release(upTo: .max).count == ExportHalves.limit)
        #expect(halves.isEmpty)
    }

    @Test func `law 3: exports in two files come to the same, in any chunks and over restarts`() throws {
        var random = SeededRandom(seed: 5)
        var marks = Self.markHeader
        var runs = Self.runHeader
        for minute in 0..<720 {
            let time = String(2_000_000_000 + minute / 60 * 10_000_000 + minute % 60 * 100_000).dropFirst()
            let stamp = "\(time.prefix(6)).\(time.suffix(3))"
            let request = Int.random(in: 0..<4, using: &random) == 0 ? "" : "r\(minute)"
            let user = "0053X00000\(10_000 + Int.random(in: 0..<5, using: &random))"
            if Int.random(in: 0..<3, using: &random) > 0 { marks += Self.mark(stamp, request: request, user: user) }
            let origin = ["ReportExported", "ReportRunFromLightning", "ReportScheduled"].randomElement(using: &random) ?? ""
            runs += Self.ran(stamp, request: request, user: user, rows: 100 + minute, origin: origin)
        }
        let files = [MemorySource.File("ReportExport.csv", Array(marks.utf8)), MemorySource.File("Report.csv", Array(runs.utf8))]
        var plan = LaneRunPlan()
        plan.options = LaneOptions(name: "crm", format: "salesforce_elf", lateness: .hours(6))
        let whole = try run(files, plan)
        #expect(whole.counter("joined") ?? 0 > 200, "\(whole.counters.filter { $0.value != 0 })")
        plan.largestRead = 700
        plan.batchLimit = 20
        plan.restarts = 0.4
        plan.seed = 9
        plan.shardsAfterRestart = [1, 2, 3]
        let resumed = try run(files, plan)
        #expect(resumed.restarts > 10)
        #expect(resumed.difference(from: whole) == nil)
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import EventModel
import LogFormats
import Pipeline
import RollingStatistics

extension FuzzTarget {
    /// A whole lane over one file, from bytes to alerts and state: nothing in a line may end it, and neither the size of reads and batches
    /// nor a stop after any of them may change what it comes to.
    static let lanes = [
        FuzzTarget("lane", family: "json", seeds: LaneSeed.all) { (bytes) throws(FuzzFailure) in
            var input = FuzzInput(bytes)
            let type = FormatCatalog.all[Int(input.byte()) % FormatCatalog.all.count]
            let choice = input.byte()
            var plan = LanePlan(format: try fresh(type, nil), pieces: input.pieces())
            plan.batchLimit = choice & 1 == 0 ? EventBatch.limit : 3
            plan.pauses = choice & 4 != 0
            // One that pauses anew after every start never gets anywhere.
            plan.stops = choice & 2 != 0 && !plan.pauses
            let split = try LaneOutcome(plan)
            // After a pause lines are handed over that would have waited for those behind them.
            if plan.pauses { return }
            let whole = try LaneOutcome(LanePlan(format: plan.format, pieces: [plan.pieces.flatMap { $0 }]))
            if let difference = split.difference(from: whole) {
                throw FuzzFailure("\(type.descriptor.name) in other pieces: \(difference)")
            }
        }
    ]
}

/// How a file is run.
private struct LanePlan {
    var format: any LineFormat
    var pieces: [[UInt8]]
    var batchLimit = EventBatch.limit
    /// The lane is stopped and resumed after every batch.
    var stops = false
    /// Nothing is there for a moment before every piece.
    var pauses = false

    static let options: LaneOptions = {
        var options = LaneOptions(name: "a", format: "json", lateness: .minutes(2))
        // Three months: centuries of empty quarter hours between two lines would only take time.
        options.from = EventTime(milliseconds: 1_777_593_600_000)
        options.to = EventTime(milliseconds: 1_785_542_400_000)
        return options
    }()
}

/// What a lane came to.
private struct LaneOutcome {
    private var alerts: [String] = []
    private var header: [UInt8] = []
    private var counters: [LaneCommit.Counter] = []

    /// The first difference in words.
    func difference(from other: LaneOutcome) -> String? {
        if let pair = zip(alerts, other.alerts).first(where: { $0.0 != $0.1 }) { return "alert \(pair.0)\nand \(pair.1)" }
        if alerts.count != other.alerts.count { return "\(alerts.count) alerts and \(other.alerts.count)" }
        if let pair = zip(counters, other.counters).first(where: { $0.0 != $0.1 }) { return "counters \(pair.0) and \(pair.1)" }
        if header == other.header { return nil }
        let place = zip(header, other.header).enumerated().first { $0.element.0 != $0.element.1 }?.offset
        return "headers of \(header.count) and \(other.header.count) bytes, from \(place ?? 0) on"
    }

    init(_ plan: LanePlan) throws(FuzzFailure) {
        var core = LaneCore(options: LanePlan.options)
        var accounts: [UInt32: AccountState] = [:]
        var position: StreamPosition?
        var reader = LaneOutcome.reader(plan, core, position)
        var batch = EventBatch()
        while true {
            batch.removeAll()
            _ = reader.fill(&batch)
            core.process(batch)
            guard batch.isLast || plan.stops else { continue }
            let commit = core.takeCommit()
            alerts += commit.alerts.map(\.json)
            header = commit.header
            counters = commit.counters
            if batch.isLast { return }
            for account in commit.accounts { accounts[account.id.rawValue] = account }
            position = commit.positions.last ?? position
            let resume = LaneResume(
                header: header, accounts: accounts.values.sorted { $0.id < $1.id }, positions: position.map { [$0] } ?? [])
            do throws(StateError) {
                core = try LaneCore(options: LanePlan.options, resume: resume)
            } catch {
                throw FuzzFailure("a lane refuses its own state: \(error)")
            }
            reader = LaneOutcome.reader(plan, core, position)
        }
    }

    private static func reader(_ plan: LanePlan, _ core: borrowing LaneCore, _ position: StreamPosition?) -> LaneReader<PieceSource> {
        var attribution = Attribution(pseudonymKey: [1, 2, 3], hashKey: 7)
        attribution.resume(
            accountNames: core.accountNames, comingNames: core.comingNames, valueNames: core.endpointAndObjectNames, gate: core.admission)
        let format = plan.format
        return LaneReader(
            source: PieceSource(plan, position), attribution: attribution, leap: LanePlan.options.leap, batchLimit: plan.batchLimit
        ) { format }
    }
}

/// One file in memory, of which a read gets no more than the rest of a piece.
private struct PieceSource: LaneSource {
    private let bytes: [UInt8]
    private let ends: [Int]
    private let pauses: Bool
    private let resume: StreamPosition?
    private var offset: Int
    private var isAnnounced = false
    /// The end of the piece before which there was a pause.
    private var paused = -1

    init(_ plan: LanePlan, _ resume: StreamPosition?) {
        bytes = plan.pieces.flatMap { $0 }
        var end = 0
        ends = plan.pieces.map {
            end += $0.count
            return end
        }
        pauses = plan.pauses
        self.resume = resume
        offset = Int(resume?.offset ?? 0)
    }

    mutating func scan() -> [StreamChange] {
        if isAnnounced || resume?.isFinished == true { return [] }
        isAnnounced = true
        return [
            .opened(StreamID(rawValue: 0), path: "log", resumeOffset: UInt64(offset), resumeState: resume?.formatState ?? [])
        ]
    }

    mutating func read(_ stream: StreamID, into output: inout OutputRawSpan) -> ReadOutcome {
        guard let end = ends.first(where: { $0 > offset }) else { return .ended }
        if pauses && paused != end {
            paused = end
            return .idle
        }
        let count = min(end - offset, output.freeCapacity)
        for byte in bytes[offset..<offset + count] { output.append(byte) }
        offset += count
        return .bytes
    }

    func position(of stream: StreamID, offset: UInt64, marker: TailMarker) -> StreamPosition {
        StreamPosition(
            stream: stream.rawValue, path: "log", device: 0, inode: 0, prefixHash: 0, prefixCount: 0, offset: offset, marker: marker,
            isFinished: false, formatState: [])
    }

    mutating func finish(_ stream: StreamID) {}
    mutating func wait(atMost limit: EventDuration) {}
    var isEndless: Bool { false }
}

private enum LaneSeed {
    /// A few lines of several formats, a leap, a repeated key, a line that is none, and a time of zero bytes first.
    static let all: [[UInt8]] = {
        let zeros = String(repeating: "\0", count: 16)
        func event(_ time: String, _ account: String, _ rows: Int) -> String {
            #"{"ts":"\#(time)","account":"\#(account)","action":"export","object":"Contact","rows":\#(rows),"ip":"192.0.2.7"}"# + "\n"
        }
        let plain = (0..<20).map { event("2026-06-01T0\($0 % 10):0\($0 / 10):00Z", "svc-\($0 % 3)", $0 * 40) }.joined()
        let odd =
            event("\(zeros):05Z", "svc-0", 5) + event("2026-06-09T00:00:00Z", "svc-1", 7) + "no event\n"
            + #"{"ts":1780279500,"account":"a@example.com","rows":1,"rows":2,"env":"prod","synthetic":true,"dest":"x"}"# + "\n"
        func seed(_ format: String, _ choice: UInt8, _ text: String) -> [UInt8] {
            let number = FormatCatalog.all.firstIndex { $0.descriptor.name == format } ?? 0
            return [UInt8(number), choice] + FuzzInput.cut(Array(text.utf8))
        }
        let others = ["combined", "salesforce_elf", "csv", "alb", "dataverse"].map { name in
            let example = FormatCatalog.all.first { $0.descriptor.name == name }?.descriptor.example ?? ""
            return seed(name, 3, example + "\n" + example + "\n")
        }
        return [seed("json", 3, plain), seed("json", 0, odd + plain), seed("json", 5, odd + plain + odd)] + others
    }()
}

// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import LogFormats
import TestSupport
import Testing

@testable import Pipeline

/// What a run over some files came to: everything that the laws compare.
struct LaneRun: Equatable {
    var alerts: [String] = []
    var header: [UInt8] = []
    var accounts: [UInt32: AccountState] = [:]
    var offsets: [UInt32: UInt64] = [:]
    var pages: [Int: [UInt8]] = [:]
    var counters: [LaneCommit.Counter] = []
    var restarts = 0

    /// How often the run is stopped and resumed has no part in what it comes to.
    static func == (left: LaneRun, right: LaneRun) -> Bool { left.difference(from: right) == nil }

    func counter(_ name: String) -> Int64? { counters.first { $0.name == name }?.value }

    /// The first difference in words, for a failing law.
    func difference(from other: LaneRun) -> String? {
        for (index, pair) in zip(alerts, other.alerts).enumerated() where pair.0 != pair.1 {
            return "alert \(index):\n\(pair.0)\n\(pair.1)"
        }
        if alerts.count != other.alerts.count { return "\(alerts.count) alerts and \(other.alerts.count)" }
        for (one, two) in zip(counters, other.counters) where one != two { return "counter \(one) and \(two)" }
        if counters != other.counters { return "counters" }
        for id in Set(accounts.keys).union(other.accounts.keys).sorted() where accounts[id] != other.accounts[id] {
            return "account \(id): \(accounts[id]?.name ?? "none") and \(other.accounts[id]?.name ?? "none")"
        }
        if offsets != other.offsets { return "offsets \(offsets) and \(other.offsets)" }
        if pages != other.pages { return "pages of filters" }
        return header == other.header ? nil : "headers"
    }
}

/// How the files are run: none of it may matter.
struct LaneRunPlan {
    /// The format is the one that these options name.
    var options = LaneOptions(name: "gateway", format: "json", lateness: .minutes(10))
    /// What the settings say of records.
    var movements = MovementSettings()
    /// The keys of people's names; nil: one for all times.
    var epochs: (any EpochKeys)?
    /// The format's field map.
    var fields: [String: String] = [:]
    /// What stands around each line.
    var wrapper: LineWrapper?
    var largestRead = 1 << 20
    var batchLimit = EventBatch.limit
    /// The probability of a stop and a new start after each batch.
    var restarts = 0.0
    var seed: UInt64 = 1
    /// Accounts that a commit encodes between two batches, while the run goes on: as the daemon does it. Nil: all of them at the stop.
    var captureStep: Int?
    var broken: UInt32?
    /// What people decide on the way.
    var decisions: [LaneDecision] = []
    /// The numbers of shards to go on with, one after the other.
    var shardsAfterRestart: [Int] = []

    init(shards: Int = 1) { options.shards = shards }
}

/// What a journal keeps: the last state of everything, and every alert.
struct MemoryJournal {
    private(set) var header: [UInt8] = []
    private(set) var accounts: [UInt32: AccountState] = [:]
    private(set) var positions: [UInt32: StreamPosition] = [:]
    private(set) var alerts: [String] = []
    private(set) var counters: [LaneCommit.Counter] = []
    /// By filter and number.
    private(set) var pages: [Int: [UInt8]] = [:]

    mutating func store(_ commit: LaneCommit) {
        header = commit.header
        for account in commit.accounts { accounts[account.id.rawValue] = account }
        for position in commit.positions { positions[position.stream] = position }
        alerts += commit.alerts.map(\.json)
        counters = commit.counters
        for page in commit.pages { pages[Int(page.filter) << 16 | Int(page.number)] = page.bits.isEmpty ? nil : page.bits }
    }

    var resume: LaneResume {
        LaneResume(
            header: header, accounts: accounts.values.sorted { $0.id < $1.id },
            positions: positions.values.sorted { $0.stream < $1.stream },
            pages: pages.sorted { $0.key < $1.key }.map {
                IdentifierRegister.Page(filter: UInt8($0.key >> 16), number: UInt16($0.key & 0xFFFF), bits: $0.value)
            })
    }
}

/// Runs files through a reader and a core, as the daemon does, stopping and resuming as the plan says.
func run(_ files: [MemorySource.File], _ plan: LaneRunPlan = LaneRunPlan()) throws -> LaneRun {
    var random = SeededRandom(seed: plan.seed)
    var journal = MemoryJournal()
    var core = LaneCore(options: plan.options)
    core.decisions = plan.decisions
    let attribution = Attribution(
        pseudonymKey: [1, 2, 3], epochs: plan.epochs, hashKey: plan.seed, canaries: plan.options.canaries, movements: plan.movements)
    var reader = try laneReader(files, plan, [], attribution, &random)
    var result = LaneRun()
    var batch = EventBatch()
    while true {
        batch.removeAll()
        _ = reader.fill(&batch)
        core.process(batch)
        if batch.isLast { break }
        guard plan.restarts > 0, Double.random(in: 0..<1, using: &random) < plan.restarts else { continue }
        result.restarts += 1
        journal.store(plan.captureStep.map { cut(&core, &reader, step: $0) } ?? core.takeCommit())
        var options = plan.options
        if !plan.shardsAfterRestart.isEmpty { options.shards = plan.shardsAfterRestart[result.restarts % plan.shardsAfterRestart.count] }
        core = try LaneCore(options: options, resume: journal.resume)
        let newest = core.newest
        core.decisions = plan.decisions.filter { $0.time >= newest }
        var attribution = Attribution(
            pseudonymKey: [1, 2, 3], epochs: plan.epochs, hashKey: random.next(), canaries: plan.options.canaries,
            movements: plan.movements)
        attribution.resume(
            accountNames: core.accountNames, comingNames: core.comingNames, valueNames: core.endpointAndObjectNames, gate: core.admission)
        reader = try laneReader(files, plan, journal.resume.positions, attribution, &random)
    }
    journal.store(core.takeCommit())
    result.alerts = journal.alerts
    result.header = journal.header
    result.accounts = journal.accounts
    result.offsets = journal.positions.mapValues(\.offset)
    result.counters = journal.counters
    result.pages = journal.pages
    return result
}

/// A commit of this moment, encoded while the run goes on; what the run does meanwhile must not be in it.
private func cut(_ core: inout LaneCore, _ reader: inout LaneReader<MemorySource>, step: Int) -> LaneCommit {
    core.beginCommit()
    var batch = EventBatch()
    while true {
        batch.removeAll()
        _ = reader.fill(&batch)
        core.process(batch)
        if let commit = core.continueCommit(atMost: step) { return commit }
    }
}

private func laneReader(
    _ files: [MemorySource.File], _ plan: LaneRunPlan, _ positions: [StreamPosition], _ attribution: consuming Attribution,
    _ random: inout SeededRandom
) throws -> LaneReader<MemorySource> {
    let type = try #require(FormatCatalog.format(named: plan.options.format))
    let format = try FormatCatalog.decoder(of: type, options: FormatOptions(fields: plan.fields, wrapper: plan.wrapper))
    var source = MemorySource(files, largestRead: plan.largestRead, seed: random.next(), resume: positions)
    source.broken = plan.broken
    return LaneReader(source: source, attribution: attribution, leap: plan.options.leap, batchLimit: plan.batchLimit) { format }
}

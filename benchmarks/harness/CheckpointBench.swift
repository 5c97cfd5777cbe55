// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Pipeline

/// Memory for each account, the pauses of a checkpoint, and how fast the core comes back from one.
enum CheckpointBench {
    static func run(accounts: Int) {
        let options = LaneOptions(name: "bench", format: "json", lateness: .minutes(2))
        let before = Stopwatch.residentBytes()
        var core = LaneCore(options: options)
        var events = SyntheticEvents(accounts: accounts, eventsPerDay: 4_000_000)
        for _ in 0..<(2_000_000 / EventBatch.limit) { core.process(events.next()) }
        Stopwatch.report("memory_per_account", (Stopwatch.residentBytes() - before) / Double(accounts), "bytes")

        var longest = 0.0
        var start = Stopwatch.now()
        core.beginCommit()
        longest = max(longest, Stopwatch.now() - start)
        var commit: LaneCommit?
        while commit == nil {
            let batch = events.next()
            start = Stopwatch.now()
            core.process(batch)
            let processed = Stopwatch.now()
            commit = core.continueCommit(atMost: 64)
            longest = max(longest, Stopwatch.now() - processed)
        }
        Stopwatch.report("checkpoint_longest_pause", longest * 1000, "ms")
        guard let commit else { return }
        Stopwatch.report("checkpoint_size", Double(commit.accounts.reduce(0) { $0 + $1.bytes.count }) / Double(accounts), "bytes/account")
        restore(commit, options)
    }

    private static func restore(_ commit: LaneCommit, _ options: LaneOptions) {
        let resume = LaneResume(
            header: commit.header, accounts: commit.accounts.sorted { $0.id < $1.id }, positions: commit.positions)
        let start = Stopwatch.now()
        do {
            let core = try LaneCore(options: options, resume: resume)
            precondition(core.accountCount == commit.accounts.count - 1, "every account comes back")
        } catch {
            print("the state cannot be restored: \(error)")
        }
        Stopwatch.report("core_restore", Stopwatch.now() - start, "s")
    }
}

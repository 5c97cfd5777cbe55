// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Pipeline

/// The core alone: events that are there already, through accumulation, closing, detection and learning.
enum DetectBench {
    static func run(accounts: Int) {
        var core = LaneCore(options: LaneOptions(name: "bench", format: "json", lateness: .minutes(2)))
        var events = SyntheticEvents(accounts: accounts, eventsPerDay: 1_000_000)
        // A week of history first, so that every account is judged by itself.
        for _ in 0..<(7 * 1_000_000 / EventBatch.limit) { core.process(events.next()) }
        let rounds = 1_000_000 / EventBatch.limit
        var batches: [EventBatch] = []
        for _ in 0..<rounds { batches.append(events.next()) }
        let start = Stopwatch.now()
        for batch in batches { core.process(batch) }
        let seconds = Stopwatch.now() - start
        Stopwatch.report("detect_\(accounts)_accounts", seconds / Double(rounds * EventBatch.limit) * 1e9, "ns/event")
    }
}

/// Batches of plausible events of many accounts, without a log.
struct SyntheticEvents {
    private var time: Int64 = 1_780_272_000_000
    private let step: Double
    private var fraction = 0.0
    private var state: UInt64 = 42
    private let accounts: UInt32
    private var named = 0

    init(accounts: Int, eventsPerDay: Int) {
        self.accounts = UInt32(accounts)
        step = 86_400_000 / Double(eventsPerDay)
    }

    private mutating func random() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 33
    }

    mutating func next() -> EventBatch {
        var batch = EventBatch()
        if named == 0 {
            named = Int(accounts)
            for number in 0..<named { batch.newAccounts.append("svc-\(number)") }
            batch.newValues = ["/api/contacts/{id}", "Contact"]
        }
        for index in 0..<EventBatch.limit {
            fraction += step
            time += Int64(fraction)
            fraction -= Double(Int64(fraction))
            let account = AccountID(rawValue: UInt32(random() % UInt64(accounts)) + 1)
            batch.events.append(
                AccessEvent(
                    time: EventTime(milliseconds: time), rows: random() % 500, bytes: random() % 90_000, offset: UInt64(index), rowKey: 0,
                    account: account, stream: 0, endpoint: ValueID(rawValue: 2), object: ValueID(rawValue: 3),
                    network: Network(ipv4: 0x0A00_0000 | account.rawValue << 8), status: 200, operation: .export, presence: [.rows, .bytes])
            )
        }
        return batch
    }
}

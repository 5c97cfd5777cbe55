// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Pipeline

/// Memory while content hashes pass, each of them a new one: the registry and the tallies keep a sample, and must not grow with the log.
enum MovementBench {
    /// Hashes after which the first figure is taken: the registry's sample is full by then.
    private static let first = 100_000

    static func run(hashes: Int, identifiers: Int) {
        let before = Stopwatch.residentBytes()
        var core = LaneCore(options: LaneOptions(name: "bench", format: "json", lateness: .minutes(2)))
        var events = MovementEvents(identifiers: identifiers)
        var (peak, peakOfFirst, passed) = (0.0, 0.0, 0)
        let start = Stopwatch.now()
        while passed < hashes {
            core.process(events.next())
            passed += EventBatch.limit
            // A checkpoint now and then, as the daemon takes one: it holds pages and header while it is made.
            if passed % (EventBatch.limit * 512) == 0 { precondition(!core.takeCommit().header.isEmpty, "a commit has a header") }
            if passed % (EventBatch.limit * 8) == 0 || passed >= hashes { peak = max(peak, Stopwatch.residentBytes() - before) }
            if passed <= first { peakOfFirst = peak }
        }
        let seconds = Stopwatch.now() - start
        Stopwatch.report("movement_memory_peak_0.1M_hashes", peakOfFirst / 1_048_576, "MiB")
        Stopwatch.report("movement_memory_peak_\(Double(passed / 100_000) / 10)M_hashes", peak / 1_048_576, "MiB")
        Stopwatch.report("movement_rate", Double(passed) / seconds / 1e6, "million events/s")
        let counters = core.counterList().filter { $0.name == "events" || $0.name == "filter_rotations_early" }
        for counter in counters { Stopwatch.report("movement_\(counter.name)", Double(counter.value), "") }
    }
}

/// Synthetic records that forty accounts write or move, two hundred a second, each with a content hash that nothing else has.
struct MovementEvents {
    private var time: Int64 = 1_780_272_000_000
    private var number: UInt64 = 0
    /// Identifiers in each text.
    private let identifiers: Int

    init(identifiers: Int) { self.identifiers = identifiers }

    /// Source: the finaliser of SplitMix64 (Steele, Lea and Flood 2014); one to one, so that no hash comes twice.
    private static func mixed(_ seed: UInt64) -> UInt64 {
        var bits = (seed ^ (seed &>> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits &>> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits &>> 31)
    }

    mutating func next() -> EventBatch {
        var batch = EventBatch()
        if number == 0 {
            for account in 0..<40 { batch.newAccounts.append("svc-\(account)") }
            batch.newValues = ["/synth/contacts", "SynContact", "training"]
        }
        for index in 0..<EventBatch.limit {
            number += 1
            time += 5
            let account = AccountID(rawValue: UInt32(number % 40) + 1)
            let isWrite = account.rawValue % 2 == 0
            var movement = DataMovement()
            movement.flow.dataClass = account.rawValue % 5 == 0 ? .customer : .synthetic
            movement.flow.to = ValueID(rawValue: 4)
            movement.flow.toEnvironment = .training
            movement.environment = movement.flow.dataClass == .customer ? .production : .synthetic
            movement.synthetic = movement.flow.dataClass == .customer ? .no : .yes
            movement.provenance = MovementEvents.mixed(number)
            movement.parent = MovementEvents.mixed(number / 64 + 1 << 50)
            movement.traits = isWrite ? [.write, .declared] : .declared
            for place in 0..<identifiers { movement.identifiers.insert(MovementEvents.mixed(number << 3 + UInt64(place) + 1 << 60)) }
            batch.movements.append(movement)
            batch.events.append(
                AccessEvent(
                    time: EventTime(milliseconds: time), rows: 1, bytes: 400, offset: UInt64(index), rowKey: 0, account: account, stream: 0,
                    endpoint: ValueID(rawValue: 2), object: ValueID(rawValue: 3), network: Network(ipv4: 0x0A00_0001), status: 200,
                    operation: isWrite ? .write : .sync, presence: [.rows, .bytes, .movement]))
        }
        return batch
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats
import RollingStatistics
import TestSupport
import Testing

@testable import Pipeline

/// Floods of names: who gets an account, and that a restart in their middle changes nothing.
@Suite struct AdmissionTests {
    private static let noon = RehearsalLane.start.milliseconds / 900_000

    private func request(_ name: UInt64, _ bucket: Int64, rows: UInt64 = 0) -> AdmissionGate.Request {
        AdmissionGate.Request(name: name, bucket: AdmissionTests.noon + bucket, rows: rows)
    }

    /// A gate whose allowance for the day is used up.
    private func usedUpGate() -> Gate {
        let gate = Gate()
        for name in 1...AdmissionGate.leastAllowance { #expect(gate.admit(request(name, 0))) }
        return gate
    }

    @Test func `as many names as a fleet grows by in a day are taken up at once, and as many the day after`() {
        let gate = usedUpGate()
        #expect(!gate.admit(request(5001, 0)))
        let admitted = (6001...8000).count { gate.admit(request($0, 96)) }
        #expect(admitted == 1000)
    }

    @Test func `a quarter hour gives back its part of the allowance`() {
        let gate = usedUpGate()
        let admitted = (5001...5100).count { gate.admit(request($0, 1)) }
        #expect(admitted == 10)
    }

    @Test func `beyond the allowance a name is taken up when it returns in another quarter hour, and not before`() {
        let gate = usedUpGate()
        for _ in 0..<5 { #expect(!gate.admit(request(5001, 0))) }
        for name in 6001...6010 as ClosedRange<UInt64> { #expect(gate.admit(request(name, 1))) }
        #expect(!gate.admit(request(7001, 1)))
        #expect(gate.admit(request(5001, 1)))
        #expect(!gate.admit(request(5001, 1)), "it is not remembered once it is in")
    }

    @Test func `beyond the allowance a name that moves many rows is taken up with the event that does`() {
        let gate = usedUpGate()
        #expect(gate.admit(request(5001, 0, rows: Doorkeeper.enoughRows)))
        for _ in 0..<3 { #expect(!gate.admit(request(5002, 0, rows: Doorkeeper.enoughRows / 4))) }
        #expect(gate.admit(request(5002, 0, rows: Doorkeeper.enoughRows / 4)))
        #expect(!gate.admit(request(5003, 0, rows: 1)))
        #expect(gate.admit(request(5003, 0, rows: .max)))
    }

    @Test func `a name that waited is forgotten after a day`() {
        let doorkeeper = Door()
        #expect(!doorkeeper.isReturning(request(1, 0), at: AdmissionTests.noon))
        #expect(!doorkeeper.isReturning(request(1, 96), at: AdmissionTests.noon + 96))
        #expect(doorkeeper.isReturning(request(1, 97), at: AdmissionTests.noon + 97))
    }

    @Test func `names that come once displace each other, and not one that has called twice`() {
        let doorkeeper = Door()
        for name in 1...10 as ClosedRange<UInt64> {
            for _ in 0..<3 { #expect(!doorkeeper.isReturning(request(name, 0), at: AdmissionTests.noon)) }
        }
        for name in 0..<UInt64(Doorkeeper.capacity) * 2 - 100 {
            #expect(!doorkeeper.isReturning(request(1000 + name, 0), at: AdmissionTests.noon))
        }
        #expect((1...10).allSatisfy { doorkeeper.isReturning(request($0, 1), at: AdmissionTests.noon + 1) })
        #expect(!doorkeeper.isReturning(request(1000, 1), at: AdmissionTests.noon + 1), "the first of those who came once is gone")
    }

    @Test func `a line dated years ahead does not stop the allowance from coming back`() {
        let gate = Gate()
        gate.admit(request(1, 0))
        gate.admit(request(2, 96 * 365 * 70))
        for name in 0..<3000 as Range<UInt64> { gate.admit(request(100 + name, 1)) }
        let admitted = (6001...8000).count { gate.admit(request($0, 192)) }
        #expect(admitted == 1000)
    }

    @Test func `a quiet gate costs a checkpoint less than a line of a log, also a day after a flood`() {
        let gate = usedUpGate()
        #expect(gate.bytes.count < 50)
        for name in 0..<100_000 as Range<UInt64> { gate.admit(request(100_000 + name, 0)) }
        #expect(gate.bytes.count > 390_000 && gate.bytes.count < 400_000)
        gate.admit(request(1, 96))
        #expect(gate.bytes.count < 50)
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func `a gate that was stored and read decides as one that was not`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let (one, other) = (Gate(), Gate())
        for round in 0..<40_000 {
            // Mostly names that come once, some that come often, a clock that jitters.
            let name = Int.random(in: 0..<10, using: &random) == 0 ? UInt64.random(in: 1...5000, using: &random) : random.next() | 1
            let bucket = Int64(round / 400) + Int64.random(in: -2...0, using: &random)
            let next = request(name, bucket, rows: UInt64.random(in: 0...3000, using: &random))
            #expect(one.admit(next) == other.admit(next), "seed \(seed), round \(round)")
            guard round % 997 == 0 else { continue }
            let bytes = one.bytes
            var reader = StateReader(bytes)
            other.state = try AdmissionGate(from: &reader)
            #expect(reader.isAtEnd)
            #expect(other.bytes == bytes, "seed \(seed), round \(round)")
        }
    }

    // MARK: Whole lanes

    @Test func `law 1 and 3: a flood in any reads, stopped in its middle, comes to the same accounts, alerts and state`() throws {
        let files = NameFlood(names: 24_000, quarterHours: 24, returning: 300).files
        let whole = try run(files)
        #expect((whole.counter("overflow") ?? 0) > 20_000)
        // The allowance of a day and of the quarter hours after the first, those who return, the learned one and that of all others.
        #expect((1535...1545).contains(whole.accounts.count), "\(whole.accounts.count)")
        var plan = LaneRunPlan()
        plan.largestRead = 9000
        plan.batchLimit = 200
        #expect(try run(files, plan).difference(from: whole) == nil)
        plan.restarts = 0.3
        plan.seed = 5
        let resumed = try run(files, plan)
        #expect(resumed.restarts > 20)
        #expect(resumed.difference(from: whole) == nil)
    }

    @Test func `a flood of 200,000 names leaves the memory at the allowance, and a learned account's theft in its middle is found`() throws
    {
        var flood = NameFlood(names: 200_000, quarterHours: 12, returning: 0, history: 15)
        flood.theft = 6
        let whole = try run(flood.files)
        #expect(whole.accounts.count < 1200)
        let thefts = whole.alerts.filter { $0.contains("\"detector\":\"D01\"") && $0.contains("\"account\":\"svc-learned\"") }
        #expect(thefts.contains { $0.contains("\"status\":\"open\"") })
        #expect(whole.alerts.filter { $0.contains("\"detector\":\"H01\"") && $0.contains("\"status\":\"open\"") }.count == 1)
    }

    @Test func `X11: accounts that were learned before a flood hold the same state after it as without it`() throws {
        let calm = try run(NameFlood(names: 0, quarterHours: 12, returning: 0, history: 3).files)
        let flooded = try run(NameFlood(names: 20_000, quarterHours: 12, returning: 0, history: 3).files)
        #expect(flooded.accounts[1]?.name == "svc-learned")
        let isTheSame = flooded.accounts[1] == calm.accounts[1]
        #expect(isTheSame)
    }
}

/// A gate that a test may ask inside an expectation.
private final class Gate {
    var state = AdmissionGate()

    @discardableResult
    func admit(_ request: AdmissionGate.Request) -> Bool { state.admit(request) }

    var bytes: [UInt8] {
        var writer = StateWriter()
        state.encode(into: &writer)
        return writer.bytes
    }
}

/// The same with a doorkeeper alone.
private final class Door {
    private var state = Doorkeeper()

    func isReturning(_ request: AdmissionGate.Request, at clock: Int64) -> Bool { state.isReturning(request, at: clock) }
}

/// A log in which one account works day after day, until thousands of names come in a few hours.
struct NameFlood {
    var names: Int
    var quarterHours: Int
    /// Names among them that come in each quarter hour from the second on.
    var returning: Int
    /// Days before the flood.
    var history = 0
    /// The quarter hour of the flood in which the learned account takes fifty times its usual.
    var theft: Int?

    private static let start = RehearsalLane.start.milliseconds

    var files: [MemorySource.File] {
        // The learned account has a file of its own: where its lines stand must not depend on the flood.
        var (learned, bytes): ([UInt8], [UInt8]) = ([], [])
        for bucket in 0..<(history * 96 + quarterHours) {
            let flooded = bucket - history * 96
            let rows = (900 + bucket % 7 * 30) * (flooded == theft ? 50 : 1)
            append("svc-learned", bucket, 10, rows: rows, &learned)
            append("svc-learned", bucket, 890_000, rows: rows / 9, &learned)
            guard flooded >= 0 else { continue }
            let share = names / quarterHours
            for name in 0..<share { append("x-\(flooded)-\(name)", bucket, 20_000 + name * 800_000 / share, rows: 1, &bytes) }
            for name in 0..<(flooded > 0 ? returning : 0) { append("r-\(name)", bucket, 830_000 + name, rows: 1, &bytes) }
        }
        return [MemorySource.File("/logs/learned", learned), MemorySource.File("/logs/flood", bytes)]
    }

    private func append(_ account: String, _ bucket: Int, _ offset: Int, rows: Int, _ bytes: inout [UInt8]) {
        let time = NameFlood.start + Int64(bucket) * 900_000 + Int64(offset)
        bytes += Array("{\"ts\":\(time),\"account\":\"\(account)\",\"action\":\"export\",\"rows\":\(rows)}\n".utf8)
    }
}

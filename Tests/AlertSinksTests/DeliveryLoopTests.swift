// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import EventModel
import Pipeline
import Synchronization
import Testing

/// A wall clock that a test turns.
final class HandClock: Sendable {
    private let time = Mutex(instant)
    var now: EventTime { time.withLock { $0 } }
    func advance(_ span: EventDuration) { time.withLock { $0 = $0 + span } }
    func advance(to moment: EventTime) { time.withLock { $0 = max($0, moment) } }
}

/// An outbox in memory, after the contract of ``Outbox``, that can fail on demand.
final class MemoryOutbox: Outbox {
    struct Entry {
        var message: OutboxMessage
        var due: EventTime
        var settlement: DeliverySettlement?

        var isOpen: Bool {
            switch settlement {
            case nil, .retry: true
            case .delivered, .deadLetter: false
            }
        }
    }

    private struct State {
        var entries: [Entry] = []
        var failuresToSettle = 0
        var failuresToRead = 0
        var isCareless = false
    }

    private let state = Mutex(State())

    func add(_ record: AlertRecord, sink: String, due: EventTime = instant) {
        state.withLock { state in
            let row = Int64(state.entries.count)
            let message = OutboxMessage(row: row, sink: sink, messageID: "\(record.id)-\(record.sequence)", record: record, attempts: 0)
            state.entries.append(Entry(message: message, due: due))
        }
    }

    func failToSettle(_ times: Int) { state.withLock { $0.failuresToSettle = times } }
    /// Answers ``nextDue(sink:)`` without looking which records are behind others.
    func beCareless() { state.withLock { $0.isCareless = true } }
    func failToRead(_ times: Int) { state.withLock { $0.failuresToRead = times } }
    var entries: [Entry] { state.withLock { $0.entries } }

    func due(sink: String, now: EventTime, limit: Int) throws(OutletFailure) -> [OutboxMessage] {
        try state.withLock { (state) throws(OutletFailure) in
            if state.failuresToRead > 0 {
                state.failuresToRead -= 1
                throw OutletFailure(message: "the journal is locked", isRetryable: true)
            }
            var behind: Set<String> = []
            var due: [OutboxMessage] = []
            for entry in state.entries where entry.message.sink == sink && entry.isOpen {
                if behind.insert(entry.message.record.id).inserted && entry.due <= now { due.append(entry.message) }
            }
            return Array(due.prefix(limit))
        }
    }

    func nextDue(sink: String) throws(OutletFailure) -> EventTime? {
        state.withLock { state in
            var behind: Set<String> = []
            let waiting = state.entries.filter { $0.message.sink == sink && $0.isOpen }
            return waiting.filter { behind.insert($0.message.record.id).inserted || state.isCareless }.map { $0.due }.min()
        }
    }

    func settle(_ message: OutboxMessage, _ settlement: DeliverySettlement) throws(OutletFailure) {
        try state.withLock { (state) throws(OutletFailure) in
            if state.failuresToSettle > 0 {
                state.failuresToSettle -= 1
                throw OutletFailure(message: "the disk is full", isRetryable: true)
            }
            let index = Int(message.row)
            state.entries[index].settlement = settlement
            if case .retry(let due, _) = settlement {
                state.entries[index].due = due
                state.entries[index].message.attempts += 1
            }
        }
    }
}

/// A sink that does as it is told, and remembers what it was given.
final class ScriptedSink: AlertSink {
    let name: String
    private let outcomes: Mutex<[DeliveryOutcome]>
    private let taken = Mutex<[(id: String, now: EventTime)]>([])

    /// The last outcome is repeated.
    init(_ name: String = "a", _ outcomes: DeliveryOutcome...) {
        self.name = name
        self.outcomes = Mutex(outcomes)
    }

    var ids: [String] { taken.withLock { $0.map { $0.id } } }
    var times: [EventTime] { taken.withLock { $0.map { $0.now } } }

    func deliver(_ record: AlertRecord, messageID: String, now: EventTime) -> DeliveryOutcome {
        taken.withLock { $0.append((messageID, now)) }
        return outcomes.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
    }
}

/// The loop by reference: an expectation cannot hold a value that is not copied.
private final class LoopUnderTest {
    private var loop: DeliveryLoop

    init(_ outbox: MemoryOutbox, _ sinks: [ScriptedSink], _ clock: HandClock) {
        loop = DeliveryLoop(outbox: outbox, sinks: sinks) { clock.now }
    }

    var statuses: [SinkStatus] { loop.statuses }
    var outboxTrouble: String? { loop.outboxTrouble }
    func step() -> EventTime? { loop.step() }
}

private let trouble = DeliveryOutcome.retry(reason: "a: down", after: nil)

struct `The delivery loop` {
    private let clock = HandClock()
    private let outbox = MemoryOutbox()

    private func loop(_ sinks: ScriptedSink...) -> LoopUnderTest { LoopUnderTest(outbox, sinks, clock) }

    /// Steps and turns the clock to each next moment until nothing waits. Returns the steps made.
    @discardableResult
    private func run(_ loop: LoopUnderTest, limit: Int = 200) -> Int {
        for number in 1...limit {
            guard let next = loop.step() else { return number }
            clock.advance(to: next)
        }
        return limit + 1
    }

    @Test func `what is due is delivered once and settled`() {
        let sink = ScriptedSink("a", .delivered)
        outbox.add(record("A"), sink: "a")
        outbox.add(record("B"), sink: "a")
        let loop = loop(sink)
        #expect(loop.step() == nil)
        #expect(loop.step() == nil)
        #expect(sink.ids == ["A-0", "B-0"])
        #expect(outbox.entries.allSatisfy { $0.settlement == .delivered(at: instant) })
        #expect(loop.statuses[0].delivered == 2)
    }

    @Test func `nothing is delivered before it is due, and the moment is returned`() {
        let sink = ScriptedSink("a", .delivered)
        outbox.add(record("A"), sink: "a", due: instant + .minutes(3))
        let loop = loop(sink)
        #expect(loop.step() == instant + .minutes(3))
        #expect(sink.ids.isEmpty)
        clock.advance(.minutes(3))
        #expect(loop.step() == nil)
        #expect(sink.ids == ["A-0"])
    }

    @Test func `the records of one alert arrive in order, whatever fails`() {
        let sink = ScriptedSink("a", trouble, .delivered, trouble, trouble, .delivered)
        for sequence: UInt32 in 0..<4 { outbox.add(record("A", sequence: sequence), sink: "a") }
        let loop = loop(sink)
        run(loop)
        var arrived: [String] = []
        for id in sink.ids where arrived.last != id { arrived.append(id) }
        #expect(arrived == ["A-0", "A-1", "A-2", "A-3"])
        #expect(outbox.entries.allSatisfy { !$0.isOpen })
        #expect(loop.statuses[0].delivered == 4 && loop.statuses[0].retried == 3)
    }

    @Test func `another alert does not wait for one that is refused`() {
        let sink = ScriptedSink("a", .refused(reason: "a: answered 422"), .delivered)
        outbox.add(record("A"), sink: "a")
        outbox.add(record("B"), sink: "a")
        let loop = loop(sink)
        #expect(loop.step() == nil)
        #expect(sink.ids == ["A-0", "B-0"])
        #expect(outbox.entries[0].settlement == .deadLetter(reason: "a: answered 422"))
        #expect(loop.statuses[0].refused == 1 && loop.statuses[0].dead == 0)
        #expect(loop.statuses[0].lastError == "a: answered 422")
        #expect(loop.statuses[0].lastErrorTime == instant)
    }

    @Test func `a receiver that is back after its restart gets the message within seconds`() throws {
        let sink = ScriptedSink("a", trouble, .delivered)
        outbox.add(record("A"), sink: "a")
        let loop = loop(sink)
        let next = try #require(loop.step())
        #expect(next >= instant + EventDuration(milliseconds: 4500) && next <= instant + EventDuration(milliseconds: 5500))
        clock.advance(to: next)
        #expect(loop.step() == nil)
        #expect(sink.times == [instant, next])
    }

    @Test func `a message is given up after ten attempts in about three days`() {
        let sink = ScriptedSink("a", trouble)
        outbox.add(record("A"), sink: "a")
        let loop = loop(sink)
        run(loop)
        #expect(sink.ids.count == 10)
        let span = (clock.now - instant).milliseconds / 3_600_000
        #expect(span >= 68 && span <= 84)
        #expect(outbox.entries[0].settlement == .deadLetter(reason: "a: down; given up after 10 attempts"))
        #expect(loop.statuses[0].retried == 9 && loop.statuses[0].dead == 1)
    }

    @Test func `a receiver that is down is not asked for each message`() throws {
        let sink = ScriptedSink("a", trouble)
        for number in 0..<100 { outbox.add(record("A\(number)"), sink: "a") }
        let loop = loop(sink)
        let next = try #require(loop.step())
        #expect(sink.ids == ["A0-0"])
        #expect(next > instant)
        #expect(loop.step().map { $0 > instant } == true)
        #expect(sink.ids.count == 1)
        // In the first hour: at 0, 4, 12, 28, 60, 124, 248 seconds and every 5 minutes after that.
        for _ in 0..<100 {
            guard let next = loop.step(), next < instant + .hours(1) else { break }
            clock.advance(to: next)
        }
        #expect(sink.ids.count >= 15 && sink.ids.count <= 21)
    }

    @Test func `a receiver that is back gets all that waits without pauses`() {
        let sink = ScriptedSink("a", trouble, trouble, .delivered)
        for number in 0..<30 { outbox.add(record("A\(number)"), sink: "a") }
        let loop = loop(sink)
        run(loop)
        #expect(loop.statuses[0].delivered == 30)
        // Two messages had their first attempt fail and come back on the schedule of their own.
        #expect(clock.now < instant + .minutes(6))
    }

    @Test func `after a success the next failure is again a short one`() throws {
        let sink = ScriptedSink("a", trouble, trouble, trouble, trouble, trouble, .delivered, trouble)
        for number in 0..<20 { outbox.add(record("A\(number)"), sink: "a") }
        let loop = loop(sink)
        for _ in 0..<100 where loop.statuses[0].delivered == 0 { clock.advance(to: try #require(loop.step())) }
        #expect(loop.statuses[0].retried == 6)
        let failed = try #require(sink.times.last)
        #expect(clock.now > failed && clock.now <= failed + .seconds(5))
    }

    @Test func `what the receiver asked for holds for all messages of its sink`() {
        let sink = ScriptedSink("a", .retry(reason: "a: answered 429", after: .seconds(90)), .delivered)
        outbox.add(record("A"), sink: "a")
        outbox.add(record("B"), sink: "a")
        let loop = loop(sink)
        #expect(loop.step() == instant + .seconds(90))
        clock.advance(.seconds(89))
        #expect(loop.step() == instant + .seconds(90))
        #expect(sink.ids == ["A-0"])
        clock.advance(.seconds(1))
        #expect(loop.step() == nil)
        #expect(sink.ids.sorted() == ["A-0", "A-0", "B-0"])
    }

    @Test func `a slow or broken sink does not hold back another`() {
        let broken = ScriptedSink("a", trouble)
        let sound = ScriptedSink("b", .delivered)
        outbox.add(record("A"), sink: "a")
        outbox.add(record("A"), sink: "b")
        let loop = loop(broken, sound)
        #expect(loop.step().map { $0 > instant } == true)
        #expect(sound.ids == ["A-0"])
        #expect(loop.statuses.map { $0.delivered } == [0, 1])
    }

    @Test func `a disabled sink is not used again, and its messages stay`() {
        let sink = ScriptedSink("a", .disabled(reason: "a: answered 410"), .delivered)
        outbox.add(record("A"), sink: "a")
        outbox.add(record("B"), sink: "a")
        let first = loop(sink)
        #expect(first.step() == nil)
        clock.advance(.days(1))
        #expect(first.step() == nil)
        #expect(sink.ids == ["A-0"])
        #expect(first.statuses[0].isDisabled && first.statuses[0].lastError == "a: answered 410")
        #expect(outbox.entries[0].settlement == .retry(due: instant, reason: "a: answered 410"))
        #expect(outbox.entries[1].settlement == nil)
        // A restart asks again.
        let second = loop(sink)
        #expect(second.step() == nil)
        #expect(sink.ids == ["A-0", "A-0", "B-0"])
    }

    @Test func `a clock that is set back ends the rest of a sink`() {
        let sink = ScriptedSink("a", .retry(reason: "a: answered 500", after: .hours(20)), .delivered)
        outbox.add(record("A"), sink: "a")
        outbox.add(record("B"), sink: "a")
        let loop = loop(sink)
        clock.advance(.days(3650))
        _ = loop.step()
        #expect(sink.ids == ["A-0"])
        clock.advance(.days(-3650))
        _ = loop.step()
        #expect(sink.ids == ["A-0", "B-0"])
    }

    @Test func `a sink that takes messages again has no trouble`() {
        let sink = ScriptedSink("a", .retry(reason: "a: answered 500", after: nil), .delivered)
        outbox.add(record("A"), sink: "a")
        let loop = loop(sink)
        _ = loop.step()
        #expect(loop.statuses[0].lastError == "a: answered 500")
        clock.advance(.minutes(10))
        _ = loop.step()
        #expect(loop.statuses[0].delivered == 1 && loop.statuses[0].lastError == nil)
    }

    @Test func `a result that could not be stored is stored later, without sending again`() {
        let sink = ScriptedSink("a", .delivered)
        outbox.add(record("A"), sink: "a")
        outbox.add(record("B"), sink: "a")
        outbox.failToSettle(2)
        let loop = loop(sink)
        #expect(loop.step() == instant + DeliveryLoop.outboxPause)
        #expect(loop.outboxTrouble == "the disk is full")
        #expect(loop.step() == instant + DeliveryLoop.outboxPause)
        #expect(sink.ids == ["A-0"])
        #expect(loop.step() == nil)
        #expect(loop.outboxTrouble == nil)
        #expect(sink.ids == ["A-0", "B-0"])
        #expect(outbox.entries.allSatisfy { !$0.isOpen })
        #expect(loop.statuses[0].delivered == 2)
    }

    @Test func `a crash before the result was stored sends the message again with the same id`() {
        let sink = ScriptedSink("a", .delivered)
        outbox.add(record("A"), sink: "a")
        outbox.failToSettle(1)
        let first = loop(sink)
        #expect(first.step() != nil)
        #expect(outbox.entries[0].isOpen)
        let second = loop(sink)
        #expect(second.step() == nil)
        #expect(sink.ids == ["A-0", "A-0"])
        #expect(!outbox.entries[0].isOpen)
    }

    @Test func `an outbox that cannot be read is asked again`() {
        let sink = ScriptedSink("a", .delivered)
        outbox.add(record("A"), sink: "a")
        outbox.failToRead(1)
        let loop = loop(sink)
        #expect(loop.step() == instant + DeliveryLoop.outboxPause)
        #expect(loop.outboxTrouble == "the journal is locked")
        #expect(loop.step() == nil)
        #expect(sink.ids == ["A-0"])
    }

    @Test func `a step is bounded, and asks to be called again at once`() {
        let sink = ScriptedSink("a", .delivered)
        for number in 0..<20 { outbox.add(record("A\(number)"), sink: "a") }
        let loop = loop(sink)
        #expect(loop.step().map { $0 <= clock.now } == true)
        #expect(sink.ids.count == DeliveryLoop.batchLimit)
        #expect(loop.step().map { $0 <= clock.now } == true)
        #expect(loop.step() == nil)
        #expect(sink.ids.count == 20)
    }

    @Test func `an outbox that names a moment at which nothing can be sent makes no loop without sleep`() throws {
        outbox.beCareless()
        let sink = ScriptedSink("a", trouble)
        outbox.add(record("A", sequence: 0), sink: "a")
        outbox.add(record("A", sequence: 1), sink: "a")
        let loop = loop(sink)
        var steps = 0
        while clock.now < instant + .minutes(5) && steps < 1000 {
            clock.advance(to: try #require(loop.step()))
            steps += 1
        }
        #expect(steps <= 310 && clock.now >= instant + .minutes(5))
        #expect(Set(sink.ids) == ["A-0"])
    }
}

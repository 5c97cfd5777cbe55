// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import EventModel
import LogFormats
import RollingStatistics
import TestSupport
import Testing

@testable import Detection
@testable import Pipeline

/// What D05 and D06 rest on: pages, positions and channels of a bucket, whatever else is in it.
@Suite struct WalkTests {
    private static let start: Int64 = 1_780_272_000_000

    private func event(
        _ second: Int, rows: UInt64, bytes: UInt64 = 0, endpoint: UInt16 = 2, operation: EventModel.Operation = .read
    ) -> AccessEvent {
        AccessEvent(
            time: EventTime(milliseconds: WalkTests.start + Int64(second) * 1000), rows: rows, bytes: bytes, offset: 0, rowKey: 0,
            account: AccountID(rawValue: 1), stream: 0, endpoint: ValueID(rawValue: endpoint), object: .unknown, network: .unknown,
            status: 200,
            operation: operation, presence: rows > 0 ? [.rows, .bytes] : [.bytes])
    }

    private func tally(_ events: [AccessEvent]) throws -> AccountTally {
        var tally = AccountTally(try #require(events.first))
        for event in events { _ = tally.add(event, rows: event.rows, bytes: event.bytes) }
        return tally
    }

    private func closed(_ events: [AccessEvent]) throws -> ClosedBucket {
        let closed = ClosedBucket(number: 0, end: BucketGrid.start(of: 1), fleet: FleetView(), values: ValueTable())
        closed.read(AccountProfile(firstBucket: 0), try tally(events))
        return closed
    }

    @Test func `a call without rows among full pages does not hide that they are full`() throws {
        let walk = (0..<150).map { event($0 * 6, rows: 200) }
        let plain = try closed(walk)
        #expect(plain.access.isPageFull(plain.sums))
        let hidden = try closed(walk + [event(13, rows: 0, bytes: 50_000_000)])
        #expect(hidden.access.isPageFull(hidden.sums))
        let ragged = try closed((0..<150).map { event($0 * 6, rows: UInt64(150 + $0)) })
        #expect(!ragged.access.isPageFull(ragged.sums))
        let few = try closed(Array(walk.prefix(20)) + (0..<130).map { (call: Int) in event(call * 6 + 3, rows: 0, bytes: 900) })
        #expect(!few.access.isPageFull(few.sums))
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>) func `positions make a walk whatever the order in which files are read`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        func walk(_ positions: [(second: Int, position: UInt64)]) -> PositionTally {
            var tally = PositionTally()
            for call in positions { tally.add(call.position, at: EventTime(milliseconds: WalkTests.start + Int64(call.second) * 1000)) }
            return tally
        }
        let rising = (0..<150).map { (second: $0 * 6, position: UInt64($0) * 200) }
        #expect(walk(rising) == walk(rising.shuffled(using: &random)), "seed \(seed)")
        #expect(walk(rising).walk == PositionTally.Walk(rises: true, first: 900, last: 28_900))
        #expect(walk(rising.map { ($0.second, 30_000 - $0.position) }).walk?.rises == false)
        // One call in each minute that begins anew does not hide the walk.
        let disguised = rising + (0..<15).map { (second: $0 * 60 + 5, position: UInt64(0)) }
        #expect(walk(disguised).walk?.rises == true)
        #expect(walk((0..<150).map { ($0 * 6, UInt64($0 % 3)) }).walk == nil)
        #expect(walk(rising.shuffled(using: &random).enumerated().map { (rising[$0].second, $1.position) }).walk == nil, "seed \(seed)")
        #expect(walk([(0, .max), (60, .max), (120, .max), (180, .max)]).walk == nil)
    }

    @Test(
        arguments: [
            ("/contacts?limit=200&offset=4000", 4000), ("/contacts?OFFSET=7", 7), ("/contacts?$skip=0", 0), ("/c?page%5Bnumber%5D=3", nil),
            ("/c?page[number]=3&x=1", 3), ("/c?p=1&page=12", 12), ("/contacts", nil), ("/contacts?offset=", nil),
            ("/contacts?offset=4k", nil),
            ("/offset=4", nil), ("/c?cursor=eyJpZCI6MX0", nil), ("/c?from=1780272000", nil), ("/c?since_id=55", nil), ("/c?xoffset=4", nil),
            ("/c?offset=4#page=9", nil),
        ] as [(String, UInt64?)])
    func `an offset or a page in the query string is a position, ids and times are none`(path: String, expected: UInt64?) {
        let bytes = Array(path.utf8)
        #expect(ChunkBuffer(bytes).withBytes { ListingPosition.read($0, from: 0, to: bytes.count) } == expected)
    }

    @Test func `a walk that falls goes on in the next quarter hour, and begins anew where it jumps back`() throws {
        func bucket(_ number: Int, from top: Int) -> ClosedBucket {
            var tally = AccountTally(event(number * 900, rows: 200))
            for call in 0..<150 {
                let event = event(number * 900 + call * 6, rows: 200)
                _ = tally.add(event, rows: 200, bytes: 0)
                var detail = EventDetail()
                detail.position = UInt64(top - call * 200)
                tally.noteAccess().note(detail, rows: 200, at: event.time, operation: .read)
            }
            let values = ValueTable()
            let grid = BucketGrid.number(of: EventTime(milliseconds: WalkTests.start)) + Int64(number)
            let closed = ClosedBucket(number: grid, end: BucketGrid.start(of: grid + 1), fleet: FleetView(), values: values)
            closed.read(AccountProfile(firstBucket: 0), tally)
            return closed
        }
        var history = PaceHistory()
        history.learn(bucket(0, from: 60_000))
        #expect(history.run.direction == .down)
        #expect(history.run(endingWith: bucket(1, from: 30_000))?.buckets == 2)
        #expect(history.run(endingWith: bucket(1, from: 60_000))?.buckets == 1)
    }

    @Test(arguments: 1...3) func `a walk is told from other calls between its pages`(others: Int) throws {
        func bucket(_ number: Int) throws -> ClosedBucket {
            var random = SeededRandom(seed: UInt64(number * 10 + others))
            var tally = AccountTally(event(number * 900, rows: 200))
            for call in 0..<150 {
                let page = event(number * 900 + call * 6, rows: 200)
                _ = tally.add(page, rows: 200, bytes: 0)
                var detail = EventDetail()
                detail.position = UInt64((number * 150 + call) * 200)
                tally.noteAccess().note(detail, rows: 200, at: page.time, operation: .read, route: RouteKey(page))
                for _ in 0..<others {
                    let read = event(number * 900 + call * 6 + Int.random(in: 1...5, using: &random), rows: 1, endpoint: 7)
                    _ = tally.add(read, rows: 1, bytes: 0)
                }
            }
            let grid = BucketGrid.number(of: EventTime(milliseconds: WalkTests.start)) + Int64(number)
            let closed = ClosedBucket(number: grid, end: BucketGrid.start(of: grid + 1), fleet: FleetView(), values: ValueTable())
            closed.read(AccountProfile(firstBucket: 0), tally)
            return closed
        }
        var history = PaceHistory()
        for number in 0..<4 { history.learn(try bucket(number)) }
        #expect(history.run.buckets == 4 && history.run.calls == 600 && history.run.rows == 120_000)
        #expect(history.run.lead.endpoint.rawValue == 2 && history.run.direction == .up)
    }

    @Test func `positions stand beside the events that state them, with other details or alone`() throws {
        let lines = [
            #"{"ts":1780272000,"account":"a","action":"list","endpoint":"/c?offset=10","rows":1}"#,
            #"{"ts":1780272001,"account":"a","action":"list","endpoint":"/c","rows":1}"#,
            #"{"ts":1780272002,"account":"a","action":"list","endpoint":"/c?offset=20","agent":"DL-Tool/2.1 (x)","rows":1}"#,
            #"{"ts":1780272003,"account":"a","action":"list","endpoint":"/c","agent":"DL-Tool/2.2","rows":1}"#,
            #"{"ts":1780272004,"account":"a","action":"write","endpoint":"/c?offset=20"}"#,
        ]
        let log = MemorySource.File("a", Array((lines.joined(separator: "\n") + "\n").utf8))
        let format = try JSONFormat(options: FormatOptions())
        var batch = EventBatch()
        var reader = LaneReader(
            source: MemorySource([log]), attribution: Attribution(pseudonymKey: [1], hashKey: 9), makeFormat: { format })
        while reader.fill(&batch) {}
        #expect(batch.events.map { $0.presence.contains(.detail) } == [true, false, true, true, false])
        #expect(batch.details.map(\.position) == [10, 20, nil])
        let versions = batch.details.map(\.agentVersion)
        #expect(versions[0] == 0 && versions[1] != 0 && versions[2] != 0 && versions[1] != versions[2])
        #expect(batch.details[1].agent == batch.details[2].agent)
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>) func `what left by a channel is whole, however many routes a bucket has`(seed: UInt64)
        throws
    {
        var random = SeededRandom(seed: seed)
        let operations: [EventModel.Operation] = [.read, .bulk, .export, .query]
        let events = (0..<400).map { number in
            event(
                number * 2, rows: UInt64.random(in: 1...5000, using: &random), endpoint: UInt16.random(in: 2...60, using: &random),
                operation: operations[Int.random(in: 0..<4, using: &random)])
        }
        let channels = try closed(events).access.channels
        for (operation, channel) in zip(operations, [AccessChannel.reads, .bulk, .exports, .queries]) {
            let exact = events.filter { $0.operation == operation }.reduce(UInt64(0)) { $0 + $1.rows }
            #expect(channels[channel] == exact, "seed \(seed): \(channel)")
        }
    }

    @Test func `a program's new version is told beside the shift`() throws {
        var lane = RehearsalLane()
        let reads = Activity(rows: 40, calls: 4).with {
            $0.operation = .read
            $0.endpoints = ["/contacts"]
            $0.detail.agent = 7
            $0.detail.agentVersion = 1
        }
        let bulk = Activity(rows: 20_000, calls: 2).with {
            $0.operation = .bulk
            $0.endpoints = ["/jobs"]
            $0.detail.agent = 7
            $0.detail.agentVersion = 1
        }
        lane.live([Stretch(days: 20, [reads, reads])])
        let opened = lane.live([Stretch(buckets: 1, [bulk, bulk.with { $0.detail.agentVersion = 3 }])]).filter { $0.detector == "D06" }
        #expect(
            opened.map { $0.summary.hasSuffix("Its program came in a new version today.") } == [false, true], "\(opened.map(\.summary))")
    }

    @Test func `a shift is one alert a day, and none once the channel is known`() {
        var lane = RehearsalLane()
        let reads = Activity(rows: 40, calls: 4).with { $0.operation = .read }.with { $0.endpoints = ["/contacts"] }
        let bulk = Activity(rows: 20_000, calls: 2).with { $0.operation = .bulk }.with { $0.endpoints = ["/jobs"] }
        lane.live([Stretch(days: 20, [reads])])
        let day = [Stretch(buckets: 1, [bulk]), Stretch(buckets: 15, [reads])]
        let opened = lane.live(Array(repeating: day, count: 60).flatMap { $0 }).filter { $0.detector == "D06" }
        #expect(opened.count == 1, "\(opened.map(\.summary))")
    }
}

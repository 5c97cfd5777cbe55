// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import LogFormats
import RollingStatistics

/// A lane that is fed from stretches instead of logs: made-up accounts through the core that production uses.
///
/// Pure and without chance: a stretch gives the same events, and so the same alerts, everywhere. Begins on a Monday at midnight.
package struct RehearsalLane: ~Copyable {
    /// Monday, 1 June 2026, 00:00 UTC.
    package static let start = EventTime(milliseconds: 1_780_272_000_000)

    private var core: LaneCore
    private let options: LaneOptions
    private var bucket = BucketGrid.number(of: RehearsalLane.start)
    private var accounts: Int
    private var newest = RehearsalLane.start
    private var batch = EventBatch()
    /// The details of the running bucket's events, in the order of the events.
    private var details: [EventDetail] = []
    private var movements: [DataMovement] = []

    /// Numbers of the endpoints met so far.
    private var endpoints: [String: UInt16] = [:]

    package init(
        detectorOptions: [String: [String: Double]] = [:], canaries: [String] = [], inventory: [String] = [],
        declaresFlows: Bool = false, stores: [Estate.Store] = [], calendar: [ExpectedRise] = [],
        knownNetworks: [NetworkRange] = [], series: SeriesSelection = SeriesSelection()
    ) {
        var options = LaneOptions(name: "rehearsal", format: "json", lateness: .seconds(0))
        options.detectorOptions = detectorOptions
        options.canaries = canaries
        options.inventory = inventory
        options.declaresFlows = declaresFlows
        options.stores = stores
        options.calendar = calendar
        options.knownNetworks = knownNetworks
        options.series = series
        self.options = options
        core = LaneCore(options: options)
        accounts = 0
    }

    /// When the next stretch begins.
    package var now: EventTime { BucketGrid.start(of: bucket) }

    /// Lives through a stretch, closes its last bucket, and returns what the alerts did meanwhile.
    package mutating func live(_ stretch: SelfTest.Stretch) -> [AlertRecord] {
        batch.removeAll()
        while accounts < stretch.accounts.count {
            accounts += 1
            batch.newAccounts.append("account-\(accounts)")
        }
        let stretchStart = bucket
        for _ in 0..<stretch.buckets {
            let first = batch.events.count
            for (index, activity) in stretch.accounts.enumerated() {
                guard let activity, activity.hours.contains(hourOfDay) else { continue }
                append(activity, account: index + 1)
            }
            if let others = stretch.others, others.hours.contains(hourOfDay) { append(others, account: 0) }
            sort(from: first)
            if bucket == stretchStart { append(stretch.faults) }
            bucket += 1
            if batch.events.count >= EventBatch.limit { hand() }
        }
        // Nothing comes any more until the stretch is over: its buckets close as those of an idle source do.
        hand()
        batch.moment = RehearsalLane.moment(now, isResting: true)
        core.process(batch)
        batch.removeAll()
        return core.takeAlerts()
    }

    /// Stops the lane and goes on from its checkpoint. Returns the bytes of the largest account in it.
    /// Precondition: it is the first stop, so that the checkpoint has every account.
    package mutating func restart() throws(StateError) -> Int {
        let commit = core.takeCommit()
        core = try LaneCore(
            options: options,
            resume: LaneResume(
                header: commit.header, accounts: commit.accounts.sorted { $0.id < $1.id }, positions: commit.positions, pages: commit.pages)
        )
        batch.moment = RehearsalLane.moment(newest, isResting: true)
        core.process(batch)
        batch.removeAll()
        return commit.accounts.map(\.bytes.count).max() ?? 0
    }

    /// A person decides about an account; returns what the alerts did about it.
    package mutating func decide(_ verdict: LaneDecision.Verdict, account: String) -> [AlertRecord] {
        core.apply(LaneDecision(verdict, account: account))
        return core.takeAlerts()
    }

    private mutating func hand() {
        // What is dated beyond the buckets so far is meant to be wrong.
        newest = batch.events.map(\.time).filter { $0 < now }.max() ?? newest
        batch.moment = RehearsalLane.moment(newest, isResting: false)
        core.process(batch)
        batch.removeAll()
    }

    /// Both clocks of a rehearsal are event time.
    private static func moment(_ time: EventTime, isResting: Bool) -> LiveMoment {
        LiveMoment(steady: EventDuration(milliseconds: time.milliseconds), wall: time, isResting: isResting)
    }

    private mutating func append(_ faults: SelfTest.Faults) {
        let kinds = [(MalformedReason.lineTooLong, faults.longLines, 3_000_000 as UInt64), (.syntax, faults.brokenLines, 100)]
        for (reason, count, length) in kinds {
            for _ in 0..<count {
                batch.marks.append(
                    EventBatch.Mark(eventsBefore: batch.events.count, kind: .malformed(reason.rawValue), length: length))
            }
        }
        guard let last = batch.events.last?.time else { return }
        for (time, count) in [(last - .days(1), faults.lateEvents), (last + .days(1), faults.aheadEvents)] {
            let event = AccessEvent(
                time: time, rows: 1, bytes: 0, offset: 0, rowKey: 0, account: AccountID(rawValue: 1), stream: 0, endpoint: .unknown,
                object: .unknown, network: .unknown, status: 200, operation: .read, presence: [.rows])
            batch.events += Array(repeating: event, count: count)
        }
    }

    private var hourOfDay: Int { Int(bucket % Int64(BucketGrid.perDay)) / 4 }

    /// The calls of an account in the running bucket, evenly spread over it from its first minute on.
    private mutating func append(_ activity: SelfTest.Activity, account: Int) {
        let stray = 1 + activity.spread * RehearsalLane.stray(bucket: bucket, account: account)
        let calls = max(Int((Double(activity.calls) * stray).rounded()), 1)
        let rows = UInt64((Double(activity.rows) * stray).rounded())
        let bytes = UInt64((Double(activity.bytes) * stray).rounded())
        for call in 0..<calls {
            let isFirst = call == 0
            let offset = 60_000 + Int64(call) * 800_000 / Int64(calls)
            let endpoint = activity.endpoints.isEmpty ? .unknown : value(activity.endpoints[call % activity.endpoints.count])
            var event = AccessEvent(
                time: EventTime(milliseconds: now.milliseconds + offset),
                rows: rows / UInt64(calls) + (isFirst ? rows % UInt64(calls) : 0),
                bytes: bytes / UInt64(calls) + (isFirst ? bytes % UInt64(calls) : 0), offset: 0, rowKey: 0,
                account: AccountID(rawValue: UInt32(account)), stream: 0, endpoint: endpoint, object: .unknown,
                network: activity.networks.isEmpty ? activity.network : activity.networks[call % activity.networks.count],
                status: call < activity.failures ? activity.status : 200, operation: activity.operation,
                presence: [.rows, .bytes])
            var detail = RehearsalLane.detail(activity, call: call)
            if activity.step > 0 {
                let number = activity.isCircling ? UInt64(call % 3) : UInt64(bucket) &* UInt64(calls) &+ UInt64(call)
                detail.position = number &* activity.step
            }
            if detail != EventDetail() { event.presence.insert(.detail) }
            details.append(detail)
            let movement = self.movement(activity, call: call)
            if movement != nil { event.presence.insert(.movement) }
            movements.append(movement ?? DataMovement())
            batch.events.append(event)
        }
    }

    private static func detail(_ activity: SelfTest.Activity, call: Int) -> EventDetail {
        var detail = activity.detail
        if activity.items > 0 { detail.item = mixed(UInt64(call % activity.items) + 1) }
        if activity.queries > 0 {
            detail.queryShape = 7
            detail.query = mixed(UInt64(call % activity.queries) + 1)
        }
        return detail
    }

    private mutating func movement(_ activity: SelfTest.Activity, call: Int) -> DataMovement? {
        guard let moves = activity.moves else { return nil }
        var movement = moves.movement
        if let name = moves.from { movement.flow.from = value(name) }
        if let name = moves.to { movement.flow.to = value(name) }
        if let name = moves.fromRegion { movement.flow.fromRegion = value(name) }
        if let name = moves.toRegion { movement.flow.toRegion = value(name) }
        if activity.hasHashOfEachCall {
            movement.provenance = RehearsalLane.mixed(UInt64(bitPattern: bucket) << 16 &+ UInt64(call) &+ 1) | 1
        }
        if !activity.markers.isEmpty { movement.synthetic = activity.markers[call % activity.markers.count] }
        return movement
    }

    /// Puts the events of a bucket in the order of a lane, and their details with them.
    private mutating func sort(from first: Int) {
        let events = Array(batch.events[first...])
        let order = events.indices.sorted { (events[$0].time, events[$0].account) < (events[$1].time, events[$1].account) }
        for (place, index) in order.enumerated() { batch.events[first + place] = events[index] }
        for index in order where events[index].presence.contains(.detail) { batch.details.append(details[index]) }
        for index in order where events[index].presence.contains(.movement) { batch.movements.append(movements[index]) }
        details.removeAll(keepingCapacity: true)
        movements.removeAll(keepingCapacity: true)
    }

    private mutating func value(_ name: String) -> ValueID {
        if let known = endpoints[name] { return ValueID(rawValue: known) }
        let number = UInt16(endpoints.count + 2)
        endpoints[name] = number
        batch.newValues.append(name)
        return ValueID(rawValue: number)
    }

    /// A number from −1 to 1 that looks like chance and is none. Source: the finaliser of SplitMix64 (Steele, Lea and Flood 2014).
    private static func stray(bucket: Int64, account: Int) -> Double {
        let bits = mixed(UInt64(bitPattern: bucket) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(account) &* 0xD1B5_4A32_D192_ED03)
        return Double(bits &>> 11) / 4_503_599_627_370_496 - 1
    }

    private static func mixed(_ seed: UInt64) -> UInt64 {
        var bits = (seed ^ (seed &>> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits &>> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits &>> 31)
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Calls that an incident adds beside its accounts' own, made beforehand. State: 120 bytes a call.
struct CallPlan: Sendable {
    private let events: [SimulatedEvent]
    private var place = 0

    init(_ events: [SimulatedEvent]) { self.events = events.sorted { $0.time < $1.time } }

    /// When its next call happens; `Int64.max` when there is none.
    var time: Int64 { place < events.count ? events[place].time.milliseconds : .max }

    mutating func next() -> SimulatedEvent {
        place += 1
        return events[place - 1]
    }
}

/// Writes down the calls of one plan.
struct CallPlanner {
    let account: Int
    let traits: AccountTraits
    var random: SimulationRandom
    private(set) var events: [SimulatedEvent] = []

    init(account: Int, traits: AccountTraits, random: SimulationRandom) {
        self.account = account
        self.traits = traits
        self.random = random
    }

    /// What a call fares like.
    enum Fate {
        /// As calls do: four in a thousand are turned down, three fail.
        case byChance
        case succeeds
        case fails(UInt16)
    }

    /// - Parameters:
    ///   - object: the place of the object in ``EndpointCatalog/objects``; the account's favourite when nil.
    ///   - address: the account's usual host when nil.
    mutating func call(
        _ call: EndpointCatalog.Call, object: Int? = nil, at time: Int64, rows: Double = 1, _ fate: Fate = .byChance,
        detail: SimulatedDetail = SimulatedDetail(), address: UInt32? = nil
    ) {
        let endpoint = call.endpoint(object ?? Int(traits.objects[0]))
        func make(_ random: inout SimulationRandom) -> SimulatedEvent {
            SimulatedEvent(
                time: time, account: Int32(account), endpoint: endpoint, rows: rows, bytesPerRow: traits.bytesPerRow,
                address: address ?? traits.networks[0] + 10, random: &random)
        }
        var event = make(&random)
        switch fate {
        case .byChance: break
        case .succeeds: while event.status >= 400 { event = make(&random) }
        case .fails(let status): event.fail(status)
        }
        event.detail = detail
        if detail.job != 0 { event.name(detail.job) }
        if detail.item != 0 { event.name(detail.item - SimulatedDetail.itemNumber(0)) }
        events.append(event)
    }

    /// Calls `body` with the times of `count` calls spread over a span, each a share of the pace early or late.
    mutating func spread(
        _ count: Int, from start: Int64, over span: Int64, jitter: Double = 0.4, _ body: (inout CallPlanner, Int64, Int) -> Void
    ) {
        let gap = Double(span) / Double(max(count, 1))
        for place in 0..<count {
            let shift = gap * (0.5 + jitter * (random.unit() - 0.5))
            body(&self, start + Int64(gap * Double(place) + shift), place)
        }
    }

    /// An export in so many calls, of rows that differ by a tenth.
    mutating func export(
        _ call: EndpointCatalog.Call, object: Int? = nil, rows: Double, calls: Int, from start: Int64, over span: Int64,
        _ detail: SimulatedDetail = SimulatedDetail()
    ) {
        spread(calls, from: start, over: span) { planner, time, _ in
            let page = (rows / Double(calls) * (0.9 + 0.2 * planner.random.unit())).rounded()
            planner.call(call, object: object, at: time, rows: page, detail: detail)
        }
    }
}

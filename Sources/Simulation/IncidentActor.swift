// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// The calls that an incident adds beside its account's own: paced, from its start to its end.
struct IncidentActor: Sendable {
    /// When its next call happens; `Int64.max` when there is none.
    private(set) var time: Int64
    private let account: Int32
    private let endpoint: UInt16
    private let address: UInt32
    private let bytesPerRow: Double
    private let rowsPerCall: Double
    private let gap: Double
    private let end: Int64
    private var random: SimulationRandom

    /// Calls from the account's usual host, or from a documentation network (RFC 5737) that nobody else uses.
    enum Origin {
        case usual
        case foreign(Int)
    }

    init(
        _ incident: Incident, account: Int, traits: AccountTraits, call: EndpointCatalog.Call, rows: Double, calls: Int, origin: Origin,
        seed: UInt64, number: Int
    ) {
        self.account = Int32(account)
        endpoint = call.endpoint(Int(traits.objects[0]))
        switch origin {
        case .usual: address = traits.networks[0] + 10
        // 203.0.113.0/24 and 198.51.100.0/24 in turn.
        case .foreign(let place): address = place % 2 == 0 ? 0xCB00_7117 : 0xC633_642D
        }
        bytesPerRow = traits.bytesPerRow
        rowsPerCall = max(rows / Double(calls), 1)
        gap = Double(incident.duration.milliseconds) / Double(calls)
        end = (incident.start + incident.duration).milliseconds
        random = SimulationRandom(seed: seed ^ 0x1AC1_DE57, part: UInt64(number))
        time = incident.start.milliseconds
    }

    /// The call that is due, and the step to the next one: evenly paced, a tenth of the pace apart either way.
    mutating func next() -> SimulatedEvent {
        let rows = (rowsPerCall * (0.9 + 0.2 * random.unit())).rounded()
        let event = SimulatedEvent(
            time: time, account: account, endpoint: endpoint, rows: rows, bytesPerRow: bytesPerRow, address: address, random: &random)
        time += max(Int64(gap * (0.9 + 0.2 * random.unit())), 1)
        if time >= end { time = .max }
        return event
    }
}

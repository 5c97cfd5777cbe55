// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// One event of the simulated fleet: numbers only; ``EventText`` gives it names.
///
/// State: about 120 bytes.
package struct SimulatedEvent: Equatable, Sendable {
    package var time: EventTime
    /// Index into ``FleetSimulation/accountNames``.
    package var account: Int32
    /// Index into ``EndpointCatalog``.
    package var endpoint: UInt16
    package var status: UInt16
    /// Rows moved; nil where such a call logs none.
    package var rows: UInt64?
    package var bytes: UInt64
    /// The IPv4 address in host byte order.
    package var address: UInt32
    /// What the id in the path is made of.
    package var identifier: UInt64
    /// What only fleets with details log.
    package var detail: SimulatedDetail?
}

extension SimulatedEvent {
    /// Makes it a call that was turned down: it moves nothing.
    mutating func fail(_ status: UInt16) {
        self.status = status
        rows = nil
        bytes = 90 + (identifier & 0xFF) / 2
    }

    /// Makes the id in its path this number, of twenty bits.
    mutating func name(_ number: UInt32) { identifier = identifier & ~(0xF_FFFF << 20) | UInt64(number & 0xF_FFFF) << 20 }
}

/// What only some logs state of a call, and a fleet's only when it is asked for; 0 is nothing stated.
package struct SimulatedDetail: Equatable, Sendable {
    /// Calls used of the API limit, and the limit.
    package var limitUsed: UInt32 = 0
    package var limitMax: UInt32 = 0
    /// The export or query job, as the id in the paths of its calls: twenty bits.
    package var job: UInt32 = 0
    package var session: UInt32 = 0
    /// See ``ClientAgents``.
    package var agent: UInt8 = 0
    /// The product or record, by the number in its name.
    package var item: UInt32 = 0
    package var query = SimulatedQuery()

    /// The item that nobody has a reason to read, and its name in the log: what `detection.canaries` would list.
    static let canaryItem: UInt32 = 999_999
    package static let canaryName = "P-999999"
    /// Products of the simulated shop.
    package static let catalogueSize = 5000

    package init() {}

    /// The item of a product's place in the catalogue.
    static func itemNumber(_ place: Int) -> UInt32 { UInt32(100_000 + place) }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// One event of the simulated fleet: numbers only; ``EventText`` gives it names.
///
/// State: 64 bytes.
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
}

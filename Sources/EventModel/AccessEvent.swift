// weir
// SPDX-License-Identifier: Apache-2.0

/// One attributed event: fixed size, no reference, ready to cross a ring.
///
/// State: 64 bytes. A missing number is *unknown*: it is 0 here and its bit in ``presence`` is clear, so that it adds nothing and is not
/// mistaken for a measured zero.
package struct AccessEvent: Sendable {
    package var time: EventTime
    package var rows: UInt64
    package var bytes: UInt64
    package var offset: UInt64
    /// Identity of the row where the format may deliver it twice; 0 where it cannot.
    package var rowKey: UInt64
    package var network: Network
    package var account: AccountID
    package var stream: UInt32
    /// Endpoint template and object, as the lane's value directory numbers them.
    package var endpoint: ValueID
    package var object: ValueID
    package var status: UInt16
    package var operation: Operation
    package var presence: Presence

    /// Which numbers the line stated, and how its rows are to be counted.
    package struct Presence: OptionSet, Sendable {
        package let rawValue: UInt8

        @inline(__always)
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let rows = Presence(rawValue: 1)
        package static let bytes = Presence(rawValue: 2)
        /// ``rowKey`` names a job or a chunked execution that repeats its total: only what exceeds the largest total seen counts.
        package static let cumulativeRows = Presence(rawValue: 4)
    }

    @inline(__always)
    package init(
        time: EventTime, rows: UInt64, bytes: UInt64, offset: UInt64, rowKey: UInt64, account: AccountID, stream: UInt32, endpoint: ValueID,
        object: ValueID, network: Network, status: UInt16, operation: Operation, presence: Presence
    ) {
        self.time = time
        self.rows = rows
        self.bytes = bytes
        self.offset = offset
        self.rowKey = rowKey
        self.account = account
        self.stream = stream
        self.endpoint = endpoint
        self.object = object
        self.network = network
        self.status = status
        self.operation = operation
        self.presence = presence
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

/// One attributed event: fixed size, no reference, ready to cross a ring.
///
/// State: 64 bytes. A missing number is *unknown*: it is 0 here and its bit in ``presence`` is clear, so that it adds nothing and is not
/// mistaken for a measured zero.
public struct AccessEvent: Sendable {
    public var time: EventTime
    public var rows: UInt64
    public var bytes: UInt64
    public var offset: UInt64
    /// Identity of the row where the format may deliver it twice; 0 where it cannot.
    public var rowKey: UInt64
    public var network: Network
    public var account: AccountID
    public var stream: UInt32
    /// Endpoint template and object, as the lane's value directory numbers them.
    public var endpoint: ValueID
    public var object: ValueID
    public var status: UInt16
    public var operation: Operation
    public var presence: Presence

    /// Which numbers the line stated, and how its rows are to be counted.
    public struct Presence: OptionSet, Sendable {
        public let rawValue: UInt8

        @inline(__always)
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        public static let rows = Presence(rawValue: 1)
        public static let bytes = Presence(rawValue: 2)
        /// ``rowKey`` names a job or a chunked execution that repeats its total: only what exceeds the largest total seen counts.
        public static let cumulativeRows = Presence(rawValue: 4)
    }

    @inline(__always)
    public init(
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

// weir
// SPDX-License-Identifier: Apache-2.0

/// One attributed event: fixed size, no reference, ready to cross a ring.
///
/// State: 64 bytes. A missing number is *unknown*: it is 0 here and its bit in ``presence`` is clear, so that it adds nothing and is not
/// mistaken for a measured zero.
public struct AccessEvent: Sendable {
    /// When it happened, as the line says.
    public var time: EventTime
    /// Records moved.
    public var rows: UInt64
    /// Bytes moved.
    public var bytes: UInt64
    /// Where the line starts in its stream, in decompressed bytes.
    public var offset: UInt64
    /// Identity of the row where the format may deliver it twice; 0 where it cannot.
    public var rowKey: UInt64
    /// The network that the request came from.
    public var network: Network
    /// Who did it.
    public var account: AccountID
    /// The stream that the line stands in.
    public var stream: UInt32
    /// Endpoint template and object, as the lane's value directory numbers them.
    public var endpoint: ValueID
    /// The object, as the lane's value directory numbers it.
    public var object: ValueID
    /// The HTTP status; 0 is unknown.
    public var status: UInt16
    /// What was done.
    public var operation: Operation
    /// Which of the numbers the line stated.
    public var presence: Presence

    /// Which numbers the line stated, and how its rows are to be counted.
    public struct Presence: OptionSet, Sendable {
        /// The bits.
        public let rawValue: UInt8

        /// A set from its bits.
        @inline(__always)
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// ``AccessEvent/rows`` was stated.
        public static let rows = Presence(rawValue: 1)
        /// ``AccessEvent/bytes`` was stated.
        public static let bytes = Presence(rawValue: 2)
        /// ``rowKey`` names a job or a chunked execution that repeats its total: only what exceeds the largest total seen counts.
        public static let cumulativeRows = Presence(rawValue: 4)
        /// The batch has an ``EventDetail`` of this event.
        public static let detail = Presence(rawValue: 8)
        /// The batch has a ``DataMovement`` of this event.
        public static let movement = Presence(rawValue: 16)
        /// Half of an export that the log tells in two rows: with ``rows`` what moved, without it that it was taken away. ``rowKey`` is a
        /// ``HalfKey``.
        public static let half = Presence(rawValue: 32)
    }

    /// An event from its parts.
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

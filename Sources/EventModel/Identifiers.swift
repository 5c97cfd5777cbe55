// weir
// SPDX-License-Identifier: Apache-2.0

/// A dense number for an account name, given by one lane's directory in order of first sight.
public struct AccountID: Hashable, Comparable, Sendable {
    /// The number.
    public let rawValue: UInt32

    /// An account from its number.
    @inline(__always)
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The shared account of every name beyond the directory's stated maximum.
    public static let overflow = AccountID(rawValue: 0)

    /// The order of first sight.
    @inline(__always)
    public static func < (left: AccountID, right: AccountID) -> Bool { left.rawValue < right.rawValue }
}

/// A dense number for an endpoint template, an object name or a network, given by one lane's value directory.
public struct ValueID: Hashable, Sendable {
    /// The number.
    public let rawValue: UInt16

    /// A value from its number.
    @inline(__always)
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The line did not say.
    public static let unknown = ValueID(rawValue: 0)
    /// Every value beyond the directory's stated maximum.
    public static let overflow = ValueID(rawValue: 1)
}

/// Where a line starts: the stream (one generation of one file) and the offset of its first byte, in decompressed bytes.
public struct SourcePosition: Hashable, Sendable {
    /// The stream.
    public var stream: UInt32
    /// The offset of the line's first byte.
    public var offset: UInt64

    /// A place in a stream.
    @inline(__always)
    public init(stream: UInt32, offset: UInt64) {
        self.stream = stream
        self.offset = offset
    }
}

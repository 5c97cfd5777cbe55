// weir
// SPDX-License-Identifier: Apache-2.0

/// A dense number for an account name, given by one lane's directory in order of first sight.
package struct AccountID: Hashable, Comparable, Sendable {
    package let rawValue: UInt32

    @inline(__always)
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The shared account of every name beyond the directory's stated maximum.
    package static let overflow = AccountID(rawValue: 0)

    @inline(__always)
    package static func < (left: AccountID, right: AccountID) -> Bool { left.rawValue < right.rawValue }
}

/// A dense number for an endpoint template, an object name or a network, given by one lane's value directory.
package struct ValueID: Hashable, Sendable {
    package let rawValue: UInt16

    @inline(__always)
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The line did not say.
    package static let unknown = ValueID(rawValue: 0)
    /// Every value beyond the directory's stated maximum.
    package static let overflow = ValueID(rawValue: 1)
}

/// Where a line starts: the stream (one generation of one file) and the offset of its first byte, in decompressed bytes.
package struct SourcePosition: Hashable, Sendable {
    package var stream: UInt32
    package var offset: UInt64

    @inline(__always)
    package init(stream: UInt32, offset: UInt64) {
        self.stream = stream
        self.offset = offset
    }
}

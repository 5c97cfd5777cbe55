// weir
// SPDX-License-Identifier: Apache-2.0

/// Writes state as bytes: little-endian, fixed width, in the order of the calls. The first byte of every record is its version.
package struct StateWriter: Sendable {
    package private(set) var bytes: [UInt8] = []

    package init(reserving capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    package mutating func write<Number: FixedWidthInteger>(_ value: Number) {
        var rest = value.littleEndian
        for _ in 0..<(Number.bitWidth / 8) {
            bytes.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    package mutating func write(_ value: Float) { write(value.bitPattern) }
    package mutating func write(_ value: Double) { write(value.bitPattern) }
    package mutating func write(_ value: Bool) { bytes.append(value ? 1 : 0) }

    /// A length and the bytes.
    package mutating func write(_ value: [UInt8]) {
        write(UInt32(value.count))
        bytes.append(contentsOf: value)
    }

    package mutating func write(_ value: String) { write(Array(value.utf8)) }
}

/// Reads what ``StateWriter`` wrote. Bytes from outside are not trusted: reading past the end throws, it never traps.
package struct StateReader: Sendable {
    private let bytes: [UInt8]
    private var position = 0

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package mutating func read<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) throws(StateError) -> Number {
        let width = Number.bitWidth / 8
        guard bytes.count - position >= width else { throw StateError.truncated }
        var value: Number = 0
        for index in (0..<width).reversed() {
            if width > 1 { value <<= 8 }
            value |= Number(truncatingIfNeeded: bytes[position + index])
        }
        position += width
        return value
    }

    package mutating func readFloat() throws(StateError) -> Float { Float(bitPattern: try read()) }
    package mutating func readDouble() throws(StateError) -> Double { Double(bitPattern: try read()) }
    package mutating func readBool() throws(StateError) -> Bool { try read(UInt8.self) != 0 }

    package mutating func readBytes() throws(StateError) -> [UInt8] {
        let count = Int(try read(UInt32.self))
        guard bytes.count - position >= count else { throw StateError.truncated }
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    package mutating func readString() throws(StateError) -> String { String(decoding: try readBytes(), as: UTF8.self) }

    /// Throws ``StateError/version(found:)`` unless the next byte is `expected`.
    package mutating func expectVersion(_ expected: UInt8) throws(StateError) {
        let found = try read(UInt8.self)
        guard found == expected else { throw StateError.version(found: found) }
    }

    package var isAtEnd: Bool { position == bytes.count }
}

/// State bytes that cannot be used.
package enum StateError: Error, Equatable, Sendable {
    case truncated
    case version(found: UInt8)
    /// A value out of its range: the named one.
    case implausible(String)
}

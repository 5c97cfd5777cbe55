// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Writes state as bytes: little-endian, fixed width, in the order of the calls. The first byte of every record is its version.
public struct StateWriter: Sendable {
    /// Room for what comes; the first ``count`` bytes are written. An append for each byte would cost more than the encoding.
    private var room: [UInt8]
    private var count = 0

    public init(reserving capacity: Int = 64) { room = Array(repeating: 0, count: max(capacity, 64)) }

    /// What was written so far. Complexity: O(count).
    public var bytes: [UInt8] { Array(room[..<count]) }

    @inline(__always)
    public mutating func write<Number: FixedWidthInteger & BitwiseCopyable>(_ value: Number) {
        let width = Number.bitWidth / 8
        if room.count - count < width { grow(by: width) }
        let place = count
        var space = room.mutableSpan
        var raw = unsafe space.mutableBytes
        raw.storeBytes(of: value.littleEndian, toByteOffset: place, as: Number.self)
        count = place + width
    }

    /// Numbers one after another, as though each were written. Complexity: O(n), without a look at the room for each.
    @inline(__always)
    public mutating func write<let n: Int, Number: FixedWidthInteger & BitwiseCopyable>(_ values: InlineArray<n, Number>) {
        let width = Number.bitWidth / 8
        if room.count - count < n * width { grow(by: n * width) }
        let place = count
        var space = room.mutableSpan
        var raw = unsafe space.mutableBytes
        let values = values.span
        for index in 0..<n { raw.storeBytes(of: values[index].littleEndian, toByteOffset: place &+ index &* width, as: Number.self) }
        count = place + n * width
    }

    private mutating func grow(by needed: Int) {
        room.append(contentsOf: repeatElement(0, count: max(room.count, needed)))
    }

    public mutating func write(_ value: Float) { write(value.bitPattern) }
    public mutating func write(_ value: Double) { write(value.bitPattern) }
    public mutating func write(_ value: Bool) { write(UInt8(value ? 1 : 0)) }

    /// A length and the bytes.
    public mutating func write(_ value: [UInt8]) {
        write(UInt32(value.count))
        if room.count - count < value.count { grow(by: value.count) }
        room.replaceSubrange(count..<count + value.count, with: value)
        count += value.count
    }

    public mutating func write(_ value: String) { write(Array(value.utf8)) }
}

/// Reads what ``StateWriter`` wrote. Bytes from outside are not trusted: reading past the end throws, it never traps.
public struct StateReader: Sendable {
    private let bytes: [UInt8]
    private var position = 0

    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    @inline(__always)
    public mutating func read<Number: FixedWidthInteger & BitwiseCopyable>(_ type: Number.Type = Number.self) throws(StateError) -> Number {
        let width = Number.bitWidth / 8
        guard bytes.count - position >= width else { throw StateError.truncated }
        defer { position += width }
        // Any bytes are a whole number, and that they are there was just checked.
        return Number(littleEndian: unsafe bytes.span.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: Number.self))
    }

    /// Numbers one after another, as ``StateWriter`` wrote them. Complexity: O(n), with one look whether they are there.
    @inline(__always)
    public mutating func read<let n: Int, Number: FixedWidthInteger & BitwiseCopyable>(
        into values: inout InlineArray<n, Number>
    ) throws(StateError) {
        let width = Number.bitWidth / 8
        guard bytes.count - position >= n * width else { throw StateError.truncated }
        let place = position
        position += n * width
        let raw = unsafe bytes.span.bytes
        var target = values.mutableSpan
        for index in 0..<n {
            target[index] = Number(
                littleEndian: unsafe raw.unsafeLoadUnaligned(fromUncheckedByteOffset: place &+ index &* width, as: Number.self))
        }
    }

    public mutating func readFloat() throws(StateError) -> Float { Float(bitPattern: try read()) }
    public mutating func readDouble() throws(StateError) -> Double { Double(bitPattern: try read()) }

    /// A number within what it can come to. One that is merely finite would still overflow where it is squared, or divided by.
    public mutating func readFloat(in range: ClosedRange<Float>, _ name: String) throws(StateError) -> Float {
        let value = try readFloat()
        guard range.contains(value) else { throw StateError.implausible(name) }
        return value
    }

    /// As ``readFloat(in:_:)``.
    public mutating func readDouble(in range: ClosedRange<Double>, _ name: String) throws(StateError) -> Double {
        let value = try readDouble()
        guard range.contains(value) else { throw StateError.implausible(name) }
        return value
    }

    public mutating func readBool() throws(StateError) -> Bool { try read(UInt8.self) != 0 }

    /// The number of a bucket, or −1 for none: what is far outside of any log would overflow where differences are taken.
    public mutating func readBucket() throws(StateError) -> Int64 {
        let bucket = try read(Int64.self)
        guard (-1..<1 << 40).contains(bucket) else { throw StateError.implausible("bucket") }
        return bucket
    }

    /// An instant that a log may have, or −1 ms for none, for the same reason.
    public mutating func readTime() throws(StateError) -> EventTime {
        let time = EventTime(milliseconds: try read())
        guard (-1..<1 << 50).contains(time.milliseconds) else { throw StateError.implausible("time") }
        return time
    }

    public mutating func readBytes() throws(StateError) -> [UInt8] {
        let count = Int(try read(UInt32.self))
        guard bytes.count - position >= count else { throw StateError.truncated }
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    public mutating func readString() throws(StateError) -> String { String(decoding: try readBytes(), as: UTF8.self) }

    /// Throws ``StateError/version(found:)`` unless the next byte is `expected`.
    public mutating func expectVersion(_ expected: UInt8) throws(StateError) {
        let found = try read(UInt8.self)
        guard found == expected else { throw StateError.version(found: found) }
    }

    public var isAtEnd: Bool { position == bytes.count }
}

/// State bytes that cannot be used.
public enum StateError: Error, Equatable, Sendable {
    case truncated
    case version(found: UInt8)
    /// A value out of its range: the named one.
    case implausible(String)
}

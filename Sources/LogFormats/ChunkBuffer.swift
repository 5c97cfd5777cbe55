// weir
// SPDX-License-Identifier: Apache-2.0

/// A growable byte buffer with readable padding behind its last byte: what a source reads into and a format decodes from.
///
/// Unsafe by necessity: it owns the memory that ``PaddedBytes`` looks at. State: its capacity plus 64 bytes.
@safe
public struct ChunkBuffer: ~Copyable {
    private var memory: UnsafeMutableRawBufferPointer
    private var capacity: Int
    /// The number of bytes held.
    public private(set) var count = 0

    /// An empty buffer. Precondition: the capacity is positive.
    public init(capacity: Int) {
        precondition(capacity > 0, "a chunk buffer holds at least one byte")
        self.capacity = capacity
        unsafe memory = .allocate(byteCount: capacity + PaddedBytes.padding, alignment: 64)
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 0)
    }

    /// A buffer that holds a copy of `bytes`, for tests and for small inputs.
    public init(_ bytes: [UInt8]) {
        self.init(capacity: max(bytes.count, 1))
        append(bytes)
    }

    deinit { unsafe memory.deallocate() }

    /// Bytes that can be added before the buffer is full.
    public var freeCount: Int { capacity - count }

    /// Lets `body` write into the free space; what it wrote becomes part of the buffer.
    public mutating func withFreeSpace<Result>(_ body: (inout OutputRawSpan) -> Result) -> Result {
        let free = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[count..<capacity])
        var output = unsafe OutputRawSpan(buffer: free, initializedCount: 0)
        let result = body(&output)
        count += unsafe output.finalize(for: free)
        return result
    }

    /// Adds bytes, growing the buffer when they do not fit.
    public mutating func append(_ bytes: [UInt8]) {
        if bytes.count > freeCount { grow(to: max(capacity * 2, count + bytes.count)) }
        unsafe bytes.withUnsafeBytes { source in
            unsafe UnsafeMutableRawBufferPointer(rebasing: memory[count...]).copyMemory(from: source)
        }
        count += bytes.count
    }

    /// Adds a piece of another window, growing the buffer when it does not fit. Precondition: the range lies inside the window.
    @inline(__always)
    public mutating func append(_ bytes: PaddedBytes, from start: Int, count length: Int) {
        precondition(start >= 0 && length >= 0 && start + length <= bytes.count, "the range lies inside the window")
        if length > freeCount { grow(to: max(capacity * 2, count + length)) }
        guard let target = unsafe memory.baseAddress else { return }
        if length <= PaddedBytes.padding {
            // Short pieces in whole blocks: both sides have that much room behind their ends.
            var offset = 0
            while offset < length {
                unsafe (target + count + offset).storeBytes(of: bytes.block(at: start + offset), as: SIMD16<UInt8>.self)
                offset += 16
            }
        } else {
            unsafe bytes.copy(from: start, count: length, to: target + count)
        }
        count += length
    }

    /// Adds four bytes, the lowest first.
    @inline(__always)
    public mutating func append(_ four: UInt32) {
        if freeCount < 4 { grow(to: capacity * 2 + 4) }
        guard let target = unsafe memory.baseAddress else { return }
        unsafe (target + count).storeBytes(of: four.littleEndian, as: UInt32.self)
        count += 4
    }

    /// Forgets everything, keeps the memory.
    @inline(__always)
    public mutating func removeAll() { count = 0 }

    /// Enlarges the buffer, keeping its bytes. Complexity: O(count).
    public mutating func grow(to newCapacity: Int) {
        guard newCapacity > capacity else { return }
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: newCapacity + PaddedBytes.padding, alignment: 64)
        unsafe larger.initializeMemory(as: UInt8.self, repeating: 0)
        unsafe larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[..<count]))
        unsafe memory.deallocate()
        unsafe memory = larger
        capacity = newCapacity
    }

    /// Forgets the first `length` bytes and moves the rest to the front. Complexity: O(count − length).
    public mutating func dropFirst(_ length: Int) {
        precondition(length >= 0 && length <= count, "cannot drop more bytes than the buffer holds")
        if length == count {
            count = 0
            return
        }
        if let base = unsafe memory.baseAddress { unsafe base.copyMemory(from: base + length, byteCount: count - length) }
        count -= length
    }

    /// Lets `body` look at the bytes. The window must not outlive the call.
    @inline(__always)
    public borrowing func withBytes<Result>(_ body: (PaddedBytes) -> Result) -> Result {
        guard let base = unsafe memory.baseAddress else { preconditionFailure("the buffer always has memory") }
        return body(unsafe PaddedBytes(base: base.assumingMemoryBound(to: UInt8.self), count: count))
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Reads nothing, and keeps every line that it is shown: for a look at what stands inside of a wrapper.
struct LineCollector: LineFormat {
    static let descriptor = FormatDescriptor(name: "lines", summary: "", defaultLateness: .minutes(2), example: "")

    private(set) var lines: [UInt8] = []
    private(set) var count = 0

    init() {}
    init(options: FormatOptions) throws(FormatOptionsError) {}

    mutating func decode(_ bytes: PaddedBytes, from start: Int, isFinal: Bool, into lines: inout DecodedLines) -> Int {
        count += 1
        self.lines += bytes.copy(start..<bytes.count) + [UInt8(ascii: "\n")]
        return bytes.count
    }

    /// Reads a sample through a wrapper around a collector. Returns how many records were refused.
    static func read(_ sample: [UInt8], through wrapper: inout some LineFormat) -> Int {
        var lines = DecodedLines()
        var (position, refused) = (0, 0)
        ChunkBuffer(sample).withBytes { bytes in
            while position < bytes.count {
                lines.removeAll()
                let next = wrapper.decode(bytes, from: position, isFinal: true, into: &lines)
                guard next > position else { break }
                refused += lines.malformed.count
                position = next
            }
        }
        return refused
    }
}

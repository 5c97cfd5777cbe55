// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats

/// The time of the first event in a file's first bytes: the order in which archives are read.
enum FirstEvent {
    static func time(in bytes: [UInt8], format: any LineFormat) -> Int64? {
        var decoder = format
        var lines = DecodedLines()
        let buffer = ChunkBuffer(bytes)
        var position = 0
        while lines.lines.isEmpty && position < bytes.count {
            lines.removeAll()
            let next = buffer.withBytes { decoder.decode($0, from: position, isFinal: true, into: &lines) }
            guard next > position else { break }
            position = next
        }
        return lines.lines.first?.time.milliseconds
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import EventModel
import LogFormats

/// A moment on the command line: RFC 3339, or a date alone for its midnight, UTC.
struct TimeArgument: ExpressibleByArgument {
    let time: EventTime

    init?(argument: String) {
        let text = Array((argument.utf8.count == 10 ? argument + "T00:00:00Z" : argument).utf8)
        let milliseconds = ChunkBuffer(text).withBytes { TimestampParser.rfc3339($0, from: 0, to: text.count) }
        guard milliseconds != .min else { return nil }
        time = EventTime(milliseconds: milliseconds)
    }
}

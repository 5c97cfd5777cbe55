// weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import EventModel
import LogFormats

/// A moment on the command line: RFC 3339; without a zone UTC, without seconds the full minute, a date alone its midnight.
struct TimeArgument: ExpressibleByArgument {
    let time: EventTime

    init?(argument: String) {
        let text = Array(TimeArgument.completed(argument).utf8)
        let milliseconds = ChunkBuffer(text).withBytes { TimestampParser.rfc3339($0, from: 0, to: text.count) }
        guard milliseconds != .min else { return nil }
        time = EventTime(milliseconds: milliseconds)
    }

    private static func completed(_ argument: String) -> String {
        switch argument.utf8.count {
        case 10: argument + "T00:00:00Z"
        case 16: argument + ":00Z"
        case 17 where argument.hasSuffix("Z"): argument.dropLast() + ":00Z"
        case 19: argument + "Z"
        default: argument
        }
    }
}

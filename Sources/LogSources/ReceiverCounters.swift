// weir
// SPDX-License-Identifier: Apache-2.0

/// What a receiver took and did not take since its spool was made: for `weir status`. Written beside the spool every few seconds, so that a
/// crash forgets some seconds of counting; the lines themselves are counted by the lane.
package struct ReceiverCounters: Equatable, Sendable {
    static let fileName = ".received"

    /// Lines that were stored.
    package var lines: UInt64 = 0
    /// Bytes of those lines.
    package var bytes: UInt64 = 0
    /// Messages, requests and connections that were refused: too long, broken off, without the right token, beyond a limit.
    package var refused: UInt64 = 0
    /// Datagrams that nobody could hold back, and for which there was no room.
    package var dropped: UInt64 = 0
    /// Requests that were told to come again because the spool was full or could not be written.
    package var deferred: UInt64 = 0

    package init() {}

    /// The numbers with their names, in the order in which they are shown.
    package var named: [(name: String, value: UInt64)] {
        [
            ("received_lines", lines), ("received_bytes", bytes), ("received_refused", refused), ("received_dropped", dropped),
            ("received_deferred", deferred),
        ]
    }

    /// What was last written beside a spool; nil when nothing was.
    package static func read(_ directory: String) -> ReceiverCounters? {
        var text = ""
        do throws(FileFailure) {
            let file = try OpenFile(path: FilePath.join(FilePath.normalized(directory), fileName))
            text = String(decoding: try file.bytes(at: 0, count: 4096), as: UTF8.self)
        } catch {
            return nil
        }
        var values: [Substring: UInt64] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2 { values[words[0]] = UInt64(words[1]) }
        }
        var counters = ReceiverCounters()
        counters.lines = values["received_lines"] ?? 0
        counters.bytes = values["received_bytes"] ?? 0
        counters.refused = values["received_refused"] ?? 0
        counters.dropped = values["received_dropped"] ?? 0
        counters.deferred = values["received_deferred"] ?? 0
        return counters
    }

    func write(_ directory: String) throws(FileFailure) {
        let text = named.map { "\($0.name) \($0.value)\n" }.joined()
        try SpoolFolder.replace(FilePath.join(directory, ReceiverCounters.fileName), with: Array(text.utf8))
    }
}

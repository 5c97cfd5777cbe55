// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// A simulation as files: names and bytes, in order, to whoever writes them.
package struct FleetArchive: Sendable {
    package var simulation: FleetSimulation
    package var text: EventText
    package var splitter: LogSplitter

    /// Bytes that are handed over at once.
    static let chunk = 262_144

    package init(simulation: FleetSimulation, text: EventText, splitter: LogSplitter) {
        self.simulation = simulation
        self.text = text
        self.splitter = splitter
    }

    /// What a writer gets, in this order for each file, the oldest file first.
    package enum Piece: Sendable {
        case begin(name: String, isNewest: Bool)
        case bytes([UInt8])
        case end
    }

    /// What was written.
    package struct Outcome: Equatable, Sendable {
        package var events = 0
        package var bytes = 0
        package var files = 0
        package var first: EventTime?
        package var last: EventTime?

        package init() {}
    }

    /// Hands the whole archive to `sink`. Complexity: O(events); memory: one chunk.
    ///
    /// - Parameter progress: called after every chunk with what was written so far.
    ///
    /// Throws: what `sink` throws.
    package consuming func write<Failure: Error>(
        to sink: (Piece) throws(Failure) -> Void, progress: (Outcome) -> Void = { _ in }
    ) throws(Failure) -> Outcome {
        var outcome = Outcome()
        var buffer: [UInt8] = []
        buffer.reserveCapacity(FleetArchive.chunk + 4096)
        var file = -1
        while let event = simulation.next() {
            let place = splitter.file(ofLine: outcome.events, at: event.time)
            if place != file {
                if file >= 0 { try close(&buffer, &outcome, sink) }
                file = place
                outcome.files += 1
                try sink(.begin(name: splitter.name(ofFile: file), isNewest: splitter.isNewest(file)))
                buffer += text.header
            }
            text.append(event, to: &buffer)
            outcome.events += 1
            if outcome.first == nil { outcome.first = event.time }
            outcome.last = event.time
            if buffer.count >= FleetArchive.chunk {
                try flush(&buffer, &outcome, sink)
                progress(outcome)
            }
        }
        if file >= 0 { try close(&buffer, &outcome, sink) }
        return outcome
    }

    /// The lines of `labels.ndjson`, with their ends; accounts as the format calls them.
    package var labels: [UInt8] {
        var result: [UInt8] = []
        for label in simulation.labels {
            var shown = label
            if let index = simulation.accountNames.firstIndex(of: label.account) { shown.account = text.accountName(index) }
            result += Array((shown.json + "\n").utf8)
        }
        return result
    }

    private func flush<Failure: Error>(
        _ buffer: inout [UInt8], _ outcome: inout Outcome, _ sink: (Piece) throws(Failure) -> Void
    ) throws(Failure) {
        guard !buffer.isEmpty else { return }
        outcome.bytes += buffer.count
        try sink(.bytes(buffer))
        buffer.removeAll(keepingCapacity: true)
    }

    private func close<Failure: Error>(
        _ buffer: inout [UInt8], _ outcome: inout Outcome, _ sink: (Piece) throws(Failure) -> Void
    ) throws(Failure) {
        try flush(&buffer, &outcome, sink)
        try sink(.end)
    }
}

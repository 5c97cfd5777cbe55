// weir
// SPDX-License-Identifier: Apache-2.0

/// An estate as one log, with its labels and its settings beside it.
package struct EstateArchive: Sendable {
    package static let log = "estate.json.log"

    package var simulation: EstateSimulation
    package let text: EstateText

    package init(simulation: EstateSimulation, text: EstateText) {
        self.simulation = simulation
        self.text = text
    }

    /// Hands the log to `sink` as ``FleetArchive`` does, a day at a time. Complexity: O(events); memory: a day.
    ///
    /// Throws: what `sink` throws.
    package consuming func write<Failure: Error>(
        to sink: (FleetArchive.Piece) throws(Failure) -> Void
    ) throws(Failure) -> FleetArchive.Outcome {
        var outcome = FleetArchive.Outcome()
        outcome.files = 1
        try sink(.begin(name: EstateArchive.log, isNewest: true))
        while let events = simulation.nextDay() {
            var buffer: [UInt8] = []
            for event in events { text.append(event, to: &buffer) }
            outcome.events += events.count
            outcome.bytes += buffer.count
            if outcome.first == nil { outcome.first = events.first?.time }
            outcome.last = events.last?.time ?? outcome.last
            if !buffer.isEmpty { try sink(.bytes(buffer)) }
        }
        try sink(.end)
        return outcome
    }

    /// The lines of `labels.ndjson`, with their ends.
    package var labels: [UInt8] { simulation.labels.flatMap { Array(($0.json + "\n").utf8) } }

    /// What `estate.yaml` says.
    package var settings: [UInt8] { Array(EstateSettings(text: text, log: EstateArchive.log).yaml.utf8) }
}

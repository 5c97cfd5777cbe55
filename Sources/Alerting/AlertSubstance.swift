// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// What the finding that an alert tells is made of, kept as long as that is the one it tells: an alert that ends ends in a bucket in which
/// nothing happened. State: about a kilobyte an open alert, at most 21 parts and two places.
package struct AlertSubstance: Equatable, Sendable {
    package var contributions: [AlertDetails.Contribution]
    package var evidence: [AlertDetails.Evidence]

    package init(contributions: [AlertDetails.Contribution] = [], evidence: [AlertDetails.Evidence] = []) {
        self.contributions = contributions
        self.evidence = evidence
    }

    func encode(into writer: inout StateWriter) {
        writer.write(UInt8(clamping: contributions.count))
        for part in contributions.prefix(255) {
            writer.write(part.kind)
            writer.write(part.value)
            writer.write(part.share)
        }
        writer.write(UInt8(clamping: evidence.count))
        for place in evidence.prefix(255) {
            writer.write(place.source)
            writer.write(place.file)
            writer.write(place.offset)
            writer.write(place.time.milliseconds)
        }
    }

    init(from reader: inout StateReader) throws(StateError) {
        self.init()
        for _ in 0..<(try reader.read(UInt8.self)) {
            contributions.append(
                AlertDetails.Contribution(kind: try reader.readString(), value: try reader.readString(), share: try reader.readDouble()))
        }
        for _ in 0..<(try reader.read(UInt8.self)) {
            evidence.append(
                AlertDetails.Evidence(
                    source: try reader.readString(), file: try reader.readString(), offset: try reader.read(), time: try reader.readTime()))
        }
    }
}

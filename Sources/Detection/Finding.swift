// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What a detector has to say about one account in one bucket.
package struct Finding: Equatable, Sendable {
    package var measure: Measure?
    package var severity: Severity
    /// −log10 of a tail probability, or the detector's own scale; higher is more unusual.
    package var score: Double
    package var observed: Double
    package var expected: Double
    package var low: Double
    package var high: Double
    package var ratio: Double
    package var z: Double
    package var probability: Double
    /// What the numbers cover, in event time.
    package var windowStart: EventTime
    package var windowEnd: EventTime
    /// Buckets the baseline rests on.
    package var sampleBuckets: Int
    /// When the baseline begins.
    package var since: EventTime
    package var peers: Peers?
    /// The sentence without its subject: `exported 1,204,331 rows in 45 min. Usual …`.
    package var phrase: String

    /// What comparable accounts did.
    package struct Peers: Equatable, Sendable {
        package var count: Int
        package var ratio: Double

        package init(count: Int, ratio: Double) {
            self.count = count
            self.ratio = ratio
        }
    }

    package init(
        measure: Measure?, severity: Severity, score: Double, observed: Double, expected: Double, low: Double, high: Double, ratio: Double,
        z: Double, probability: Double, windowStart: EventTime, windowEnd: EventTime, sampleBuckets: Int, since: EventTime, peers: Peers?,
        phrase: String
    ) {
        self.measure = measure
        self.severity = severity
        self.score = score
        self.observed = observed
        self.expected = expected
        self.low = low
        self.high = high
        self.ratio = ratio
        self.z = z
        self.probability = probability
        self.windowStart = windowStart
        self.windowEnd = windowEnd
        self.sampleBuckets = sampleBuckets
        self.since = since
        self.peers = peers
        self.phrase = phrase
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What a detector has to say about one account in one bucket.
public struct Finding: Equatable, Sendable {
    public var measure: Measure?
    public var severity: Severity
    /// −log10 of a tail probability, or the detector's own scale; higher is more unusual.
    public var score: Double
    public var observed: Double
    public var expected: Double
    public var low: Double
    public var high: Double
    public var ratio: Double
    public var z: Double
    public var probability: Double
    /// What the numbers cover, in event time.
    public var windowStart: EventTime
    public var windowEnd: EventTime
    /// Buckets the baseline rests on.
    public var sampleBuckets: Int
    /// When the baseline begins.
    public var since: EventTime
    public var peers: Peers?
    /// The sentence without its subject: `exported 1,204,331 rows in 45 min. Usual …`.
    public var phrase: String
    /// False for what is not enough to open an alert, but keeps an open one from resolving.
    public var opens = true
    /// True for what an alert that is open already must tell as well.
    public var isNews = false

    /// What comparable accounts did.
    public struct Peers: Equatable, Sendable {
        public var count: Int
        public var ratio: Double

        public init(count: Int, ratio: Double) {
            self.count = count
            self.ratio = ratio
        }
    }

    public init(
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

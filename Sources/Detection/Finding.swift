// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What a detector has to say about one account in one bucket.
///
/// A reference to its values, copied when they are changed while shared: nearly every question is answered with nil, and an optional of the
/// values themselves would be 150 bytes that are written and copied for each answer.
@dynamicMemberLookup
public struct Finding: Equatable, Sendable {
    private var box: Box

    private final class Box: Sendable {
        let values: Values
        init(_ values: Values) { self.values = values }
    }

    /// A value of the finding.
    public subscript<Value>(dynamicMember path: WritableKeyPath<Values, Value>) -> Value {
        get { box.values[keyPath: path] }
        set {
            var values = box.values
            values[keyPath: path] = newValue
            box = Box(values)
        }
    }

    public static func == (left: Finding, right: Finding) -> Bool { left.box === right.box || left.box.values == right.box.values }

    /// What a finding holds.
    public struct Values: Equatable, Sendable {
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
        /// Whether the quarter hour would do for an alert by itself: what is unusual has not only lasted, it has come.
        public var isBurst = false
        /// False where what is too much is only at another time than usual: it is learnt as everything is.
        public var restrains = true
        /// Whether what is logged was changed or removed, so that it matters who exports meanwhile.
        public var hidesOthers = false
        /// The network that is new to the account, where that is the finding.
        public var network: Network?
        /// What moved in the bucket itself, and what is usual of it: what an alert of volume adds up while it is open.
        public var bucket = BucketAmounts()
    }

    /// Amounts of one bucket, by measure.
    public struct BucketAmounts: Equatable, Sendable {
        public var moved = SIMD4<Double>.zero
        public var usual = SIMD4<Double>.zero

        public init() {}
    }

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
        box = Box(
            Values(
                measure: measure, severity: severity, score: score, observed: observed, expected: expected, low: low, high: high,
                ratio: ratio,
                z: z, probability: probability, windowStart: windowStart, windowEnd: windowEnd, sampleBuckets: sampleBuckets, since: since,
                peers: peers, phrase: phrase))
    }
}

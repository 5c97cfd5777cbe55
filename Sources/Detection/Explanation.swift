// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// Why a detector has a finding in a bucket, or what stopped it.
///
/// Made by the same predicates as the finding: a verdict says `fired` exactly when `judge` has a finding that opens an alert.
public struct Explanation: Sendable {
    /// One for each thing that the detector judges by itself: each measure, or the whole.
    public var verdicts: [Verdict]

    public init(_ verdicts: [Verdict]) { self.verdicts = verdicts }

    /// Whether the detector has a finding that opens an alert.
    public var hasFired: Bool { verdicts.contains { $0.gate == .fired } }
}

/// What a detector looked at, and the gate that stopped it.
public struct Verdict: Sendable {
    /// What was judged: `rows`, `networks`, `calls` …
    public var subject: String
    public var measure: Measure?
    /// Whether the source as a whole was judged, and not the account.
    public var isOfSource = false
    public var gate: Gate
    /// The gate in words, with its numbers: a sentence without its full stop.
    public var reason: String
    /// What ``observed`` and ``expected`` cover where that is not the bucket alone.
    public var span: VolumeSpan?
    public var observed = 0.0
    public var expected = 0.0
    /// The detector's own scale, and where it fires on it; nil where nothing was scored.
    public var score: Double?
    public var needed: Double?
    /// The least amount in the bucket with which the detector fires, everything else as it is; nil where there is none, or where an
    /// amount is not what it judges. Fires there and does not fire one below.
    public var leastFiring: UInt64?
    /// The spans of ``VolumeSpan``, for detectors of volume.
    public var windows: [VolumeReading.Window] = []
    public var facts: [Fact] = []

    public init(_ subject: String, measure: Measure? = nil, gate: Gate, reason: String) {
        self.subject = subject
        self.measure = measure
        self.gate = gate
        self.reason = reason
    }

    /// How much of what is needed is there, 0 to 1 unless another gate than the score stopped it; nil where nothing was scored.
    public var nearness: Double? {
        guard let score, let needed, needed > 0 else { return nil }
        return max(score / needed, 0)
    }

    /// The span that is most unusual.
    public var strongestWindow: VolumeReading.Window? { windows.max { $0.part < $1.part } }

    /// The least whole amount with which `fires` holds, which must not end once it has begun; nil when none up to 2^53 does.
    static func leastAmount(_ fires: (Double) -> Bool) -> UInt64? {
        var low: UInt64 = 0
        var high: UInt64 = 1 << 53
        guard fires(Double(high)) else { return nil }
        while low < high {
            let middle = low + (high - low) / 2
            if fires(Double(middle)) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// A number behind the verdict, and how a person reads it.
    public struct Fact: Equatable, Sendable {
        /// In JSON: `fleet_factor`.
        public var key: String
        public var value: Double
        /// In the table: `fleet factor 1.3×`; empty where another text says it.
        public var text: String

        public init(_ key: String, _ value: Double, _ text: String) {
            self.key = key
            self.value = value
            self.text = text
        }
    }
}

/// The first thing that kept a detector from a finding.
public enum Gate: String, CaseIterable, Sendable {
    case fired
    /// Too little is known of the account or the series yet.
    case learning
    /// The score is too low.
    case score
    /// Unusual, but too little above the expectation for anybody to act on.
    case excess
    /// Unusual, but too small a rise.
    case ratio
    /// A new account that stays under the levels of the known ones.
    case newAccountLevel = "new_account_level"
    /// No address in the bucket, or none that could be read.
    case noNetwork = "no_network"
    case knownNetwork = "known_network"
    /// An account whose networks change all the time.
    case wandering
    /// The bucket is judged when it closes.
    case openBucket = "open_bucket"
    /// The day is judged when it ends.
    case openDay = "open_day"
    /// The account was not silent.
    case active
    /// The account is too quiet to be missed.
    case tooQuiet = "too_quiet"
    /// It was missed before, and has not called since.
    case missed
    /// Something of the last hours is still there.
    case lately
    /// Nothing of the kind happened in the bucket.
    case nothing
    /// It happened, and the account does it all the time.
    case usual
    /// Several accounts began with it on the same day.
    case release
    /// The detector judges something else.
    case notApplicable = "not_applicable"
}

extension NumberText {
    /// An amount of a measure with its decimals where it is small: `0.08 calls`, `402 rows`.
    static func fine(_ value: Double, of measure: Measure) -> String {
        guard measure != .bytes, value < 10 else { return amount(value, of: measure) }
        return "\(decimal(value, places: value < 1 ? 2 : 1)) \(measure.name)"
    }
}

extension EventDuration {
    /// A number of buckets.
    static func buckets(_ count: Double) -> EventDuration {
        EventDuration(milliseconds: Int64(count.rounded(.up)) * BucketGrid.milliseconds)
    }
}

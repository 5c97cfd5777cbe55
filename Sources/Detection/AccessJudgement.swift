// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// A detector of how an account goes about its calls: one look, in plain numbers, decides; words are made only for those who read them.
///
/// ``judge(_:of:)`` and ``explain(_:of:)`` follow from the same look, so that they cannot disagree.
public protocol AccessDetector: Detector {
    /// What the detector sees in a bucket in which the account was active. Cheap: nearly every bucket ends here.
    func look(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> AccessLook

    /// The finding of a look whose gate is ``Gate/fired``.
    func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding

    /// The gate in words, with its numbers: a sentence without its full stop.
    func reason(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String

    /// What is judged, for ``Verdict/subject``.
    static var subject: String { get }
}

/// A detector of what the events say of the records that they moved.
public protocol MovementDetector: AccessDetector {}

extension MovementDetector {
    public static var judged: JudgedBuckets { .moved }
}

/// What a detector of access sees: the gate and the numbers behind it.
public struct AccessLook: Equatable, Sendable {
    public var gate: Gate
    public var observed = 0.0
    public var expected = 0.0
    /// The detector's own scale, and where it fires on it.
    public var score: Double?
    public var needed: Double?
    /// Which of the detector's cases it is, where it has several.
    public var variant = 0

    public init(
        _ gate: Gate, observed: Double = 0, expected: Double = 0, score: Double? = nil, needed: Double? = nil, variant: Int = 0
    ) {
        self.variant = variant
        self.gate = gate
        self.observed = observed
        self.expected = expected
        self.score = score
        self.needed = needed
    }

    /// Nothing of the kind happened.
    public static let nothing = AccessLook(.nothing)
}

extension AccessDetector {
    public static var judged: JudgedBuckets { .active }

    public func judge(_ bucket: ClosedBucket, of account: borrowing AccountProfile) -> Finding? {
        guard bucket.sums.calls > 0 || Self.judged == .all else { return nil }
        let look = look(bucket, of: account)
        return look.gate == .fired ? finding(look, bucket, of: account) : nil
    }

    public func explain(_ bucket: ClosedBucket, of account: borrowing AccountProfile) -> Explanation {
        let isJudged = bucket.sums.calls > 0 || Self.judged == .all
        let look = isJudged ? look(bucket, of: account) : .nothing
        let words = isJudged ? reason(look, bucket, of: account) : "the account made no call in this bucket"
        var verdict = Verdict(Self.subject, gate: look.gate, reason: words)
        verdict.observed = look.observed
        verdict.expected = look.expected
        verdict.score = look.score
        verdict.needed = look.needed
        return Explanation([verdict])
    }

    /// A finding about a bucket, or about what began at `start`; `score` is −log10 of how likely such a thing is.
    func finding(
        _ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile, measure: Measure?, severity: Severity,
        score: Double, since start: EventTime? = nil, phrase: String
    ) -> Finding {
        Finding(
            measure: measure, severity: severity, score: score, observed: look.observed, expected: look.expected, low: 0,
            high: look.expected, ratio: look.observed / max(look.expected, 1), z: 0, probability: exponential(-2.302585092994046 * score),
            windowStart: start ?? bucket.start, windowEnd: bucket.end, sampleBuckets: Int(account.age),
            since: BucketGrid.start(of: account.firstBucket), peers: nil, phrase: phrase)
    }
}

extension ClosedBucket {
    /// Whether a call did not fail.
    public var hasAnswers: Bool { answeredCalls > 0 }

    /// Calls that did not fail.
    public var answeredCalls: UInt64 {
        let tally = access.tally
        let failed = UInt64(tally?.refused ?? 0) + UInt64(tally?.throttled ?? 0) + UInt64(tally?.failed ?? 0)
        return sums.calls > failed ? sums.calls - failed : 0
    }

    /// What left in the bucket, in words: rows where the log has them, else bytes.
    var moved: String {
        sums.rows > 0 || sums.bytes == 0
            ? NumberText.amount(Double(sums.rows), of: .rows) : NumberText.amount(Double(sums.bytes), of: .bytes)
    }

    /// The same with the calls, and without rows and bytes where the log states neither.
    var movedByCalls: String {
        let calls = NumberText.amount(Double(sums.calls), of: .calls)
        return sums.rows > 0 || sums.bytes > 0 ? "\(moved), \(calls)" : calls
    }

    /// Where the calls came from, in words; nil where no line says so.
    var origin: String? {
        let texts = (0..<NetworkSet.capacity).map { networks[$0] }.filter { $0 != .unknown }.map(\.text)
        return texts.isEmpty ? nil : texts.joined(separator: " and ")
    }

    /// `In that quarter hour`, or for an open bucket how far it has got.
    var span: String { isClosed ? "In that quarter hour" : "So far in this quarter hour" }
}

/// Age from which what an account never did is news: two weeks show weekly jobs twice.
let accessWarmUp: Int32 = 2 * AccountProfile.matureAge

// weir
// SPDX-License-Identifier: Apache-2.0

/// The five time spans over which volume is judged.
public enum VolumeSpan: Int, CaseIterable, Sendable {
    case quarterHour = 0
    case hour, fourHours, day, fiveDays

    /// Its length in 15-minute buckets.
    @inline(__always)
    public var buckets: Int {
        switch self {
        case .quarterHour: 1
        case .hour: 4
        case .fourHours: 16
        case .day: 96
        case .fiveDays: 480
        }
    }

    /// 0.7·log10 of the length: long windows are tested as often as short ones but hold fewer independent values.
    @inline(__always)
    public var bonus: Double {
        switch self {
        case .quarterHour: 0
        case .hour: 0.42144199392957367
        case .fourHours: 0.8428839878591473
        case .day: 1.3875898763325768
        case .fiveDays: 1.8768688785818097
        }
    }

    /// The lengths in buckets, and what is left of a decayed sum after one bucket: 1 − 1/length.
    static let lengths = SIMD8<Double>(1, 4, 16, 96, 480, 1, 1, 1)
    static let remainders = SIMD8<Double>(1 - 1.0 / 1, 1 - 1.0 / 4, 1 - 1.0 / 16, 1 - 1.0 / 96, 1 - 1.0 / 480, 0, 0, 0)

    /// For the alert's sentence.
    public var words: String {
        switch self {
        case .quarterHour: "15 min"
        case .hour: "about an hour"
        case .fourHours: "about 4 hours"
        case .day: "about a day"
        case .fiveDays: "about 5 days"
        }
    }
}

/// One window of one measure of one account: exponentially decayed sums of the actual and the expected amount, the usual size of their
/// log ratio, and the tail of its z-scores.
///
/// State: 40 bytes. Units: amounts for the sums, natural log units for the ratio, standard deviations for z. Complexity: O(1).
///
/// Source: design/statistics.md section 2; the tail follows the peaks-over-threshold method (Pickands 1975; Davison and Smith 1990) with
/// declustered exceedances and an exponential excess law.
public struct VolumeWindow: Sendable {
    public var actual: Float = 0
    public var expected: Float = 0
    /// Mean and variance of the log ratio.
    public var ratio = ExponentialMean()
    /// The 99 % quantile of z.
    public var quantile: Float = 2.326
    /// Decayed sum of cluster peaks over the quantile, and their decayed number.
    public var excessSum: Float = 0
    public var clusterCount: Float = 0
    /// The highest excess of the running cluster; 0 while none runs.
    public var clusterPeak: Float = 0
    /// Buckets since z was last above the quantile, while a cluster runs.
    public var quietBuckets: UInt16 = 0

    /// The span of the ratio's mean and deviation: two weeks of buckets.
    public static let ratioSpan = 1344
    /// A deviation below 5 % is not believed: no account is that regular for ever.
    public static let smallestDeviation = 0.05
    /// The mean excess of an account without history, and the weight it keeps, in clusters. Chosen with the age below and D01's score among
    /// 0.9 to 3.6 on seeds 1 to 3 of the exfiltration benchmark: long windows hold few clusters, and 0.9 trusted them too much.
    public static let fleetExcess = 2.2
    public static let fleetWeight = 2.0
    static let priorExcessSum = fleetWeight * fleetExcess
    public static let smallestExcess = 0.05
    /// Buckets after which a log ratio means something: a day. Before that it compares with an expectation of nothing; one such excess in
    /// the tail would hide everything under eighty times the usual for three weeks.
    public static let firstDay = 96
    /// How fast the quantile of the shortest window moves, in standard deviations a bucket; that of a longer one, whose z-scores stay where
    /// they are for longer, moves more slowly by the square root of its length. At one speed for all, it climbed with every rise of days.
    public static let quantileStep = 0.05

    public init() {}

    /// The log ratio after a bucket with `amount` where `expectation` was expected. `scale` is the account's level per bucket.
    @inline(__always)
    public func logRatio(span: Int, amount: Double, expectation: Double, level: Double) -> Double {
        let offset = VolumeWindow.offset(span: span, level: level)
        let usual = sum(expected, expectation, span)
        return naturalLog((sum(actual, amount, span) + offset) / (usual + offset)) / VolumeWindow.leverage(expected: usual, offset: offset)
    }

    /// How much of an account's variation shows in the log ratio: all of it in its busy hours, little where it hardly ever acts.
    ///
    /// The offset damps the ratio where little is expected, and with it the account's ups and downs: there, a given log ratio is more
    /// unusual than by day.
    @inline(__always)
    public static func leverage(expected: Double, offset: Double) -> Double { (expected + quietLeverage * offset) / (expected + offset) }

    /// What is left of it where nothing at all is expected. Chosen among 1, 0.7, 0.5, 0.3 and 0.15 on seeds 1 to 3 of the exfiltration
    /// benchmark: at the default score 0.020 instead of 0.024 false alerts an account-week, and a recall of 0.38 instead of 0.35.
    public static let quietLeverage = 0.5

    /// Ratio and absolute floor in one: a fifth of the usual window, plus five.
    @inline(__always)
    public static func offset(span: Int, level: Double) -> Double { 0.2 * level * Double(span) + 5 }

    @inline(__always)
    public func sum(_ past: Float, _ amount: Double, _ span: Int) -> Double {
        Double(past) * (1 - 1 / Double(span)) + amount
    }

    /// The log ratio that is unremarkable: its mean, but never less than what is expected. An account whose first weekly report has raised
    /// its expectation lies under it all week; to do what is expected is not unusual for that.
    @inline(__always)
    public var usualRatio: Double { max(Double(ratio.mean), 0) }

    @inline(__always)
    public var deviation: Double { max(ratio.deviation, VolumeWindow.smallestDeviation) }

    @inline(__always)
    public var meanExcess: Double {
        let mean =
            (Double(excessSum) + VolumeWindow.fleetWeight * VolumeWindow.fleetExcess)
            / (Double(clusterCount) + VolumeWindow.fleetWeight)
        return max(mean, VolumeWindow.smallestExcess)
    }

    /// Takes one closed bucket into the window. `age` counts the account's buckets, this one included.
    mutating func learn(span: Int, amount: Double, expectation: Double, logRatio observed: Double, deviation: Double, age: Int) {
        let z = (observed - usualRatio) / deviation
        actual = Float(sum(actual, amount, span))
        expected = Float(sum(expected, expectation, span))
        if age > VolumeWindow.tailAge { learnTail(z: z, span: span) }
        // A first day of ratios to an expectation of nothing would widen the deviation for weeks, and hide fifty times the usual.
        guard age > VolumeWindow.firstDay else { return }
        let mean = Double(ratio.mean)
        let isSettled = age > 2 * VolumeWindow.firstDay
        let clipped = isSettled ? min(max(observed, mean - 4 * deviation), mean + 4 * deviation) : observed
        ratio.add(clipped, gain: gain(count: age - VolumeWindow.firstDay, span: VolumeWindow.ratioSpan))
    }

    /// The tail is learnt after the account's first week. Before that the deviation is not settled, and the first z of an account, many
    /// times too large, would stay as the only cluster of its long windows for months.
    public static let tailAge = 672

    private mutating func learnTail(z: Double, span: Int) {
        let excess = z - Double(quantile)
        let step = VolumeWindow.quantileStep / Double(span).squareRoot()
        if excess > 0 {
            clusterPeak = max(clusterPeak, Float(min(excess, 10 * meanExcess)))
            quietBuckets = 0
            quantile += Float(step * 0.99)
        } else {
            quantile -= Float(step * 0.01)
            if clusterPeak > 0 {
                quietBuckets += 1
                if Int(quietBuckets) > span / 2 + 2 { closeCluster() }
            }
        }
    }

    private mutating func closeCluster() {
        excessSum = excessSum * 0.97 + clusterPeak
        clusterCount = clusterCount * 0.97 + 1
        clusterPeak = 0
        quietBuckets = 0
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

/// What is usual of one span of one measure of one account: decayed sums, the mean and spread of its deviation, and the tail of its
/// z-scores.
///
/// State: 42 bytes. Units: amounts for the sums, natural log units for the deviation, standard deviations for z. Complexity: O(1).
///
/// Source: the tail follows the peaks-over-threshold method (Pickands 1975; Davison and Smith 1990) with declustered exceedances and an
/// exponential excess law; spread and mean excess are shrunk towards the fleet's, by the weight of the values and clusters behind them.
public struct VolumeChannel: Sendable {
    /// Decayed sums of the actual and the expected amount.
    public var actual: Float = 0
    public var expected: Float = 0
    /// Mean and variance of the deviation, and how many independent values they rest on.
    public var mean: Float = 0
    public var variance: Float = 0
    public var count: Float = 0
    /// The 99 % quantile of z.
    public var quantile: Float = 2.33
    /// Decayed sum of cluster peaks over the quantile, and their decayed number.
    public var excessSum: Float = 0
    public var clusterCount: Float = 0
    /// The highest excess of the running cluster; 0 while none runs.
    public var clusterPeak: Float = 0
    /// Buckets since z was last above the quantile, while a cluster runs.
    public var quietBuckets: UInt16 = 0

    /// Buckets that mean and variance look back on, and the buckets of an account's life before they begin.
    static let memory = 5000.0
    static let firstAge = 576
    /// The tail is learnt from the tenth day on, when the spread has settled.
    static let tailAge = 864
    /// Weights of the fleet's spread and mean excess, in values and clusters.
    static let spreadWeight = 3.0
    static let excessWeight = 1.5
    /// A deviation below 5 % is not believed: no account is that regular for ever.
    static let smallestDeviation = 0.05
    static let smallestExcess = 0.05
    /// How fast the quantile moves, in standard deviations a bucket, for a span of one.
    private static let quantileStep = 0.05

    /// The mean that a deviation is held against: never below zero. An account whose first weekly report has raised its expectation lies
    /// under it all week; to do what is expected is not unusual for that.
    @inline(__always)
    var usual: Double { max(Double(mean), 0) }

    /// Learns a bucket of the account's age `age`, this one included, in which the deviation was `deviation` and its z `z`. Returns the
    /// clipped distance from the mean, for ``VolumeModel``'s spread by the hour; nil in the first days.
    @inline(__always)
    mutating func learn(
        _ deviation: Double, z: Double, excess: Double, span: Int, age: Int, fleetVariance: Double, as teaching: Teaching
    ) -> Double? {
        guard age > VolumeChannel.firstAge else { return nil }
        count = Float(min(Double(count) + 1 / Double(span), VolumeChannel.memory / Double(span)))
        let gain = 1 / min(max(Double(age - VolumeChannel.firstAge), 1), VolumeChannel.memory)
        let pooled =
            (Double(count) * Double(variance) + VolumeChannel.spreadWeight * fleetVariance) / (Double(count) + VolumeChannel.spreadWeight)
        let limit = 4 * max(pooled.squareRoot(), VolumeChannel.smallestDeviation)
        let distance = min(max(deviation - Double(mean), -limit), limit * teaching.weight)
        mean += Float(gain * distance)
        variance = Float((1 - gain) * (Double(variance) + gain * distance * distance))
        if age > VolumeChannel.tailAge { learnTail(z - Double(quantile), meanExcess: excess, span: span, as: teaching) }
        return min(max(deviation - Double(mean), -limit), limit * teaching.weight)
    }

    @inline(__always)
    private mutating func learnTail(_ excess: Double, meanExcess: Double, span: Int, as teaching: Teaching) {
        let step = VolumeChannel.quantileStep / Double(span).squareRoot()
        if excess > 0 {
            clusterPeak = max(clusterPeak, Float(min(excess, teaching.largestPeak * meanExcess)))
            quietBuckets = 0
            // Days under an alert, vouched for or not, would carry the quantile far beyond what it forgets in months.
            if teaching == .usual { quantile += Float(step * 0.99) }
            return
        }
        quantile -= Float(step * 0.01)
        guard clusterPeak > 0 else { return }
        quietBuckets += 1
        guard Int(quietBuckets) > span / 2 + 2 else { return }
        excessSum = excessSum * 0.97 + clusterPeak
        clusterCount = clusterCount * 0.97 + 1
        clusterPeak = 0
        quietBuckets = 0
    }
}

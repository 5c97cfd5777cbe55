// weir
// SPDX-License-Identifier: Apache-2.0

/// What is usual of the four spans of one measure of one account: decayed sums, the mean and spread of the deviation, and the tail of its
/// z-scores. One lane for each ``VolumeSpan``, so that a span costs hardly more than all four.
///
/// State: 152 bytes. Units: amounts for the sums, natural log units for the deviation, standard deviations for z. Complexity: O(1).
///
/// Source: the tail follows the peaks-over-threshold method (Pickands 1975; Davison and Smith 1990) with declustered exceedances and an
/// exponential excess law; spread and mean excess are shrunk towards the fleet's, by the weight of the values and clusters behind them.
public struct VolumeChannels: Sendable {
    /// Decayed sums of the actual and the expected amount.
    public var actual = SIMD4<Float>.zero
    public var expected = SIMD4<Float>.zero
    /// Mean and variance of the deviation, and how many independent values they rest on.
    public var mean = SIMD4<Float>.zero
    public var variance = SIMD4<Float>.zero
    var count = SIMD4<Float>.zero
    /// The 99 % quantile of z.
    var quantile = SIMD4<Float>(repeating: 2.33)
    /// Decayed sum of cluster peaks over the quantile, and their decayed number.
    public var excessSum = SIMD4<Float>.zero
    public var clusterCount = SIMD4<Float>.zero
    /// The highest excess of the running cluster; 0 while none runs.
    var clusterPeak = SIMD4<Float>.zero
    /// Buckets since z was last above the quantile, while a cluster runs.
    var quietBuckets = SIMD4<UInt16>.zero

    /// Buckets that mean and variance look back on, and the buckets of an account's life before they begin.
    static let memory: Float = 5000
    static let firstAge = 576
    /// The tail is learnt from the tenth day on, when the spread has settled.
    static let tailAge = 864
    /// Weights of the fleet's spread and mean excess, in values and clusters.
    @inline(__always) private static var spreadWeight: SIMD4<Float> { SIMD4(repeating: 3) }
    @inline(__always) private static var excessWeight: SIMD4<Float> { SIMD4(repeating: 1.5) }
    /// A deviation below 5 % is not believed: no account is that regular for ever.
    static let smallestDeviation: Float = 0.05
    @inline(__always) static var smallestVariance: SIMD4<Float> { SIMD4(repeating: smallestDeviation * smallestDeviation) }
    @inline(__always) private static var smallestExcess: SIMD4<Float> { SIMD4(repeating: 0.05) }
    /// The lengths of the spans, and one over them: the independent values that a bucket adds.
    @inline(__always) private static var lengths: SIMD4<Float> { SIMD4(1, 16, 96, 288) }
    @inline(__always) private static var values: SIMD4<Float> { SIMD4(1, 1.0 / 16, 1.0 / 96, 1.0 / 288) }
    /// How far the quantile moves in a bucket, in standard deviations: 0.05 over the root of the span's length.
    @inline(__always) private static var quantileSteps: SIMD4<Float> { SIMD4(0.05, 0.0125, 0.005_103_104, 0.002_946_278) }

    public init() {}

    /// The mean that a deviation is held against: never below zero. An account whose first weekly report has raised its expectation lies
    /// under it all week; to do what is expected is not unusual for that.
    @inline(__always)
    var usual: SIMD4<Float> { larger(mean, .zero) }

    /// The account's variances, shrunk towards the fleet's.
    @inline(__always)
    mutating func variances(fleet: SIMD4<Float>) -> SIMD4<Float> {
        (count * variance + VolumeChannels.spreadWeight * fleet) / (count + VolumeChannels.spreadWeight)
    }

    /// Its mean excesses over the quantile, likewise.
    @inline(__always)
    mutating func meanExcesses(fleet: SIMD4<Float>) -> SIMD4<Float> {
        larger(
            (excessSum + VolumeChannels.excessWeight * fleet) / (clusterCount + VolumeChannels.excessWeight), VolumeChannels.smallestExcess)
    }

    /// Learns a bucket of the account's age `age`, this one included, that `reading` judged. Returns the clipped distance of the quarter
    /// hour from its mean, for ``VolumeModel``'s spread by the hour. Precondition: `age` is beyond ``firstAge``.
    @inline(__always)
    mutating func learn(_ reading: inout VolumeReading, age: Int, as teaching: Teaching) -> Float {
        let lengths = VolumeChannels.lengths
        count = smaller(count + VolumeChannels.values, VolumeChannels.memory / lengths)
        let gain = 1 / min(max(Float(age - VolumeChannels.firstAge), 1), VolumeChannels.memory)
        let limits = 4 * squareRoots(larger(reading.variances, VolumeChannels.smallestVariance))
        let distances = larger(smaller(reading.deviations - mean, limits * teaching.weight), SIMD4<Float>.zero - limits)
        mean += gain * distances
        variance = (1 - gain) * (variance + gain * distances * distances)
        if age > VolumeChannels.tailAge { learnTail(reading.z - quantile, meanExcesses: reading.meanExcesses, as: teaching) }
        return min(max(reading.deviations[0] - mean[0], -limits[0]), limits[0] * teaching.weight)
    }

    @inline(__always)
    private mutating func learnTail(_ excesses: SIMD4<Float>, meanExcesses: SIMD4<Float>, as teaching: Teaching) {
        let isBeyond = excesses .> .zero
        // Days under an alert, vouched for or not, would carry the quantile far beyond what it forgets in months.
        let rise: Float = teaching == .usual ? 0.99 : 0
        quantile += VolumeChannels.quantileSteps * SIMD4<Float>(repeating: -0.01).replacing(with: rise, where: isBeyond)
        if any(isBeyond) {
            let peaks = smaller(excesses, teaching.largestPeak * meanExcesses)
            clusterPeak.replace(with: larger(clusterPeak, peaks), where: isBeyond)
            for lane in 0..<4 where isBeyond[lane] { quietBuckets[lane] = 0 }
        }
        if any((clusterPeak .> .zero) .& .!isBeyond) {
            for lane in 0..<4 where clusterPeak[lane] > 0 && !isBeyond[lane] { growQuiet(lane) }
        }
    }

    /// One more bucket without an excess in a running cluster, which ends it when there were enough of them.
    private mutating func growQuiet(_ lane: Int) {
        quietBuckets[lane] += 1
        guard Int(quietBuckets[lane]) > VolumeSpan.allCases[lane].buckets / 2 + 2 else { return }
        excessSum[lane] = excessSum[lane] * 0.97 + clusterPeak[lane]
        clusterCount[lane] = clusterCount[lane] * 0.97 + 1
        clusterPeak[lane] = 0
        quietBuckets[lane] = 0
    }
}

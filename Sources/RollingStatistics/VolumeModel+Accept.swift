// weir
// SPDX-License-Identifier: Apache-2.0

extension VolumeModel {
    /// A level that strayed less than this from the usual one is the usual one.
    private static let leastShift = 0.1

    /// Takes the level of the last day as the usual one: expectations move by the mean of the day's clipped log ratios, in which a burst
    /// counts for little and what goes on counts in full, up to five times. Complexity: O(hours of the week).
    public mutating func acceptLevel() {
        let shift = Double(deviationSums[0]) / (Double(weightSums[0]) + 0.3)
        guard shift.magnitude > VolumeModel.leastShift else { return }
        let factor = exponential(shift)
        baseline.scale(by: factor)
        channels.expected *= Float(factor)
        deviationSums -= Float(shift) * weightSums
        expectedHour = Float(Double(expectedHour) * factor)
        expectedDay = Float(Double(expectedDay) * factor)
        locality = 1
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import RollingStatistics

/// Keeps the volume detector within the alert budget: learns how often each level of its score is reached, and sets the level at which as
/// many alerts are due as the budget allows.
///
/// Scores are in units of the detector's own threshold. An *episode* is a run of buckets of one account with a score above the level that
/// keeps an alert open; its peak counts. Peaks lie exponentially beyond that level (peaks over threshold), so that a mean and a rate tell
/// how many reach any level. What is known beforehand, from the model's card, counts like two weeks of the lane.
/// State: 66 bytes, and 16 for each episode that goes on. Complexity: O(episodes) a bucket.
struct ThresholdControl: Sendable {
    /// The level above which a finding keeps an alert open, in thresholds.
    private static let hold = 0.8
    /// From models/default/CARD.md: episodes an account and week above ``hold``, and the mean excess of their peaks.
    private static let priorRate = 0.077
    private static let priorExcess = 0.375
    private static let priorWeeks = 2.0
    /// Weeks after which an episode counts half.
    private static let halfLife = 4.0
    private static let levels = 0.8...4.0
    /// What one episode counts for at most: one account must not raise what is asked of all others.
    private static let largestStep = 20.0
    /// The share of the budget that is the volume detector's at most, and at least: the other detectors have no score that could be moved,
    /// so that it has to make room for what they use.
    static let share = 0.7
    static let leastShare = 0.1

    private var episodes: [AccountID: Episode] = [:]
    /// Decayed: account-weeks watched, episodes scaled to ``hold``, and the sum of their excesses with how many.
    private var weeks = 0.0
    private var count = 0.0
    private var excess = 0.0
    private var peaks = 0.0
    /// Decayed: the alerts of other detectors that count against the budget, and the days in which they came.
    private var others = 0.0
    private var days = 0.0
    /// What the detector asks for, in units of its own threshold.
    private(set) var factor = 1.0
    /// The alerts a week that are due at this level, of as many accounts as there were at the last midnight.
    private(set) var expected = 0.0
    /// More alerts a week than anybody will read: what a damaged state leads to must stay a number.
    private static let mostExpected = 1e9
    /// Farther beyond the level no score counts for more.
    private static let farthest = 1e6

    private struct Episode {
        var peak: Double
        var last: Int64
    }

    init() {}

    /// Takes a finding of a closed bucket; `score` is in units of what was asked for.
    mutating func see(_ account: AccountID, score: Double, bucket: Int64) {
        let raw = score * factor
        episodes[account] = Episode(peak: max(episodes[account]?.peak ?? 0, raw), last: bucket)
    }

    /// Takes note of an alert of another detector.
    mutating func seeOther() { others += 1 }

    /// Ends episodes, and once a day sets the level anew. `accounts`: those that are judged by themselves.
    mutating func close(bucket: Int64, quiet: UInt8, accounts: Int, budget: AlertBudget?) {
        let ended = episodes.filter { bucket - $0.value.last >= Int64(quiet) }
        for (account, episode) in ended.sorted(by: { $0.key < $1.key }) {
            let level = ThresholdControl.hold * factor
            let beyond = min(max(episode.peak - level, 0), ThresholdControl.farthest)
            excess += beyond
            peaks += 1
            count += min(exponential((level - ThresholdControl.hold) / meanExcess), ThresholdControl.largestStep)
            episodes[account] = nil
        }
        guard FleetSums.isDaily(bucket) else { return }
        let kept = exponential(-0.6931471805599453 / 7 / ThresholdControl.halfLife)
        weeks = weeks * kept + Double(accounts) / 7
        count *= kept
        excess *= kept
        peaks *= kept
        others *= kept
        days = days * kept + 1
        set(accounts: accounts, budget: budget)
    }

    private var meanExcess: Double {
        min(max((excess + 4 * ThresholdControl.priorExcess) / (peaks + 4), 0.05), 2)
    }

    /// Episodes a week above ``hold`` of `accounts`.
    private func rate(_ accounts: Int) -> Double {
        let prior = ThresholdControl.priorWeeks * Double(max(accounts, 10))
        return (count + prior * ThresholdControl.priorRate) / (weeks + prior) * Double(accounts)
    }

    private mutating func set(accounts: Int, budget: AlertBudget?) {
        guard accounts > 0 else { return }
        let rate = rate(accounts)
        if let budget {
            let tickets = budget.ticketsPerWeek
            let rest = min(tickets - others / max(days, 7) * 7, tickets * ThresholdControl.share)
            let allowed = max(rest, tickets * ThresholdControl.leastShare, 0.01)
            let level = ThresholdControl.hold + meanExcess * naturalLog(rate / allowed)
            factor = min(max(level, ThresholdControl.levels.lowerBound), ThresholdControl.levels.upperBound)
        }
        expected = min(rate * exponential((ThresholdControl.hold - factor) / meanExcess), ThresholdControl.mostExpected)
    }

    func encode(into writer: inout StateWriter) {
        writer.write(UInt32(episodes.count))
        for (account, episode) in episodes.sorted(by: { $0.key < $1.key }) {
            writer.write(account.rawValue)
            writer.write(episode.peak)
            writer.write(episode.last)
        }
        for number in [weeks, count, excess, peaks, others, days, factor, expected] { writer.write(number) }
    }

    init(from reader: inout StateReader) throws(StateError) {
        for _ in 0..<(try reader.read(UInt32.self)) {
            let account = AccountID(rawValue: try reader.read())
            let episode = Episode(peak: try reader.readDouble(in: 0...1e30, "episode"), last: try reader.read())
            guard episode.last >= 0 else { throw StateError.implausible("episode") }
            episodes[account] = episode
        }
        weeks = try reader.readDouble()
        count = try reader.readDouble()
        excess = try reader.readDouble()
        peaks = try reader.readDouble()
        others = try reader.readDouble()
        days = try reader.readDouble()
        factor = try reader.readDouble()
        expected = try reader.readDouble()
        guard ThresholdControl.levels.contains(factor), [weeks, count, excess, peaks, others].allSatisfy({ (0...1e15).contains($0) }),
            (0...1000).contains(days), (0...ThresholdControl.mostExpected).contains(expected)
        else {
            throw StateError.implausible("threshold control")
        }
    }
}

/// How often tail probabilities came true: for each of a few levels, the readings at or below it beside those that were due.
///
/// The probability is that of a single span of ``VolumeSpan`` for one measure, so the number of tests is readings × spans.
/// State: 40 bytes. Complexity: O(spans) a reading.
struct TailCalibration: Sendable {
    static let levels = [1e-2, 1e-3, 1e-4, 1e-5]
    private(set) var tests: UInt64 = 0
    private(set) var reached = InlineArray<4, UInt64>(repeating: 0)

    init() {}

    @inline(__always)
    mutating func add(_ reading: borrowing VolumeReading) {
        tests &+= 4
        guard reading.isInTail else { return }
        for level in 0..<4 { reached[level] &+= UInt64(reading.count(depth: TailCalibration.depths[level])) }
    }

    /// ln(0.01 / level): see ``TailProbability``.
    private static let depths: InlineArray<4, Double> = [0, 2.302585092994046, 4.605170185988092, 6.907755278982137]

    mutating func add(_ other: TailCalibration) {
        tests &+= other.tests
        for level in 0..<4 { reached[level] &+= other.reached[level] }
    }

    func encode(into writer: inout StateWriter) {
        writer.write(tests)
        for level in 0..<4 { writer.write(reached[level]) }
    }

    init(from reader: inout StateReader) throws(StateError) {
        tests = try reader.read()
        for level in 0..<4 { reached[level] = try reader.read() }
    }
}

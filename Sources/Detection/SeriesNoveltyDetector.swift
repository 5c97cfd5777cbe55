// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// D37: a metric does something it never did.
///
/// Sees: levels, jumps, trends, sequences and hours that a single series (rows or calls of a lane, of an endpoint group, of a pinned
/// account) has never shown, without being told what to look for. Misses: what one account does inside a series, which is D01's; anything
/// that came before. Warm-up: 14 days, in which every hour of the week comes twice. Alerts about a lane's totals are `low`: they say where
/// to look, not whom to stop. What the operator named is worth a ticket, and more beside a detector of ``supporters``. Source:
/// design/statistics.md section 6.
public struct SeriesNoveltyDetector: Detector {
    public static let descriptor = DetectorDescriptor(
        id: "D37", name: "series-novelty", family: "volume",
        sees: "rows or calls in a quarter hour, of a source, or of an endpoint group or an account that detection.series names, that do "
            + "something they never did: level, jump, trend, sequence or hour",
        misses: "what one account does inside a series (D01); anything that happened before",
        warmUp: "14 days",
        options: [
            DetectorOption(
                name: "score", defaultValue: 0.5, range: 0.05...1000,
                reason: "whole ranges, summed over the kinds of newness, by which the series leaves everything it was; 0.5 is about one "
                    + "alert a series in twelve weeks of a fleet without incidents, 0.2 one in four weeks"),
            DetectorOption(
                name: "minimum_difference", defaultValue: 20, range: 0...1e15,
                reason: "rows or calls from the usual within which a total is not worth a look, however steady it was"),
            DetectorOption(name: "minimum_age_days", defaultValue: 14, range: 2...365, reason: "every hour of the week has come twice"),
        ],
        nextSteps: [
            "Look at what makes it up in that quarter hour, largest first.",
            "If a release, a campaign or a new client explains it, nothing is to be done: it is learnt.",
        ])

    /// Detectors that look at single accounts: of an account of which they tell, a new series is no accident.
    public static let supporters: Set<String> = [ExportVolumeDetector.descriptor.id, BreadthDetector.descriptor.id]

    private let threshold: Double
    private let minimumAge: Double
    private let minimumDifference: Double

    public static var judgesAccounts: Bool { false }

    public init(options: DetectorOptions) {
        threshold = options["score"]
        minimumAge = options["minimum_age_days"] * Double(BucketGrid.perDay)
        minimumDifference = options["minimum_difference"]
    }

    public func judge(_ series: SeriesBucket) -> Finding? {
        let reading = series.reading
        guard gate(series) == .fired else { return nil }
        // All that is known of the probability is that it never happened.
        let probability = 1 / (Double(series.age) + 1)
        return Finding(
            measure: series.measure, severity: severity(series), score: reading.strength, observed: series.amount, expected: reading.usual,
            low: reading.low, high: reading.high, ratio: series.amount / max(reading.usual, 1), z: 0, probability: probability,
            windowStart: BucketGrid.start(of: series.number), windowEnd: BucketGrid.start(of: series.number + 1),
            sampleBuckets: series.age, since: BucketGrid.start(of: series.firstBucket), peers: nil, phrase: phrase(series))
    }

    private func severity(_ series: SeriesBucket) -> Severity {
        series.subject == .total ? .low : series.isSupported ? .high : .medium
    }

    private func gate(_ series: SeriesBucket) -> Gate {
        guard Double(series.age) >= minimumAge else { return .learning }
        guard SeriesNoveltyDetector.score(series) >= threshold else { return .score }
        return abs(series.amount - series.reading.usual) >= minimumDifference ? .fired : .excess
    }

    /// An open alert stays open as long as the series is strange; a new one needs a new peak.
    private static func score(_ series: SeriesBucket) -> Double { series.isAlerted ? series.reading.strength : series.reading.score }

    public func explain(_ bucket: ClosedBucket, of account: borrowing AccountProfile) -> Explanation {
        let reason = "it judges totals, and accounts that detection.series names, when their bucket closes"
        return Explanation([Verdict("totals", gate: .notApplicable, reason: reason)])
    }

    public func explain(_ series: SeriesBucket) -> Verdict? {
        let gate = gate(series)
        let reading = series.reading
        var verdict = Verdict(
            series.subject.words(series.measure), measure: series.measure, gate: gate, reason: reason(gate, series))
        if case .pinnedAccount = series.subject {} else { verdict.isOfSource = true }
        verdict.observed = series.amount
        verdict.expected = reading.usual
        verdict.score = SeriesNoveltyDetector.score(series)
        verdict.needed = threshold
        verdict.facts = [
            Verdict.Fact("strength", reading.strength, "strength \(SeriesNoveltyDetector.margin(reading.strength))"),
            Verdict.Fact("low", reading.low, "\(NumberText.grouped(reading.low)) to \(NumberText.grouped(reading.high)) so far"),
            Verdict.Fact("high", reading.high, ""),
        ]
        return verdict
    }

    private func reason(_ gate: Gate, _ series: SeriesBucket) -> String {
        let reading = series.reading
        let noun = series.subject == .total ? "total" : "series"
        switch gate {
        case .learning:
            let rest = NumberText.span(.buckets(minimumAge - Double(series.age)))
            return "learning: \(noun == "total" ? "totals" : noun) are judged after \(NumberText.span(.buckets(minimumAge))), in \(rest)"
        case .fired: return "the \(noun) does something it never did"
        case .excess: return "the \(noun) is new, but within \(NumberText.grouped(minimumDifference)) of the usual (minimum_difference)"
        default:
            if reading.strength >= threshold { return "as strange as hours before it, not stranger" }
            return reading.strength == 0 ? "nothing about the \(noun) is new" : "too little about the \(noun) is new"
        }
    }

    /// The sentence behind an account's name, or behind the source's that it begins with.
    private func phrase(_ series: SeriesBucket) -> String {
        let start = BucketGrid.start(of: series.number)
        let reading = series.reading
        let days = NumberText.grouped((Double(series.age) / Double(BucketGrid.perDay)).rounded(.down))
        let parts = reading.found.filter { $0.margin >= 0.05 * reading.strength }.prefix(3)
        let news = parts.map { "\(SeriesNoveltyDetector.words(channel: $0.channel)) (\(SeriesNoveltyDetector.margin($0.margin)))" }
        var text = "does something it never did in \(days) days"
        if case .pinnedAccount = series.subject {} else { text = "\(series.source) \(text)" }
        if series.subject != .total { text += ", in \(series.subject.words(series.measure))" }
        return "\(text): \(NumberText.amount(series.amount, of: series.measure)) in "
            + "15 min, where \(NumberText.usual(NumberText.amount(reading.usual, of: series.measure))) at this hour on a "
            + "\(CivilTime.weekdayName(start)) (\(NumberText.grouped(reading.low)) to \(NumberText.grouped(reading.high)) so far). "
            + "New, by widths of its range so far: \(news.joined(separator: "; "))."
    }

    private static func margin(_ margin: Double) -> String {
        margin < 1000 ? NumberText.decimal(margin, places: margin < 10 ? 2 : 0) : "over 1,000"
    }

    /// What a channel looks at. A row is a quarter hour. Source: the channels of design/statistics.md section 6.
    static func words(channel: Int) -> String {
        switch channel {
        case 0: "the amount"
        case 1: "the amount for this hour of the week"
        case 2: "the last hour's amount"
        case 3: "four hours that neither day nor week explains"
        case 4: "sixteen hours that neither day nor week explains"
        case 5: "the jump from the sixteen hours before"
        case 6: "the last hour against sixteen hours"
        case 7: "the last four hours against three days"
        case 8: "the last sixteen hours against ten days"
        case 9: "how amounts follow on each other"
        case 10: "how amounts follow on those of ninety minutes before"
        case 11: "how orders of magnitude follow on each other"
        case 12: "how orders of magnitude follow on those of ninety minutes before"
        case 13: "such an amount at this hour of the day"
        default: "an hour of such amounts at this time of the day"
        }
    }
}

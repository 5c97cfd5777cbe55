// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

extension ExportVolumeDetector {
    /// A verdict for each measure; of an account that is still learning, one for the rule for new accounts. Complexity: fifty readings of
    /// the model for each measure.
    public func explain(_ bucket: ClosedBucket, of account: borrowing AccountProfile) -> Explanation {
        guard account.isMature else { return Explanation([newcomerVerdict(bucket, of: account)]) }
        return Explanation([
            verdict(.rows, bucket, of: account), verdict(.bytes, bucket, of: account), verdict(.calls, bucket, of: account),
        ])
    }

    private func verdict(_ measure: Measure, _ bucket: ClosedBucket, of account: borrowing AccountProfile) -> Verdict {
        let needed = needed(bucket: bucket.number, of: account, fleet: bucket.fleet)
        let found = candidate(measure, bucket, of: account, needed: needed)
        let reading = bucket.readings[measure]
        let windows = VolumeSpan.allCases.map { account.volumes[measure.rawValue].window($0, of: reading) }
        let (gate, reason) = gate(measure, found, reading, windows, needed: needed)
        var verdict = Verdict(measure.name, measure: measure, gate: gate, reason: reason)
        verdict.observed = reading.amount
        verdict.expected = reading.bucketExpectation
        verdict.score = reading.score
        verdict.needed = needed
        verdict.windows = windows
        verdict.leastFiring = Verdict.leastAmount { amount in
            let other = bucket.copy()
            other.readings[measure] = account.volumes[measure.rawValue].read(
                amount, at: bucket.standing, fleet: bucket.fleet.measures[measure])
            return candidate(measure, other, of: account, needed: needed)?.opens ?? false
        }
        verdict.facts =
            [
                Verdict.Fact("threshold", threshold, ""),
                Verdict.Fact("strictness", needed / threshold, ""),
            ] + baselineFacts(measure, bucket, of: account)
        return verdict
    }

    /// What the expectation of the bucket is made of.
    private func baselineFacts(_ measure: Measure, _ bucket: ClosedBucket, of account: borrowing AccountProfile) -> [Verdict.Fact] {
        let reading = bucket.readings[measure]
        let baseline = account.volumes[measure.rawValue].baseline
        let level = Double(baseline.level)
        let hour = CompactMean(code: baseline.week[bucket.slot.rawValue]).value
        let fleet = bucket.fleet.measures[measure]
        let factor = fleet.rise
        let name = fleet.declared > fleet.factor ? "rise declared for \(bucket.fleet.declaration)" : "fleet factor"
        let day = account.volumes[measure.rawValue].dayFactor
        func amount(_ value: Double) -> String { NumberText.fine(value, of: measure) }
        return [
            Verdict.Fact("level_ewma", level, "level (EWMA) \(amount(level))"),
            Verdict.Fact("hour_of_week_baseline", hour, "hour-of-week baseline \(amount(hour))"),
            // The hour's mean, shrunk to the day's and the level, times what this quarter of its hour usually gets of it.
            Verdict.Fact("quarter_share", bucket.standing.share, ""),
            Verdict.Fact(
                "expected_before_fleet", reading.baseline,
                "expected in this quarter of the hour (\(NumberText.ratio(bucket.standing.share))) \(amount(reading.baseline))"),
            Verdict.Fact("fleet_factor", factor, ""),
            Verdict.Fact(
                "expected", reading.bucketExpectation,
                "× \(name) \(NumberText.decimal(factor, places: 2)) = \(amount(reading.bucketExpectation))"),
            Verdict.Fact(
                "day_factor", day, "× last day's level \(NumberText.decimal(day, places: 2)) = \(amount(reading.bucketExpectation * day))"),
        ]
    }

    private func gate(
        _ measure: Measure, _ found: Candidate?, _ reading: VolumeReading, _ windows: [VolumeReading.Window], needed: Double
    ) -> (Gate, String) {
        let age = "\(NumberText.decimal(threshold, places: 2)) × \(NumberText.decimal(needed / threshold, places: 2)) by its age"
        let score = "score \(NumberText.decimal(reading.score, places: 2)) of \(NumberText.decimal(needed, places: 2)) needed (\(age))"
        if let found, found.opens { return (.fired, "\(score), strongest over \(found.window.span.words)") }
        guard reading.score >= needed else { return (.score, found == nil ? score : "\(score): keeps an open alert open, but opens none") }
        let minimum = minimums[measure.rawValue]
        let strongest = windows.max { $0.part < $1.part }
        guard let window = strongest else { return (.score, score) }
        let lack = reading.lack(
            window.span, part: needed * ExportVolumeDetector.leastPart, excess: minimum, ratio: minimumRatio)
        if lack == .ratio {
            let ratio = "\(NumberText.ratio(window.ratio)) in \(window.span.words)"
            return (.ratio, "\(score), but only \(ratio); \(NumberText.ratio(minimumRatio)) is worth a look (minimum_ratio)")
        }
        let excess = NumberText.amount(max(window.observed - window.expected, 0), of: measure)
        let least = NumberText.amount(minimum, of: measure)
        return (.excess, "\(score), but only \(excess) above the expectation; from \(least) on anybody would act (minimum_\(measure.name))")
    }

    private func newcomerVerdict(_ bucket: ClosedBucket, of account: borrowing AccountProfile) -> Verdict {
        let left = NumberText.span(.buckets(Double(AccountProfile.matureAge - account.age)))
        let learning = "learning: judged by its own history in \(left)"
        let window = account.volumes[Measure.rows.rawValue].window(.fourHours, of: bucket.readings[.rows])
        let limit = newcomerLimit(.rows, of: account, fleet: bucket.fleet)
        let obstacle = newcomerObstacle(of: account, fleet: bucket.fleet)
        let hasFired = judgeNewcomer(bucket, of: account) != nil
        let words = "\(NumberText.amount(window.observed, of: .rows)) in about 4 hours"
        let needed = limit.map { max($0, minimums[Measure.rows.rawValue]) } ?? 0
        let level = "\(NumberText.grouped(needed)) rows, which 97.5 % of the known accounts stay under"
        let rule =
            obstacle.map { "the rule for new accounts does not apply (\($0))" }
            ?? "a new account fires from \(level); this one has \(words)"
        let reason = hasFired ? "\(words), a new account fires from \(level)" : "\(learning); until then \(rule)"
        let gate: Gate = hasFired ? .fired : limit == nil ? .learning : .newAccountLevel
        var verdict = Verdict("rows", measure: .rows, gate: gate, reason: reason)
        verdict.span = .fourHours
        verdict.observed = window.observed
        verdict.expected = limit ?? 0
        guard limit != nil else { return verdict }
        verdict.score = window.observed
        verdict.needed = needed
        verdict.leastFiring = Verdict.leastAmount { amount in
            let other = bucket.copy()
            other.readings[.rows] = account.volumes[Measure.rows.rawValue].read(
                amount, at: bucket.standing, fleet: bucket.fleet.measures[.rows])
            return judgeNewcomer(other, of: account) != nil
        }
        return verdict
    }
}

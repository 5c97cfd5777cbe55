// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// D05: calls by a timer, each a full page or the next part of a listing: somebody walks through everything.
public struct PacedExtractionDetector: AccessDetector {
    public static let descriptor = DetectorDescriptor(
        id: "D05", name: "paced-extraction", family: "pacing",
        sees:
            "hundreds of calls at an even pace that each fetch a full page or, by their offsets, go one way through a listing, of what the "
            + "account has not walked through for four weeks",
        misses: "walks that stop and go, less than a call a minute; pages of different sizes, or other calls between them, where no call "
            + "says its offset or page",
        warmUp: "14 days of the account's history",
        options: [
            DetectorOption(
                name: "minimum_calls", defaultValue: 500, range: 10...1e9, reason: "calls of one walk: an incremental sync has fewer"),
            DetectorOption(
                name: "minimum_rows", defaultValue: 5000, range: 0...1e12, reason: "rows of the walk below which nobody would act"),
            DetectorOption(
                name: "high_rows", defaultValue: 100_000, range: 1...1e12, reason: "rows from which on the walk is severity high"),
        ],
        nextSteps: [
            "Ask the account's owner whether a full synchronisation was planned.",
            "If not: revoke the token; the walk goes on until it has everything.",
        ])
    public static let subject = "an even walk"

    private let minimumCalls: Double
    private let minimumRows: Double
    private let highRows: Double

    public init(options: DetectorOptions) {
        minimumCalls = options["minimum_calls"]
        minimumRows = options["minimum_rows"]
        highRows = options["high_rows"]
    }

    public func look(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> AccessLook {
        guard bucket.isClosed else { return AccessLook(.openBucket) }
        guard let pace = account.access?.facts.pace, let run = pace.run(endingWith: bucket) else {
            return .nothing
        }
        let calls = Double(run.calls)
        var look = AccessLook(.fired, observed: Double(run.rows), score: calls, needed: minimumCalls)
        if calls < minimumCalls || run.buckets < 3 {
            look.gate = .score
        } else if account.age < accessWarmUp {
            look.gate = .learning
        } else if pace.isUsual(run.lead, at: bucket.number) || account.age - Int32(run.buckets) + 1 < accessWarmUp {
            // One that began while the account was getting known is part of what it is known for.
            look.gate = .usual
        } else if Double(run.rows) < minimumRows && (run.direction == .unstated || run.rows > 0) {
            // A log without rows that says how far a walk has come says enough.
            look.gate = .excess
        }
        return look
    }

    public func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding {
        let run = account.access?.facts.pace.run(endingWith: bucket) ?? PaceHistory.Run()
        let start = BucketGrid.start(of: bucket.number - Int64(run.buckets) + 1)
        let gap = Double(run.buckets) * 900 / max(Double(run.calls), 1)
        let pages =
            bucket.access.isPageFull(bucket.sums)
            ? "each with a full page of \(NumberText.amount(Double(bucket.access.largest), of: .rows))"
            : bucket.access.isListing(bucket.sums) ? "pages of different sizes" : "with others between them"
        // The run's ends are means of minutes, which stand in no log: what the bucket has come to does.
        let way =
            switch (run.direction, bucket.access.tally?.positions) {
            case (.up, let places?): " up to position \(NumberText.grouped(Double(places.highest))) without going back"
            case (.down, let places?): " down to position \(NumberText.grouped(Double(places.lowest))) without going back"
            default: ""
            }
        let phrase =
            "made \(NumberText.amount(Double(run.calls), of: .calls)) at an even pace, one every \(NumberText.decimal(gap, places: 1)) s, "
            + "\(pages), walking through \(bucket.access.values.words(run.lead))\(way): \(NumberText.amount(look.observed, of: .rows)) since "
            + "\(CivilTime(start).rfc3339). It has not walked so for four weeks."
        let severity: Severity = look.observed >= highRows ? .high : .medium
        return finding(look, bucket, of: account, measure: .rows, severity: severity, score: 4, since: start, phrase: phrase)
    }

    public func reason(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String {
        let walk = "\(NumberText.amount(look.score ?? 0, of: .calls)) at an even pace through one listing"
        switch look.gate {
        case .openBucket: return "pace is judged when the bucket closes"
        case .nothing:
            guard bucket.access.isPaced else { return "calls do not come at an even pace" }
            return !bucket.access.isListing(bucket.sums)
                ? "calls come at an even pace, but pages differ" : "calls come at an even pace, but their offsets come and go"
        case .score: return "\(walk), \(NumberText.grouped(minimumCalls)) needed in three quarter hours (minimum_calls)"
        case .learning: return "\(walk); learning: judged after 14 days"
        case .usual: return "\(walk), as the account did within the last four weeks"
        case .excess: return "\(walk), but only \(NumberText.amount(look.observed, of: .rows)) (minimum_rows)"
        default: return walk
        }
    }
}

extension PacedExtractionDetector {
    public static var selfTests: [SelfTest] {
        let work = SelfTest.Activity(rows: 40, calls: 4).with { $0.endpoints = ["/contacts"] }
        // 150 calls in 800 s of a bucket, 200 rows each.
        let walk = SelfTest.Activity(rows: 30_000, calls: 150).with { $0.endpoints = ["/contacts"] }
        let fortnight = [SelfTest.Stretch(days: 14, [work])]
        let walked = [
            SelfTest.Stretch(days: 5, [work]), SelfTest.Stretch(buckets: 5, [walk]), SelfTest.Stretch(days: 10, [work]),
        ]
        let ragged = walk.with { $0.rows = 30_149 }
        let rising = ragged.with { $0.step = 200 }
        let circling = walk.with {
            $0.step = 200
            $0.isCircling = true
        }
        let other = walk.with { $0.endpoints = ["/orders"] }
        return [
            SelfTest(
                "an hour and a quarter of a call in five seconds, each a full page", .fires, history: fortnight,
                last: .init(buckets: 5, [walk])),
            SelfTest("half an hour of the same", .staysSilent, history: fortnight, last: .init(buckets: 2, [walk])),
            SelfTest("the same for the second time within a fortnight", .staysSilent, history: walked, last: .init(buckets: 5, [walk])),
            SelfTest("the same pace, pages that differ", .staysSilent, history: fortnight, last: .init(buckets: 5, [ragged])),
            SelfTest("pages that differ, but offsets that go on and on", .fires, history: fortnight, last: .init(buckets: 5, [rising])),
            SelfTest("full pages, but the same three over and over", .staysSilent, history: fortnight, last: .init(buckets: 5, [circling])),
            SelfTest("another object than ten days ago", .fires, history: walked, last: .init(buckets: 5, [other])),
            SelfTest(
                "a walk that has gone on since the account is known", .staysSilent, history: [SelfTest.Stretch(days: 1, [walk])],
                last: .init(days: 15, [walk])),
        ]
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// D11: an account looks around at what it never looked at, and within eight days exports unusually.
public struct ReconExportDetector: AccessDetector {
    public static let descriptor = DetectorDescriptor(
        id: "D11", name: "recon-then-export", family: "sequence",
        sees: "descriptions, limits, lists of users, queries that only count (select count) and other overviews that the account never "
            + "asked for, then within eight days an export that is unusual in size, endpoint or network",
        misses: "tools that always look first; whoever knows the store already; counts in logs that name neither query nor object",
        warmUp: "14 days of the account's history",
        options: [
            DetectorOption(name: "looks", defaultValue: 3, range: 1...16, reason: "different overviews: a new version asks for one or two"),
            DetectorOption(name: "minimum_rows", defaultValue: 1000, range: 0...1e12, reason: "rows below which nobody would act"),
            DetectorOption(
                name: "volume_score", defaultValue: 1, range: 0.1...10,
                reason: "how unusual the volume must be, on the scale of D01, where nothing else is: a little less than D01 itself asks for"
            ),
        ],
        nextSteps: [
            "Treat the account as taken over: revoke its tokens and sessions now.",
            "Look at what was exported and at jobs that were deleted afterwards.",
        ],
        quietBuckets: 24)
    public static let subject = "looks, then an export"

    private let looks: Double
    private let minimumRows: Double
    private let volumeScore: Double

    public init(options: DetectorOptions) {
        looks = options["looks"]
        minimumRows = options["minimum_rows"]
        volumeScore = options["volume_score"]
    }

    public func look(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> AccessLook {
        guard let memory = account.access else { return .nothing }
        let count = Double(memory.facts.looks.recent(bucket.number).count) + Double(bucket.access.tally?.newReconnaissance ?? 0)
        guard count > 0 else { return .nothing }
        var look = AccessLook(.fired, observed: Double(bucket.sums.rows), score: count, needed: looks)
        if count < looks {
            look.gate = .score
        } else if Double(bucket.sums.rows) < max(minimumRows, 1) {
            look.gate = .excess
        } else if !isUnusual(bucket) {
            look.gate = .usual
        }
        return look
    }

    private func isUnusual(_ bucket: borrowing ClosedBucket) -> Bool {
        if bucket.newNetwork != nil { return true }
        if max(bucket.readings[.rows].score, bucket.readings[.bytes].score) >= volumeScore { return true }
        return bucket.access.tally?.newRoutes.contains {
            $0.route.operation.movesDataOut && !bucket.access.values.traits($0.route).contains(.reconnaissance)
        } ?? false
    }

    public func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding {
        let recent = account.access?.facts.looks.recent(bucket.number) ?? []
        let values = bucket.access.values
        let tally = bucket.access.tally
        let here = (tally?.newRoutes ?? []).filter { values.traits($0.route).contains(.reconnaissance) }
        let counted = (tally?.counts ?? []).filter(\.isReconnaissance)
        let routes = recent.map(\.route) + here.map(\.route) + counted.map(\.route)
        let first = BucketGrid.start(of: recent.first?.bucket ?? bucket.number)
        let objects = list(routes.filter(\.isCounted).map { values.counted($0) }, most: 5)
        let others = list(routes.filter { !$0.isCounted }.map { values.words($0) }, most: 3)
        let start = "from \(CivilTime(first).rfc3339) on"
        var deed = "looked around \(start) at what it never had (\(others)), "
        if !objects.isEmpty {
            deed = "counted \(objects) \(start), which it never did, "
            if !others.isEmpty { deed += "and looked around at what it never had (\(others)), " }
        }
        let phrase = "\(deed)and now exports unusually. \(bucket.span): \(bucket.moved)."
        return finding(look, bucket, of: account, measure: .rows, severity: .critical, score: 5, since: first, phrase: phrase)
    }

    private func list(_ names: [String], most: Int) -> String {
        names.prefix(most).joined(separator: ", ") + (names.count > most ? " …" : "")
    }

    public func reason(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String {
        let count = "\(NumberText.grouped(look.score ?? 0)) overviews in eight days that it never asked for before"
        switch look.gate {
        case .nothing: return "it asked for no overview that is new to it in the last eight days"
        case .score: return "\(count), \(NumberText.grouped(looks)) needed (looks)"
        case .excess: return "\(count), but only \(bucket.moved) left (minimum_rows)"
        case .usual: return "\(count), but this export is as usual in size, endpoint and network"
        default: return "\(count), and an unusual export"
        }
    }
}

extension ReconExportDetector {
    public static var selfTests: [SelfTest] {
        let work = SelfTest.Activity(rows: 400, calls: 4).with { $0.endpoints = ["/contacts"] }
        let looking = work.with {
            $0.calls = 8
            $0.endpoints = ["/contacts", "/limits", "/sobjects/describe", "/users"]
        }
        let fortnight = SelfTest.Stretch(days: 14, [work])
        let history = [fortnight, SelfTest.Stretch(buckets: 1, [looking]), SelfTest.Stretch(days: 3, [work])]
        let export = SelfTest.Stretch(buckets: 1, [work.moving(rows: 20_000)])
        // The account reads all of it every day; that it counts is new.
        let objects = ["/contacts", "/accounts", "/cases", "/leads", "/orders"]
        let reading = work.with { $0.endpoints = objects }.with { $0.calls = 5 }
        let counting = reading.moving(rows: 5).with { $0.detail.traits = .counts }
        let reads = SelfTest.Stretch(days: 14, [reading])
        let habit = (0..<16).flatMap { _ in [SelfTest.Stretch(buckets: 95, [reading]), SelfTest.Stretch(buckets: 1, [counting])] }
        return [
            SelfTest(
                "five objects counted, and a day later fifty times the rows", .fires,
                history: [reads, SelfTest.Stretch(buckets: 1, [counting]), SelfTest.Stretch(days: 1, [reading])],
                last: SelfTest.Stretch(buckets: 1, [reading.moving(rows: 20_000)])),
            SelfTest(
                "five objects counted every day, and fifty times the rows", .staysSilent, history: habit,
                last: SelfTest.Stretch(buckets: 1, [reading.moving(rows: 20_000)])),
            SelfTest("limits, descriptions and users, and three days later fifty times the rows", .fires, history: history, last: export),
            SelfTest("fifty times the rows without looking around", .staysSilent, history: [fortnight], last: export),
            SelfTest(
                "limits, descriptions and users, and ten days later fifty times the rows", .staysSilent,
                history: history + [SelfTest.Stretch(days: 7, [work])], last: export),
        ]
    }
}

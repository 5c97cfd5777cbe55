// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// D24: somebody probes a recommender or search with near-duplicates, or walks through the catalogue.
public struct DiscoveryDetector: AccessDetector {
    public static let descriptor = DetectorDescriptor(
        id: "D24", name: "discovery-extraction", family: "discovery",
        sees:
            "hundreds of searches within an hour that differ in a word each; a large part of the catalogue read within a day, by an account "
            + "that usually reads little of it",
        misses: "probes spread over many accounts or days; logs without item and query",
        warmUp: "probes: none; coverage: 7 days on which the account read items",
        options: [
            DetectorOption(name: "probes", defaultValue: 200, range: 10...1e9, reason: "searches within an hour"),
            DetectorOption(name: "near_duplicates", defaultValue: 0.6, range: 0.1...1, reason: "share of them that differ in a word"),
            DetectorOption(name: "coverage", defaultValue: 0.2, range: 0.01...1, reason: "share of the catalogue within a day"),
            DetectorOption(
                name: "catalogue_size", defaultValue: 0, range: 0...1e12,
                reason: "items in the catalogue; 0: as many as the log has shown"),
            DetectorOption(
                name: "minimum_items", defaultValue: 300, range: 1...1e12, reason: "different items below which nobody would act"),
        ],
        nextSteps: [
            "Check whether the client is a known crawler, price feed or product synchronisation.",
            "If not: limit it; near-duplicates are how membership in training data is tested, a walk is how a catalogue is copied.",
        ])
    public static let subject = "exploration"

    /// The case of a walk through the catalogue; the other is probing.
    private static let walking = 1

    private let probes: Double
    private let nearDuplicates: Double
    private let coverage: Double
    private let catalogueSize: Double
    private let minimumItems: Double

    public static var judged: JudgedBuckets { .detailed }

    public init(options: DetectorOptions) {
        probes = options["probes"]
        nearDuplicates = options["near_duplicates"]
        coverage = options["coverage"]
        catalogueSize = options["catalogue_size"]
        minimumItems = options["minimum_items"]
    }

    public func look(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> AccessLook {
        // Other searches that come later may take back what the first ones say.
        guard bucket.isClosed else { return AccessLook(.openBucket) }
        guard let tally = bucket.access.tally?.discovery else { return .nothing }
        let memory = account.access?.facts.discovery ?? DiscoveryMemory()
        let hour = memory.hour(endingWith: bucket.number, tally)
        let alike = Double(hour.alike) / Double(max(hour.queries, 1))
        if Double(hour.queries) >= probes && alike >= nearDuplicates {
            let isUsual = memory.usualAlike.count >= 96 && Double(hour.alike) < 16 * memory.usualAlike.mean
            let look = AccessLook(isUsual ? .usual : .fired, observed: Double(hour.queries), score: alike, needed: nearDuplicates)
            if !isUsual || tally.items == 0 { return look }
        }
        guard tally.items > 0 else {
            return AccessLook(.score, observed: Double(hour.queries), score: alike, needed: nearDuplicates)
        }
        return walk(memory.items(endingWith: bucket.number, tally), memory, bucket)
    }

    private func walk(_ items: Double, _ memory: DiscoveryMemory, _ bucket: borrowing ClosedBucket) -> AccessLook {
        let size = catalogueSize > 0 ? catalogueSize : bucket.access.values.catalogue.estimate
        let share = size > 0 ? items / size : 0
        let usual = memory.usualItems
        var look = AccessLook(
            .fired, observed: items, expected: usual.mean, score: share, needed: coverage, variant: DiscoveryDetector.walking)
        let z = (items - usual.mean) / max(usual.deviation, 0.15 * usual.mean, 10)
        if share < coverage {
            look.gate = .score
        } else if items < minimumItems {
            look.gate = .excess
        } else if usual.count < 7 {
            look.gate = .learning
        } else if z < 4 {
            look.gate = .usual
        }
        return look
    }

    public func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding {
        let share = "\(NumberText.grouped((look.score ?? 0) * 100)) %"
        guard look.variant == DiscoveryDetector.walking else {
            let phrase =
                "sent \(NumberText.grouped(look.observed)) searches within an hour, \(share) of them near-duplicates of each other: probing."
            return finding(look, bucket, of: account, measure: .calls, severity: .high, score: 4, phrase: phrase)
        }
        let phrase =
            "has read \(NumberText.grouped(look.observed)) different items today, \(share) of the catalogue, where "
            + "\(NumberText.grouped(look.expected)) a day are usual."
        let midnight = BucketGrid.start(of: bucket.number / Int64(BucketGrid.perDay) * Int64(BucketGrid.perDay))
        return finding(look, bucket, of: account, measure: .calls, severity: .high, score: 4, since: midnight, phrase: phrase)
    }

    public func reason(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String {
        let share = "\(NumberText.grouped((look.score ?? 0) * 100)) %"
        switch look.gate {
        case .openBucket: return "exploration is judged when the bucket closes"
        case .nothing: return "its lines have neither items nor searches"
        case .score where look.variant != DiscoveryDetector.walking:
            return
                "\(NumberText.grouped(look.observed)) searches within an hour, \(share) near-duplicates; \(NumberText.grouped(probes)) and "
                + "\(NumberText.grouped(nearDuplicates * 100)) % needed"
        case .score: return "\(share) of the catalogue today, \(NumberText.grouped(coverage * 100)) % needed (coverage)"
        case .excess: return "\(share) of the catalogue, but only \(NumberText.grouped(look.observed)) items (minimum_items)"
        case .learning: return "\(share) of the catalogue; learning: coverage is judged after 7 days"
        case .usual: return "the account explores like this all the time"
        default: return "\(NumberText.grouped(look.observed)) searches or items, \(share)"
        }
    }
}

extension DiscoveryDetector {
    public static var selfTests: [SelfTest] {
        func search(_ texts: Int, calls: Int) -> SelfTest.Activity {
            SelfTest.Activity(calls: calls).with {
                $0.endpoints = ["/search"]
                $0.operation = .query
                $0.queries = texts
            }
        }
        func read(_ items: Int, calls: Int) -> SelfTest.Activity {
            SelfTest.Activity(calls: calls).with {
                $0.endpoints = ["/products/{id}"]
                $0.operation = .read
                $0.items = items
            }
        }
        let days = [SelfTest.Stretch(days: 1, [search(2, calls: 4)])]
        // The second account shows what the catalogue holds, a product each second of one quarter hour.
        let shelf = [
            SelfTest.Stretch(buckets: 1, [read(10, calls: 10), read(800, calls: 800)]),
            SelfTest.Stretch(days: 9, [read(10, calls: 10), read(10, calls: 10)]),
        ]
        func walk(_ items: Int) -> SelfTest.Stretch { SelfTest.Stretch(buckets: 1, [read(items, calls: items), read(10, calls: 10)]) }
        return [
            SelfTest(
                "300 searches in a quarter hour that differ in a word", .fires, history: days,
                last: .init(buckets: 1, [search(300, calls: 300)])),
            SelfTest("300 searches for two texts", .staysSilent, history: days, last: .init(buckets: 1, [search(2, calls: 300)])),
            SelfTest("half of the catalogue in a quarter hour", .fires, history: shelf, last: walk(400)),
            SelfTest("an eighth of the catalogue in a quarter hour", .staysSilent, history: shelf, last: walk(100)),
        ]
    }
}

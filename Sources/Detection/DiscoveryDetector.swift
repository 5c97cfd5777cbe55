// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// D24: somebody probes a recommender or search with near-duplicates, or walks through the catalogue.
public struct DiscoveryDetector: AccessDetector {
    public static let descriptor = DetectorDescriptor(
        id: "D24", name: "discovery-extraction", family: "discovery",
        sees:
            "hundreds of searches within an hour that differ in a word or a number each; a large part of a catalogue read within a day, "
            + "by an account that usually reads little of it: of a store whose size the settings state (`records` of estate.stores), or else of all items "
            + "that the log has shown. Items are estimated, with a standard deviation of 6.5 %",
        misses: "probes or reads spread over many accounts or days; searches of two words, and some of more than fifteen; queries in a "
            + "query language (select …) that differ in a number or date only; logs without item and query",
        warmUp: "probes: none; coverage: 7 days of the account's history, and of items in the log",
        options: [
            DetectorOption(name: "probes", defaultValue: 200, range: 10...1e9, reason: "searches within an hour"),
            DetectorOption(name: "near_duplicates", defaultValue: 0.6, range: 0.1...1, reason: "share of them that differ in a word"),
            DetectorOption(name: "coverage", defaultValue: 0.2, range: 0.01...1, reason: "share of the catalogue within a day"),
            DetectorOption(
                name: "catalogue_size", defaultValue: 0, range: 0...1e12,
                reason: "items of stores whose size the estate does not state; 0: as many as the log has shown"),
            DetectorOption(
                name: "minimum_items", defaultValue: 300, range: 1...1e12, reason: "different items below which nobody would act"),
        ],
        nextSteps: [
            "Check whether the client is a known crawler, price feed or product synchronisation.",
            "If not: limit it; near-duplicates are how membership in training data is tested, a walk is how a catalogue is copied.",
        ])
    public static let subject = "exploration"

    /// The case of a walk through what has no stated size; the one before is probing, those behind are stores with one, in their order.
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
        return walk(tally, memory, bucket, age: min(Int64(account.age), bucket.access.values.itemsAge(at: bucket.number)))
    }

    /// Of the catalogues that the account read from, the one that is found, or else of which most was read.
    ///
    /// - Parameter age: buckets for which the account could have read items. Whoever was there for a week and read none usually reads none.
    private func walk(_ tally: DiscoveryTally, _ memory: DiscoveryMemory, _ bucket: borrowing ClosedBucket, age: Int64) -> AccessLook {
        let known = Int(age / Int64(BucketGrid.perDay))
        var best: AccessLook?
        func take(_ look: AccessLook) {
            guard let known = best else {
                best = look
                return
            }
            if (look.gate == .fired ? 1 : 0, look.score ?? 0) > (known.gate == .fired ? 1 : 0, known.score ?? 0) { best = look }
        }
        if !tally.distinctItems.isEmpty {
            let size = catalogueSize > 0 ? catalogueSize : bucket.access.values.catalogueSize
            let items = memory.items(endingWith: bucket.number, tally)
            take(walk(items, of: size, usual: memory.usualItems, days: max(known, Int(memory.usualItems.count)), DiscoveryDetector.walking))
        }
        for (place, shelf) in tally.shelves.enumerated() {
            guard let store = bucket.access.values.catalogues[shelf.store] else { continue }
            let items = memory.items(endingWith: bucket.number, shelf)
            let days = max(known, memory.days(before: bucket.number))
            take(
                walk(
                    items, of: Double(store.records), usual: memory.shelves[shelf.store].usual, days: days,
                    DiscoveryDetector.walking + 1 + place))
        }
        return best ?? .nothing
    }

    private func walk(_ items: Double, of size: Double, usual: RunningMean, days: Int, _ variant: Int) -> AccessLook {
        let share = size > 0 ? items / size : 0
        var look = AccessLook(.fired, observed: items, expected: usual.mean, score: share, needed: coverage, variant: variant)
        let z = (items - usual.mean) / max(usual.deviation, 0.15 * usual.mean, 10)
        if share < coverage {
            look.gate = .score
        } else if items < minimumItems {
            look.gate = .excess
        } else if days < 7 {
            look.gate = .learning
        } else if z < 4 {
            look.gate = .usual
        }
        return look
    }

    public func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding {
        let share = "\(NumberText.grouped((look.score ?? 0) * 100)) %"
        guard look.variant >= DiscoveryDetector.walking else {
            let phrase =
                "sent \(NumberText.grouped(look.observed)) searches within an hour, \(share) of them near-duplicates of each other: probing."
            return finding(look, bucket, of: account, measure: .calls, severity: .high, score: 4, phrase: phrase)
        }
        var phrase = "has read about \(NumberText.grouped(look.observed)) different items\(words(look, bucket, share: share)), where "
        phrase += "\(NumberText.usual("\(NumberText.grouped(look.expected)) a day"))."
        if let store = store(look, bucket), look.observed * (1 - DiscoveryDetector.margin) > Double(store.records) {
            phrase += " That is more than the settings say there are: state its `records` anew."
        }
        let midnight = BucketGrid.start(of: bucket.number / Int64(BucketGrid.perDay) * Int64(BucketGrid.perDay))
        return finding(look, bucket, of: account, measure: .calls, severity: .high, score: 4, since: midnight, phrase: phrase)
    }

    /// Twice the standard deviation of the number of items, as a share of it.
    private static let margin = 2 * DistinctSketch.relativeError

    private func store(_ look: AccessLook, _ bucket: borrowing ClosedBucket) -> (name: String, records: UInt64)? {
        let place = look.variant - DiscoveryDetector.walking - 1
        guard place >= 0, let shelves = bucket.access.tally?.discovery?.shelves, place < shelves.count else { return nil }
        return bucket.access.values.catalogues[shelves[place].store]
    }

    /// ` of products today (± 13 %), 38 % of its 3,000`, or what there is to say where no size is stated.
    private func words(_ look: AccessLook, _ bucket: borrowing ClosedBucket, share: String) -> String {
        let error = "(± \(NumberText.grouped(DiscoveryDetector.margin * 100)) %)"
        guard let store = store(look, bucket) else {
            let size = catalogueSize > 0 ? "the catalogue" : "the catalogue as far as the log has shown it"
            return " today \(error), \(share) of \(size)"
        }
        return " of \(store.name) today \(error), \(share) of its \(NumberText.grouped(Double(store.records)))"
    }

    public func reason(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String {
        let catalogue = store(look, bucket)?.name ?? "the catalogue"
        let share = "\(NumberText.grouped((look.score ?? 0) * 100)) %"
        switch look.gate {
        case .openBucket: return "exploration is judged when the bucket closes"
        case .nothing: return "its lines have neither items nor searches"
        case .score where look.variant < DiscoveryDetector.walking:
            return
                "\(NumberText.grouped(look.observed)) searches within an hour, \(share) near-duplicates; \(NumberText.grouped(probes)) and "
                + "\(NumberText.grouped(nearDuplicates * 100)) % needed"
        case .score: return "\(share) of \(catalogue) today, \(NumberText.grouped(coverage * 100)) % needed (coverage)"
        case .excess: return "\(share) of \(catalogue), but only \(NumberText.grouped(look.observed)) items (minimum_items)"
        case .learning: return "\(share) of \(catalogue); learning: coverage is judged after 7 days"
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
        let plain = SelfTest.Activity(calls: 10).with { $0.endpoints = ["/contacts"] }
        let strange = [
            SelfTest.Stretch(buckets: 1, [plain, read(800, calls: 800)]), SelfTest.Stretch(days: 9, [plain, read(10, calls: 10)]),
        ]
        func walk(_ items: Int) -> SelfTest.Stretch { SelfTest.Stretch(buckets: 1, [read(items, calls: items), read(10, calls: 10)]) }
        // Of a store with a stated size the log need not have shown anything before.
        func stated(_ name: String, _ expectation: SelfTest.Expectation, of records: UInt64) -> SelfTest {
            SelfTest(
                name, expectation, history: [SelfTest.Stretch(days: 9, [read(10, calls: 10)])],
                last: SelfTest.Stretch(buckets: 1, [read(700, calls: 700)]),
                stores: [
                    Estate.Store(name: "products", system: "shop", dataClass: .product, endpoints: ["/products/{id}"], records: records)
                ])
        }
        return [
            SelfTest(
                "300 searches in a quarter hour that differ in a word", .fires, history: days,
                last: .init(buckets: 1, [search(300, calls: 300)])),
            SelfTest("300 searches for two texts", .staysSilent, history: days, last: .init(buckets: 1, [search(2, calls: 300)])),
            SelfTest("half of the catalogue in a quarter hour", .fires, history: shelf, last: walk(400)),
            SelfTest(
                "half of the catalogue by an account that never read it in nine days", .fires, history: strange,
                last: .init(buckets: 1, [read(400, calls: 400), read(10, calls: 10)])),
            SelfTest(
                "the same on the day after the log began to state items", .staysSilent,
                history: [SelfTest.Stretch(days: 9, [plain, plain]), SelfTest.Stretch(days: 1, [plain, read(800, calls: 800)])],
                last: .init(buckets: 1, [read(400, calls: 400), read(10, calls: 10)])),
            SelfTest("an eighth of the catalogue in a quarter hour", .staysSilent, history: shelf, last: walk(100)),
            stated("a quarter of a store of 2,800 products", .fires, of: 2800),
            stated("as much of a store of 5,600", .staysSilent, of: 5600),
        ]
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// D20: made-up content shows identifiers of real people, or production shows those of made-up content.
public struct IdentifierOverlapDetector: MovementDetector {
    public static let descriptor = DetectorDescriptor(
        id: "D20", name: "identifier-overlap", family: "synthetic-movement",
        sees: "three different identifiers within a day that an account's synthetic or AI content shares with what customers' content in "
            + "production showed in the one or two weeks before or first in the same quarter hour, or the reverse: e-mail addresses, "
            + "telephone, card and account numbers, "
            + "national numbers, the operator's patterns, and record numbers that are unique by their form; by keyed hashes only",
        misses:
            "more than 512 identifiers of an account and quarter hour, of which those with the smallest hashes are kept, the same on both "
            + "sides; texts that the log does not hold; people's names",
        warmUp: "none, but the other side's content must have been seen",
        options: [
            DetectorOption(
                name: "distinct_identifiers", defaultValue: 3, range: 1...60,
                reason: "one or two may be a colleague's address, or an answer to the person who asked")
        ],
        nextSteps: [
            "Take the content out of circulation, and find which training records or prompts it came from.",
            "If it is meant to name them, such as an answer to the person who asked, say so by another class of the content.",
            "Ask the privacy office: synthetic data that names real people is personal data.",
        ],
        quietBuckets: UInt8(BucketGrid.perDay))
    public static let subject = "identifiers in both kinds of content"
    private let needed: Int

    public init(options: DetectorOptions) { needed = Int(options["distinct_identifiers"]) }

    /// What the bucket shares with the other side, and which identifiers of it are new within the day.
    private func overlap(
        _ bucket: borrowing ClosedBucket, _ account: borrowing AccountProfile
    ) -> (matches: [IdentifierRegister.Match], fresh: Int, total: Int) {
        guard let tally = bucket.access.tally?.movement, !tally.madeUp.isEmpty || !tally.real.isEmpty else { return ([], 0, 0) }
        let matches = bucket.access.values.identifiers.matches(tally)
        guard !matches.isEmpty else { return ([], 0, 0) }
        let known = account.access?.facts.movement.overlaps.recent(bucket.number) ?? []
        let fresh = Set(matches.map(\.hash)).subtracting(known).count
        return (matches, fresh, known.count + fresh)
    }

    public func look(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> AccessLook {
        let (matches, fresh, total) = overlap(bucket, account)
        guard let first = matches.first else { return .nothing }
        return AccessLook(
            total >= needed && fresh > 0 ? .fired : .excess, observed: Double(total), score: Double(total), needed: Double(needed),
            variant: first.isLeak ? 0 : 1)
    }

    public func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding {
        let (matches, _, total) = overlap(bucket, account)
        let together = Set(matches.filter(\.isTogether).map(\.hash)).count
        let when = together == 0 ? "before, within two weeks" : "before, within two weeks, \(together) of them in the same quarter hour"
        let store = matches.first.map { $0.place.words(bucket.access.values) } ?? "calls"
        let count = total >= OverlapMemory.limit ? "\(OverlapMemory.limit) and more" : "\(total)"
        let what =
            look.variant == 0
            ? "synthetic or AI content (\(store)) that customers' content in production"
            : "customers' content (\(store)) that synthetic or AI content"
        let phrase =
            "showed \(count) different identifier\(total == 1 ? "" : "s") within a day in \(what) showed \(when). "
            + "By keyed hashes; a hash matches by chance with a probability of at most "
            + "\(NumberText.decimal(IdentifierFilter.falsePositiveProbability * 1e6, places: 0)) in a million."
        return finding(look, bucket, of: account, measure: nil, severity: .critical, score: 6, phrase: phrase)
    }

    public func reason(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String {
        switch look.gate {
        case .fired: "identifiers that the other side showed first"
        case .excess: "identifiers that the other side showed first, but fewer than \(needed) within the day, or none that is new"
        default:
            bucket.access.tally?.movement.map {
                "\(NumberText.count(Double($0.madeUp.count), "identifier")) in made-up and \($0.real.count) in customers' content, none that the other side showed first"
            } ?? "no event says anything of records"
        }
    }
}

/// The identifiers that an account shared with the other side within the last day.
///
/// State: 16 bytes an identifier, at most ``limit`` of them: the newest.
public struct OverlapMemory: Equatable, Sendable {
    public static let limit = 64
    private var seen: [Seen] = []

    private struct Seen: Equatable, Sendable {
        var bucket: Int64
        var hash: UInt64
    }

    init() {}

    /// Those of the day that ends with `bucket`.
    public func recent(_ bucket: Int64) -> Set<UInt64> {
        Set(seen.filter { bucket - $0.bucket < Int64(BucketGrid.perDay) }.map(\.hash))
    }

    mutating func learn(_ matches: [IdentifierRegister.Match], bucket: Int64) {
        guard !matches.isEmpty || !seen.isEmpty else { return }
        let hashes = Set(matches.map(\.hash))
        seen.removeAll { bucket - $0.bucket >= Int64(BucketGrid.perDay) || hashes.contains($0.hash) }
        seen += hashes.sorted().prefix(OverlapMemory.limit).map { Seen(bucket: bucket, hash: $0) }
        if seen.count > OverlapMemory.limit { seen.removeFirst(seen.count - OverlapMemory.limit) }
    }

    func encode(into writer: inout StateWriter) {
        writer.write(UInt8(seen.count))
        for overlap in seen {
            writer.write(overlap.bucket)
            writer.write(overlap.hash)
        }
    }

    init(from reader: inout StateReader) throws(StateError) {
        for _ in 0..<(try reader.read(UInt8.self)) { seen.append(Seen(bucket: try reader.readBucket(), hash: try reader.read())) }
    }
}

extension IdentifierOverlapDetector {
    public static var selfTests: [SelfTest] {
        func shows(_ dataClass: DataClass, _ hashes: ClosedRange<UInt64>) -> SelfTest.Activity {
            SelfTest.Activity(rows: 1).with {
                $0.operation = .read
                $0.moves = .init { movement in
                    movement.flow.dataClass = dataClass
                    for hash in hashes { movement.identifiers.insert(hash << 40) }
                }
            }
        }
        let customers = shows(.customer, 1...4)
        func case_(_ name: String, _ expectation: SelfTest.Expectation, _ before: SelfTest.Activity, _ last: SelfTest.Activity) -> SelfTest
        {
            SelfTest(
                name, expectation, history: [SelfTest.Stretch(days: 2, [before, nil])],
                last: SelfTest.Stretch(buckets: 2, [before, last]))
        }
        return [
            case_("three identifiers of customers in AI content", .fires, customers, shows(.aiContent, 2...4)),
            case_("three identifiers of synthetic records with customers", .fires, shows(.synthetic, 1...4), shows(.customer, 1...3)),
            // Before and last are two quarter hours of one stretch: here both sides begin in the same one.
            SelfTest(
                "three identifiers of customers in AI content of the same quarter hour", .fires,
                history: [SelfTest.Stretch(days: 2, [shows(.customer, 20...23), nil])],
                last: SelfTest.Stretch(buckets: 1, [customers, shows(.aiContent, 2...4)])),
            SelfTest(
                "two of the same quarter hour", .staysSilent, history: [SelfTest.Stretch(days: 2, [shows(.customer, 20...23), nil])],
                last: SelfTest.Stretch(buckets: 1, [customers, shows(.aiContent, 3...6)])),
            case_("two of them", .staysSilent, customers, shows(.aiContent, 1...2)),
            case_("identifiers of nobody", .staysSilent, customers, shows(.aiContent, 5...8)),
            case_("customers' own orders", .staysSilent, customers, shows(.customer, 1...4)),
        ]
    }
}

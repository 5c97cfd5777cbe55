// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// A detector of an hour in which more of an account's records or answers lack something than chance and habit explain: see ``LackRule``.
///
/// Its file says what is counted, and in which words; everything else is here.
public protocol ShareDetector: MovementDetector {
    static var rule: LackRule { get }
}

/// What may be lacking, and from how many on it is told.
///
/// The account's hour is compared with its own usual share, by the lower bound of what so many of so many can mean; an account that never
/// had the thing is not judged, because its log may not have the field. Source: Wilson 1927.
public struct LackRule: Sendable {
    public let lack: Lack
    public let severity: Severity
    public let score: Double
    public let measure: Measure
    /// `wrote`, `synthetic records`, `without label or content hash`: the parts of the sentence.
    public let verb: String
    public let things: String
    public let without: String
    /// `unlabelled records`
    public let lacking: String
    /// Why an account is not judged yet, and what is said where nothing was counted.
    public let learning: String
    public let nothing: String

    /// Of something that an account usually has, from which number on lacking it means something.
    static let needed: UInt32 = 50

    /// The lower bound of a share by so many of so many. Source: Wilson 1927, with z = 3.
    static func wilson(_ count: UInt64, of total: UInt64) -> Double {
        guard total > 0 else { return 0 }
        let (n, z) = (Double(total), 3.0)
        let share = Double(min(count, total)) / n
        let spread = z * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
        return max((share + z * z / (2 * n) - spread) / (1 + z * z / n), 0)
    }
}

/// What records or answers may lack. The raw value is a place in states.
public enum Lack: UInt8, CaseIterable, Sendable {
    /// Records written where made-up ones belong, or by an account that makes them, without label and origin.
    case label = 0
    /// Answers by a machine without their disclosure.
    case disclosure
    /// Labelled synthetic records written without the hash of their parent.
    case parent
    /// Content hashes of synthetic records that nobody was seen to make.
    case origin

    /// Records or answers of the hour below which none of it is told.
    var atLeast: UInt64 { self == .label || self == .origin ? 20 : 50 }

    /// Whether so many of the last hour lack it that neither chance nor habit explains it, where the account's log has it at all.
    func isUnusual(_ counts: MovementMemory.Share.Counts, _ known: MovementMemory.Share, bucket: Int64) -> Bool {
        guard counts.without > 0, known.with >= LackRule.needed else { return false }
        let hour = known.hour(bucket, counts)
        guard hour.total >= atLeast, hour.total < 1 << 60 else { return false }
        let usual = min(max(known.usual, 0.005), 1)
        return LackRule.wilson(hour.without, of: hour.total) > usual && hour.without >= 3
    }
}

extension MovementTally {
    /// How many of the bucket's had it, and how many lacked it.
    public func share(_ lack: Lack, _ registry: ProvenanceRegistry) -> MovementMemory.Share.Counts {
        switch lack {
        case .label: .init(with: labelled, without: unlabelled)
        case .disclosure: .init(with: UInt64(disclosed), without: UInt64(undisclosed))
        case .parent: .init(with: descended, without: orphaned)
        case .origin: origins(registry)
        }
    }
}

extension LackRule {
    typealias Counts = MovementMemory.Share.Counts

    /// The bucket's counts, what the account usually does, and its hour; nil where nothing was counted.
    private func hour(
        _ bucket: borrowing ClosedBucket, _ account: borrowing AccountProfile
    ) -> (counts: Counts, known: MovementMemory.Share, hour: Counts)? {
        guard let counts = bucket.access.tally?.movement?.share(lack, bucket.access.values.provenance), counts.isAny else { return nil }
        let known = account.access?.facts.movement.shares[Int(lack.rawValue)] ?? MovementMemory.Share()
        return (counts, known, known.hour(bucket.number, counts))
    }

    func look(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> AccessLook {
        // Whether all accounts are concerned is known when the bucket has closed.
        guard bucket.isClosed, let (counts, known, hour) = hour(bucket, account) else { return .nothing }
        guard known.with >= LackRule.needed else { return AccessLook(.learning, observed: Double(hour.without)) }
        let isUnusual = lack.isUnusual(counts, known, bucket: bucket.number)
        return AccessLook(
            isUnusual ? .fired : hour.without > 0 ? .excess : .nothing, observed: Double(hour.without),
            expected: known.usual * Double(hour.total))
    }

    func phrase(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String {
        let (_, known, hour) = hour(bucket, account) ?? (.init(), MovementMemory.Share(), .init())
        let share = 100 * Double(hour.without) / max(Double(hour.total), 1)
        return "\(verb) \(NumberText.grouped(Double(hour.without))) of \(NumberText.grouped(Double(hour.total))) \(things) "
            + "\(without) within the hour (\(NumberText.decimal(share, places: 1)) %). Usual "
            + "\(NumberText.decimal(100 * known.usual, places: 1)) %."
    }

    func reason(_ look: AccessLook) -> String {
        switch look.gate {
        case .fired: "more \(lacking) than chance and habit explain"
        case .learning: learning
        case .excess: "\(lacking), no more than chance or habit explains, or of fewer than \(lack.atLeast)"
        default: nothing
        }
    }
}

extension ShareDetector {
    public func look(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> AccessLook {
        Self.rule.look(bucket, of: account)
    }

    public func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding {
        finding(
            look, bucket, of: account, measure: Self.rule.measure, severity: Self.rule.severity, score: Self.rule.score,
            phrase: Self.rule.phrase(bucket, of: account))
    }

    public func reason(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String {
        Self.rule.reason(look)
    }
}

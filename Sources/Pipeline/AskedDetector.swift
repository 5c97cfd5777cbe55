// weir
// SPDX-License-Identifier: Apache-2.0

import Detection

/// A detector as a shard asks it: behind a reference, so that no question copies the detector.
class AskedDetector {
    /// Its place in the catalogue.
    let number: UInt8
    /// Whether what an account does under its alerts is learnt with restraint.
    let restrainsLearning: Bool

    fileprivate init(number: UInt8, restrainsLearning: Bool) {
        self.number = number
        self.restrainsLearning = restrainsLearning
    }

    /// See ``Detector/judge(_:of:)``.
    func judge(_ bucket: ClosedBucket, of account: AccountProfile) -> Finding? { nil }

    static func make(_ detector: any Detector, number: Int) -> AskedDetector {
        func typed<Asked: Detector>(_ detector: Asked) -> AskedDetector { TypedDetector(detector, number: UInt8(number)) }
        return typed(detector)
    }
}

private final class TypedDetector<Asked: Detector>: AskedDetector {
    private let detector: Asked

    init(_ detector: Asked, number: UInt8) {
        self.detector = detector
        super.init(number: number, restrainsLearning: Asked.descriptor.restrainsLearning)
    }

    override func judge(_ bucket: ClosedBucket, of account: AccountProfile) -> Finding? { detector.judge(bucket, of: account) }
}

/// The detectors to ask about a bucket, by its ``JudgedBuckets``.
///
/// A handful of them are asked about every account and quarter hour, and most answer at once: to hold on to each while it is asked would
/// take longer than its answer. So the lists are references that this holds on to for good; a class, so that they need no holding on to
/// themselves.
@safe
final class AskedDetectors {
    private let owners: [AskedDetector]
    private var lists: [Range<Int>] = []
    private let references: UnsafeMutablePointer<Unmanaged<AskedDetector>>

    /// - Parameter judging: the detectors that judge accounts, with their places in the catalogue, in that order.
    init(_ judging: [(number: Int, detector: any Detector)]) {
        let owners = judging.map { AskedDetector.make($0.detector, number: $0.number) }
        self.owners = owners
        let byKind = JudgedBuckets.allCases.map { kind in
            zip(judging, owners).filter { type(of: $0.0.detector).judged <= kind }.map(\.1)
        }
        unsafe references = .allocate(capacity: max(byKind.reduce(0) { $0 + $1.count }, 1))
        var count = 0
        for list in byKind {
            lists.append(count..<count + list.count)
            for asked in list {
                unsafe references[count] = .passUnretained(asked)
                count += 1
            }
        }
    }

    deinit { unsafe references.deallocate() }

    /// Asks about a closed bucket; returns which of them restrain what is learnt of it.
    @inline(__always)
    func judge(_ bucket: ClosedBucket, of profile: AccountProfile, found: (UInt8, Finding) -> Void) -> Restraint {
        var restraint = Restraint()
        for index in lists[Int(bucket.kind.rawValue)] {
            unsafe references[index]._withUnsafeGuaranteedRef { asked in
                guard let finding = asked.judge(bucket, of: profile) else { return }
                if finding.opens && asked.restrainsLearning { restraint.note(asked.number, restrains: finding.restrains) }
                found(asked.number, finding)
            }
        }
        return restraint
    }
}

/// Which detectors restrain what is learnt of an account: a bit for each, by its place in the catalogue.
struct Restraint: Equatable, Sendable {
    /// Those under whose alerts it is learnt with restraint.
    private(set) var restraining: UInt64 = 0
    /// Those that say that it need not be.
    private var freeing: UInt64 = 0

    mutating func note(_ detector: UInt8, restrains: Bool) {
        if restrains { restraining |= 1 << UInt64(detector) } else { freeing |= 1 << UInt64(detector) }
    }

    /// Whether anything was found that is too much, be it only at its hour.
    var isUnusual: Bool { restraining | freeing != 0 }

    /// Whether what is found now, or an alert of before that this does not explain, restrains.
    func restrains(after before: Restraint) -> Bool { restraining | before.restraining & ~freeing != 0 }
}

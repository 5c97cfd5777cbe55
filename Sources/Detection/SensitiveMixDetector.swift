// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// D30: an account exports sensitive fields that it never exported.
public struct SensitiveMixDetector: MovementDetector {
    public static let descriptor = DetectorDescriptor(
        id: "D30", name: "sensitive-mix", family: "separation",
        sees: "objects that estate.sensitive lists leave by an account which moved none for ninety days",
        misses: "sensitive fields in objects that are not listed",
        warmUp: "two weeks of the account",
        options: [],
        nextSteps: [
            "Ask the account's owner why it needs these fields.",
            "Take them out of its permission set, or write down the purpose.",
        ])
    public static let subject = "sensitive objects"
    private static let quietDays: Int64 = 90

    public init(options: DetectorOptions) {}

    public func look(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> AccessLook {
        guard let use = bucket.access.tally?.movement?.sensitive else { return .nothing }
        guard account.age >= accessWarmUp else { return AccessLook(.learning, observed: Double(use.records)) }
        let last = account.access?.facts.movement.lastSensitive ?? -1
        let isUsual = last >= 0 && bucket.number - last < SensitiveMixDetector.quietDays * Int64(BucketGrid.perDay)
        return AccessLook(isUsual ? .excess : .fired, observed: Double(use.records))
    }

    public func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding {
        let use = bucket.access.tally?.movement?.sensitive
        let what = use.map { bucket.access.values.words($0.route) } ?? "sensitive objects"
        let phrase =
            "moved \(NumberText.count(look.observed, "record")) with sensitive fields: \(what). It moved none in ninety days before."
        return finding(look, bucket, of: account, measure: .rows, severity: .medium, score: 4, phrase: phrase)
    }

    public func reason(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String {
        switch look.gate {
        case .fired: "sensitive objects for the first time in ninety days"
        case .learning: "sensitive objects, but the account is younger than two weeks"
        case .excess: "sensitive objects, as within the last ninety days"
        default: "no object that estate.sensitive lists"
        }
    }
}

extension SensitiveMixDetector {
    public static var selfTests: [SelfTest] {
        func export(_ traits: DataMovement.Traits) -> SelfTest.Activity {
            SelfTest.Activity(rows: 50, hours: 8..<10).moving(.init { $0.traits = traits })
        }
        let last = SelfTest.Stretch(days: 1, [export(.sensitive)])
        return [
            SelfTest("a first export of them", .fires, history: [SelfTest.Stretch(days: 16, [export([])])], last: last),
            SelfTest("one as ever", .staysSilent, history: [SelfTest.Stretch(days: 16, [export(.sensitive)])], last: last),
        ]
    }
}

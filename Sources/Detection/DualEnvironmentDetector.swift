// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// D07: one account works in production and with made-up data.
public struct DualEnvironmentDetector: MovementDetector {
    public static let descriptor = DetectorDescriptor(
        id: "D07", name: "dual-environment", family: "separation",
        sees: "an account that reads or writes production and a synthetic or training store within a day, told once a week",
        misses: "environments that the log does not name and the estate does not know; two accounts that work together",
        warmUp: "none",
        options: [],
        nextSteps: [
            "Ask the account's owner which of the two it needs, and take the other right away.",
            "If it needs both, say so under estate.dual_environment, with an owner and a day on which that ends.",
        ],
        quietBuckets: 96)
    public static let subject = "environments of an account"

    public init(options: DetectorOptions) {}

    /// What an account did on both sides within a day, the later half of it in this bucket.
    struct Sides {
        var production: MovementMemory.Touch
        var madeUp: MovementMemory.Touch
        var environment: DataEnvironment
    }

    static func sides(_ tally: MovementTally, _ memory: MovementMemory, bucket: Int64) -> Sides? {
        guard !tally.isAllowedBoth, memory.toldBoth < 0 || bucket - memory.toldBoth >= 7 * Int64(BucketGrid.perDay) else { return nil }
        func latest(_ environment: DataEnvironment) -> MovementMemory.Touch? {
            let place = Int(environment.rawValue)
            let now = tally.touches[place]
            if now.isAny { return MovementMemory.Touch(bucket: bucket, read: now.read, written: now.written, route: now.route) }
            let before = memory.touches[place]
            return before.bucket >= 0 && bucket - before.bucket <= Int64(BucketGrid.perDay) ? before : nil
        }
        guard let production = latest(.production) else { return nil }
        for environment in [DataEnvironment.synthetic, .training] {
            guard let madeUp = latest(environment), max(production.bucket, madeUp.bucket) == bucket else { continue }
            return Sides(production: production, madeUp: madeUp, environment: environment)
        }
        return nil
    }

    private func sides(_ bucket: borrowing ClosedBucket, _ account: borrowing AccountProfile) -> Sides? {
        guard let tally = bucket.access.tally?.movement else { return nil }
        return DualEnvironmentDetector.sides(tally, account.access?.facts.movement ?? MovementMemory(), bucket: bucket.number)
    }

    public func look(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> AccessLook {
        sides(bucket, account) == nil ? .nothing : AccessLook(.fired, observed: 2, expected: 1)
    }

    public func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding {
        guard let sides = sides(bucket, account) else {
            return finding(look, bucket, of: account, measure: nil, severity: .high, score: 5, phrase: "works in two environments.")
        }
        let values = bucket.access.values
        func did(_ touch: MovementMemory.Touch) -> String {
            let amount = NumberText.amount(Double(max(touch.read, touch.written)), of: .rows)
            return "\(touch.written > touch.read ? "wrote" : "read") \(amount) (\(values.words(touch.route)))"
        }
        let hours = abs(sides.production.bucket - sides.madeUp.bucket) / 4
        let phrase =
            "works in production and with \(sides.environment.name) data: in production it \(did(sides.production)), in "
            + "\(sides.environment.name) it \(did(sides.madeUp)), \(hours == 0 ? "within the hour" : "\(hours) h apart"). "
            + "No entry of estate.dual_environment allows that."
        return finding(look, bucket, of: account, measure: nil, severity: .high, score: 5, phrase: phrase)
    }

    public func reason(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String {
        guard look.gate != .fired else { return "production and made-up data within a day" }
        guard let tally = bucket.access.tally?.movement else { return "no event names an environment" }
        if tally.isAllowedBoth { return "estate.dual_environment allows the account both" }
        return "one environment within a day, or told within the last week"
    }
}

extension DualEnvironmentDetector {
    public static var selfTests: [SelfTest] {
        let production = SelfTest.Activity(rows: 40).moving(.init { $0.environment = .production })
        let synthetic = SelfTest.Activity(rows: 40).moving(.init { $0.environment = .synthetic })
        let allowed = SelfTest.Activity(rows: 40).moving(
            .init {
                $0.environment = .synthetic
                $0.traits = .allowedBoth
            })
        let day = SelfTest.Stretch(days: 1, [production])
        return [
            SelfTest("production yesterday, synthetic now", .fires, history: [day], last: SelfTest.Stretch(buckets: 1, [synthetic])),
            SelfTest("the same, allowed", .staysSilent, history: [day], last: SelfTest.Stretch(buckets: 1, [allowed])),
            SelfTest(
                "two days between", .staysSilent, history: [day, SelfTest.Stretch(days: 2, [nil])],
                last: SelfTest.Stretch(buckets: 1, [synthetic])),
        ]
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// D25: the checkout reads from a store that is not its own.
public struct CheckoutReadDetector: MovementDetector {
    public static let descriptor = DetectorDescriptor(
        id: "D25", name: "checkout-read", family: "separation",
        sees: "a checkout endpoint that hands out objects of a store which estate.checkout does not list; the first call is enough",
        misses: "objects that belong to no store of the estate; reads behind the endpoint that no log shows",
        warmUp: "none, once estate.checkout is there",
        options: [],
        nextSteps: [
            "Roll the checkout's last release back: customers' data must not be read there.",
            "If the store belongs to the checkout, list it under estate.checkout.stores.",
        ])
    public static let subject = "stores that the checkout reads"

    public init(options: DetectorOptions) {}

    public func look(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> AccessLook {
        bucket.access.tally?.movement?.checkoutBreach.map { AccessLook(.fired, observed: Double($0.records)) } ?? .nothing
    }

    public func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding {
        let breach = bucket.access.tally?.movement?.checkoutBreach
        let what = breach.map { bucket.access.values.words($0.route) } ?? "calls"
        let phrase =
            "read at checkout from a store that is not declared for it: \(what), "
            + "\(NumberText.count(Double(breach?.records ?? 0), "record")) in "
            + "\(FlowWords.calls(breach?.calls ?? 0))."
        return finding(look, bucket, of: account, measure: .rows, severity: .high, score: 5, phrase: phrase)
    }

    public func reason(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String {
        look.gate == .fired
            ? "a checkout endpoint read an undeclared store" : "no checkout endpoint read from a store that is not declared for it"
    }
}

extension CheckoutReadDetector {
    public static var selfTests: [SelfTest] {
        func read(_ traits: DataMovement.Traits) -> SelfTest.Stretch {
            SelfTest.Stretch(buckets: 1, [SelfTest.Activity(rows: 1).moving(.init { $0.traits = traits })])
        }
        let before = [read([])]
        return [
            SelfTest("customers read at checkout", .fires, history: before, last: read(.checkoutBreach)),
            SelfTest("products read at checkout", .staysSilent, history: before, last: read([])),
        ]
    }
}

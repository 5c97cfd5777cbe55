// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// D23: calls come over an older TLS than ever.
public struct TransportDowngradeDetector: MovementDetector {
    public static let descriptor = DetectorDescriptor(
        id: "D23", name: "tls-downgrade", family: "transport",
        sees: "calls below estate.tls_minimum by an account that had none for four weeks",
        misses: "accounts that always used an older one; logs without the TLS version; webhooks, which D22 judges",
        warmUp: "a day of quarter hours with known and sufficient transport",
        options: [],
        nextSteps: [
            "Look at the load balancer's and the client's configuration of that hour.",
            "If an old client must live on, give it a route of its own.",
        ])
    public static let subject = "transport of calls"
    private static let neededBuckets: UInt32 = 96
    private static let quietDays: Int64 = 28

    public init(options: DetectorOptions) {}

    public func look(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> AccessLook {
        guard let weak = bucket.access.tally?.movement?.weak, !weak.isEmpty else { return .nothing }
        let calls = weak.reduce(0.0) { $0 + Double($1.calls) }
        guard let memory = account.access?.facts.movement, memory.securedBuckets >= TransportDowngradeDetector.neededBuckets else {
            return AccessLook(.learning, observed: calls)
        }
        let quiet = TransportDowngradeDetector.quietDays * Int64(BucketGrid.perDay)
        // An alert goes on while the calls do: the last hour's do not make them usual.
        let isUsual = memory.lastWeak >= 0 && bucket.number - memory.lastWeak < quiet
        return AccessLook(isUsual ? .excess : .fired, observed: calls)
    }

    public func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding {
        let weak = bucket.access.tally?.movement.map { Array($0.weak) } ?? []
        let weakest = weak.map(\.weakest).min() ?? .unknown
        let route = weak.first.map { bucket.access.values.words($0.route) } ?? "calls"
        let count = NumberText.grouped(look.observed)
        let phrase =
            "made \(count) call\(look.observed == 1 ? "" : "s") over \(weakest.name) (\(route)), "
            + "and none for \(NumberText.count(Double(min(Int(account.age) / BucketGrid.perDay, 28)), "day")) before."
        return finding(look, bucket, of: account, measure: .calls, severity: .medium, score: 4, phrase: phrase)
    }

    public func reason(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String {
        switch look.gate {
        case .fired: "weaker transport than the settings ask for, after four weeks without"
        case .learning: "weak transport, but not a day yet of quarter hours with enough"
        case .excess: "weak transport, as within the last four weeks"
        default: "no call is known to be weaker than the settings ask for"
        }
    }
}

extension TransportDowngradeDetector {
    public static var selfTests: [SelfTest] {
        func call(_ transport: TransportSecurity, _ traits: DataMovement.Traits = []) -> SelfTest.Activity {
            SelfTest.Activity(rows: 1).moving(
                .init {
                    $0.transport = transport
                    $0.traits = traits
                })
        }
        let old = SelfTest.Stretch(buckets: 1, [call(.tls11, .weakTransport)])
        return [
            SelfTest("TLS 1.1 after two days of 1.3", .fires, history: [SelfTest.Stretch(days: 2, [call(.tls13)])], last: old),
            SelfTest(
                "TLS 1.1 as ever", .staysSilent, history: [SelfTest.Stretch(days: 2, [call(.tls11, .weakTransport)])], last: old),
        ]
    }
}

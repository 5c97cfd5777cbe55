// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// D22: a webhook sends what it should not, in a way that anybody can read.
public struct WebhookTransportDetector: MovementDetector {
    public static let descriptor = DetectorDescriptor(
        id: "D22", name: "unencrypted-webhook", family: "transport",
        sees: "webhooks over plain HTTP, or over TLS older than estate.tls_minimum; critical where the payload mixes what a machine wrote "
            + "with personal data",
        misses: "webhooks whose log has neither scheme nor TLS version",
        warmUp: "none",
        options: [],
        nextSteps: [
            "Switch the webhook off until its address begins with https.",
            "Ask the receiver to support TLS 1.3, and take the older versions out of the sender.",
        ])
    public static let subject = "webhooks"
    private static let mixed = 2
    private static let plain = 1

    public init(options: DetectorOptions) {}

    public func look(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> AccessLook {
        guard let hooks = bucket.access.tally?.movement?.webhooks, hooks.plain > 0 || hooks.weak > 0 else { return .nothing }
        let variant = hooks.plainMixed > 0 ? WebhookTransportDetector.mixed : hooks.plain > 0 ? WebhookTransportDetector.plain : 0
        return AccessLook(.fired, observed: Double(hooks.plain &+ hooks.weak), variant: variant)
    }

    public func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding {
        let hooks = bucket.access.tally?.movement?.webhooks ?? MovementTally.Webhooks()
        let host = hooks.to == .unknown ? "" : " to \(bucket.access.values.name(hooks.to).prefix(80))"
        let count = NumberText.grouped(Double(hooks.plain &+ hooks.weak))
        var phrase = "sent \(count) webhook\(hooks.plain &+ hooks.weak == 1 ? "" : "s")\(host) over \(hooks.weakest.name)."
        if hooks.plainMixed > 0 {
            let mixed = "\(NumberText.grouped(Double(hooks.plainMixed))) of them \(hooks.plainMixed == 1 ? "mixes" : "mix")"
            phrase += " \(mixed) what a machine wrote with personal data."
        }
        let severity: Severity = look.variant == WebhookTransportDetector.mixed ? .critical : look.variant == 1 ? .high : .medium
        return finding(look, bucket, of: account, measure: .calls, severity: severity, score: 4 + Double(look.variant), phrase: phrase)
    }

    public func reason(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String {
        if look.gate == .fired { return "webhooks without the transport that the settings ask for" }
        let calls = bucket.access.tally?.movement?.webhooks.calls ?? 0
        return calls == 0 ? "no webhooks whose transport the log states" : "\(calls) webhooks, none known to be weak"
    }
}

extension WebhookTransportDetector {
    public static var selfTests: [SelfTest] {
        func hook(_ transport: TransportSecurity, _ traits: DataMovement.Traits) -> SelfTest.Activity {
            SelfTest.Activity(rows: 1).with {
                $0.operation = .webhook
                $0.moves = .init(to: "hooks.partner.net") { movement in
                    movement.transport = transport
                    movement.traits = traits.union([.webhook, .declared, .knownDestination])
                }
            }
        }
        let day = SelfTest.Stretch(days: 1, [hook(.tls13, [])])
        return [
            SelfTest(
                "a webhook over plain HTTP", .fires, history: [day], last: SelfTest.Stretch(buckets: 1, [hook(.plain, .weakTransport)])),
            SelfTest("a webhook over TLS 1.3", .staysSilent, history: [day], last: SelfTest.Stretch(buckets: 1, [hook(.tls13, [])])),
        ]
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// D14: an account is used from many networks at once.
public struct CredentialSpreadDetector: AccessDetector {
    public static let descriptor = DetectorDescriptor(
        id: "D14", name: "credential-spread", family: "source",
        sees: "an account that calls from several networks within a quarter hour, when it usually does not",
        misses: "accounts behind pools of addresses, which always do; a thief who waits",
        warmUp: "14 days of the account's history",
        options: [
            DetectorOption(name: "networks", defaultValue: 3, range: 2...4, reason: "a host and its standby are two"),
            DetectorOption(name: "z", defaultValue: 4, range: 1...20, reason: "standard deviations above the account's usual number"),
        ],
        nextSteps: [
            "Ask the account's owner which of the networks are theirs.",
            "If one is not: the credential is shared or stolen; rotate it.",
        ])
    public static let subject = "networks at once"

    private let networks: Double
    private let z: Double

    public init(options: DetectorOptions) {
        networks = options["networks"]
        z = options["z"]
    }

    public func look(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> AccessLook {
        let count = Double(bucket.networks.count)
        guard count > 1 else { return .nothing }
        guard account.age >= accessWarmUp, let usual = account.access?.facts.networks else { return AccessLook(.learning, observed: count) }
        // A quarter of a network: an account that has moved once in a hundred buckets is no wanderer.
        let score = (count - usual.mean) / max(usual.deviation, 0.25)
        var look = AccessLook(.fired, observed: count, expected: usual.mean, score: score, needed: z)
        if count < networks { look.gate = .excess } else if score < z { look.gate = .usual }
        return look
    }

    public func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding {
        let set = bucket.networks
        let names = (0..<NetworkSet.capacity).map { set[$0] }.filter { $0 != .unknown }.map(\.text).joined(separator: ", ")
        let phrase =
            "called from \(NumberText.grouped(look.observed))\(look.observed >= Double(NetworkSet.capacity) ? " or more" : "") networks at "
            + "once (\(names)), where \(NumberText.usual(NumberText.decimal(look.expected, places: 1))). \(bucket.span): \(bucket.moved)."
        return finding(look, bucket, of: account, measure: nil, severity: .high, score: 4, phrase: phrase)
    }

    public func reason(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String {
        let count = "\(NumberText.count(look.observed, "network")) in this bucket"
        switch look.gate {
        case .nothing: return bucket.networks.count == 0 ? "its lines name no address" : "one network in this bucket"
        case .learning: return "learning: judged after 14 days of lines with endpoints"
        case .excess: return "\(count), \(NumberText.grouped(networks)) needed (networks)"
        case .usual: return "\(count), and \(NumberText.usual(NumberText.decimal(look.expected, places: 1)))"
        default: return count
        }
    }
}

extension CredentialSpreadDetector {
    public static var selfTests: [SelfTest] {
        let home = SelfTest.Activity(rows: 10, calls: 6, network: Network(ipv4: 0xC000_0201)).with { $0.endpoints = ["/contacts"] }
        let spread = home.with { $0.networks = [0xC000_0201, 0xC633_6401, 0xCB00_7101].map { Network(ipv4: $0) } }
        return [
            SelfTest("three networks at once", .fires, history: [.init(days: 14, [home])], last: .init(buckets: 1, [spread])),
            SelfTest(
                "three networks at once, as always", .staysSilent, history: [.init(days: 14, [spread])], last: .init(buckets: 1, [spread])),
        ]
    }
}

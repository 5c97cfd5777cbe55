// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// D13: a service account calls from a network it never used.
///
/// Sees: the first event from an unknown /24 or /48, or with a user agent of a family it never had. Misses: an attacker inside the usual
/// network; accounts that change networks all the time, which are left alone. A network that most accounts move to at once is one alert.
/// Warm-up: fourteen days.
public struct NewSourceDetector: Detector {
    public static let descriptor = DetectorDescriptor(
        id: "D13", name: "new-source", family: "network",
        sees: "the first call of a service account from a /24 or /48 network it never used, or with a user agent of another family",
        misses: "an attacker inside the usual network with the usual client, or inside one of detection.known_networks; accounts whose "
            + "networks or clients change all the time; which account is meant where most of them move to one network together",
        warmUp: "14 days of the account's history",
        options: [
            DetectorOption(
                name: "minimum_age_days", defaultValue: 14, range: 1...365, reason: "two weeks show weekly jobs and their hosts twice"),
            DetectorOption(
                name: "novelty_rate_max", defaultValue: 0.1, range: 0.001...10,
                reason: "new networks a day above which the account is known to wander, and one more says nothing"),
        ],
        nextSteps: [
            "Ask the account's owner whether its host or provider changed.",
            "If not: treat its credential as stolen, revoke it, and look at what it read since.",
        ])

    private let minimumAge: Double
    private let noveltyRateMax: Double

    public static var judged: JudgedBuckets { .active }

    public init(options: DetectorOptions) {
        minimumAge = options["minimum_age_days"] * Double(BucketGrid.perDay)
        noveltyRateMax = options["novelty_rate_max"]
    }

    public func judge(_ bucket: ClosedBucket, of account: borrowing AccountProfile) -> Finding? {
        guard let novelty = bucket.newNetwork, gate(bucket, of: account) == .fired else { return agentFinding(bucket, of: account) }
        let days = Double(account.age) / Double(BucketGrid.perDay)
        let known = account.networks.recent.prefix(3).map(\.text).joined(separator: ", ")
        let probability = (Double(account.networks.noveltyCount) + 0.5) / (days + 1) / Double(BucketGrid.perDay)
        let phrase =
            "called from \(novelty.network.text) for the first time in \(NumberText.grouped(days)) days; it usually comes from \(known). "
            + "\(bucket.span)\(bucket.networks.count == 1 ? ": \(bucket.movedByCalls)" : " it came from other networks as well")."
        var finding = Finding(
            measure: nil, severity: .medium, score: -decimalLog(probability), observed: 1, expected: probability, low: 0, high: 0,
            ratio: 1 / probability, z: 0, probability: probability, windowStart: bucket.start, windowEnd: bucket.end,
            sampleBuckets: Int(account.age), since: BucketGrid.start(of: account.firstBucket), peers: nil, phrase: phrase)
        finding.network = novelty.network
        return finding
    }

    /// Families of user agents above which an account is many clients, and one more says nothing.
    private static let agentsMax = 3

    private func agentGate(_ bucket: ClosedBucket, of account: borrowing AccountProfile) -> Gate {
        guard let tally = bucket.access.tally, tally.newAgent != 0 else { return .nothing }
        guard Double(account.age) >= minimumAge else { return .learning }
        return account.access?.facts.agents.count ?? 0 <= NewSourceDetector.agentsMax ? .fired : .wandering
    }

    private func agentFinding(_ bucket: ClosedBucket, of account: borrowing AccountProfile) -> Finding? {
        guard agentGate(bucket, of: account) == .fired else { return nil }
        let known = account.access?.facts.agents.count ?? 0
        let days = NumberText.grouped(Double(account.age) / Double(BucketGrid.perDay))
        let phrase =
            "called with a user agent of another family for the first time in \(days) days; it has used \(known) so far."
            + (bucket.access.tally?.agents.count == 1 ? " \(bucket.span): \(bucket.movedByCalls)." : "")
        return Finding(
            measure: nil, severity: .medium, score: 3, observed: 1, expected: 0, low: 0, high: 0, ratio: 1, z: 0, probability: 0.001,
            windowStart: bucket.start, windowEnd: bucket.end, sampleBuckets: Int(account.age),
            since: BucketGrid.start(of: account.firstBucket), peers: nil, phrase: phrase)
    }

    private func agentVerdict(_ bucket: ClosedBucket, of account: borrowing AccountProfile) -> Verdict {
        let gate = agentGate(bucket, of: account)
        let known = account.access?.facts.agents.count ?? 0
        let reason =
            switch gate {
            case .fired: "a user agent of another family than the \(known) so far"
            case .learning: "learning: a new user agent counts after \(NumberText.span(.buckets(minimumAge)))"
            case .wandering: "the account is many clients (\(known) families of user agents), so one more says nothing"
            default: known == 0 ? "its lines state no user agent" : "every user agent in this bucket is known"
            }
        return Verdict("user agents", gate: gate, reason: reason)
    }

    private func gate(_ bucket: ClosedBucket, of account: borrowing AccountProfile) -> Gate {
        guard bucket.newNetwork != nil else { return bucket.networks[0] == .unknown ? .noNetwork : .knownNetwork }
        guard Double(account.age) >= minimumAge, !account.networks.isEmpty else { return .learning }
        return NewSourceDetector.noveltyRate(of: account) <= noveltyRateMax ? .fired : .wandering
    }

    /// New networks a day since the account's first week. Precondition: something was learnt.
    private static func noveltyRate(of account: borrowing AccountProfile) -> Double {
        Double(account.networks.noveltyCount) / (Double(account.age) / Double(BucketGrid.perDay))
    }

    public func explain(_ bucket: ClosedBucket, of account: borrowing AccountProfile) -> Explanation {
        let gate = gate(bucket, of: account)
        let rate = account.age > 0 ? NewSourceDetector.noveltyRate(of: account) : 0
        let rateText = "\(NumberText.decimal(rate, places: 3)) new networks a day"
        var verdict = Verdict("networks", gate: gate, reason: reason(gate, bucket, rateText, age: Double(account.age)))
        verdict.observed = bucket.newNetwork == nil ? 0 : 1
        verdict.expected = rate / Double(BucketGrid.perDay)
        let here = (0..<NetworkSet.capacity).map { bucket.networks[$0] }.filter { $0 != .unknown }
        let known = account.networks.recent
        verdict.facts = [
            Verdict.Fact(
                "networks_in_bucket", Double(here.count),
                "in this bucket: \(here.isEmpty ? "none" : here.map(\.text).joined(separator: ", "))"),
            Verdict.Fact(
                "networks_known", Double(known.count),
                "known: \(known.isEmpty ? "none" : known.map(\.text).joined(separator: ", "))"),
            Verdict.Fact(
                "novelty_rate", rate, "\(rateText), left alone above \(NumberText.decimal(noveltyRateMax, places: 3)) (novelty_rate_max)"),
        ]
        return Explanation([verdict, agentVerdict(bucket, of: account)])
    }

    private func reason(_ gate: Gate, _ bucket: ClosedBucket, _ rate: String, age: Double) -> String {
        switch gate {
        case .fired: return "\(bucket.newNetwork?.network.text ?? "a network") was never used before"
        case .noNetwork: return bucket.sums.calls == 0 ? "the account made no call in this bucket" : "its lines name no address"
        case .learning where age < minimumAge:
            return
                "learning: a new network counts after \(NumberText.span(.buckets(minimumAge))), in \(NumberText.span(.buckets(minimumAge - age)))"
        case .learning: return "learning: no network of the account is known yet"
        case .wandering: return "the account's networks change all the time (\(rate)), so one more says nothing"
        default:
            let isDeclared = !bucket.access.values.knownNetworks.isEmpty
            return "every network in this bucket is known\(isDeclared ? ", or among detection.known_networks" : "")"
        }
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// H03: what was learnt of an account hides it from a detector.
///
/// Sees: at midnight, accounts known for long enough that a detector says it could not find anything about, see
/// ``Detector/blindness(_:of:)``. Misses: models that are wrong without being blind. Warm-up: what the other detectors need
/// of an account.
public struct BlindModelDetector: HealthDetector {
    public static let descriptor = DetectorDescriptor(
        id: "H03", name: "blind-model", family: "health",
        sees: "accounts whose learnt model is degenerate: whatever they did, a detector would find nothing",
        misses: "models that are wrong and not blind",
        warmUp: "7 days of an account for D02, 14 for D01",
        options: [
            DetectorOption(
                name: "minimum_accounts", defaultValue: 1, range: 1...1e9, reason: "one account that nobody watches is where a thief goes")
        ],
        nextSteps: [
            "Ask `weir why` of the account that is named: it shows what the detector has learnt.",
            "If the log's fields changed (rows where there were bytes, or the other way round), map them as before.",
        ])

    public static let concern = HealthConcern.blindModels

    private let minimum: Double

    public init(options: DetectorOptions) { minimum = options["minimum_accounts"] }

    private func count(_ lane: LaneBucket) -> Double { lane.blind.reduce(0) { $0 + Double($1.accounts) } }

    public func judge(_ lane: LaneBucket) -> Finding? {
        guard let first = lane.blind.first, count(lane) >= minimum else { return nil }
        let parts = lane.blind.map { blind in
            "\(blind.detector) does not see \(NumberText.grouped(Double(blind.accounts))) account\(blind.accounts == 1 ? "" : "s")"
        }
        let phrase =
            "\(lane.name) has accounts whose model is degenerate: \(parts.joined(separator: ", ")), such as \(first.example). Nothing "
            + "they did would be found."
        return finding(lane, severity: .low, observed: count(lane), since: lane.number, phrase: phrase)
    }

    public func explain(_ lane: LaneBucket) -> Verdict {
        let count = count(lane)
        let gate: Gate = count >= minimum ? .fired : .excess
        let reason = "\(NumberText.grouped(count)) models are blind, \(NumberText.grouped(minimum)) needed (minimum_accounts)"
        return Verdict("models", gate: gate, reason: reason)
    }
}

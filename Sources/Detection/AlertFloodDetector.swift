// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// H02: a detector alerts so often that nobody can read it.
///
/// Sees: a detector that opened ``limit(of:)`` alerts on accounts in a day; the further ones are collapsed into this one, which counts
/// them. No detector is ever switched off, and critical alerts always go out by themselves. Misses: alerts about the source, which are few.
/// Warm-up: none.
public struct AlertFloodDetector: HealthDetector {
    public static let descriptor = DetectorDescriptor(
        id: "H02", name: "alert-flood", family: "health",
        sees: "a detector that opens more alerts in a day than anybody reads; further ones that are not critical are counted here",
        misses: "alerts about the source itself, which come once",
        warmUp: "none",
        options: [
            DetectorOption(
                name: "alerts_per_day", defaultValue: 50, range: 1...1e6,
                reason: "alerts that a detector opens on the accounts of a source in a day (UTC) before further ones are collapsed: one "
                    + "every half hour, more than a person can look into")
        ],
        nextSteps: [
            "Look at the alerts that came before: what do their accounts have in common? An attacker may be hiding among them.",
            "Ask `weir why ACCOUNT TIME` of accounts that matter: alerts that are collapsed are judged and answered as always.",
            "If a change in the log made them, the models learn it within days; or raise the detector's thresholds.",
        ],
        quietBuckets: 96)

    public static let concern = HealthConcern.collapsedAlerts

    private let alertsPerDay: Double

    public init(options: DetectorOptions) { alertsPerDay = options["alerts_per_day"].rounded(.up) }

    /// Alerts that a detector may open on the accounts of a lane in a day before the next one is collapsed.
    public static func limit(of detectors: [any Detector]) -> UInt32 {
        for case let detector as AlertFloodDetector in detectors { return UInt32(detector.alertsPerDay) }
        return .max
    }

    public func judge(_ lane: LaneBucket) -> Finding? {
        guard lane.collapsedAlerts > 0 else { return nil }
        let all = lane.collapsed.reduce(0) { $0 + Double($1.count) }
        let parts = lane.collapsed.map { "\(NumberText.grouped(Double($0.count))) of \($0.detector)" }
        let phrase =
            "\(lane.name) has \(NumberText.grouped(all)) alert\(all == 1 ? "" : "s") that \(all == 1 ? "was" : "were") not sent one by one: "
            + "\(parts.joined(separator: ", ")). A detector that has opened \(NumberText.grouped(alertsPerDay)) alerts in a day is read by "
            + "nobody. It goes on judging, and critical alerts go out by themselves."
        return finding(lane, severity: .high, observed: all, since: lane.number, phrase: phrase)
    }

    public func explain(_ lane: LaneBucket) -> Verdict {
        let count = Double(lane.collapsedAlerts)
        let reason =
            "\(NumberText.grouped(count)) alerts were collapsed, from \(NumberText.grouped(alertsPerDay)) a day on (alerts_per_day)"
        return Verdict("alerts", gate: count > 0 ? .fired : .excess, reason: reason)
    }
}

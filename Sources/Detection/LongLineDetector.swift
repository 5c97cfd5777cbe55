// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// H04: lines are too long to be read.
///
/// Sees: lines and records beyond the limit of their format, which are stepped over: what they say of an account counts nowhere. Misses:
/// what a receiver refuses before it stores it, which has counters of its own. Warm-up: none.
public struct LongLineDetector: HealthDetector {
    public static let descriptor = DetectorDescriptor(
        id: "H04", name: "long-line", family: "health",
        sees: "lines that are too long to be read and are stepped over: who can make a line longer hides what it says",
        misses: "what a receiver refuses before it stores it",
        warmUp: "none",
        options: [
            DetectorOption(
                name: "minimum_lines", defaultValue: 1, range: 1...1e12,
                reason: "lines in a quarter hour that were stepped over; no log of calls has one of a mebibyte by chance")
        ],
        nextSteps: [
            "Find the line in the file that is named, as with awk 'length > 262144 { print NR, substr($0, 1, 300) }', and whose call it was.",
            "If the account chose what makes it long (a query, an agent, a header), look at what else it did in that hour.",
            "Have the server log less of a request, so that no caller decides how long a line becomes.",
        ],
        quietBuckets: 96)

    public static let concern = HealthConcern.longLines

    private let minimum: Double

    public init(options: DetectorOptions) { minimum = options["minimum_lines"] }

    public func judge(_ lane: LaneBucket) -> Finding? {
        guard let lines = lane.longLines, Double(lines.inBucket) >= minimum else { return nil }
        let count = Double(lines.count)
        let place = lines.file.isEmpty ? "" : ", in \(lines.file)"
        let phrase =
            "\(lane.name) has lines that are too long to be read: \(NumberText.grouped(count)) since "
            + "\(CivilTime(BucketGrid.start(of: lines.since)).rfc3339), the longest of \(NumberText.grouped(Double(lines.longest))) "
            + "bytes\(place). What they say is counted for no account: somebody may be hiding calls in them."
        return finding(lane, severity: .medium, observed: count, since: lines.since, phrase: phrase)
    }

    public func explain(_ lane: LaneBucket) -> Verdict {
        let count = Double(lane.longLines?.inBucket ?? 0)
        let reason =
            "\(NumberText.grouped(count)) lines that are too long to be read, \(NumberText.grouped(minimum)) needed (minimum_lines)"
        return Verdict("lines", gate: count >= minimum ? .fired : .excess, reason: reason)
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel

/// A question to a lane: what do the detectors say of this account in this bucket, and why? It changes nothing of what the lane does.
package struct LaneInquiry {
    /// The account's name as alerts show it, or as the log does.
    package var account: String
    /// What alerts call it if it is a person's.
    package var pseudonym: String
    /// The bucket's number, see ``BucketGrid``.
    package var bucket: Int64
    /// Set when the bucket has closed, or the input has ended before that; nil while the account is not known.
    package internal(set) var answer: LaneExplanation?

    package init(account: String, pseudonym: String = "", bucket: Int64) {
        self.account = account
        self.pseudonym = pseudonym
        self.bucket = bucket
    }
}

/// What every detector says of one account in one bucket, and which alerts came of it.
package struct LaneExplanation {
    package var account: String
    package var bucket: ClosedBucket
    /// Event time of the account's first bucket, and the buckets learnt of it since.
    package var firstSeen: EventTime
    /// When the account was last seen before that, where it was retired meanwhile: see ``Retirement``.
    package var lastSeenBefore: EventTime?
    package var age: Int
    /// Whether the source had no events at all while many were due: such a bucket is neither judged nor learnt.
    package var isMissing = false
    /// What the account's bucket is made of, as alerts have it: of an alert's measure where one tells this bucket, else of what came
    /// closest to firing. Nil where the account did nothing of that.
    package var contributions: Contributions?
    /// In the order of the catalogue.
    package var detectors: [Entry]

    package struct Contributions: Equatable, Sendable {
        package var measure: Measure
        /// By endpoint, object and operation; the parts of a kind sum to 1.
        package var parts: [AlertDetails.Contribution]
    }

    /// One detector's part.
    package struct Entry: Sendable {
        package var descriptor: DetectorDescriptor
        package var explanation: Explanation
        /// The alert on the account that was open in the bucket or opened there.
        package var alert: Alert?
        /// The same of the source itself.
        package var sourceAlert: Alert?
        /// The same of series of the source, by their numbers in keys.
        package var seriesAlerts: [UInt32: Alert] = [:]
        /// Earlier alerts of the detector on the account, latest first.
        package var similar: [PastAlert] = []
    }

    /// An alert as it stood when the bucket had been judged.
    package struct Alert: Equatable, Sendable {
        package var id: String
        package var opened: EventTime
        /// Whether it opened in this bucket.
        package var isNew: Bool
        /// Whether it ended with this bucket.
        package var hasResolved: Bool
        package var severity: Severity
        /// What the account did, without its subject.
        package var phrase: String
    }

    /// What of the account came closest to firing; nil where nothing was scored.
    package var nearest: (entry: Entry, verdict: Verdict)? {
        detectors.flatMap { entry in entry.explanation.verdicts.map { (entry, $0) } }
            .filter { !$0.1.isOfSource && $0.1.nearness != nil }
            .max { ($0.1.nearness ?? 0) < ($1.1.nearness ?? 0) }
            .map { (entry: $0.0, verdict: $0.1) }
    }

    /// Alerts on the source and on its series, in the order of the catalogue.
    package var sourceAlerts: [(detector: DetectorDescriptor, alert: Alert)] {
        detectors.flatMap { entry in
            let all = (entry.sourceAlert.map { [$0] } ?? []) + entry.seriesAlerts.sorted { $0.key < $1.key }.map(\.value)
            return all.map { (detector: entry.descriptor, alert: $0) }
        }
    }

    /// Whether something new was found of the account.
    package var hasOpened: Bool { detectors.contains { $0.alert?.isNew == true } }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel

/// What a person decided about an account, taken in at a point of event time.
package struct LaneDecision: Equatable, Sendable {
    /// What was decided.
    package enum Verdict: UInt8, CaseIterable, Sendable {
        /// The present level is usual from now on, and what stood under the alert was as it should be (`weir baseline accept`).
        case accept = 0
        /// The alert was about something harmless: what stood under it is learnt (`weir label … benign`).
        case benign
        /// It was an incident: what stood under the alert is never learnt (`weir label … incident`).
        case incident
        /// Somebody looked and could not tell (`weir label … unknown`): nothing changes.
        case unknown

        package var name: String {
            switch self {
            case .accept: "accept"
            case .benign: "benign"
            case .incident: "incident"
            case .unknown: "unknown"
            }
        }

        /// What the alerts that it concerns are called from then on.
        var label: AlertLabel {
            switch self {
            case .accept, .benign: .benign
            case .incident: .incident
            case .unknown: .unknown
            }
        }
    }

    /// Its number in the journal, by which the journal learns where it was applied; 0 for one that no journal knows.
    package var number: Int64
    package var verdict: Verdict
    package var account: String
    /// The alert that was labelled; empty where the account as a whole was meant.
    package var alert: String
    /// It is applied before the first event that is later than this. A decision of a running daemon is applied where the daemon stands.
    package var time: EventTime

    package init(_ verdict: Verdict, account: String, alert: String = "", number: Int64 = 0, time: EventTime = EventTime(milliseconds: 0)) {
        self.number = number
        self.verdict = verdict
        self.account = account
        self.alert = alert
        self.time = time
    }
}

/// Where in event time a lane applied a decision of the journal's.
package struct AppliedDecision: Equatable, Sendable {
    package var number: Int64
    package var time: EventTime

    package init(number: Int64, time: EventTime) {
        self.number = number
        self.time = time
    }
}

extension LaneCore {
    /// Applies a decision where the lane stands: the next commit holds its effects and says that it was applied. False when the lane knows
    /// no such account, which it says of a journal's decision all the same: nothing is to be tried again.
    @discardableResult
    package mutating func apply(_ decision: LaneDecision) -> Bool {
        if decision.number > 0 { applied.append(AppliedDecision(number: decision.number, time: newest)) }
        // A person may be called otherwise by now than in the alert.
        let alerting =
            decision.alert.isEmpty
            ? nil : lifecycle.open.first { $0.value.id == decision.alert }?.key.account ?? lifecycle.former.account(of: decision.alert)
        let named = names.firstIndex(of: decision.account).map { AccountID(rawValue: UInt32($0)) }
        guard let account = alerting ?? named, account > .overflow, account != LaneCore.sourceAccount else { return false }
        lifecycle.label(decision.verdict.label, account: account, alert: decision.alert)
        switch decision.verdict {
        case .accept:
            shard(account).change(account) { $0.accept() }
            close(account)
        case .benign: shard(account).change(account) { $0.vouch() }
        case .incident: shard(account).change(account) { $0.dropQuarantine() }
        case .unknown: break
        }
        return true
    }

    /// Applies what was decided at this point of a replay. Precondition: ``decisions`` is in order of time.
    mutating func applyDecisions(before time: EventTime) {
        while let next = decisions.first, next.time < time {
            decisions.removeFirst()
            apply(next)
        }
    }

    /// Closes an account's open alerts of volume: what they say is usual now.
    private mutating func close(_ account: AccountID) {
        let time = LaneCore.minute(newest)
        let keys = lifecycle.open.keys.filter { $0.account == account && descriptors[Int($0.detector)].family == "volume" }
        for key in keys.sorted() {
            if let transition = lifecycle.resolve(key: key, at: time, isAccepted: true) { emit(transition) }
        }
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel

/// Alerts on two accounts that are one story: who exports, and who changes or removes what logs it.
extension LaneCore {
    /// As long as a detector of cover-ups looks back.
    private static var linkWindow: EventDuration { .days(1) }
    /// Accounts that are named.
    private static var linksShown: Int { 3 }

    /// The open alerts of the last day about the volume of other accounts, in the order of their accounts. Those that opened under a name
    /// of before lead to nobody.
    func exports(besides account: AccountID, at time: EventTime) -> [AlertKey] {
        lifecycle.open.filter { key, alert in
            key.account != account && key.account != LaneCore.sourceAccount && descriptors[Int(key.detector)].restrainsLearning
                && !alert.isCollapsed && alert.former == nil && time - alert.opened <= LaneCore.linkWindow
        }.map(\.key).sorted()
    }

    /// Says in a finding about what logs whose exports it may hide. Returns their alerts.
    func link(_ finding: inout Finding, of account: AccountID, at time: EventTime) -> [AlertKey] {
        guard finding.hidesOthers, finding.opens else { return [] }
        let exports = exports(besides: account, at: time)
        guard !exports.isEmpty else { return [] }
        let names = exports.prefix(LaneCore.linksShown).map { "\(accountName($0.account)) (\(lifecycle.open[$0]?.id ?? ""))" }
        let more = exports.count - names.count
        finding.phrase +=
            " An alert about the volume of \(names.joined(separator: ", "))\(more > 0 ? " and \(more) more" : "") is open: "
            + "look at them together."
        return exports
    }
}

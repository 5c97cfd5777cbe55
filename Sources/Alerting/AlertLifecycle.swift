// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import RollingStatistics

/// Which alert: one detector on one account (or on the source itself, or a series of the source's).
package struct AlertKey: Hashable, Comparable, Sendable {
    package var detector: UInt8
    package var account: AccountID
    /// Which of the source's series; 0 is the source as a whole, or an account.
    package var series: UInt32

    package init(detector: UInt8, account: AccountID, series: UInt32 = 0) {
        self.detector = detector
        self.account = account
        self.series = series
    }

    package static func < (left: AlertKey, right: AlertKey) -> Bool {
        (left.account, left.detector, left.series) < (right.account, right.detector, right.series)
    }

    func encode(into writer: inout StateWriter) {
        writer.write(detector)
        writer.write(account.rawValue)
        writer.write(series)
    }

    init(from reader: inout StateReader) throws(StateError) {
        self.init(detector: try reader.read(), account: AccountID(rawValue: try reader.read()), series: try reader.read())
    }
}

/// An alert that has opened and not yet resolved.
package struct OpenAlert: Equatable, Sendable {
    package var id: String
    package var severity: Severity
    package var opened: EventTime
    package var openedBucket: Int64
    /// The bucket's numbers are not complete yet.
    package var isProvisional: Bool
    /// Records sent so far.
    package var sequence: UInt32
    /// Closed buckets in a row without a finding.
    package var quietBuckets: UInt8
    /// The finding that is told: the most severe and, of those, the most unusual.
    package var finding: Finding
    /// The bucket of that finding, and what it is made of.
    package var findingBucket: Int64
    package var substance = AlertSubstance()
    /// What was observed when somebody was last told.
    package var observedTold: Double
    package var measureTold: Measure?
    /// What moved in the quarter hours that were unusual since the alert opened, all told.
    package var total = AlertTotal()
    /// The last bucket that would have done for an alert by itself.
    package var lastBurst: Int64
    /// Whether what the account does meanwhile is learnt with restraint, by what was found last.
    package var restrains: Bool
    /// Nobody was told of it: its detector had alerted too often that day.
    package var isCollapsed = false
    /// Somebody must look now, and not when they next look at tickets.
    package var isPage = false
    /// Why nobody must, although detectors agree.
    package var withheld: PageWithheld?
    /// Alerts of other accounts that belong to the same story, at most ``linkLimit``.
    package var linked: [String] = []
    package static let linkLimit = 8
    /// What the account was called when the alert opened, where it is called otherwise now: an alert keeps the name that it began with.
    package var former: String?

    package init(
        id: String, severity: Severity, opened: EventTime, openedBucket: Int64, isProvisional: Bool, sequence: UInt32, quietBuckets: UInt8,
        finding: Finding
    ) {
        self.id = id
        self.severity = severity
        self.opened = opened
        self.openedBucket = openedBucket
        self.isProvisional = isProvisional
        self.sequence = sequence
        self.quietBuckets = quietBuckets
        self.finding = finding
        findingBucket = openedBucket
        lastBurst = openedBucket
        restrains = finding.restrains
        observedTold = finding.observed
        measureTold = finding.measure
    }

    /// `page`: now. `ticket`: within the week. `record`: nobody need look, it is evidence beside others.
    package var urgency: String { isPage ? "page" : severity > .low ? "ticket" : "record" }
}

extension OpenAlert {
    fileprivate mutating func link(_ id: String) {
        if !linked.contains(id) && linked.count < OpenAlert.linkLimit { linked.append(id) }
    }

    fileprivate mutating func tell(_ finding: Finding, bucket: Int64) {
        self.finding = finding
        findingBucket = bucket
    }
}

/// The life of alerts: open → update → resolved, one at a time for each detector and account.
///
/// A pure state machine: each input returns the transition to record, or nil. An alert opens at the event that crosses, is completed
/// (`update`) when that bucket closes, is updated when its severity rises, when ten times as much has moved or when it begins again, and
/// resolves after as many buckets without a finding as its detector says.
package struct AlertLifecycle: Sendable {
    package private(set) var open: [AlertKey: OpenAlert] = [:]
    /// Alerts that were open before, and what people said of them.
    package private(set) var past = PastAlerts()
    /// Whose the alerts are that were told under a name of before.
    package private(set) var former = FormerAlerts()

    package init() {}

    /// Continues with alerts that a checkpoint held.
    init(restored: [AlertKey: OpenAlert], past: PastAlerts, former: FormerAlerts) {
        open = restored
        self.past = past
        self.former = former
    }

    /// What is to be recorded.
    package struct Transition: Equatable, Sendable {
        package var key: AlertKey
        package var status: AlertRecord.Status
        package var alert: OpenAlert
        package var time: EventTime
        /// What is different, of an update.
        package var change: AlertChange?
        /// A person took what the alert says as usual: it did not go back to what was usual before.
        package var isAccepted = false
        /// Since when nothing has come, of a silence that is no longer waited out: nothing is back to usual.
        package var unheardSince: EventTime?
        /// Earlier alerts of the same account and detector, latest first.
        package var similar: [PastAlert] = []
    }

    /// Buckets after which a burst is told as another one, and not as what is left of the last: four hours.
    static let burstGap: Int64 = 16

    /// Takes a finding. `id` is what the alert will be called if it opens; `isDue` asks for an update whatever the finding says.
    package mutating func found(
        _ finding: Finding, key: AlertKey, bucket: Int64, at time: EventTime, isClosed: Bool, id: String, isDue: Bool = false
    ) -> Transition? {
        guard var alert = open[key] else {
            return finding.opens ? begin(finding, key: key, bucket: bucket, at: time, isClosed: isClosed, id: id) : nil
        }
        guard isClosed else {
            // One that nobody was told of is told as soon as it is critical.
            guard alert.isCollapsed, finding.opens, finding.severity >= .critical else { return nil }
            alert.tell(finding, bucket: bucket)
            (alert.observedTold, alert.measureTold) = (finding.observed, finding.measure)
            alert.severity = finding.severity
            let transition = Transition(key: key, status: .update, alert: alert, time: time)
            alert.sequence &+= 1
            open[key] = alert
            return transition
        }
        let isCompletion = alert.isProvisional && bucket == alert.openedBucket
        let isWorse = finding.opens && finding.severity > alert.severity
        let isAgain = finding.opens && finding.isBurst && bucket - alert.lastBurst > AlertLifecycle.burstGap
        if finding.opens && finding.isBurst { alert.lastBurst = bucket }
        if finding.opens { alert.restrains = finding.restrains }
        alert.quietBuckets = 0
        let tellsThis =
            isCompletion || isDue || isAgain || finding.isNews
            || (finding.severity, finding.score) >= (alert.finding.severity, alert.finding.score)
        if finding.opens && tellsThis { alert.tell(finding, bucket: bucket) }
        alert.total.add(finding.bucket, bucket: bucket)
        alert.isProvisional = alert.isProvisional && !isCompletion
        var change = AlertChange(
            reasons: [], severityBefore: alert.severity, observedBefore: alert.observedTold,
            measureBefore: alert.measureTold)
        if finding.opens { alert.severity = max(alert.severity, finding.severity) }
        let news: [(Bool, AlertChange.Reason)] = [
            (isCompletion, .completed), (isWorse, .worse), (isDue, .ongoing), (isAgain, .again), (finding.isNews, .news),
            (alert.total.hasGrown(alert.finding.measure), .grown),
        ]
        change.reasons = news.filter(\.0).map(\.1)
        guard !change.reasons.isEmpty else {
            open[key] = alert
            return nil
        }
        alert.total.tell()
        (alert.observedTold, alert.measureTold) = (alert.finding.observed, alert.finding.measure)
        let similar = past.latest(of: key, before: alert.id)
        let transition = Transition(key: key, status: .update, alert: alert, time: time, change: change, similar: similar)
        alert.sequence &+= 1
        open[key] = alert
        return transition
    }

    private mutating func begin(
        _ finding: Finding, key: AlertKey, bucket: Int64, at time: EventTime, isClosed: Bool, id: String
    ) -> Transition {
        var alert = OpenAlert(
            id: id, severity: finding.severity, opened: time, openedBucket: bucket, isProvisional: !isClosed, sequence: 1,
            quietBuckets: 0, finding: finding)
        if isClosed {
            alert.total.add(finding.bucket, bucket: bucket)
            alert.total.tell()
        }
        let similar = past.latest(of: key)
        open[key] = alert
        past.remember(PastAlert(id: id, opened: time, label: nil), of: key)
        alert.sequence = 0
        return Transition(key: key, status: .open, alert: alert, time: time, similar: similar)
    }

    /// Keeps what the finding that an open alert tells is made of.
    package mutating func keep(_ substance: AlertSubstance, of key: AlertKey) { open[key]?.substance = substance }

    /// Takes a closed bucket in which the detector found nothing; after `limit` of them in a row the alert resolves.
    package mutating func quiet(key: AlertKey, at time: EventTime, limit: UInt8) -> Transition? {
        guard var alert = open[key] else { return nil }
        alert.isProvisional = false
        alert.quietBuckets = min(alert.quietBuckets, 254) + 1
        guard alert.quietBuckets >= limit else {
            open[key] = alert
            return nil
        }
        open[key] = nil
        return Transition(key: key, status: .resolved, alert: alert, time: time, similar: past.latest(of: key, before: alert.id))
    }

    /// The account is called otherwise from now on. Its open alerts end under their name; of those before, nothing is told to the next.
    package mutating func rename(_ account: AccountID, from name: String, at time: EventTime) {
        for key in open.keys where key.account == account && open[key]?.former == nil { open[key]?.former = name }
        for alert in past.all(of: account) { former.remember(alert, account, at: time) }
        past.forget(account)
    }

    /// Forgets whose the alerts under a name of before are that ended long ago. To be called once a day.
    package mutating func forgetFormer(at time: EventTime) {
        guard former.count > 0 else { return }
        former.forget(at: time, sparing: Set(open.values.filter { $0.former != nil }.map(\.id)))
    }

    /// Keeps an open alert to itself, or no longer.
    package mutating func collapse(_ key: AlertKey, _ isCollapsed: Bool) { open[key]?.isCollapsed = isCollapsed }

    /// Names open alerts of other accounts in one, and it in them.
    package mutating func link(_ key: AlertKey, with others: [AlertKey]) {
        guard let id = open[key]?.id else { return }
        for other in others {
            guard let known = open[other]?.id else { continue }
            open[key]?.link(known)
            open[other]?.link(id)
        }
    }

    /// Makes an open alert a page; it stays one.
    package mutating func makePage(_ key: AlertKey) {
        open[key]?.isPage = true
        open[key]?.withheld = nil
    }

    /// Says why an open alert is no page.
    package mutating func withholdPage(_ key: AlertKey, _ reason: PageWithheld) { open[key]?.withheld = reason }

    /// Ends an alert at once, as when a silent source speaks again or a person takes the matter as usual.
    package mutating func resolve(
        key: AlertKey, at time: EventTime, isAccepted: Bool = false, unheardSince: EventTime? = nil
    ) -> Transition? {
        guard let alert = open.removeValue(forKey: key) else { return nil }
        return Transition(
            key: key, status: .resolved, alert: alert, time: time, isAccepted: isAccepted, unheardSince: unheardSince,
            similar: past.latest(of: key, before: alert.id))
    }

    /// What a person said of an alert, or of all that are open about an account where `alert` is empty.
    package mutating func label(_ label: AlertLabel, account: AccountID, alert: String) {
        let ids = alert.isEmpty ? Set(open.filter { $0.key.account == account }.map(\.value.id)) : [alert]
        past.label(label, account: account, alerts: ids)
    }
}

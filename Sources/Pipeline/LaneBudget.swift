// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import RollingStatistics

/// What a lane keeps beside its alerts to weigh them: what was found of each account lately, what has been used of the alert budget, the
/// level that keeps to it, and how often probabilities came true.
struct LaneBudget: Sendable {
    var ledger = RiskLedger()
    var use = BudgetUse()
    var control = ThresholdControl()
    var calibration = TailCalibration()

    init() {}

    func encode(into writer: inout StateWriter) {
        ledger.encode(into: &writer)
        use.encode(into: &writer)
        control.encode(into: &writer)
        calibration.encode(into: &writer)
    }

    init(from reader: inout StateReader) throws(StateError) {
        ledger = try RiskLedger(from: &reader)
        use = try BudgetUse(from: &reader)
        control = try ThresholdControl(from: &reader)
        calibration = try TailCalibration(from: &reader)
    }
}

/// Readings of the volume model with a tail probability of `level` or less: how many were due, and how many there were.
package struct TailCount: Equatable, Sendable {
    package var level: Double
    package var due: Double
    package var seen: UInt64
}

extension LaneCore {
    /// How the transition's account stands with all that was found of it; makes the alert a page where that asks for one.
    ///
    /// Beyond the day's pages only critical alerts are pages: the others wait with the tickets, and say so.
    mutating func weigh(_ transition: inout AlertLifecycle.Transition) -> RiskLedger.Standing {
        let alert = transition.alert
        let key = transition.key
        let id = RiskLedger.name(of: alert)
        guard transition.status != .resolved else {
            return budget.ledger.standing(of: key.account, besides: id, at: transition.time)
        }
        var standing = RiskLedger.Standing()
        if key.account == LaneCore.sourceAccount {
            standing.isPage = alert.severity == .critical
        } else {
            standing = budget.ledger.add(
                id: id, family: descriptors[Int(key.detector)].family, severity: alert.severity, account: key.account,
                at: transition.time)
        }
        budget.use.advance(to: newest)
        let isBeyond = options.budget.map { Double(budget.use.pagesToday) >= $0.pagesPerDay } ?? false
        let asksForPage = !alert.isPage && standing.isPage
        let becomesPage = asksForPage && (alert.severity == .critical || !isBeyond)
        if becomesPage {
            transition.alert.isPage = true
            transition.alert.withheld = nil
            transition.change?.reasons.append(.page)
            lifecycle.makePage(key)
        } else if asksForPage {
            withholdPage(&transition, standing)
        }
        let isCounted = transition.alert.isPage || alert.severity > .low
        if isCounted && (transition.status == .open || becomesPage) { budget.use.count(isPage: transition.alert.isPage) }
        if isCounted && transition.status == .open && detectors[Int(key.detector)].budgetedScore == nil { budget.control.seeOther() }
        return standing
    }

    private mutating func withholdPage(_ transition: inout AlertLifecycle.Transition, _ standing: RiskLedger.Standing) {
        guard let limit = options.budget?.pagesPerDay else { return }
        if transition.alert.withheld == nil { budget.use.countWithheld() }
        let reason = PageWithheld(
            families: standing.families, used: budget.use.pagesToday, perDay: limit, free: budget.use.pageIsFree(below: limit))
        transition.alert.withheld = reason
        lifecycle.withholdPage(transition.key, reason)
    }

    /// Learns how often the budgeted detector reaches its levels, and once a day sets the level anew.
    mutating func closeBudget(_ found: [(AccountID, UInt8, Finding)], _ tails: TailCalibration, bucket: Int64) {
        budget.calibration.add(tails)
        if FleetSums.isDaily(bucket) { budget.ledger.forget(before: BucketGrid.start(of: bucket + 1)) }
        guard let number = detectors.firstIndex(where: { $0.budgetedScore != nil }), let scale = detectors[number].budgetedScore else {
            return
        }
        // What new accounts are judged by is no score, and follows no level.
        for (account, detector, finding) in found where Int(detector) == number && shard(account).profile(account).isMature {
            budget.control.see(account, score: finding.score / scale, bucket: bucket)
        }
        budget.control.close(
            bucket: bucket, quiet: descriptors[number].quietBuckets, accounts: fleet.matureCount, budget: options.budget)
    }

    /// How often tail probabilities came true, for reports.
    package var tails: [TailCount] {
        TailCalibration.levels.enumerated().map { index, level in
            TailCount(level: level, due: Double(budget.calibration.tests) * level, seen: budget.calibration.reached[index])
        }
    }

    /// Numbers for `weir status`.
    var budgetCounters: [(String, Int64)] {
        var use = budget.use
        use.advance(to: newest)
        var list = [
            ("pages_last_day", Int64(use.pagesToday)), ("pages_withheld_last_day", Int64(use.withheldToday)),
            ("tickets_last_week", Int64(use.ticketsThisWeek)),
            ("volume_level_permille", Int64((budget.control.factor * 1000).rounded())),
            ("volume_alerts_due_permille", Int64((budget.control.expected * 1000).rounded())),
        ]
        for tail in tails {
            let name = NumberText.decimal(tail.level * 1e6, places: 0)
            list.append(("tail_\(name)ppm_due", Int64(tail.due.rounded())))
            list.append(("tail_\(name)ppm_seen", Int64(clamping: tail.seen)))
        }
        if let stated = options.budget {
            list.append(("budget_pages_per_day_permille", Int64((stated.pagesPerDay * 1000).rounded())))
            list.append(("budget_tickets_per_week_permille", Int64((stated.ticketsPerWeek * 1000).rounded())))
            if Double(use.pagesToday) >= stated.pagesPerDay, let free = use.pageIsFree(below: stated.pagesPerDay) {
                list.append(("page_free_ms", free.milliseconds))
            }
        }
        return list
    }
}

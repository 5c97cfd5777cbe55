// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import RollingStatistics

extension AccountShard {
    /// A day: how long after an export its traces may be removed without a word.
    private static var coverUpWindow: EventDuration { .days(1) }
    /// Days without deletions of this kind that make one news.
    private static var retentionDays: Int { 30 }

    /// Whether an event of such an operation may remove traces or change what is logged.
    @inline(__always)
    static func mayRemoveTraces(_ operation: Operation) -> Bool { operation == .delete || operation == .admin || operation == .write }

    /// Looks closer at an event that failed, has a detail, or goes to a route that is not among those kept of its bucket. Returns whether
    /// the account is to be judged now. Precondition: the event was added.
    ///
    /// - Parameter isOtherAlerted: asked where it matters: whether an alert about the volume of another account is open.
    func note(
        _ detailed: DetailedEvent, rows: UInt64, isNewRoute: Bool, position: Int, isOtherAlerted: () -> Bool
    ) -> Bool {
        let (event, detail) = (detailed.event, detailed.detail)
        let profile = profile(event.account)
        let route = RouteKey(event)
        // An export of an earlier bucket that is still open is not learnt yet.
        let earlier = event.operation == .delete ? (0..<position).compactMap { self.tally(event.account, position: $0) } : []
        return change(event.account, position: position) { tally in
            var isUrgent = false
            if event.status >= 400 { tally.noteAccess().note(status: event.status, at: event.time) }
            if let detail {
                tally.noteAccess().note(
                    detail, rows: rows, at: event.time, operation: event.operation, route: route, store: values.catalogue(of: route))
                if detail.job != 0 && event.status < 400 && values.traits(route).contains(.audit) {
                    tally.noteAccess().noteAudit(of: detail.job)
                }
                if detail.traits.contains(.counts) && event.status < 400 { count(route, of: event, profile, tally.noteAccess()) }
                if detail.traits.contains(.canary) {
                    let touch = AccessTally.CanaryTouch(route: route, time: event.time, isItem: true)
                    tally.noteAccess().noteCanaryItem(MeasureSums(rows: rows, bytes: event.bytes, calls: 1))
                    isUrgent = tally.noteAccess().note(touch) || isUrgent
                }
                if profile.age >= 2 * AccountProfile.matureAge && profile.access?.facts.isNew(agent: detail.agent) == true {
                    isUrgent = tally.noteAccess().note(newAgent: detail.agent) || isUrgent
                }
            }
            if let movement = detailed.movement { isUrgent = tally.noteAccess().note(movement, of: event, detail) || isUrgent }
            if isNewRoute { isUrgent = note(route, of: event, &tally) || isUrgent }
            if AccountShard.mayRemoveTraces(event.operation), isNewRoute || detail?.job ?? 0 != 0,
                let deed = coverUp(event, route, job: detail?.job ?? 0, profile, earlier + [tally], isOtherAlerted)
            {
                isUrgent = tally.noteAccess().note(deed) || isUrgent
            }
            return isUrgent && position == 0
        }
    }

    /// The same of an event of which only the route is of interest: most events that are looked at closer. Precondition: it neither failed,
    /// nor has a detail or a movement, nor is one that ``coverUp(_:_:job:_:_:)`` is asked about.
    func noteRoute(of event: AccessEvent, position: Int) -> Bool {
        let slot = Int(open[position].slots[local(event.account)]) - 1
        return note(RouteKey(event), of: event, &open[position].tallies[slot]) && position == 0
    }

    /// A route that is not among those kept: is it new to the account, or a canary?
    private func note(_ route: RouteKey, of event: AccessEvent, _ tally: inout AccountTally) -> Bool {
        let isFirst = tally.noteRoute(route)
        var isUrgent = false
        let traits = values.traits(route)
        if traits.contains(.canary) || canaries.contains(event.account.rawValue) {
            isUrgent = tally.noteAccess().note(AccessTally.CanaryTouch(route: route, time: event.time, isItem: false))
        }
        guard isFirst, route.isNamed else { return isUrgent }
        let profile = profile(event.account)
        guard profile.age >= 2 * AccountProfile.matureAge, let memory = profile.access else { return isUrgent }
        let today = Int(BucketGrid.number(of: event.time)) / BucketGrid.perDay
        let dormant = memory.facts.routes.lastDay(of: route).map { today - $0 }
        if let dormant, dormant < AccessMemory.dormantRouteDays { return isUrgent }
        let new = AccessTally.NewRoute(
            route: route, time: event.time, dormantDays: dormant, isReconnaissance: traits.contains(.reconnaissance))
        let isNews = tally.noteAccess().note(new: new)
        return isNews || isUrgent
    }

    /// Notes that something was counted. What looks around by its path is counted by that, and what has no name by nothing.
    private func count(_ route: RouteKey, of event: AccessEvent, _ profile: AccountProfile, _ tally: AccessTally) {
        guard route.isNamed, !values.traits(route).contains(.reconnaissance) else { return }
        let isJudged = profile.age >= 2 * AccountProfile.matureAge
        let isNew = isJudged && profile.access?.isNew(route.counted, bucket: BucketGrid.number(of: event.time)) == true
        tally.note(count: AccessTally.NewRoute(route: route.counted, time: event.time, dormantDays: nil, isReconnaissance: isNew))
    }

    /// Whether an event removes traces of an export of the last day, or changes what is logged.
    private func coverUp(
        _ event: AccessEvent, _ route: RouteKey, job: UInt64, _ profile: AccountProfile, _ tallies: [AccountTally],
        _ isOtherAlerted: () -> Bool
    ) -> AccessTally.CoverUp? {
        let traits = values.traits(route)
        let memory = profile.access
        let today = Int(BucketGrid.number(of: event.time)) / BucketGrid.perDay
        let lastDay = memory?.facts.routes.lastDay(of: route)
        let isHabit = lastDay.map { today - $0 < AccountShard.retentionDays } ?? false
        let isSetting = traits.contains(.auditSetting) || event.operation != .write && traits.contains(.auditTrail)
        if isSetting && !isHabit {
            return AccessTally.CoverUp(route: route, time: event.time, isAuditSetting: true, jobMinutes: nil, jobRows: 0)
        }
        guard event.operation == .delete else { return nil }
        let runs = tallies.reversed().flatMap { $0.access?.jobs ?? [] } + (memory?.facts.jobs ?? [])
        if job != 0, !isHabit, let run = runs.first(where: { $0.job == job && $0.time <= event.time }),
            event.time - run.time <= AccountShard.coverUpWindow
        {
            let minutes = (event.time - run.time).milliseconds / 60_000
            return AccessTally.CoverUp(
                route: route, time: event.time, isAuditSetting: false, jobMinutes: Int32(minutes), jobRows: run.rows)
        }
        guard traits.contains(.evidence), !isHabit, profile.isMature, let memory, holdsTraces(route, memory, tallies) else { return nil }
        let open = tallies.map(\.sums.rows).max() ?? 0
        let isRecent =
            memory.facts.lastExport >= 0 && BucketGrid.number(of: event.time) - memory.facts.lastExport <= Int64(BucketGrid.perDay)
        guard open >= 1000 || isRecent else {
            guard traits.contains(.log), isOtherAlerted() else { return nil }
            var deed = AccessTally.CoverUp(route: route, time: event.time, isAuditSetting: false, jobMinutes: nil, jobRows: 0)
            deed.isForAnother = true
            return deed
        }
        let rows = max(open, isRecent ? memory.facts.lastExportRows : 0)
        return AccessTally.CoverUp(route: route, time: event.time, isAuditSetting: false, jobMinutes: nil, jobRows: rows)
    }

    /// Whether what a route names has traces of the account's exports; ``ValueTraits/evidence`` says that it may.
    private func holdsTraces(_ route: RouteKey, _ memory: AccessMemory, _ tallies: [AccountTally]) -> Bool {
        if values.isEvidenceItself(route) { return true }
        var runsJobs = false
        memory.facts.routes.forEach { runsJobs = runsJobs || values.exports($0, byJobsOf: route) }
        return runsJobs
            || tallies.contains { tally in
                (0..<tally.routes.count).contains { values.exports(RouteKey(rawValue: tally.routes.routes[$0].key), byJobsOf: route) }
            }
    }

    /// Notes for the lane what an account did in a bucket that closes: routes that are new to it, an endpoint beyond the inventory, items,
    /// and whether its calls state a limit.
    func noteForLane(_ bucket: borrowing ClosedBucket, _ profile: AccountProfile) {
        let memory = profile.access
        var new: [RouteKey] = []
        // An account that has forgotten routes would be counted again and again.
        if !(memory?.facts.routes.isFull ?? false) {
            bucket.access.forEachRoute { if $0.isNamed && memory?.facts.routes.lastDay(of: $0) == nil { new.append($0) } }
        }
        for route in new { values.noteUser(of: route) }
        if !new.isEmpty { noteFamilies(new, memory) }
        if !values.inventory.isEmpty { bucket.access.forEachRoute { values.note(use: $0.endpoint) } }
        if let shadow = ShadowEndpointDetector.untold(bucket) { values.note(shadow: shadow.endpoint) }
        if let movement = bucket.access.tally?.movement { values.note(movement) }
        if let discovery = bucket.access.tally?.discovery, discovery.items > 0 { values.note(items: discovery.distinctItems) }
        guard let limit = memory?.facts.limit, limit.limit > 0, limit.unstated < 8, bucket.hasAnswers else { return }
        values.note(limitIsStated: bucket.access.tally?.limits.samples ?? 0 > 0)
    }

    /// Counts the account among the users of the families of routes that are new to it.
    private func noteFamilies(_ new: [RouteKey], _ memory: AccessMemory?) {
        var known: Set<UInt64> = []
        memory?.facts.routes.forEach { if !$0.isCounted { known.insert(values.family(of: $0)) } }
        for route in new where known.insert(values.family(of: route)).inserted { values.noteUser(ofFamily: values.family(of: route)) }
    }
}

extension AccountTally {
    /// Whether something happened that detectors are asked about at once.
    var isUrgent: Bool {
        if newNetwork != nil { return true }
        guard let access else { return false }
        return !access.newRoutes.isEmpty || access.canary != nil || access.coverUp != nil || access.newAgent != 0
            || access.movement?.isUrgent == true
    }
}

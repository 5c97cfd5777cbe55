// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

extension IncidentStage {
    /// Writes down what only looks like an attack.
    mutating func plan(habit incident: Incident, _ planner: inout CallPlanner) {
        switch incident.kind {
        case .quarterlyJob:
            silence(planner.account, from: calendar.start.milliseconds, to: calendar.end.milliseconds)
            let first = calendar.day(of: incident.start.milliseconds)
            for day in stride(from: first, to: calendar.days, by: Int(incident.size)) {
                planner.export(
                    .shopExport, rows: 12_000, calls: 60, from: calendar.midnight(day) + 10 * FleetCalendar.hour,
                    over: 3 * FleetCalendar.hour
                )
            }
        case .queryLoop:
            let hours = Double(incident.duration.milliseconds) / Double(FleetCalendar.hour)
            planner.spread(Int(incident.size * hours), from: incident.start.milliseconds, over: incident.duration.milliseconds) {
                planner, time, _ in
                var detail = SimulatedDetail()
                detail.query = SimulatedQuery(.phrase, planner.random.below(5))
                planner.call(.shopSearch, object: 6, at: time, rows: 10, detail: detail)
            }
        case .expiredPassword:
            // A scheduler tries again every few minutes; at noon somebody comes, changes it, and the small jobs of the day run.
            let span = incident.duration.milliseconds
            silence(planner.account, from: incident.start.milliseconds, to: incident.start.milliseconds + span - FleetCalendar.hour)
            planner.spread(Int(incident.size), from: incident.start.milliseconds, over: span - FleetCalendar.hour) { planner, time, _ in
                planner.call(.login, at: time, .fails(401))
            }
            let repaired = incident.start.milliseconds + span - FleetCalendar.hour
            planner.call(.login, at: repaired, .succeeds)
            planner.spread(10, from: repaired + 60_000, over: FleetCalendar.hour / 2) { planner, time, _ in
                planner.call(.readRecord, at: time)
            }
        default:
            for day in calendar.day(of: incident.start.milliseconds)..<calendar.days { planDay(day, of: incident, &planner) }
        }
    }

    /// What a daily habit does on a day.
    private mutating func planDay(_ day: Int, of incident: Incident, _ planner: inout CallPlanner) {
        let midnight = calendar.midnight(day)
        let hour = FleetCalendar.hour
        switch incident.kind {
        case .bulkSyncAtLimit:
            // The gateway gives it a small allowance: one call a minute.
            guard let limit = APILimit(traits: planner.traits, scale: scale, calendar: calendar) else { return }
            let allowance = Double(limit.window) / 60_000
            if midnight <= incident.start.milliseconds {
                let (start, end) = (calendar.start.milliseconds, calendar.end.milliseconds)
                let factor = allowance / Double(limit.allowed)
                silence(planner.account, from: start, to: end)
                except(planner.account, APILimit.Exception(start: start, end: end, factor: factor, isEnforced: true))
            }
            let calls = incident.size / 100 * 1440
            planner.spread(Int(calls), from: midnight, over: FleetCalendar.day) { planner, time, _ in
                planner.call(.queryPage, at: time, rows: (60 + 80 * planner.random.unit()).rounded())
            }
        case .nightlyWalk:
            let calls = Int(incident.size)
            planner.spread(calls, from: midnight + hour, over: Int64(calls) * 4000, jitter: 0.04) { planner, time, _ in
                planner.call(.queryPage, at: time, rows: 200, .succeeds)
            }
        case .weeklyRefresh where FleetCalendar.weekday(midnight) == 0:
            planner.spread(Int(incident.size) * 3, from: midnight + 7 * hour, over: hour / 3) { planner, time, place in
                planner.call(place % 3 == 0 ? .query : .readRecord, object: place / 3, at: time, rows: place % 3 == 0 ? 20 : 1)
            }
        case .countingReport where !calendar.isWeekend(day):
            planner.call(.describeGlobal, at: midnight + 6 * hour)
            planner.spread(Int(incident.size), from: midnight + 6 * hour + 10_000, over: hour / 10) { planner, time, object in
                planner.call(.describe, object: object, at: time)
                planner.call(.countQuery, object: object, at: time + 2000, detail: .count(object))
            }
            planner.export(.bulkResults, rows: 30_000, calls: 30, from: midnight + 6 * hour + hour / 4, over: hour / 2)
        case .retentionJob:
            var detail = SimulatedDetail()
            detail.job = UInt32(planner.random.below(0xF_FFFF)) | 1
            planner.export(.bulkResults, rows: 30_000, calls: 30, from: midnight + 2 * hour, over: hour / 2, detail)
            let end = midnight + 2 * hour + hour / 2
            planner.call(.deleteJob, at: end + Int64(incident.size * 60_000), .succeeds, detail: detail)
        case .addressPool:
            planner.spread(Int(incident.size) * 48, from: midnight, over: FleetCalendar.day) { planner, time, _ in
                let place = planner.random.below(Int(incident.size))
                planner.call(.readRecord, at: time, address: planner.traits.networks[0] &+ 0x100_0000 &+ UInt32(place) << 8 &+ 9)
            }
        case .priceFeed:
            let count = Int(incident.size / 100 * Double(SimulatedDetail.catalogueSize))
            let first = planner.random.below(SimulatedDetail.catalogueSize)
            planner.spread(count, from: midnight + 4 * hour, over: 6 * hour) { planner, time, place in
                planner.call(.aiContext, object: 6, at: time, detail: .item((first + place) % SimulatedDetail.catalogueSize))
            }
        default: return
        }
    }
}

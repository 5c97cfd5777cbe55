// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

extension IncidentStage {
    /// Writes down what somebody does who has got hold of an account.
    mutating func plan(attack incident: Incident, _ planner: inout CallPlanner) {
        let start = incident.start.milliseconds
        let span = incident.duration.milliseconds
        switch incident.kind {
        case .limitRiding, .limitUnenforced, .limitRaised: planLimit(incident, &planner)
        case .pacedExtraction:
            // A script that sleeps between pages keeps its pace to a few milliseconds, and every page but the last is full.
            planner.spread(Int(incident.size), from: start, over: span, jitter: 0.04) { planner, time, _ in
                planner.call(.queryPage, at: time, rows: 200, .succeeds)
            }
        case .dormantWake:
            silence(planner.account, from: start - Int64(incident.size * Double(FleetCalendar.day)), to: calendar.end.milliseconds)
            planner.export(.shopExport, rows: 12_000, calls: 60, from: start, over: span)
        case .newEndpoint:
            // An object that is not among the account's own three.
            let object = planner.foreignObject
            planner.spread(Int(incident.size), from: start, over: span) { planner, time, _ in
                planner.call(.bulkResults, object: object, at: time, rows: (150 + 100 * planner.random.unit()).rounded())
            }
        case .breadthBurst:
            let objects = Int(incident.size)
            planner.spread(objects * 3, from: start, over: span) { planner, time, place in
                planner.call(place % 3 == 0 ? .query : .readRecord, object: place / 3, at: time, rows: place % 3 == 0 ? 20 : 1)
            }
        case .reconExport: planRecon(incident, &planner)
        case .coverUp, .auditOff: planTraces(incident, &planner)
        case .credentialSpread:
            planner.spread(Int(incident.size) * 25, from: start, over: span) { planner, time, _ in
                let place = planner.random.below(Int(incident.size))
                planner.call(
                    .readRecord, at: time, detail: .stranger(place), address: CallPlanner.outside(place))
            }
        case .catalogueSweep, .nearDuplicateProbing, .honeytoken: planDiscovery(incident, &planner)
        case .failedThenBulk: planGuessing(incident, &planner)
        case .shadowEndpoint:
            planner.spread(Int(incident.size), from: start, over: span) { planner, time, _ in
                planner.call(.dump, at: time, rows: (200 + 300 * planner.random.unit()).rounded(), .succeeds)
            }
        default: preconditionFailure("\(incident.kind.rawValue) is no attack on an account's ways")
        }
    }

    private mutating func planLimit(_ incident: Incident, _ planner: inout CallPlanner) {
        let start = incident.start.milliseconds
        let span = incident.duration.milliseconds
        guard let limit = APILimit(traits: planner.traits, scale: scale, calendar: calendar) else { return }
        let window = Double(limit.window)
        switch incident.kind {
        case .limitRiding:
            // What the header leaves beside the account's own calls: in a day's window most of it is taken at once and then held.
            let share = incident.size / 100 - limit.usual / Double(limit.allowed)
            let calls = max(share, 0.1) * Double(limit.allowed)
            let ramp = min(Int64(window), span / 4)
            let page = min(max(planner.traits.rows, 100), 2000)
            planner.spread(Int(calls), from: start, over: ramp) { planner, time, _ in planner.call(.shopList, at: time, rows: page) }
            let held = Int(calls * Double(span - ramp) / window)
            planner.spread(held, from: start + ramp, over: span - ramp) { planner, time, _ in planner.call(.shopList, at: time, rows: page)
            }
        case .limitUnenforced:
            except(planner.account, APILimit.Exception(start: start, end: start + span, factor: 1, isEnforced: false))
            let calls = incident.size * Double(limit.allowed) * max(Double(span) / window, 1)
            planner.spread(Int(calls), from: start, over: span) { planner, time, _ in planner.call(.shopList, at: time, rows: 20, .succeeds)
            }
        default:
            except(planner.account, APILimit.Exception(start: start, end: start + span, factor: incident.size, isEnforced: true))
        }
    }

    /// A first look: what is there, how much of it, who may read it. Then, days later, the export of the largest.
    private func planRecon(_ incident: Incident, _ planner: inout CallPlanner) {
        let start = incident.start.milliseconds
        let target = planner.foreignObject
        planner.call(.limits, at: start)
        planner.call(.describeGlobal, at: start + 9000)
        planner.spread(8, from: start + 20_000, over: FleetCalendar.hour / 3) { planner, time, place in
            let object = (target + place) % EndpointCatalog.objects.count
            planner.call(.describe, object: object, at: time)
            planner.call(.countQuery, object: object, at: time + 4000, detail: .count(object))
        }
        planner.call(.shopList, object: 9, at: start + FleetCalendar.hour / 2, rows: 40)
        let export = start + Int64(incident.size * Double(FleetCalendar.day))
        let hour = Int((export - calendar.start.milliseconds) / FleetCalendar.hour % 24)
        let rows = max(usualRows(planner.account, hour: hour) * 25, 20_000)
        planner.export(.bulkResults, object: target, rows: rows, calls: 45, from: export, over: FleetCalendar.hour)
    }

    private func planTraces(_ incident: Incident, _ planner: inout CallPlanner) {
        let start = incident.start.milliseconds
        if incident.kind == .auditOff {
            planner.spread(Int(incident.size), from: start, over: incident.duration.milliseconds) { planner, time, _ in
                planner.call(.auditSettings, at: time, .succeeds)
            }
            return
        }
        var detail = SimulatedDetail()
        detail.job = UInt32(planner.random.below(0xF_FFFF)) | 1
        planner.export(.bulkResults, rows: 40_000, calls: 40, from: start, over: FleetCalendar.hour, detail)
        planner.call(.deleteJob, at: start + incident.duration.milliseconds - 1000, .succeeds, detail: detail)
    }

    private func planDiscovery(_ incident: Incident, _ planner: inout CallPlanner) {
        let start = incident.start.milliseconds
        let span = incident.duration.milliseconds
        switch incident.kind {
        case .catalogueSweep:
            let count = Int(incident.size / 100 * Double(SimulatedDetail.catalogueSize))
            let first = planner.random.below(SimulatedDetail.catalogueSize)
            planner.spread(count, from: start, over: span) { planner, time, place in
                planner.call(.aiContext, object: 6, at: time, rows: 1, detail: .item((first + place) % SimulatedDetail.catalogueSize))
            }
        case .nearDuplicateProbing:
            let count = Int(incident.size * Double(span) / Double(FleetCalendar.hour))
            planner.spread(count, from: start, over: span) { planner, time, place in
                var detail = SimulatedDetail()
                // One word is kept until all others have been tried against it.
                detail.query = SimulatedQuery(.probe, place / SimulatedQuery.wordCount, variation: place % SimulatedQuery.wordCount)
                planner.call(.shopSearch, object: 6, at: time, rows: 10, detail: detail)
            }
        default:
            let count = Int(incident.size)
            let canary = planner.random.below(count)
            planner.spread(count, from: start, over: span) { planner, time, place in
                var detail = SimulatedDetail.item(planner.random.below(SimulatedDetail.catalogueSize))
                if place == canary { detail.item = SimulatedDetail.canaryItem }
                planner.call(.shopRead, at: time, place == canary ? .succeeds : .byChance, detail: detail)
            }
        }
    }

    /// Twenty minutes of guesses from outside, the right one, and half an hour of export.
    private func planGuessing(_ incident: Incident, _ planner: inout CallPlanner) {
        let start = incident.start.milliseconds
        let minute = FleetCalendar.hour / 60
        let address = CallPlanner.outside(1)
        planner.spread(Int(incident.size), from: start, over: 20 * minute) { planner, time, _ in
            planner.call(.login, at: time, .fails(401), detail: .stranger(0), address: address)
        }
        planner.call(.login, at: start + 21 * minute, .succeeds, detail: .stranger(0), address: address)
        planner.spread(30, from: start + 24 * minute, over: 30 * minute) { planner, time, _ in
            planner.call(.shopExport, at: time, rows: 600, detail: .stranger(0), address: address)
        }
    }
}

extension CallPlanner {
    /// An object that is not among the account's own.
    var foreignObject: Int {
        let own = (0..<3).map { Int(traits.objects[$0]) }
        return EndpointCatalog.objects.indices.first { !own.contains($0) } ?? 0
    }

    /// Hosts in networks that nobody of the fleet uses: 198.18.0.0/15, which is set aside for benchmarks (RFC 2544).
    static func outside(_ place: Int) -> UInt32 { 198 << 24 | 18 << 16 | UInt32(place % 512) << 8 | 23 }
}

extension SimulatedDetail {
    /// Somebody else's program, in a session of its own.
    static func stranger(_ place: Int) -> SimulatedDetail {
        var detail = SimulatedDetail()
        detail.agent = ClientAgents.strange(place)
        detail.session = 0xBAD0_0001 &+ UInt32(place)
        return detail
    }

    static func count(_ object: Int) -> SimulatedDetail {
        var detail = SimulatedDetail()
        detail.query = SimulatedQuery(.count, object)
        return detail
    }

    /// A read of a product, by its place in the catalogue.
    static func item(_ place: Int) -> SimulatedDetail {
        var detail = SimulatedDetail()
        detail.item = itemNumber(place)
        return detail
    }
}

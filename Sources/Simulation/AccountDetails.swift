// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// What a fleet with details logs beside one account's events: limit headers, agents, sessions, jobs, items and searches.
///
/// Draws from a generator of its own, so that times, rows and addresses are the same with and without details. Sees all calls of its
/// account in order of time, those of incidents too: they share one API limit. State: about 300 bytes. Complexity: O(1) an event.
struct AccountDetails: Sendable {
    private let traits: AccountTraits
    private var random: SimulationRandom
    /// The account's API limit; nil where its API states none.
    private(set) var limit: APILimit?
    private var releases: [FleetRelease] = []
    /// From when on its program is a newer version.
    private let update: Int64
    /// From which day on it reads an object that it did not before; nobody's dashboards stay as they are.
    private let extra: (day: Int, object: Int)?
    /// The products it cares for begin here.
    private let shelf: Int

    init(traits: AccountTraits, index: Int, seed: UInt64, scale: Double, calendar: FleetCalendar) {
        self.traits = traits
        random = SimulationRandom(seed: seed ^ 0xDE7A_115, part: UInt64(index))
        limit = APILimit(traits: traits, scale: scale, calendar: calendar)
        update = calendar.midnight(random.below(max(calendar.days, 1))) + Int64(random.below(24)) * FleetCalendar.hour
        // Once in two months a dashboard gets a new source.
        let day = random.below(60)
        let object = random.below(EndpointCatalog.objects.count)
        extra = traits.role == .dashboards ? (day, object) : nil
        shelf = random.below(SimulatedDetail.catalogueSize)
        releases = FleetRelease.usual(calendar, traits.role, isAdopter: random.chance(0.6))
    }

    /// From a release on, the account calls the new endpoint now and then.
    mutating func adopt(_ release: FleetRelease) { releases.append(release) }

    /// Changes what the account's limit is, or whether anybody enforces it.
    mutating func change(_ exception: APILimit.Exception) { limit?.exceptions.append(exception) }

    /// Fills in what the event's line states beside its numbers; some calls fail, and some go to new endpoints.
    mutating func dress(_ event: inout SimulatedEvent, _ calendar: FleetCalendar) {
        let time = event.time.milliseconds
        var detail = event.detail ?? SimulatedDetail()
        if event.detail == nil {
            live(&event, day: calendar.day(of: time))
            describe(&event, &detail, time, calendar)
        }
        if detail.agent == 0 { detail.agent = ClientAgents.number(traits.role, isUpdated: time >= update) }
        if detail.session == 0 && traits.role != .webhooks { detail.session = session(time) }
        state(&detail, &event, time)
        event.detail = detail
    }

    /// The everyday changes and failures that numbers alone do not show.
    private mutating func live(_ event: inout SimulatedEvent, day: Int) {
        let objects = EndpointCatalog.objects.count
        if let extra, day >= extra.day, random.chance(0.1) {
            event.endpoint = event.endpoint / UInt16(objects) * UInt16(objects) + UInt16(extra.object)
        }
        let call = EndpointCatalog.Call(rawValue: event.endpoint / UInt16(objects))
        for release in releases where call == .shopList || call == .shopSearch {
            guard event.time.milliseconds >= release.start, release.takes(event) else { continue }
            event.endpoint = release.call.endpoint(Int(event.endpoint) % objects)
        }
        guard event.status < 400 else { return }
        let draw = random.unit()
        // A token runs out and the call is made again with a new one; people behind dashboards ask for what is not theirs.
        if draw < 0.002 {
            event.fail(401)
        } else if draw < 0.003 && !traits.role.isScheduled {
            event.fail(403)
        } else if draw < 0.0035 {
            event.fail(500)
        }
    }

    private mutating func describe(
        _ event: inout SimulatedEvent, _ detail: inout SimulatedDetail, _ time: Int64, _ calendar: FleetCalendar
    ) {
        let template = Int(event.endpoint) / EndpointCatalog.objects.count
        guard let call = EndpointCatalog.Call(rawValue: UInt16(template)) else { return }
        switch call {
        case .bulkResults, .shopExport:
            // One job a run, and a run a day.
            detail.job = traits.job(time, calendar)
            event.name(detail.job)
        case .shopRead, .aiContext:
            detail.item = SimulatedDetail.itemNumber(popular(SimulatedDetail.catalogueSize))
            event.name(detail.item - SimulatedDetail.itemNumber(0))
        case .shopSearch:
            detail.query = SimulatedQuery(.phrase, popular(400))
        case .query:
            detail.query = SimulatedQuery(.saved, Int(event.endpoint))
        default: break
        }
    }

    /// A place that is small more often than large, as popularity is: Zipf's law, each place with a weight of one over its number; where an
    /// account's favourites are differs from account to account.
    private mutating func popular(_ count: Int) -> Int {
        (Int(exponential(random.unit() * naturalLog(Double(count)))) - 1 + shelf) % count
    }

    private mutating func state(_ detail: inout SimulatedDetail, _ event: inout SimulatedEvent, _ time: Int64) {
        guard limit != nil, let stated = limit?.call(at: time) else { return }
        if stated.isRefused && event.status < 400 { event.fail(429) }
        // What fails before the gateway counts it has no header, and now and then one is lost.
        if event.status == 401 || event.status >= 500 || event.identifier & 0xFF == 0 { return }
        detail.limitUsed = stated.used
        detail.limitMax = stated.limit
    }

    /// One session for a job, one every six hours for what is always on.
    private func session(_ time: Int64) -> UInt32 {
        var random = SimulationRandom(seed: traits.key, part: UInt64(time / (6 * FleetCalendar.hour)))
        return UInt32(truncatingIfNeeded: random.next()) | 1
    }
}

/// A new endpoint that everybody who uses the API may call from one moment on.
struct FleetRelease: Sendable {
    var start: Int64
    var call: EndpointCatalog.Call
    /// The share of calls that go to it.
    var share: Double

    /// By the event's own number and not by chance, so that a release changes nothing but the calls that go to it.
    func takes(_ event: SimulatedEvent) -> Bool {
        let draw = (event.identifier >> 8 &* UInt64(2 * call.rawValue + 1)) & 0xFF
        return Double(draw) < share * 256
    }

    /// The roles whose programs follow the API's releases.
    static let followers: [AccountRole] = [.shop, .aiReader, .dashboards]

    /// The release of the simulation: on the first Tuesday after its middle, at nine.
    static func usual(_ calendar: FleetCalendar, _ role: AccountRole, isAdopter: Bool) -> [FleetRelease] {
        guard isAdopter, followers.contains(role), calendar.days >= 14 else { return [] }
        let middle = calendar.days / 2
        guard let day = (middle..<middle + 7).first(where: { FleetCalendar.weekday(calendar.midnight($0)) == 1 }) else { return [] }
        return [FleetRelease(start: calendar.midnight(day) + 9 * FleetCalendar.hour, call: .listNext, share: 0.2)]
    }
}

extension AccountTraits {
    /// The number of the job that an account runs on the day of an instant: never 0.
    func job(_ time: Int64, _ calendar: FleetCalendar) -> UInt32 {
        var random = SimulationRandom(seed: key ^ 0x10B, part: UInt64(calendar.day(of: time)))
        return UInt32(truncatingIfNeeded: random.next() & 0xF_FFFF) | 1
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// One account on its way through time: the next call of the running job or visit, and the next job or visit after that.
///
/// State: about 200 bytes. Complexity: O(1) an event.
struct SimulatedAccount: Sendable {
    let traits: AccountTraits
    let index: Int32
    private var random: SimulationRandom
    /// When its next event happens; `Int64.max` when there is none.
    private(set) var time: Int64 = 0
    /// When the next job or visit is due.
    private var due: Int64 = 0
    /// The nominal time of the job that is due.
    private var nominal: Int64 = 0
    private var callsLeft = 0
    private var rowsLeft = 0.0
    private var rowsPerCall = 0.0
    private var gap = 0.0
    private var runRoute: UInt16 = 0
    private var address: UInt32 = 0
    /// Calls a millisecond at weight 1, scaled.
    private let visitRate: Double
    private let scale: Double

    init(index: Int, seed: UInt64, scale: Double, calendar: FleetCalendar) {
        traits = AccountTraits(index: index, seed: seed)
        self.index = Int32(index)
        self.scale = scale
        random = SimulationRandom(seed: seed, part: UInt64(index) &* 2)
        let role = traits.role
        visitRate = role.callsPerDay * scale / role.callsPerVisit / Double(FleetCalendar.day)
        time = calendar.start.milliseconds
        due = time
        if role.isScheduled {
            nominal = calendar.start.milliseconds + AccountTraits.firstHour(role) * FleetCalendar.hour + traits.offset
            due = nominal
        } else {
            due = nextVisit(after: time, calendar)
        }
        begin(calendar)
    }

    /// The event that is due, and the step to the next one.
    mutating func next(_ calendar: FleetCalendar) -> SimulatedEvent {
        let event = makeEvent()
        callsLeft -= 1
        if callsLeft > 0 {
            time += max(Int64(gap * random.waiting()), 1)
        } else {
            begin(calendar)
        }
        return event
    }

    /// Starts the job or visit that is due, and finds the one after it.
    private mutating func begin(_ calendar: FleetCalendar) {
        guard due < calendar.end.milliseconds else {
            time = .max
            return
        }
        time = max(due, time + 1)
        let day = calendar.day(of: time)
        address = traits.address(day: min(day, calendar.days - 1), random: &random)
        if traits.role.isScheduled {
            beginJob(calendar)
        } else {
            let role = traits.role
            callsLeft = 1
            while callsLeft < 200 && random.chance(1 - 1 / role.callsPerVisit) { callsLeft += 1 }
            // Calls of a visit are seconds apart, but never so far that visits pile up at a high rate.
            gap = min(15_000, 0.03 * Double(FleetCalendar.day) / (role.callsPerDay * scale))
            due = nextVisit(after: due, calendar)
        }
    }

    private mutating func beginJob(_ calendar: FleetCalendar) {
        let role = traits.role
        let day = calendar.day(of: nominal)
        let hour = Int((nominal - calendar.start.milliseconds) / FleetCalendar.hour % 24)
        var rows = traits.jobRows(day: day, hour: hour, calendar: calendar) * random.logNormal(role.rowsDeviation) * traits.dayFactor(day)
        // Three daily jobs in a hundred catch up on something: the heavy tail.
        if role != .hourlySync && random.chance(0.03) { rows *= random.pareto(2.5, limit: 4) }
        rows = max(rows, 1)
        callsLeft = max(Int((rows * scale / role.page).rounded()), 1)
        rowsLeft = rows.rounded()
        rowsPerCall = max((rows / Double(callsLeft)).rounded(), 1)
        // A page takes four seconds at the natural rate; more and smaller pages take as long together.
        gap = min(4000 * max(rows / role.page, 1) / Double(callsLeft), 20_000)
        runRoute = route()
        nominal += role == .hourlySync ? FleetCalendar.hour : FleetCalendar.day
        due = nominal + Int64(20_000 * random.waiting()) + lateStart()
    }

    /// Two daily jobs in a thousand start hours late, because something before them did.
    private mutating func lateStart() -> Int64 {
        guard traits.role != .hourlySync, random.chance(0.002) else { return 0 }
        return Int64((0.5 + 2 * random.unit()) * Double(FleetCalendar.hour))
    }

    /// Walks the hours until the waiting time is used up: exact for a rate that is constant within an hour.
    private mutating func nextVisit(after start: Int64, _ calendar: FleetCalendar) -> Int64 {
        var rest = random.waiting()
        var time = start
        let role = traits.role
        let hours = traits.hours
        while time < calendar.end.milliseconds {
            let day = calendar.day(of: time)
            let dayRate = visitRate * calendar.factor(role, day: day) * traits.dayFactor(day)
            let intoDay = time - calendar.midnight(day)
            var hour = Int(intoDay / FleetCalendar.hour)
            while hour < 24 {
                let until = calendar.midnight(day) + Int64(hour + 1) * FleetCalendar.hour
                let rate = dayRate * hours[hour]
                let span = rate * Double(until - time)
                if span > rest { return time + Int64(rest / rate) }
                rest -= span
                time = until
                hour += 1
            }
        }
        return .max
    }

    private mutating func route() -> UInt16 {
        let draw = random.below(100)
        var sum = 0
        var call = EndpointCatalog.Call.query
        for (candidate, weight) in traits.calls {
            call = candidate
            sum += weight
            if draw < sum { break }
        }
        let pick = random.below(10)
        return call.endpoint(Int(traits.objects[pick < 7 ? 0 : pick < 9 ? 1 : 2]))
    }

    private mutating func makeEvent() -> SimulatedEvent {
        var rows = 0.0
        let endpoint = traits.role.isScheduled ? runRoute : route()
        if traits.role.isScheduled {
            rows = callsLeft == 1 ? rowsLeft : min(rowsPerCall, rowsLeft)
            rowsLeft -= rows
        } else {
            rows = min((traits.rows * random.logNormal(traits.role.rowsDeviation)).rounded(), 20_000)
        }
        return SimulatedEvent(
            time: time, account: index, endpoint: endpoint, rows: rows, bytesPerRow: traits.bytesPerRow, address: address, random: &random)
    }
}

extension AccountTraits {
    /// The hour of a role's first job of the day.
    static func firstHour(_ role: AccountRole) -> Int64 {
        switch role {
        case .nightlySync: 2
        case .weeklyReport: 5
        case .monthEnd: 20
        default: 0
        }
    }
}

extension SimulatedEvent {
    /// A call, with a status as APIs give them: rejections and faults move nothing.
    init(
        time: Int64, account: Int32, endpoint: UInt16, rows: Double, bytesPerRow: Double, address: UInt32, random: inout SimulationRandom
    ) {
        let facts = EndpointCatalog.facts[Int(endpoint) / EndpointCatalog.objects.count]
        let draw = random.unit()
        let mixed = random.next()
        var status: UInt16 = 200
        switch facts.operation {
        case .write: status = facts.method == .post ? 201 : 204
        case .delete, .admin: status = 204
        default: break
        }
        // Four rejections and three faults in a thousand calls, and as many reads of what is gone.
        if draw < 0.004 {
            status = 429
        } else if draw < 0.007 {
            status = draw < 0.005 ? 500 : draw < 0.006 ? 503 : 504
        } else if draw < 0.011 && facts.operation == .read {
            status = 404
        }
        var bytes = 90 + Double(mixed & 0xFF) / 2
        var shown: UInt64?
        if status < 400 {
            let moved = facts.operation == .write ? 1 : max(rows, 0)
            // Records differ in length: up to an eighth either way over a call.
            bytes = 320 + moved * bytesPerRow * (0.875 + Double(mixed >> 40) * 0x1p-26)
            if facts.hasRows { shown = UInt64(moved) }
        }
        self.init(
            time: EventTime(milliseconds: time), account: account, endpoint: endpoint, status: status, rows: shown, bytes: UInt64(bytes),
            address: address, identifier: mixed, detail: nil)
    }
}

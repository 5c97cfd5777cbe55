// weir
// SPDX-License-Identifier: Apache-2.0

import RollingStatistics

/// What one account always is: drawn once from the seed and the account's index, never from the course of events.
struct AccountTraits: Sendable {
    let role: AccountRole
    /// The median rows of its jobs, or of its calls.
    let rows: Double
    let bytesPerRow: Double
    /// Which objects it reads, the favourite first.
    let objects: InlineArray<3, UInt8>
    /// Milliseconds behind the role's nominal time of a job: everybody has a slot.
    let offset: Int64
    /// The usual /24, the second one, and the one it fails over to, as the first address of each.
    let networks: InlineArray<3, UInt32>
    let hasSecondNetwork: Bool
    let failsOver: Bool
    /// The role's tables, shared by all accounts of the role.
    let hours: [Double]
    let calls: [AccountRole.WeightedCall]
    /// What its random days are keyed with.
    let key: UInt64

    /// One account in twenty has a second site that it falls back to on rare days.
    static let failoverShare = 0.05
    static let failoverDays = 0.04

    init(index: Int, seed: UInt64) {
        var random = SimulationRandom(seed: seed, part: UInt64(index) &* 2 &+ 1)
        role = AccountRole.role(ofAccount: index)
        hours = AccountRole.hourTables[Int(role.rawValue)]
        calls = AccountRole.callTables[Int(role.rawValue)]
        let (median, spread) = role.medianRows
        rows = median * (spread == 0 ? 1 : random.logNormal(spread))
        // CRM records are some hundred bytes each, as Salesforce's API limits of 2 KB a record suggest; a hook carries a whole one.
        bytesPerRow = (role == .webhooks ? 900 : 260) * random.logNormal(0.3)
        let first = random.below(EndpointCatalog.objects.count)
        let step = 1 + random.below(4)
        objects = [
            UInt8(first), UInt8((first + step) % EndpointCatalog.objects.count), UInt8((first + 2 * step) % EndpointCatalog.objects.count),
        ]
        switch role {
        case .hourlySync: offset = Int64(random.below(3000)) * 1000
        case .nightlySync, .weeklyReport, .monthEnd: offset = Int64(random.below(5400)) * 1000
        default: offset = 0
        }
        // Three /24 of 10.0.0.0/8 each; a fleet of more than 20,000 accounts shares some.
        networks = [
            AccountTraits.network(index * 3), AccountTraits.network(index * 3 + 1), AccountTraits.network(index * 3 + 2),
        ]
        // A host that runs one job a day has no second one; what is always on is spread over two.
        hasSecondNetwork = !role.isScheduled || role == .hourlySync
        failsOver = random.chance(AccountTraits.failoverShare)
        key = random.next()
    }

    private static func network(_ number: Int) -> UInt32 { 10 << 24 | UInt32(number % 61_440 + 4096) << 8 }

    /// The account's own good and bad days: log-normal, the same whenever it is asked.
    func dayFactor(_ day: Int) -> Double {
        var random = SimulationRandom(seed: key, part: UInt64(day))
        return random.logNormal(0.12)
    }

    /// Whether it works from its other site on this day.
    func isFailover(_ day: Int) -> Bool {
        guard failsOver else { return false }
        var random = SimulationRandom(seed: ~key, part: UInt64(day))
        return random.chance(AccountTraits.failoverDays)
    }

    /// The address of one visit or job.
    func address(day: Int, random: inout SimulationRandom) -> UInt32 {
        let draw = random.unit()
        if isFailover(day) { return networks[2] + 11 }
        let network = hasSecondNetwork && draw < 0.12 ? networks[1] : networks[0]
        return network + 10 + UInt32(random.below(4))
    }

    // MARK: What to expect

    /// The rows of the job that runs on a day (and in an hour, where there is one every hour), before chance.
    func jobRows(day: Int, hour: Int, calendar: FleetCalendar) -> Double {
        let factor = calendar.factor(role, day: day)
        switch role {
        case .hourlySync:
            return rows * factor * hours[hour]
        case .weeklyReport:
            return FleetCalendar.weekday(calendar.midnight(day)) == 0 ? rows : AccountTraits.checkRows
        case .monthEnd:
            return calendar.isMonthEnd(day) ? rows : AccountTraits.checkRows
        default:
            return rows * factor
        }
    }

    /// The small check that weekly and monthly jobs run every day.
    static let checkRows = 200.0

    /// Mean rows of an hour of a working day, to size incidents by.
    func usualRows(hour: Int, scale: Double) -> Double {
        let meanNoise = exponential(role.rowsDeviation * role.rowsDeviation / 2)
        switch role {
        case .nightlySync: return rows * meanNoise / 24
        case .hourlySync: return rows * meanNoise * hours[hour]
        case .weeklyReport: return rows / 168
        case .monthEnd: return rows / 720
        default: return rows * meanNoise * role.callsPerDay * scale / 24 * hours[hour]
        }
    }

    /// Expected calls of a day when the rate is scaled by `scale`.
    func expectedCalls(day: Int, scale: Double, calendar: FleetCalendar) -> Double {
        guard role.isScheduled else { return role.callsPerDay * scale * calendar.factor(role, day: day) }
        var sum = 0.0
        for hour in 0..<(role == .hourlySync ? 24 : 1) {
            let pages = jobRows(day: day, hour: hour, calendar: calendar) * scale / role.page
            // Four points of the normal law: its eighths.
            for point in [-1.15, -0.32, 0.32, 1.15] { sum += max(1, pages * exponential(role.rowsDeviation * point)) / 4 }
        }
        return sum
    }
}

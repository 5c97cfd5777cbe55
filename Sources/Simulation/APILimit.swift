// weir
// SPDX-License-Identifier: Apache-2.0

/// An API limit that slides over an hour or a day, and how much of it is used.
///
/// Counted in two windows of which the older one fades, as gateways do. Source: Cloudflare, "How we built rate limiting capable of scaling
/// to millions of domains", 2017. State: about 60 bytes. Complexity: O(1) a call.
struct APILimit: Sendable {
    /// Calls allowed in a window.
    let allowed: UInt32
    /// Milliseconds.
    let window: Int64
    /// Calls a window that the account makes at its busiest, before chance.
    let usual: Double
    var exceptions: [Exception] = []
    private var start: Int64 = 0
    private var current: UInt32 = 0
    private var previous: UInt32 = 0

    /// A time in which the limit is another one, or nobody enforces it.
    struct Exception: Sendable {
        var start: Int64
        var end: Int64
        var factor: Double
        var isEnforced: Bool
    }

    /// CRM accounts have an allowance for 24 hours, shop accounts one for the hour; webhooks are sent and have none, and what hardly calls
    /// comes through a gateway that states none. Nil for those.
    ///
    /// Nobody sells less than ten calls a minute, or 5,000 a day. Who runs a sync asks for five times what it needs, and a shop for more
    /// than the day of a sale needs.
    init?(traits: AccountTraits, scale: Double, calendar: FleetCalendar) {
        switch traits.role {
        case .webhooks, .longTail: return nil
        case .shop, .aiReader, .hourlySync:
            window = FleetCalendar.hour
            let mean = traits.expectedCalls(day: 0, scale: scale, calendar: calendar) / 24
            usual = mean * (traits.hours.max() ?? 1)
            allowed = APILimit.rounded(usual * 9, least: 600)
        case .nightlySync, .dashboards, .weeklyReport, .monthEnd:
            window = FleetCalendar.day
            let days = (0..<min(calendar.days, 32)).map { traits.expectedCalls(day: $0, scale: scale, calendar: calendar) }
            usual = days.max() ?? 1
            allowed = APILimit.rounded(usual * 5, least: 5000)
        }
    }

    /// Limits are round numbers.
    private static func rounded(_ calls: Double, least: UInt32) -> UInt32 {
        var step: UInt32 = 10
        while Double(step) * 50 < calls { step *= 10 }
        return max(least, UInt32((calls / Double(step)).rounded(.up)) * step)
    }

    /// Counts a call; what is turned down does not count.
    mutating func call(at time: Int64) -> (used: UInt32, limit: UInt32, isRefused: Bool) {
        let place = time / window * window
        if place != start {
            previous = place - start == window ? current : 0
            current = 0
            start = place
        }
        let exception = exceptions.first { time >= $0.start && time < $0.end }
        let limit = UInt32((Double(allowed) * (exception?.factor ?? 1)).rounded())
        let fading = Double(previous) * (1 - Double(time - place) / Double(window))
        let used = UInt32(fading) + current
        if used >= limit && exception?.isEnforced ?? true { return (limit, limit, true) }
        current += 1
        return (used + 1, limit, false)
    }
}

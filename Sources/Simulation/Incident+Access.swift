// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

extension Incident.Kind {
    /// What the manual, the list and the simulation know of a kind.
    struct Facts: Sendable {
        /// The detector that should speak; nil where nobody should.
        var detector: String?
        var sizeMeaning: String
        var size: Double
        var sizes: ClosedRange<Double>
        var minute: Int64
        /// The roles whose accounts it fits best, the best first; none where it is about no account of the fleet.
        var roles: [AccountRole]
        /// How long it lasts, by its size.
        var duration: @Sendable (Double) -> EventDuration
    }

    /// Whether it is seen only in what fleets with details log.
    package var needsDetails: Bool { attack != nil || habit != nil }

    /// Whether it is something that looks like an attack and is none: nobody should speak.
    package var isHarmless: Bool { habit != nil }

    /// The ways to use an account that numbers of rows alone do not show.
    var attack: Facts? {
        switch self {
        case .limitRiding:
            Facts(
                "D03", "percent of the API limit", 92, 81...99, at: 9 * 60 + 12, [.shop, .aiReader, .hourlySync], lasts: 6)
        case .limitUnenforced:
            Facts("D04", "times the API limit", 5, 3.5...100, at: 14 * 60 + 8, [.shop, .aiReader, .hourlySync], lasts: 2)
        case .limitRaised:
            Facts("D04", "times the API limit before", 4, 2...1000, at: 10 * 60 + 45, [.hourlySync, .dashboards, .nightlySync], lasts: 24)
        case .pacedExtraction:
            Facts(
                "D05", "calls, one every three seconds", 1500, 500...20_000, at: 19 * 60 + 30,
                [.nightlySync, .weeklyReport, .monthEnd, .hourlySync]
            ) { EventDuration(milliseconds: Int64($0 * 3000)) }
        case .dormantWake: Facts("D08", "days of sleep before", 32, 30...1000, at: 10 * 60 + 24, [.longTail, .weeklyReport], lasts: 3)
        case .newEndpoint: Facts("D09", "calls", 30, 1...10_000, at: 15 * 60 + 20, [.shop, .aiReader, .dashboards], lasts: 1.5)
        case .breadthBurst:
            Facts("D10", "objects", 11, 5...12, at: 16 * 60 + 3, [.hourlySync, .nightlySync, .aiReader], lasts: 0.4)
        case .reconExport:
            Facts("D11", "days from looking around to the export", 3, 0.05...7.5, at: 11 * 60 + 30, [.hourlySync, .shop, .nightlySync]) {
                EventDuration(milliseconds: Int64($0 * 86_400_000)) + .hours(1)
            }
        default: lateAttack
        }
    }

    private var lateAttack: Facts? {
        switch self {
        case .coverUp:
            Facts("D12", "minutes from the export to the deletion", 12, 1...1200, at: 13 * 60 + 26, [.nightlySync, .monthEnd, .hourlySync])
            {
                EventDuration(milliseconds: Int64($0 * 60_000)) + .hours(1)
            }
        case .auditOff: Facts("D12", "settings changed", 2, 1...20, at: 17 * 60 + 41, [.dashboards, .hourlySync], lasts: 0.5)
        case .credentialSpread: Facts("D14", "networks at once", 5, 3...100, at: 12 * 60 + 6, [.nightlySync, .hourlySync, .shop], lasts: 1)
        case .catalogueSweep:
            Facts("D24", "percent of the catalogue", 40, 20...100, at: 7 * 60 + 10, [.aiReader, .shop], lasts: 12)
        case .nearDuplicateProbing:
            Facts("D24", "searches an hour", 400, 200...100_000, at: 8 * 60 + 35, [.aiReader, .shop], lasts: 3)
        case .honeytoken:
            Facts("D33", "records read, the canary among them", 20, 1...10_000, at: 14 * 60 + 52, [.dashboards, .shop], lasts: 0.5)
        case .failedThenBulk: Facts("D34", "failed logins", 40, 10...10_000, at: 5 * 60 + 17, [.hourlySync, .shop, .nightlySync], lasts: 1)
        case .shadowEndpoint: Facts("D35", "calls", 40, 1...10_000, at: 18 * 60 + 14, [.webhooks, .hourlySync, .shop], lasts: 1)
        default: nil
        }
    }

    /// What looks like one of them and is an account's habit, or everybody's.
    private var habit: Facts? {
        switch self {
        case .bulkSyncAtLimit: .habit("percent of the API limit, all day", 90, 81...99, [.hourlySync, .shop])
        case .nightlyWalk: .habit("calls a night, one every four seconds", 600, 500...5000, [.weeklyReport, .nightlySync])
        case .quarterlyJob: .habit("days from run to run", 91, 35...400, [.longTail])
        case .release: Facts(nil, "accounts that follow it", 8, 5...100_000, at: 9 * 60, [], lasts: 24)
        case .weeklyRefresh: .habit("objects", 12, 5...12, [.dashboards, .weeklyReport])
        case .countingReport: .habit("objects counted before each export", 6, 3...12, [.weeklyReport, .monthEnd, .nightlySync])
        case .retentionJob: .habit("minutes from the export to the deletion", 90, 1...1200, [.nightlySync, .monthEnd])
        case .addressPool: .habit("networks", 4, 3...50, [.hourlySync, .shop])
        case .priceFeed: .habit("percent of the catalogue each day", 40, 20...100, [.aiReader, .shop])
        case .queryLoop: Facts(nil, "searches an hour, of a few texts", 400, 200...10_000, at: 13 * 60, [.shop, .aiReader], lasts: 4)
        case .expiredPassword: Facts(nil, "failed logins", 60, 10...1000, at: 6 * 60 + 2, [.hourlySync, .nightlySync], lasts: 8)
        default: nil
        }
    }

    /// Facts that volume kinds do not have: precondition of the callers in ``Incident``.
    var access: Facts {
        guard let facts = attack ?? habit else { preconditionFailure("volume kinds say themselves what they are") }
        return facts
    }
}

extension Incident.Kind.Facts {
    fileprivate init(
        _ detector: String?, _ sizeMeaning: String, _ size: Double, _ sizes: ClosedRange<Double>, at minute: Int64, _ roles: [AccountRole],
        duration: @escaping @Sendable (Double) -> EventDuration
    ) {
        self.init(
            detector: detector, sizeMeaning: sizeMeaning, size: size, sizes: sizes, minute: minute, roles: roles, duration: duration)
    }

    /// - Parameter hours: how long it lasts, whatever its size.
    fileprivate init(
        _ detector: String?, _ sizeMeaning: String, _ size: Double, _ sizes: ClosedRange<Double>, at minute: Int64, _ roles: [AccountRole],
        lasts hours: Double
    ) {
        self.init(detector, sizeMeaning, size, sizes, at: minute, roles) { _ in EventDuration(milliseconds: Int64(hours * 3_600_000)) }
    }

    /// What goes on from its first midnight to the end of the simulation; the label is its first day.
    fileprivate static func habit(
        _ sizeMeaning: String, _ size: Double, _ sizes: ClosedRange<Double>, _ roles: [AccountRole]
    ) -> Self { Self(nil, sizeMeaning, size, sizes, at: 0, roles, lasts: 24) }
}

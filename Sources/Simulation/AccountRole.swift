// weir
// SPDX-License-Identifier: Apache-2.0

/// What a service account is for: when it works, how much it moves, and what it calls.
///
/// The mixture and the sizes are invented, after what the public samples and series show: scheduled jobs with heavy-tailed sizes, office
/// hours, evening peaks, and a long tail that hardly does anything.
package enum AccountRole: UInt8, CaseIterable, Sendable {
    /// A batch export at 02:00, with heavy-tailed sizes.
    case nightlySync = 0
    /// Changes since the last hour, every hour.
    case hourlySync
    /// People behind dashboards, in office hours.
    case dashboards
    /// A shop that reads and writes orders, busiest in the evening.
    case shop
    /// A consumer of webhooks, always on.
    case webhooks
    /// An AI feature that reads context for its answers.
    case aiReader
    /// A large report once a week, and a small check every day.
    case weeklyReport
    /// A large export on the last day of the month, and a small check every day.
    case monthEnd
    /// Hardly ever there.
    case longTail

    /// The roles of a fleet, repeated every twenty accounts; a small fleet has the most different ones.
    static let mixture: [AccountRole] = [
        .nightlySync, .hourlySync, .dashboards, .shop, .webhooks, .hourlySync, .aiReader, .nightlySync, .dashboards, .weeklyReport, .shop,
        .longTail, .hourlySync, .nightlySync, .webhooks, .monthEnd, .dashboards, .hourlySync, .longTail, .nightlySync,
    ]

    /// The role of the account with this index.
    package static func role(ofAccount index: Int) -> AccountRole { mixture[index % mixture.count] }

    /// Whether it runs jobs on a schedule; the others act at random times.
    var isScheduled: Bool {
        switch self {
        case .nightlySync, .hourlySync, .weeklyReport, .monthEnd: true
        default: false
        }
    }

    /// Calls on an ordinary day of accounts that act at random, before the rate is scaled.
    var callsPerDay: Double {
        switch self {
        case .dashboards: 250
        case .shop: 600
        case .webhooks: 400
        case .aiReader: 300
        case .longTail: 6
        case .nightlySync, .hourlySync, .weeklyReport, .monthEnd: 0
        }
    }

    /// Calls that come together: a page that is opened, a question that is answered.
    var callsPerVisit: Double {
        switch self {
        case .dashboards: 8
        case .shop: 1.5
        case .webhooks: 1.2
        case .aiReader: 5
        case .longTail: 2
        case .nightlySync, .hourlySync, .weeklyReport, .monthEnd: 1
        }
    }

    /// The median number of rows of a job (of a call, where there are no jobs), and how much accounts differ in it.
    var medianRows: (value: Double, spread: Double) {
        switch self {
        case .nightlySync: (40_000, 0.8)
        case .hourlySync: (500, 0.7)
        case .dashboards: (60, 0.4)
        case .shop: (8, 0.3)
        case .webhooks: (1, 0)
        case .aiReader: (20, 0.3)
        case .weeklyReport: (60_000, 0.5)
        case .monthEnd: (120_000, 0.5)
        case .longTail: (12, 0.6)
        }
    }

    /// The deviation of the logarithm of the rows from job to job, or from call to call.
    var rowsDeviation: Double {
        switch self {
        case .nightlySync: 0.3
        case .hourlySync: 0.35
        case .dashboards: 1.1
        case .shop: 0.8
        case .webhooks: 0
        case .aiReader: 0.6
        case .weeklyReport, .monthEnd: 0.25
        case .longTail: 1
        }
    }

    /// The rows of one call of a job, before the rate is scaled: page sizes of the APIs.
    var page: Double {
        switch self {
        case .nightlySync: 2000
        case .hourlySync: 200
        case .weeklyReport, .monthEnd: 5000
        case .dashboards, .shop, .webhooks, .aiReader, .longTail: 2000
        }
    }

    /// How busy each hour of a working day is, UTC, the mean hour being 1; by raw value.
    static let hourTables: [[Double]] = allCases.map { role in
        let mean = role.hours.reduce(0, +) / 24
        return role.hours.map { $0 / mean }
    }
    /// ``calls`` by raw value.
    static let callTables: [[WeightedCall]] = allCases.map(\.calls)

    /// A call and how often it is chosen, in hundredths.
    typealias WeightedCall = (call: EndpointCatalog.Call, weight: Int)

    /// Only the proportions count.
    private var hours: [Double] {
        switch self {
        case .dashboards: AccountRole.office
        case .longTail: AccountRole.office.map { $0 + 0.2 }
        case .shop: AccountRole.evening
        case .webhooks: AccountRole.evening.map { $0 + 1.5 }
        case .aiReader: AccountRole.office.map { $0 + 1 }
        case .hourlySync: AccountRole.office.map { 0.25 + $0 * 0.2 }
        case .nightlySync, .weeklyReport, .monthEnd: Array(repeating: 1, count: 24)
        }
    }

    private static let office: [Double] = [
        0, 0, 0, 0, 0, 0.1, 0.6, 2.5, 5, 6, 6, 5, 3.5, 5, 5.5, 5, 3.5, 1.5, 0.5, 0.2, 0.1, 0, 0, 0,
    ]
    private static let evening: [Double] = [
        1, 0.6, 0.4, 0.3, 0.3, 0.5, 1, 1.6, 2.2, 2.6, 2.9, 3.1, 3.2, 3.1, 3, 3, 3.2, 3.6, 4.4, 5, 5, 4.2, 2.8, 1.7,
    ]

    /// How busy a day of the weekend is, against a working day.
    var weekend: Double {
        switch self {
        case .nightlySync: 0.7
        case .hourlySync: 0.6
        case .dashboards: 0.06
        case .shop: 1.3
        case .webhooks: 1.1
        case .aiReader: 0.5
        case .longTail: 0.3
        case .weeklyReport, .monthEnd: 1
        }
    }

    /// How much the day of a sale lifts it.
    var sale: Double {
        switch self {
        case .shop: 4
        case .webhooks: 3.2
        case .hourlySync: 2.6
        case .aiReader: 1.9
        case .dashboards: 1.7
        // The batch of the night after sees the sale.
        case .nightlySync: 2
        case .weeklyReport, .monthEnd, .longTail: 1
        }
    }

    /// How much the last day of a month lifts it.
    var monthEndFactor: Double {
        switch self {
        case .nightlySync: 1.3
        case .dashboards: 1.4
        case .hourlySync: 1.15
        case .shop, .webhooks, .aiReader, .weeklyReport, .monthEnd, .longTail: 1
        }
    }

    /// Calls and their weights, which sum to 100.
    private var calls: [WeightedCall] {
        switch self {
        case .nightlySync: [(.bulkResults, 45), (.queryPage, 55)]
        case .hourlySync: [(.queryPage, 60), (.updatedList, 25), (.composite, 15)]
        case .dashboards: [(.query, 35), (.report, 25), (.readRecord, 25), (.shopSearch, 10), (.updateRecord, 5)]
        case .shop: [(.shopRead, 40), (.shopList, 25), (.createRecord, 15), (.updateRecord, 10), (.shopSearch, 10)]
        case .webhooks: [(.webhook, 90), (.readRecord, 10)]
        case .aiReader: [(.aiContext, 55), (.aiEmbeddings, 20), (.query, 15), (.shopSearch, 10)]
        case .weeklyReport: [(.report, 70), (.queryPage, 30)]
        case .monthEnd: [(.shopExport, 60), (.bulkResults, 40)]
        case .longTail: [(.readRecord, 50), (.shopList, 25), (.query, 25)]
        }
    }

    /// What such accounts are called.
    var nouns: [String] {
        switch self {
        case .nightlySync: ["nightly-sync", "warehouse-export", "lake-batch"]
        case .hourlySync: ["sync", "delta-feed", "replicator"]
        case .dashboards: ["dashboards", "bi", "insights"]
        case .shop: ["shop", "storefront", "checkout"]
        case .webhooks: ["webhooks", "events"]
        case .aiReader: ["assistant", "recommender"]
        case .weeklyReport: ["weekly-report", "review"]
        case .monthEnd: ["month-end", "billing-run"]
        case .longTail: ["connector", "probe", "legacy"]
        }
    }
}

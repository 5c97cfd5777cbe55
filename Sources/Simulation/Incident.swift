// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Something that goes wrong in a simulation, on purpose.
package struct Incident: Equatable, Sendable {
    package var kind: Kind
    /// The account's index; nil where the kind has none, or where the simulation chooses one.
    package var account: Int?
    /// The name of a new account; nil where the simulation chooses one.
    package var newName: String?
    /// When it begins.
    package var start: EventTime
    /// How large, in the unit of ``Kind/sizeMeaning``.
    package var size: Double

    package init(kind: Kind, account: Int? = nil, newName: String? = nil, start: EventTime, size: Double) {
        self.kind = kind
        self.account = account
        self.newName = newName
        self.start = start
        self.size = size
    }

    /// What goes wrong.
    package enum Kind: String, CaseIterable, Sendable {
        /// 45 minutes of many times the usual rows.
        case burst
        /// Five days of a steady drip beside the usual work.
        case drip
        /// A bulk export of 40 minutes in an hour in which the account never works.
        case offHours = "off_hours"
        /// An account that nobody knew exports for two days more than almost everybody.
        case newAccount = "new_account"
        /// Small reads for two hours from a network the account never used.
        case newNetwork = "new_network"
        /// The whole log stops.
        case sourceSilence = "source_silence"
        /// One account stops.
        case accountSilence = "account_silence"

        // What follows needs a fleet with details.

        /// Pages for six hours, as fast as the API limit lets them through.
        case limitRiding = "limit_riding"
        /// A gateway that no longer turns down what is over the limit, and somebody who uses it.
        case limitUnenforced = "limit_unenforced"
        /// Somebody has the account's limit raised.
        case limitRaised = "limit_raised"
        /// A script walks through an object, page after page, by a timer.
        case pacedExtraction = "paced_extraction"
        /// An account that slept exports for three hours.
        case dormantWake = "dormant_wake"
        /// An account exports an object by an endpoint it never used, in quantities that are nothing special.
        case newEndpoint = "new_endpoint"
        /// A look into nearly every object within minutes.
        case breadthBurst = "breadth_burst"
        /// Counting and describing objects, and days later the export of one.
        case reconExport = "recon_export"
        /// An export job whose traces are deleted.
        case coverUp = "cover_up"
        /// Changes to what is logged.
        case auditOff = "audit_off"
        /// One account from many networks at once.
        case credentialSpread = "credential_spread"
        /// Product after product, evenly over the catalogue.
        case catalogueSweep = "catalogue_sweep"
        /// The same question to a recommender, one word changed each time.
        case nearDuplicateProbing = "near_duplicate_probing"
        /// Reads of records, one of which nobody has a reason to read.
        case honeytoken = "honeytoken"
        /// Guessed passwords, then the right one, then an export.
        case failedThenBulk = "failed_then_bulk"
        /// Customers' rows from an endpoint that is in no inventory.
        case shadowEndpoint = "shadow_endpoint"

        /// A sync that always runs as fast as its limit lets it.
        case bulkSyncAtLimit = "bulk_sync_at_limit"
        /// A nightly job that walks through an object by a timer.
        case nightlyWalk = "nightly_walk"
        /// A job that sleeps for a quarter.
        case quarterlyJob = "quarterly_job"
        /// A new endpoint that many accounts use from the same day on.
        case release
        /// A report that looks into every object, every Monday.
        case weeklyRefresh = "weekly_refresh"
        /// A report that counts and describes before each export.
        case countingReport = "counting_report"
        /// A job that deletes its export jobs every night.
        case retentionJob = "retention_job"
        /// An account behind a pool of addresses.
        case addressPool = "address_pool"
        /// A partner that reads a good part of the catalogue every day.
        case priceFeed = "price_feed"
        /// A shop without a cache that searches for the same few texts.
        case queryLoop = "query_loop"
        /// A password that ran out, tried every few minutes until somebody comes to work.
        case expiredPassword = "expired_password"

        /// The detector that should speak; nil where nobody should.
        package var detector: String? {
            switch self {
            case .burst, .drip, .offHours, .newAccount: "D01"
            case .newNetwork: "D13"
            case .sourceSilence, .accountSilence: "D32"
            default: access.detector
            }
        }

        /// What the size counts, for the manual and for messages.
        package var sizeMeaning: String {
            switch self {
            case .burst: "times the account's usual rows of 45 minutes"
            case .drip: "times the account's usual rows, 2 meaning +100 %"
            case .offHours: "times the account's usual rows of an hour at 10:00"
            case .newAccount: "times the rows that the fleet's busiest accounts move in a day"
            case .newNetwork: "calls"
            case .sourceSilence, .accountSilence: "hours"
            default: access.sizeMeaning
            }
        }

        package var defaultSize: Double {
            switch self {
            case .burst: 23
            case .drip: 2
            case .offHours: 10
            case .newAccount: 3
            case .newNetwork: 24
            case .sourceSilence: 4
            case .accountSilence: 12
            default: access.size
            }
        }

        /// Sizes that mean something.
        package var sizes: ClosedRange<Double> {
            switch self {
            case .burst, .drip: 1.1...10_000
            case .offHours, .newAccount: 0.1...10_000
            case .newNetwork: 1...100_000
            case .sourceSilence, .accountSilence: 0.25...720
            default: access.sizes
            }
        }

        /// The minute of the day at which it begins where the day is a whole number.
        var usualMinute: Int64 {
            switch self {
            case .burst: 13 * 60 + 7
            case .drip: 8 * 60
            case .offHours: 3 * 60 + 12
            case .newAccount: 9 * 60 + 20
            case .newNetwork: 11 * 60 + 3
            case .sourceSilence: 10 * 60 + 30
            case .accountSilence: 9 * 60
            default: access.minute
            }
        }

        /// The roles whose accounts it fits best, the best first.
        var roles: [AccountRole] {
            switch self {
            case .burst: [.shop, .hourlySync, .dashboards]
            case .drip: [.shop, .aiReader, .hourlySync]
            case .offHours: [.dashboards, .longTail, .weeklyReport]
            case .newNetwork: [.nightlySync, .hourlySync]
            case .accountSilence: [.webhooks, .shop, .aiReader]
            case .newAccount, .sourceSilence: []
            default: access.roles
            }
        }

        /// Whether it needs an account of the fleet.
        var needsAccount: Bool { !roles.isEmpty }
    }

    /// How long it lasts.
    package var duration: EventDuration {
        switch kind {
        case .burst: .minutes(45)
        case .drip: .days(5)
        case .offHours: .minutes(40)
        case .newAccount: .days(2)
        case .newNetwork: .hours(2)
        case .sourceSilence, .accountSilence: EventDuration(milliseconds: Int64(size * 3_600_000))
        default: kind.access.duration(size)
        }
    }
}

/// What a simulation promises of one incident: the truth to compare alerts with.
package struct IncidentLabel: Equatable, Sendable {
    package var kind: Incident.Kind
    /// The account's name as the log writes it; `*` for the whole source.
    package var account: String
    package var start: EventTime
    package var end: EventTime
    package var size: Double

    /// One line of `labels.ndjson`, without its end.
    package var json: String {
        let size = NumberText.decimal(size, places: 3)
        return IncidentLabel.json(kind: kind.rawValue, detector: kind.detector, account: account, from: start, to: end, size: size)
    }

    /// The shape that all labels have.
    static func json(kind: String, detector: String?, account: String, from start: EventTime, to end: EventTime, size: String) -> String {
        let detector = detector.map { "\"\($0)\"" } ?? "null"
        return
            "{\"kind\":\"\(kind)\",\"detector\":\(detector),\"account\":\"\(account)\",\"start\":\"\(CivilTime(start).rfc3339)\","
            + "\"end\":\"\(CivilTime(end).rfc3339)\",\"size\":\(size)}"
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// D35: an endpoint that is not in the operator's inventory hands out rows; once a week, which of the inventory nobody calls.
public struct ShadowEndpointDetector: AccessDetector {
    public static let descriptor = DetectorDescriptor(
        id: "D35", name: "shadow-endpoint", family: "coverage",
        sees:
            "rows that leave by an endpoint that detection.inventory does not list; told once for each endpoint, one a quarter hour. On Mondays, "
            + "which listed endpoints nobody has called for 30 days",
        misses: "endpoints that the log does not name; what is listed and should not be",
        warmUp: "none, once there is an inventory; 30 days for what nobody calls",
        options: [],
        nextSteps: [
            "Find the endpoint's owner, and add it to the inventory or take it away.",
            "Look at who uses it: weir tells the endpoint once, and the accounts that use it in its first quarter hour.",
            "Where nobody calls a listed endpoint: take it away, or find out why its calls are not in this log.",
        ])
    public static let subject = "endpoints beyond the inventory"

    /// Rows of a bucket from which on an endpoint is told.
    private static let minimumRows: UInt64 = 100

    public init(options: DetectorOptions) {}

    /// The unlisted endpoint that is told of a bucket.
    public static func untold(_ bucket: borrowing ClosedBucket) -> RouteKey? {
        shadow(bucket).flatMap { $0.amount.sums.rows >= minimumRows ? $0.route : nil }
    }

    /// The first unlisted endpoint by order of keys, of those by which enough leaves where there are any, and what left by it.
    private static func shadow(_ bucket: borrowing ClosedBucket) -> (route: RouteKey, amount: OwnAmount)? {
        guard !bucket.access.values.inventory.isEmpty else { return nil }
        let values = bucket.access.values
        var routes: [UInt16: Set<RouteKey>] = [:]
        bucket.access.forEachRoute { route in
            if values.isUntoldShadow(route.endpoint) { routes[route.endpoint.rawValue, default: []].insert(route) }
        }
        let shadows = routes.values.compactMap { own in own.min().map { ($0, bucket.access.amount(of: own)) } }.sorted { $0.0 < $1.0 }
        return shadows.first { $0.1.sums.rows >= minimumRows } ?? shadows.first
    }

    public func look(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> AccessLook {
        guard let rows = ShadowEndpointDetector.shadow(bucket)?.amount.sums.rows else { return .nothing }
        return AccessLook(rows >= ShadowEndpointDetector.minimumRows ? .fired : .excess, observed: Double(rows))
    }

    public func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding {
        let values = bucket.access.values
        let shadow = ShadowEndpointDetector.shadow(bucket)
        let listed = NumberText.count(Double(values.inventory.count), "endpoint")
        let phrase =
            "used an endpoint that is not in the inventory (\(listed)): \(shadow.map { values.words($0.route) } ?? "calls"). "
            + "\(bucket.span): \(shadow?.amount.words ?? "nothing") by it."
        var finding = finding(look, bucket, of: account, measure: .rows, severity: .medium, score: 3, phrase: phrase)
        // Each is told once: an alert that is open already must say so.
        finding.isNews = true
        return finding
    }

    public func reason(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String {
        switch look.gate {
        case .nothing:
            return bucket.access.values.inventory.isEmpty
                ? "the settings name no inventory (detection.inventory)" : "every endpoint is in the inventory, or was told before"
        case .excess: return "an endpoint beyond the inventory, but only \(NumberText.amount(look.observed, of: .rows)) left by it"
        default: return "an endpoint beyond the inventory"
        }
    }
}

extension ShadowEndpointDetector {
    /// Endpoints named in the weekly list; the others are counted.
    private static let listed = 10

    /// The weekly list: information, never more than one alert for all of them.
    public func judge(_ inventory: InventoryBucket) -> Finding? {
        guard !inventory.unseen.isEmpty else { return nil }
        func day(_ number: Int) -> String { CivilTime(EventTime(milliseconds: Int64(number) * 86_400_000)).rfc3339.prefix(10).description }
        let names = inventory.unseen.prefix(ShadowEndpointDetector.listed).map { unseen in
            "\(unseen.path.prefix(80)) (\(unseen.lastDay.map { "last on \(day($0))" } ?? "never since \(day(unseen.since))"))"
        }
        let more = inventory.unseen.count - names.count
        let phrase =
            "\(inventory.name) shows no call of \(inventory.unseen.count) of the \(NumberText.count(Double(inventory.count), "endpoint")) of the inventory for "
            + "\(InventoryUse.unseenDays) days or more: \(names.joined(separator: ", "))\(more > 0 ? " and \(more) more" : "")."
        let end = BucketGrid.start(of: inventory.number + 1)
        return Finding(
            measure: nil, severity: .low, score: 1, observed: Double(inventory.unseen.count), expected: 0, low: 0, high: 0, ratio: 0, z: 0,
            probability: 1, windowStart: end - .days(Int64(InventoryUse.unseenDays)), windowEnd: end,
            sampleBuckets: Int(max(inventory.number - inventory.firstBucket, 0)), since: BucketGrid.start(of: inventory.firstBucket),
            peers: nil, phrase: phrase)
    }
}

extension ShadowEndpointDetector {
    public static var selfTests: [SelfTest] {
        let work = SelfTest.Activity(rows: 400).with { $0.endpoints = ["/contacts"] }
        let shadow = work.with { $0.endpoints = ["/internal/dump"] }
        let day = [SelfTest.Stretch(days: 1, [work])]
        let last = SelfTest.Stretch(buckets: 1, [shadow])
        return [
            SelfTest("rows by an endpoint that is not listed", .fires, history: day, last: last, inventory: ["/contacts"]),
            SelfTest(
                "rows by an endpoint that is listed", .staysSilent, history: day, last: last, inventory: ["/contacts", "/internal/dump"]),
            SelfTest("rows by any endpoint without an inventory", .staysSilent, history: day, last: last),
            SelfTest(
                "a week after a month without a call of a listed endpoint", .fires, history: [SelfTest.Stretch(days: 34, [work])],
                last: .init(days: 1, [work]), inventory: ["/contacts", "/orders"]),
            SelfTest(
                "the same a week earlier", .staysSilent, history: [SelfTest.Stretch(days: 27, [work])], last: .init(days: 2, [work]),
                inventory: ["/contacts", "/orders"]),
        ]
    }
}

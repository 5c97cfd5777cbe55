// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// How an account went about its calls in one bucket: the part of its tally that access detectors look at.
public struct AccessActivity {
    /// The routes of the bucket, where there are not more than these.
    public var few = InlineArray<6, RouteKey>(repeating: RouteKey(rawValue: 0))
    public var fewCount = 0
    /// What each of these moved, and all others together.
    public var fewSums = InlineArray<6, MeasureSums>(repeating: MeasureSums())
    public var otherSums = MeasureSums()
    /// Calls in each minute of the bucket.
    public var minuteCalls = InlineArray<15, UInt16>(repeating: 0)
    /// The largest number of rows that one call moved, and the calls that moved any.
    public var largest: UInt64 = 0
    public var rowCalls: UInt32 = 0
    /// The route with most calls.
    public var lead = RouteKey(rawValue: 0)
    /// What left by each channel.
    public var channels = ChannelAmounts()
    /// What only some buckets have.
    public var tally: AccessTally?
    /// The names of the lane's endpoints and objects.
    public var values: ValueTable

    public init(values: ValueTable) { self.values = values }

    /// Different routes of the bucket, at most ``AccessTally/routeLimit``.
    public var routeCount: Int { max(fewCount, tally?.routes.count ?? 0) }

    /// What some routes of the bucket moved together. Of those that are not among the six heaviest no sums are kept: then it is at most
    /// this.
    public func amount(of routes: Set<RouteKey>) -> OwnAmount {
        var amount = OwnAmount()
        var found = 0
        for index in 0..<fewCount where routes.contains(few[index]) {
            amount.sums.add(fewSums[index])
            found += 1
        }
        guard found < routes.count else { return amount }
        amount.sums.add(otherSums)
        amount.isExact = false
        return amount
    }

    /// Calls `body` with every route of the bucket.
    public func forEachRoute(_ body: (RouteKey) -> Void) {
        if let tally, !tally.routes.isEmpty {
            for route in tally.routes { body(route) }
        } else {
            for index in 0..<fewCount { body(few[index]) }
        }
    }

    /// Whether calls came at an even pace.
    public var isPaced: Bool { Pace.isEven(minuteCalls) }

    /// Whether nearly every call that moved rows fetched a full page: as much as the largest one. A few that move none, or bytes only, are
    /// beside it.
    public func isPageFull(_ sums: MeasureSums) -> Bool {
        largest >= 10 && Double(rowCalls) >= 0.8 * Double(sums.calls) && Double(sums.rows) >= 0.95 * Double(rowCalls) * Double(largest)
    }

    /// Whether nearly all calls say where in a listing they stood.
    public func isListing(_ sums: MeasureSums) -> Bool {
        guard let calls = tally?.placedCalls, calls > 0 else { return false }
        return Double(calls) >= 0.8 * Double(sums.calls)
    }

    /// The most calls of a minute.
    public var busiestMinute: Int {
        var most: UInt16 = 0
        for minute in 0..<15 { most = max(most, minuteCalls[minute]) }
        return Int(most)
    }
}

/// What moved by a part of a bucket's calls, in words as far as it is known.
public struct OwnAmount: Equatable, Sendable {
    public var sums = MeasureSums()
    public var isExact = true

    public init(_ sums: MeasureSums = MeasureSums()) { self.sums = sums }

    /// Rows where the log has them, else bytes, else calls.
    var measure: Measure { sums.rows > 0 ? .rows : sums.bytes > 0 ? .bytes : .calls }

    /// `at most 1,000 rows`.
    var words: String { (isExact ? "" : "at most ") + NumberText.amount(Double(sums[measure]), of: measure) }
}

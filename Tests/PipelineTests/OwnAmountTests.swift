// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import Testing

@testable import Pipeline

/// What an alert of something new counts is that thing's, and not the whole quarter hour's.
@Suite struct OwnAmountTests {
    private let work = Activity(rows: 4000, calls: 4).with { $0.endpoints = ["/contacts"] }

    /// One call in four to another endpoint: a quarter of the rows.
    private func beside(_ endpoint: String) -> Activity {
        work.with { $0.endpoints = ["/contacts", "/contacts", "/contacts", endpoint] }
    }

    private func alert(_ detector: String, _ lane: inout RehearsalLane, _ last: [Activity?]) throws -> AlertRecord {
        try #require(lane.live(Stretch(buckets: 1, last)).last { $0.detector == detector })
    }

    @Test func `a new endpoint's own rows are counted`() throws {
        var lane = RehearsalLane()
        let others = [Activity?](repeating: work.with { $0.endpoints = ["/orders"] }, count: 6)
        lane.live([Stretch(days: 14, [work] + others)])
        let alert = try alert("D09", &lane, [beside("/payroll")] + others)
        #expect(try alert.number("observed") == 1000, "\(alert.summary)")
        #expect(alert.summary.contains("In that quarter hour: 1,000 rows by it."), "\(alert.summary)")
    }

    @Test func `an endpoint beyond the inventory is told with its own rows`() throws {
        var lane = RehearsalLane(inventory: ["/contacts"])
        lane.live([Stretch(days: 2, [work])])
        let alert = try alert("D35", &lane, [beside("/internal/dump")])
        #expect(try alert.number("observed") == 1000, "\(alert.summary)")
        #expect(
            alert.summary.contains("used an endpoint that is not in the inventory (1 endpoint)")
                && alert.summary.contains("In that quarter hour: 1,000 rows by it."), "\(alert.summary)")
    }

    @Test func `few rows by an endpoint beyond the inventory are no alert beside many by others`() {
        var lane = RehearsalLane(inventory: ["/contacts"])
        lane.live([Stretch(days: 2, [work])])
        let little = work.with {
            $0.rows = 200
            $0.endpoints = ["/contacts", "/contacts", "/contacts", "/internal/dump"]
        }
        #expect(lane.live(Stretch(buckets: 1, [little])).filter { $0.detector == "D35" }.isEmpty)
    }

    @Test func `a canary is told with its own rows`() throws {
        var lane = RehearsalLane(canaries: ["/vip-customers"])
        lane.live([Stretch(days: 2, [work])])
        let alert = try alert("D33", &lane, [beside("/vip-customers")])
        #expect(try alert.number("observed") == 1000, "\(alert.json)")
        #expect(alert.summary.contains("1,000 rows") && alert.json.contains(#""measure":"rows""#), "\(alert.summary)")
    }

    @Test func `a walk says how many calls, how fast, through what, and since when`() throws {
        let idle = Activity(rows: 40, calls: 4).with { $0.endpoints = ["/contacts"] }
        let walk = Activity(rows: 30_000, calls: 150).with { $0.endpoints = ["/contacts"] }
        var lane = RehearsalLane()
        lane.live([Stretch(days: 14, [idle])])
        let alert = try #require(lane.live([Stretch(buckets: 5, [walk])]).last { $0.detector == "D05" })
        #expect(
            alert.summary
                == "account-1 made 600 calls at an even pace, one every 6 s, each with a full page of 200 rows, walking through export of "
                + "/contacts: 120,000 rows since 2026-06-15T00:00:00Z. It has not walked so for four weeks.", "\(alert.summary)")
    }
}

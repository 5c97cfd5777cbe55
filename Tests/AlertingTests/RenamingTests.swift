// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import RollingStatistics
import Testing

@testable import Alerting

/// An account that is called otherwise from some moment on: nothing that is told afterwards leads back to its former name.
@Suite struct RenamingTests {
    private let key = AlertKey(detector: 1, account: AccountID(rawValue: 7))
    private func hour(_ hours: Int64) -> EventTime { EventTime(milliseconds: 1_780_272_000_000 + hours * 3_600_000) }

    private var finding: Finding {
        Finding(
            measure: .rows, severity: .high, score: 2, observed: 10, expected: 1, low: 0, high: 2, ratio: 10, z: 5, probability: 0.001,
            windowStart: hour(0), windowEnd: hour(1), sampleBuckets: 9, since: hour(-9), peers: nil, phrase: "exported much")
    }

    @Test func `an alert ends under the name that it began with, before a restart and after it`() throws {
        var lifecycle = AlertLifecycle()
        _ = lifecycle.found(finding, key: key, bucket: 1, at: hour(0), isClosed: true, id: "A-1")
        lifecycle.rename(key.account, from: "u-old", at: hour(1))
        lifecycle.rename(key.account, from: "u-middle", at: hour(1))
        var writer = StateWriter(reserving: 100)
        lifecycle.encode(into: &writer)
        var reader = StateReader(writer.bytes)
        var resumed = try AlertLifecycle(from: &reader)
        #expect(resumed.resolve(key: key, at: hour(1))?.alert.former == "u-old")
        #expect(lifecycle.resolve(key: key, at: hour(1))?.alert.former == "u-old")
    }

    @Test func `the next alert has no former name and names no alert of before`() {
        var lifecycle = AlertLifecycle()
        _ = lifecycle.found(finding, key: key, bucket: 1, at: hour(0), isClosed: true, id: "A-1")
        _ = lifecycle.resolve(key: key, at: hour(1))
        lifecycle.rename(key.account, from: "u-old", at: hour(1))
        let next = lifecycle.found(finding, key: key, bucket: 9, at: hour(2), isClosed: true, id: "A-2")
        #expect(next?.similar.isEmpty == true && next?.alert.former == nil)
    }

    @Test func `risk stays, and its alerts of before are named to nobody`() {
        var ledger = RiskLedger()
        _ = ledger.add(id: "A-1", family: "volume", severity: .medium, account: key.account, at: hour(0))
        ledger.rename(key.account)
        let standing = ledger.add(id: "A-2", family: "source", severity: .high, account: key.account, at: hour(1))
        #expect(standing.isPage && standing.families == ["source", "volume"] && standing.siblings.isEmpty)
        let former = ledger.standing(of: key.account, besides: "-A-1", at: hour(1))
        #expect(former.siblings.isEmpty, "an alert that goes on under the former name does not name the new one")
    }
}

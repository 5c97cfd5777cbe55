// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel

/// A lane that is fed from stretches instead of logs: made-up accounts through the core that production uses.
///
/// Pure and without chance: a stretch gives the same events, and so the same alerts, everywhere. Begins on a Monday at midnight.
package struct RehearsalLane: ~Copyable {
    /// Monday, 1 June 2026, 00:00 UTC.
    package static let start = EventTime(milliseconds: 1_780_272_000_000)

    private var core: LaneCore
    private var bucket = BucketGrid.number(of: RehearsalLane.start)
    private var accounts: Int
    private var newest = RehearsalLane.start
    private var batch = EventBatch()

    package init(detectorOptions: [String: [String: Double]] = [:]) {
        var options = LaneOptions(name: "rehearsal", format: "json", lateness: .seconds(0))
        options.detectorOptions = detectorOptions
        core = LaneCore(options: options)
        accounts = 0
    }

    /// When the next stretch begins.
    package var now: EventTime { BucketGrid.start(of: bucket) }

    /// Lives through a stretch, closes its last bucket, and returns what the alerts did meanwhile.
    package mutating func live(_ stretch: SelfTest.Stretch) -> [AlertRecord] {
        batch.removeAll()
        while accounts < stretch.accounts.count {
            accounts += 1
            batch.newAccounts.append("account-\(accounts)")
        }
        for _ in 0..<stretch.buckets {
            let first = batch.events.count
            for (index, activity) in stretch.accounts.enumerated() {
                guard let activity, activity.hours.contains(hourOfDay) else { continue }
                append(activity, account: index + 1)
            }
            batch.events[first...].sort { ($0.time, $0.account) < ($1.time, $1.account) }
            bucket += 1
            if batch.events.count >= EventBatch.limit { hand() }
        }
        // Nothing comes any more until the stretch is over: its buckets close as those of an idle source do.
        newest = batch.events.last?.time ?? newest
        batch.idleFor = now - newest
        hand()
        return core.takeAlerts()
    }

    private mutating func hand() {
        newest = batch.events.last?.time ?? newest
        core.process(batch)
        batch.removeAll()
    }

    private var hourOfDay: Int { Int(bucket % Int64(BucketGrid.perDay)) / 4 }

    /// The calls of an account in the running bucket, evenly spread over it from its first minute on.
    private mutating func append(_ activity: SelfTest.Activity, account: Int) {
        let stray = 1 + activity.spread * RehearsalLane.stray(bucket: bucket, account: account)
        let calls = max(Int((Double(activity.calls) * stray).rounded()), 1)
        let rows = UInt64((Double(activity.rows) * stray).rounded())
        let bytes = UInt64((Double(activity.bytes) * stray).rounded())
        for call in 0..<calls {
            let isFirst = call == 0
            let offset = 60_000 + Int64(call) * 800_000 / Int64(calls)
            batch.events.append(
                AccessEvent(
                    time: EventTime(milliseconds: now.milliseconds + offset),
                    rows: rows / UInt64(calls) + (isFirst ? rows % UInt64(calls) : 0),
                    bytes: bytes / UInt64(calls) + (isFirst ? bytes % UInt64(calls) : 0), offset: 0, rowKey: 0,
                    account: AccountID(rawValue: UInt32(account)), stream: 0, endpoint: .unknown, object: .unknown,
                    network: activity.network, status: 200, operation: .export, presence: [.rows, .bytes]))
        }
    }

    /// A number from −1 to 1 that looks like chance and is none. Source: the finaliser of SplitMix64 (Steele, Lea and Flood 2014).
    private static func stray(bucket: Int64, account: Int) -> Double {
        var bits = UInt64(bitPattern: bucket) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(account) &* 0xD1B5_4A32_D192_ED03
        bits = (bits ^ (bits &>> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits &>> 27)) &* 0x94D0_49BB_1331_11EB
        bits ^= bits &>> 31
        return Double(bits &>> 11) / 4_503_599_627_370_496 - 1
    }
}

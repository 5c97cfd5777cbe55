// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import RollingStatistics
import TestSupport

/// An account that lives through buckets, judged before each is learnt, as the lane does it.
struct TestAccount {
    var profile: AccountProfile
    var fleet = FleetView()
    private(set) var number: Int64
    private var random: SeededRandom

    /// A Monday, 00:00 UTC.
    static let firstBucket: Int64 = 1_780_272_000_000 / BucketGrid.milliseconds
    static let home = Network(ipv4: 0x0A00_0407)

    init(seed: UInt64 = 1, startingAt bucket: Int64 = TestAccount.firstBucket) {
        random = SeededRandom(seed: seed)
        profile = AccountProfile(firstBucket: bucket)
        number = bucket
        fleet.firstBucket = bucket
    }

    /// An account with working hours, about `rows` rows in a busy bucket, that has lived for some days.
    static func steady(days: Int, rows: Double = 400, seed: UInt64 = 1) -> TestAccount {
        var account = TestAccount(seed: seed)
        for _ in 0..<(days * 96) { account.live(account.usual(rows)) }
        return account
    }

    /// What the account does in the coming bucket.
    mutating func usual(_ rows: Double = 400) -> MeasureSums {
        let isBusy = (24..<80).contains(Int((number - TestAccount.firstBucket) % 96))
        let amount = UInt64(isBusy ? Double.random(in: 0.7...1.3, using: &random) * rows : 0)
        return MeasureSums(rows: amount, bytes: amount * 300, calls: isBusy ? 20 : 0)
    }

    /// Learns the coming bucket and goes on to the next.
    mutating func live(_ sums: MeasureSums, from network: Network = TestAccount.home) {
        profile.learn(bucket(sums, from: network))
        number += 1
    }

    /// Goes on to the next bucket, which somebody else has taught.
    mutating func skip() { number += 1 }

    mutating func live(buckets: Int, _ sums: MeasureSums) {
        for _ in 0..<buckets { live(sums) }
    }

    /// The coming bucket with these sums, closed or in part.
    func bucket(_ sums: MeasureSums, from network: Network = TestAccount.home, isClosed: Bool = true) -> ClosedBucket {
        let start = BucketGrid.start(of: number)
        let isNew = sums.calls > 0 && network != .unknown && !profile.networks.contains(network)
        let values = ValueTable()
        let bucket = ClosedBucket(
            number: number, end: isClosed ? BucketGrid.start(of: number + 1) : start + .minutes(3), fleet: fleet, values: values)
        bucket.isClosed = isClosed
        bucket.sums = sums
        if sums.calls > 0 { _ = bucket.networks.insert(network) }
        if isNew { bucket.newNetwork = NewNetwork(network: network, time: start) }
        bucket.readModels(of: profile)
        return bucket
    }

    /// Goes on, as usual, until the coming bucket begins at this quarter hour of a Monday.
    mutating func liveUntilMonday(quarter: Int64) {
        while (number - TestAccount.firstBucket) % 672 != quarter { live(usual()) }
    }
}

/// A detector with its default options, or others.
func make<Type: Detector>(_ type: Type.Type, _ overrides: [String: Double] = [:]) -> Type {
    type.init(options: DetectorOptions(Type.descriptor, overrides: overrides))
}

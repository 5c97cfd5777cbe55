// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics
import TestSupport
import Testing

@testable import Detection

/// What is remembered of accounts and sources.
@Suite struct ProfileTests {
    @Test func `the eight networks used last are known, most recent first`() {
        var account = TestAccount.steady(days: 8)
        let networks = (0..<10).map { Network(ipv4: UInt32(0x0B00_0000 + $0 * 256)) }
        for network in networks { account.live(MeasureSums(rows: 1, bytes: 0, calls: 1), from: network) }
        #expect(account.profile.networks.recent == networks.suffix(8).reversed())
        #expect(!account.profile.networks.contains(TestAccount.home))
        #expect(account.profile.networks.noveltyCount == 10)
        account.live(MeasureSums(rows: 1, bytes: 0, calls: 1), from: networks[5])
        #expect(account.profile.networks.recent.first == networks[5])
        #expect(account.profile.networks.noveltyCount == 10)
    }

    @Test func `networks of the first week are no novelties`() {
        var account = TestAccount()
        for number in 0..<5 { account.live(MeasureSums(calls: 1), from: Network(ipv4: UInt32(number * 256 + 0x0C00_0000))) }
        #expect(account.profile.networks.noveltyCount == 0)
    }

    @Test func `a bucket keeps four networks, and unknown is none of them`() {
        var set = NetworkSet()
        let added = [0, 1, 2, 3, 4, 2, 5].map { set.insert(Network(rawValue: $0)) }
        #expect(added == [false, true, true, true, true, false, true])
        #expect((0..<4).map { set[$0].rawValue } == [1, 2, 3, 4])
    }

    @Test func `an account's profile is the same after encoding and decoding, and cut short it is refused`() throws {
        let account = TestAccount.steady(days: 9)
        var writer = StateWriter()
        account.profile.encode(into: &writer)
        var reader = StateReader(writer.bytes)
        var again = StateWriter()
        try AccountProfile(from: &reader).encode(into: &again)
        #expect(reader.isAtEnd)
        #expect(again.bytes == writer.bytes)
        for count in stride(from: 0, to: writer.bytes.count, by: 3) {
            #expect(throws: StateError.truncated) {
                var cut = StateReader(Array(writer.bytes.prefix(count)))
                _ = try AccountProfile(from: &cut)
            }
        }
    }

    @Test func `a source with a hundred events an hour is missed after ten minutes at its busiest, and at night not at all`() {
        let profile = source(weeks: 2)
        let noon = start + .days(14) + .hours(12)
        let alarm = profile.alarm(silentSince: noon, until: noon + .days(1), minimum: .minutes(10))
        #expect(alarm == noon + .minutes(10))
        let night = start + .days(14) + .hours(1)
        #expect(profile.alarm(silentSince: night, until: night + .hours(4), minimum: .minutes(10)) == nil)
    }

    @Test func `in its first week a source is never missed`() {
        let profile = source(weeks: 0)
        #expect(profile.alarm(silentSince: start, until: start + .days(30), minimum: .minutes(10)) == nil)
        #expect(!profile.isMissing(bucket: BucketGrid.number(of: start + .hours(12)), events: 0))
    }

    @Test func `an empty bucket of a busy hour is missing, one of a quiet hour is not`() {
        let profile = source(weeks: 2)
        #expect(profile.isMissing(bucket: BucketGrid.number(of: start + .days(14) + .hours(12)), events: 0))
        #expect(!profile.isMissing(bucket: BucketGrid.number(of: start + .days(14) + .hours(12)), events: 1))
        #expect(!profile.isMissing(bucket: BucketGrid.number(of: start + .days(14) + .hours(1)), events: 0))
    }

    @Test func `a gap that was ordinary makes the next of its size ordinary`() {
        var profile = source(weeks: 2)
        let noon = start + .days(14) + .hours(12)
        profile.learnGap(from: noon, to: noon + .minutes(30))
        #expect(profile.alarm(silentSince: noon, until: noon + .minutes(45), minimum: .minutes(10)) == nil)
        let alarm = profile.alarm(silentSince: noon, until: noon + .hours(3), minimum: .minutes(10))
        #expect(alarm.map { ($0 - noon).milliseconds / 60_000 == 60 || ($0 - noon).milliseconds / 60_000 == 61 } == true)
    }

    @Test func `a source's profile is the same after encoding and decoding, and cut short it is refused`() throws {
        var writer = StateWriter()
        source(weeks: 1).encode(into: &writer)
        var reader = StateReader(writer.bytes)
        var again = StateWriter()
        try SourceProfile(from: &reader).encode(into: &again)
        #expect(again.bytes == writer.bytes)
        for count in 0..<writer.bytes.count {
            #expect(throws: StateError.truncated) {
                var cut = StateReader(Array(writer.bytes.prefix(count)))
                _ = try SourceProfile(from: &cut)
            }
        }
    }

    private let start = BucketGrid.start(of: TestAccount.firstBucket)

    /// Nothing at night; 30 events a quarter hour from six to twenty.
    private func source(weeks: Int) -> SourceProfile {
        var profile = SourceProfile()
        for bucket in 0..<Int64(weeks * 672) {
            profile.learn(bucket: TestAccount.firstBucket + bucket, events: (24..<80).contains(bucket % 96) ? 30 : 0)
        }
        return profile
    }
}

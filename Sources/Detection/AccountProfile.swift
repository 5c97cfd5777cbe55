// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// Everything weir has learnt of one account in one lane.
///
/// State: about 2.1 KB, all of it inline. Changes only when a bucket closes. A class, because two kilobytes that are judged for every
/// account and bucket must not be copied on the way to a detector; it has one owner, the account's shard.
public final class AccountProfile {
    /// The bucket in which the account was first seen.
    public var firstBucket: Int64
    /// Buckets learnt since then.
    public var age: Int32 = 0
    public var visits = SlotVisits()
    /// One model for each measure, in the order of ``Measure``.
    public var volumes = InlineArray<3, VolumeModel>(repeating: VolumeModel())
    public var networks = NetworkMemory()
    public var slow = SlowReference()
    /// How the account goes about its calls; nil while its log says nothing of it.
    public private(set) var access: AccessMemory?
    /// What was withheld from ``volumes`` under an alert, until a person decides or nobody did for long.
    public private(set) var quarantine: VolumeQuarantine?

    public init(firstBucket: Int64) { self.firstBucket = firstBucket }

    /// A profile of its own that begins as this one is, but for the quarantine: what is only tried out is never kept aside.
    public func clone() -> AccountProfile {
        let other = AccountProfile(firstBucket: firstBucket)
        other.age = age
        other.visits = visits
        other.volumes = volumes
        other.networks = networks
        other.slow = slow
        other.access = access.map { AccessMemory($0.facts) }
        return other
    }

    /// Its bytes in memory, those of the references that it holds not counted.
    @inline(__always)
    public static var size: Int {
        16 + MemoryLayout<(Int64, Int32, SlotVisits, InlineArray<3, VolumeModel>, NetworkMemory, SlowReference)>.size
    }

    /// Buckets of a week: the age at which an account is judged by itself.
    public static let matureAge: Int32 = 672

    public var isMature: Bool { age >= AccountProfile.matureAge }

    /// Learns a closed bucket. Precondition: the bucket was judged before.
    public func learn(_ bucket: ClosedBucket) {
        if age < Int32.max { age += 1 }
        let teaching: Teaching = bucket.isAlerted ? .alerted : .usual
        learnAside(bucket)
        // How many times its usual amount the account did, over the measures that its log states.
        var activity = 0.0
        var stated = 0.0
        for measure in Measure.allCases {
            let share = volumes[measure.rawValue].learn(
                &bucket.readings[measure], at: bucket.standing, age: Int(age), fleet: bucket.fleet.measures[measure], as: teaching)
            if let share {
                activity += share
                stated += 1
            }
        }
        visits.count(bucket.slot, activity: stated > 0 ? activity / stated : 0)
        networks.learn(bucket)
        if bucket.sums.calls > 0 { learnAccess(bucket) }
        slow.learn(
            rows: Double(bucket.sums.rows), bytes: Double(bucket.sums.bytes),
            rowsLevel: Double(volumes[Measure.rows.rawValue].baseline.level), at: bucket.slot, fleet: bucket.fleet.dayRatio,
            unusualExcess: bucket.isUnusual ? slow.measure.map { bucket.readings[$0].excess } ?? 0 : nil)
    }

    private func learnAccess(_ bucket: borrowing ClosedBucket) {
        if access == nil {
            guard bucket.access.tally != nil || bucket.access.few[0].isNamed else { return }
            access = AccessMemory()
        }
        access?.learn(bucket, age: age)
    }

    public func encode(into writer: inout StateWriter) {
        writer.write(firstBucket)
        writer.write(age)
        visits.encode(into: &writer)
        for index in 0..<3 { volumes[index].encode(into: &writer) }
        networks.encode(into: &writer)
        slow.encode(into: &writer)
        writer.write(access != nil)
        access?.encode(into: &writer)
        writer.write(quarantine != nil)
        quarantine?.encode(into: &writer)
    }

    public init(from reader: inout StateReader) throws(StateError) {
        firstBucket = try reader.readBucket()
        age = try reader.read()
        guard firstBucket >= 0, age >= 0 else { throw StateError.implausible("account profile") }
        visits = try SlotVisits(from: &reader)
        for index in 0..<3 { volumes[index] = try VolumeModel(from: &reader) }
        networks = try NetworkMemory(from: &reader)
        slow = try SlowReference(from: &reader)
        if try reader.readBool() { access = try AccessMemory(from: &reader) }
        quarantine = try reader.readBool() ? VolumeQuarantine(from: &reader) : nil
    }
}

// MARK: - Quarantine

extension AccountProfile {
    /// Keeps the bucket aside while an alert is open, and for as long after it as somebody may still decide about it.
    @inline(__always)
    private func learnAside(_ bucket: ClosedBucket) {
        if bucket.isAlerted && quarantine == nil { quarantine = VolumeQuarantine(volumes, from: bucket.number) }
        guard let aside = quarantine else { return }
        if bucket.isAlerted { aside.lastAlerted = bucket.number }
        if bucket.number - aside.lastAlerted > VolumeQuarantine.patience { quarantine = nil } else { aside.learn(bucket, age: Int(age)) }
    }

    /// A person says that what stood under the alert was as it should be: it is learnt after all.
    public func vouch() {
        if let aside = quarantine { volumes = aside.volumes }
        quarantine = nil
    }

    /// The same, and that the account goes on so: its present level is the usual one from now on, and a drift begins anew.
    public func accept() {
        vouch()
        for index in 0..<3 { volumes[index].acceptLevel() }
        slow.accept()
    }

    /// A person says that it was an incident, or nobody can be waited for: what was kept aside is dropped.
    public func dropQuarantine() { quarantine = nil }
}

/// The networks an account comes from: the eight it used last.
///
/// State: 104 bytes. An account that changes its network all the time soon says so by ``noveltyCount``.
public struct NetworkMemory: Sendable {
    public static let capacity = 8

    private var networks = InlineArray<8, UInt64>(repeating: 0)
    private var lastBucket = InlineArray<8, UInt32>(repeating: 0)
    /// Networks that were new after the account's first week.
    public private(set) var noveltyCount: UInt16 = 0

    public init() {}

    @inline(__always)
    public func contains(_ network: Network) -> Bool {
        for index in 0..<NetworkMemory.capacity where networks[index] == network.rawValue { return true }
        return false
    }

    public var isEmpty: Bool { networks[0] == 0 }

    /// The known networks, most recently used first.
    public var recent: [Network] {
        (0..<NetworkMemory.capacity).filter { networks[$0] != 0 }
            .sorted { (lastBucket[$0], networks[$1]) > (lastBucket[$1], networks[$0]) }
            .map { Network(rawValue: networks[$0]) }
    }

    mutating func learn(_ bucket: ClosedBucket) {
        for index in 0..<NetworkSet.capacity where bucket.networks[index] != .unknown {
            let isNews = bucket.isMature && !(contains(bucket.networks[index]) || bucket.access.values.isDeclared(bucket.networks[index]))
            learn(bucket.networks[index], at: UInt32(truncatingIfNeeded: bucket.number), isNews: isNews)
        }
    }

    private mutating func learn(_ network: Network, at bucket: UInt32, isNews: Bool) {
        var oldest = 0
        for index in 0..<NetworkMemory.capacity {
            if networks[index] == network.rawValue || networks[index] == 0 {
                if networks[index] == 0 && isNews && noveltyCount < .max { noveltyCount += 1 }
                networks[index] = network.rawValue
                lastBucket[index] = bucket
                return
            }
            if lastBucket[index] < lastBucket[oldest] { oldest = index }
        }
        if isNews && noveltyCount < .max { noveltyCount += 1 }
        networks[oldest] = network.rawValue
        lastBucket[oldest] = bucket
    }

    func encode(into writer: inout StateWriter) {
        for index in 0..<NetworkMemory.capacity {
            writer.write(networks[index])
            writer.write(lastBucket[index])
        }
        writer.write(noveltyCount)
    }

    init(from reader: inout StateReader) throws(StateError) {
        for index in 0..<NetworkMemory.capacity {
            networks[index] = try reader.read()
            lastBucket[index] = try reader.read()
        }
        noveltyCount = try reader.read()
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel

/// The tallies of one open bucket of a shard: `slots` gives an account's tally plus one, 0 while it was not active.
struct OpenTallies {
    var slots: [UInt32]
    var tallies: [AccountTally]

    /// Fills in what an account did in the bucket, and what its models say to that. Precondition: the slot is one that is taken.
    @inline(__always)
    func read(into bucket: ClosedBucket, of profile: AccountProfile, slot: Int) {
        unsafe tallies.withUnsafeBufferPointer {
            guard slot > 0, slot <= $0.count, let first = $0.baseAddress else { preconditionFailure("no tally has this slot") }
            // Where it is: the compiler copies what it lends out of an array, six hundred bytes and their references.
            unsafe bucket.read(profile, first + (slot - 1))
        }
    }
}

extension ClosedBucket {
    /// Fills in the part of a tally that is judged (most of one is for an alert to show), and what the models of the account say to it.
    ///
    /// In place, field by field: this is done for every active account and bucket, and what is filled in has 300 bytes and two references.
    @inline(__always)
    @unsafe fileprivate func read(_ profile: AccountProfile, _ tally: UnsafePointer<AccountTally>) {
        access.fewCount = unsafe tally.pointee.routes.count
        access.minuteCalls = unsafe tally.pointee.minuteCalls
        access.largest = unsafe tally.pointee.largestRows
        access.rowCalls = unsafe tally.pointee.rowCalls
        access.tally = unsafe tally.pointee.access
        unsafe readRoutes(tally)
        sums = unsafe tally.pointee.sums
        networks = unsafe tally.pointee.networks
        newNetwork = unsafe tally.pointee.newNetwork
        readModels(of: profile)
    }

    /// The same of a tally that stands alone.
    @inline(__always)
    func read(_ profile: AccountProfile, _ tally: borrowing AccountTally) {
        unsafe withUnsafePointer(to: tally) { unsafe read(profile, $0) }
    }

    /// The same of an account that did nothing.
    func readIdle(_ profile: AccountProfile) {
        access = AccessActivity(values: access.values)
        sums = MeasureSums()
        networks = NetworkSet()
        newNetwork = nil
        readModels(of: profile)
    }

    /// The routes of a tally: which, which of them has most calls, and what left by which channel.
    @inline(__always)
    @unsafe private func readRoutes(_ tally: UnsafePointer<AccountTally>) {
        var channels = ChannelAmounts()
        channels.areBytes = unsafe tally.pointee.sums.rows == 0
        var lead = RouteKey(rawValue: 0)
        var most: UInt64 = 0
        // Places without a route hold none, here as there.
        for index in 0..<RouteShares.limit { access.few[index] = unsafe RouteKey(rawValue: tally.pointee.routes.routes[index].key) }
        for index in unsafe 0..<tally.pointee.routes.count {
            let key = access.few[index]
            let sums = unsafe tally.pointee.routes.routes[index].sums
            access.fewSums[index] = sums
            if sums.calls > most || (sums.calls == most && key < lead) { (lead, most) = (key, sums.calls) }
            channels.add(rows: sums.rows, bytes: sums.bytes, by: access.values.channel(key))
        }
        if let rest = unsafe tally.pointee.access?.rest, !rest.isEmpty {
            for channel in AccessChannel.allCases {
                channels.add(rows: rest[channel.rawValue], bytes: rest[AccessChannel.count + channel.rawValue], by: channel)
            }
        }
        access.otherSums = unsafe tally.pointee.routes.rest
        access.lead = lead
        access.channels = channels
    }
}

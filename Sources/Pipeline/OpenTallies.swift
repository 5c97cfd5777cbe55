// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel

/// The tallies of one open bucket of a shard: `slots` gives an account's tally plus one, 0 while it was not active.
struct OpenTallies {
    var slots: [UInt32]
    var tallies: [AccountTally]
}

extension ClosedBucket {
    /// Fills in the part of a tally that is judged (most of one is for an alert to show), and what the models of the account say to it.
    ///
    /// In place, field by field: this is done for every active account and bucket, and what is filled in has 300 bytes and two references.
    @inline(__always)
    func read(_ profile: AccountProfile, _ tally: borrowing AccountTally) {
        access.fewCount = tally.routes.count
        access.minuteCalls = tally.minuteCalls
        access.largest = tally.largestRows
        access.rowCalls = tally.rowCalls
        access.tally = tally.access
        readRoutes(tally)
        sums = tally.sums
        networks = tally.networks
        newNetwork = tally.newNetwork
        readModels(of: profile)
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
    private func readRoutes(_ tally: borrowing AccountTally) {
        var channels = ChannelAmounts()
        channels.areBytes = tally.sums.rows == 0
        var lead = RouteKey(rawValue: 0)
        var most: UInt64 = 0
        // Places without a route hold none, here as there.
        for index in 0..<RouteShares.limit { access.few[index] = RouteKey(rawValue: tally.routes.routes[index].key) }
        for index in 0..<tally.routes.count {
            let key = access.few[index]
            let sums = tally.routes.routes[index].sums
            if sums.calls > most || (sums.calls == most && key < lead) { (lead, most) = (key, sums.calls) }
            channels.add(rows: sums.rows, bytes: sums.bytes, by: access.values.channel(key))
        }
        if let rest = tally.access?.rest, !rest.isEmpty {
            for channel in AccessChannel.allCases {
                channels.add(rows: rest[channel.rawValue], bytes: rest[AccessChannel.count + channel.rawValue], by: channel)
            }
        }
        access.lead = lead
        access.channels = channels
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel

/// The part of a tally that is judged: most of a tally is for an alert to show.
struct Activity {
    var sums = MeasureSums()
    var networks = NetworkSet()
    var newNetwork: NewNetwork?
    var access: AccessActivity

    init(values: ValueTable) { access = AccessActivity(values: values) }

    @inline(__always)
    init(_ tally: borrowing AccountTally, values: ValueTable) {
        access = AccessActivity(values: values)
        access.fewCount = tally.routes.count
        for index in 0..<tally.routes.count { access.few[index] = RouteKey(rawValue: tally.routes.routes[index].key) }
        access.minuteCalls = tally.minuteCalls
        access.largest = tally.largestAmount
        access.tally = tally.access
        sums = tally.sums
        networks = tally.networks
        newNetwork = tally.newNetwork
    }
}

/// The tallies of one open bucket of a shard: `slots` gives an account's tally plus one, 0 while it was not active.
struct OpenTallies {
    var slots: [UInt32]
    var tallies: [AccountTally]
}

extension ClosedBucket {
    /// Fills in what an account did in this bucket, and what its models say to that.
    func read(_ profile: AccountProfile, _ activity: borrowing Activity) {
        read(
            profile, sums: activity.sums, networks: activity.networks, newNetwork: activity.newNetwork, access: activity.access)
    }
}

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
        access.largest = tally.largestRows
        access.rowCalls = tally.rowCalls
        access.tally = tally.access
        access.channels.areBytes = tally.sums.rows == 0
        var most: UInt64 = 0
        for index in 0..<tally.routes.count {
            let route = tally.routes.routes[index]
            let key = RouteKey(rawValue: route.key)
            if route.sums.calls > most || (route.sums.calls == most && key < access.lead) { (access.lead, most) = (key, route.sums.calls) }
            access.channels.add(
                rows: route.sums.rows, bytes: route.sums.bytes, by: values.channel(key))
        }
        if let rest = tally.access?.rest, !rest.isEmpty {
            for channel in AccessChannel.allCases {
                access.channels.add(rows: rest[channel.rawValue], bytes: rest[AccessChannel.count + channel.rawValue], by: channel)
            }
        }
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

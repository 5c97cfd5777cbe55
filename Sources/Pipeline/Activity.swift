// weir
// SPDX-License-Identifier: Apache-2.0

import Detection

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

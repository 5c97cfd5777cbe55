// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

extension NewSourceDetector {
    public static var selfTests: [SelfTest] {
        // Documentation networks, RFC 5737.
        let home = SelfTest.Activity(rows: 10, network: Network(ipv4: 0xC000_0201))
        let away = home.from(Network(ipv4: 0xCB00_7101))
        let fortnight = SelfTest.Stretch(days: 14, [home])
        let client = home.with { $0.detail.agent = 7 }
        let clients = SelfTest.Stretch(days: 14, [client])
        return [
            SelfTest(
                "one call with a user agent of another family", .fires, history: [clients],
                last: SelfTest.Stretch(buckets: 1, [client.with { $0.detail.agent = 8 }])),
            SelfTest(
                "one call with a user agent, where none was stated before", .staysSilent, history: [fortnight],
                last: SelfTest.Stretch(buckets: 1, [client])),
            SelfTest("one call from a network never used", .fires, history: [fortnight], last: SelfTest.Stretch(buckets: 1, [away])),
            SelfTest(
                "one call from a network of the first day", .staysSilent,
                history: [SelfTest.Stretch(days: 1, [away]), fortnight], last: SelfTest.Stretch(buckets: 1, [away])),
            SelfTest(
                "one call from a network never used, a quarter hour before the fortnight is over", .staysSilent,
                history: [SelfTest.Stretch(buckets: 14 * BucketGrid.perDay - 1, [home])], last: SelfTest.Stretch(buckets: 1, [away])),
        ]
    }
}

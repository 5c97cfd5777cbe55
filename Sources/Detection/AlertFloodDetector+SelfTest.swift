// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

extension AlertFloodDetector {
    /// As many accounts move to networks of their own in the same quarter hour, and D13 alerts on each.
    public static var selfTests: [SelfTest] {
        [moved(52, "52 alerts of a detector in a day", .fires), moved(50, "50 alerts of a detector in a day", .staysSilent)]
    }

    private static func moved(_ count: Int, _ name: String, _ expectation: SelfTest.Expectation) -> SelfTest {
        let usual = SelfTest.Activity(rows: 10, hours: 0..<1, network: Network(ipv4: 0x0A00_0401))
        let fleet: [SelfTest.Activity?] = Array(repeating: usual, count: count)
        // Each to another one: a network that they share would be one alert.
        let elsewhere: [SelfTest.Activity?] = (0..<count).map { usual.from(Network(ipv4: 0x0808_0008 + UInt32($0) << 8)) }
        return SelfTest(
            name, expectation, history: [SelfTest.Stretch(days: 15, fleet)], last: SelfTest.Stretch(buckets: 1, elsewhere))
    }
}

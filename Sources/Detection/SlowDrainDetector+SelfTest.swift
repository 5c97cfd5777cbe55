// weir
// SPDX-License-Identifier: Apache-2.0

extension SlowDrainDetector {
    public static var selfTests: [SelfTest] {
        let office = SelfTest.Activity(rows: 1000, calls: 4, hours: 8..<18, spread: 0.2)
        let weeks = [SelfTest.Stretch(days: 35, [office])]
        let more = office.moving(rows: 1300)
        return [
            SelfTest("two weeks at thirty per cent more rows", .fires, history: weeks, last: SelfTest.Stretch(days: 14, [more])),
            SelfTest("three days at thirty per cent more rows", .staysSilent, history: weeks, last: SelfTest.Stretch(days: 3, [more])),
            SelfTest(
                "a single day at ten times the usual rows", .staysSilent, history: weeks,
                last: SelfTest.Stretch(days: 1, [office.moving(rows: 10_000)])),
        ]
    }
}

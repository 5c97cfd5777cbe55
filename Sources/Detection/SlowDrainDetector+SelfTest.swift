// weir
// SPDX-License-Identifier: Apache-2.0

extension SlowDrainDetector {
    public static var selfTests: [SelfTest] {
        let office = SelfTest.Activity(rows: 1000, calls: 4, hours: 8..<18, spread: 0.2)
        let history = [SelfTest.Stretch(days: 36, [office])]
        return [
            SelfTest(
                "an account exports half as much again for ten days", .fires, history: history,
                last: SelfTest.Stretch(days: 10, [office.moving(rows: 1500)])),
            SelfTest(
                "an account exports half as much again for two days", .staysSilent, history: history,
                last: SelfTest.Stretch(days: 2, [office.moving(rows: 1500)])),
        ]
    }
}

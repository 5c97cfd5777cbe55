// weir
// SPDX-License-Identifier: Apache-2.0

extension NameFloodDetector {
    public static var selfTests: [SelfTest] {
        let steady = SelfTest.Activity(rows: 1000, calls: 4, spread: 0.2)
        let history = [SelfTest.Stretch(days: 1, [steady])]
        return [
            SelfTest(
                "a call under a name that gets no account", .fires, history: history,
                last: SelfTest.Stretch(buckets: 1, [steady], others: SelfTest.Activity())),
            SelfTest("ten new accounts in a quarter hour", .staysSilent, history: history, last: SelfTest.Stretch(buckets: 1, ten(steady))),
        ]
    }

    private static func ten(_ activity: SelfTest.Activity) -> [SelfTest.Activity?] { Array(repeating: activity, count: 10) }
}

// weir
// SPDX-License-Identifier: Apache-2.0

extension LongLineDetector {
    public static var selfTests: [SelfTest] {
        let steady = SelfTest.Activity(rows: 1000, calls: 4, spread: 0.2)
        let history = [SelfTest.Stretch(days: 1, [steady])]
        return [
            SelfTest(
                "one line of three megabytes", .fires, history: history,
                last: SelfTest.Stretch(buckets: 1, [steady], faults: SelfTest.Faults(longLines: 1))),
            SelfTest(
                "a hundred lines that are no records", .staysSilent, history: history,
                last: SelfTest.Stretch(buckets: 1, [steady], faults: SelfTest.Faults(brokenLines: 100))),
        ]
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

extension MisdatedEventDetector {
    public static var selfTests: [SelfTest] {
        let steady = SelfTest.Activity(rows: 1000, calls: 4, spread: 0.2)
        let history = [SelfTest.Stretch(days: 1, [steady])]
        func last(_ faults: SelfTest.Faults) -> SelfTest.Stretch { SelfTest.Stretch(buckets: 1, [steady], faults: faults) }
        return [
            SelfTest("a hundred events of yesterday", .fires, history: history, last: last(SelfTest.Faults(lateEvents: 100))),
            SelfTest("ten events of tomorrow", .fires, history: history, last: last(SelfTest.Faults(aheadEvents: 10))),
            SelfTest("three slow calls of yesterday", .staysSilent, history: history, last: last(SelfTest.Faults(lateEvents: 3))),
        ]
    }
}

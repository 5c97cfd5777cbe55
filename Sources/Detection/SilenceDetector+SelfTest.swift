// weir
// SPDX-License-Identifier: Apache-2.0

extension SilenceDetector {
    public static var selfTests: [SelfTest] {
        let steady = SelfTest.Activity(rows: 10, calls: 10)
        let office = SelfTest.Activity(rows: 10, calls: 10, hours: 8..<18)
        let both = [SelfTest.Stretch(days: 15, [steady, steady])]
        return [
            SelfTest(
                "a source that never rests is silent for an hour", .fires, history: [SelfTest.Stretch(days: 8, [steady])],
                last: SelfTest.Stretch(buckets: 4, [nil])),
            SelfTest(
                "a source that works by day is silent at night", .staysSilent,
                history: [SelfTest.Stretch(days: 8, [office]), SelfTest.Stretch(buckets: 72, [office])],
                last: SelfTest.Stretch(buckets: 56, [office])),
            SelfTest(
                "one of two accounts that never rest is silent for ten hours", .fires, history: both,
                last: SelfTest.Stretch(buckets: 40, [nil, steady])),
            SelfTest(
                "one of two accounts that never rest is silent for eight hours", .staysSilent, history: both,
                last: SelfTest.Stretch(buckets: 32, [nil, steady])),
        ]
    }
}

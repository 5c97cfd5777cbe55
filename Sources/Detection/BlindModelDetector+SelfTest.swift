// weir
// SPDX-License-Identifier: Apache-2.0

extension BlindModelDetector {
    /// D02 follows rows where an account's first day has any, else bytes: a log that states neither on that day, and rows ever after,
    /// leaves it with nothing to follow.
    public static var selfTests: [SelfTest] {
        let login = SelfTest.Activity(calls: 2)
        let export = SelfTest.Activity(rows: 1000, calls: 2)
        return [
            SelfTest(
                "an account whose first days have neither rows nor bytes, and then a fortnight of rows", .fires,
                history: [SelfTest.Stretch(days: 3, [login]), SelfTest.Stretch(days: 4, [export])],
                last: SelfTest.Stretch(days: 2, [export])),
            SelfTest(
                "an account that moves rows from its first day on", .staysSilent, history: [SelfTest.Stretch(days: 7, [export])],
                last: SelfTest.Stretch(days: 2, [export])),
        ]
    }
}

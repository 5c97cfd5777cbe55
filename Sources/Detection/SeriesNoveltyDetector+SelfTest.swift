// weir
// SPDX-License-Identifier: Apache-2.0

extension SeriesNoveltyDetector {
    public static var selfTests: [SelfTest] {
        // Strays by a fifth: the largest amount so far is 1200 rows.
        let steady = SelfTest.Activity(rows: 1000, calls: 4, spread: 0.2)
        let job = SelfTest.Activity(rows: 5000, calls: 4, hours: 12..<13, spread: 0.2)
        let morning = SelfTest.Stretch(buckets: 48, [steady])
        let hour = SelfTest.Stretch(buckets: 4, [steady, job])
        let fortnight = [SelfTest.Stretch(days: 15, [steady]), morning]
        return [
            SelfTest(
                "an hour at noon at half as much again as the source's usual rows", .fires, history: fortnight,
                last: SelfTest.Stretch(buckets: 4, [steady.moving(rows: 1500)])),
            SelfTest(
                "an hour at noon at a tenth more than the source's usual rows", .staysSilent, history: fortnight,
                last: SelfTest.Stretch(buckets: 4, [steady.moving(rows: 1100)])),
            SelfTest(
                "an hour at noon at six times the source's usual rows, as on every day", .staysSilent,
                history: [SelfTest.Stretch(days: 15, [steady, job]), morning], last: hour),
        ] + named
    }

    /// A small account and a small endpoint beside an account that moves a thousand times as much: nothing of them shows in the total.
    private static var named: [SelfTest] {
        var large = SelfTest.Activity(rows: 1_000_000, calls: 400, spread: 0.2)
        large.endpoints = ["/contacts"]
        var small = SelfTest.Activity(rows: 1000, calls: 4, spread: 0.2)
        small.endpoints = ["/jobs"]
        let history = [SelfTest.Stretch(days: 15, [large, small]), SelfTest.Stretch(buckets: 48, [large, small])]
        let last = SelfTest.Stretch(buckets: 4, [large, small.moving(rows: 1500)])
        let group = SeriesSelection.EndpointGroup(name: "jobs", patterns: ["/job*"])
        return [
            SelfTest(
                "half as much again as usual by an account that is pinned", .fires, history: history, last: last,
                series: SeriesSelection(accounts: ["account-2"])),
            SelfTest(
                "half as much again as usual by an endpoint of a group", .fires, history: history, last: last,
                series: SeriesSelection(groups: [group])),
            SelfTest(
                "the same where another account and another endpoint are named", .staysSilent, history: history, last: last,
                series: SeriesSelection(
                    groups: [SeriesSelection.EndpointGroup(name: "jobs", patterns: ["/jobs/*"])], accounts: ["account-1"])),
        ]
    }
}

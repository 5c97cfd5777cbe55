// weir
// SPDX-License-Identifier: Apache-2.0

extension ExportVolumeDetector {
    public static var selfTests: [SelfTest] {
        let office = SelfTest.Activity(rows: 400, bytes: 120_000, calls: 4, hours: 8..<18, spread: 0.3)
        let constant = SelfTest.Activity(rows: 100, bytes: 10_000)
        let fortnight = [SelfTest.Stretch(days: 14, [office]), SelfTest.Stretch(buckets: 48, [office])]
        let fleet = Array(repeating: SelfTest.Activity?.some(constant), count: 20)
        return [
            SelfTest(
                "an hour at twenty times the usual rows", .fires, history: fortnight,
                last: SelfTest.Stretch(buckets: 4, [office.moving(rows: 8000)])),
            SelfTest(
                "an hour at three times the usual rows", .staysSilent, history: fortnight,
                last: SelfTest.Stretch(buckets: 4, [office.moving(rows: 1200)])),
            SelfTest(
                "a quarter hour at ten times what never varied", .fires, history: [SelfTest.Stretch(days: 14, [constant])],
                last: SelfTest.Stretch(buckets: 1, [constant.moving(rows: 1000)])),
            SelfTest(
                "the usual rows of noon at midnight", .fires, history: [SelfTest.Stretch(days: 14, [office])],
                last: SelfTest.Stretch(buckets: 4, [SelfTest.Activity(rows: 400, bytes: 120_000, calls: 4)])),
            SelfTest(
                "fewer rows at midnight than anybody would act on", .staysSilent, history: [SelfTest.Stretch(days: 14, [office])],
                last: SelfTest.Stretch(buckets: 1, [SelfTest.Activity(rows: 99, bytes: 1000, calls: 4)])),
            SelfTest(
                "an account of the first hour, above what a known fleet does in four", .fires, history: [SelfTest.Stretch(days: 8, fleet)],
                last: SelfTest.Stretch(buckets: 1, fleet + [constant.moving(rows: 2000)])),
            SelfTest(
                "an account of the first hour, within what a known fleet does in four", .staysSilent,
                history: [SelfTest.Stretch(days: 8, fleet)],
                last: SelfTest.Stretch(buckets: 1, fleet + [constant.moving(rows: 1500)])),
        ]
    }
}

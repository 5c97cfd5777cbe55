// weir
// SPDX-License-Identifier: Apache-2.0

import Testing

/// A golden test that fails has to say what changed.
@Suite struct GoldenDifferenceTests {
    private func line(_ account: String, observed: Int, status: String = "open") -> String {
        #"{"detector":"D01","account":"\#(account)","status":"\#(status)","opened":"2026-06-01","observed":\#(observed),"#
            + #""evidence":[{"file":"a"}],"summary":"\#(account) exported \#(observed) rows."}"#
    }

    @Test func `equal lists have no difference`() {
        let lines = [line("a", observed: 1), line("b", observed: 2)]
        #expect(GoldenDifference(found: lines, wanted: lines).isEmpty)
    }

    @Test func `missing, new and changed alerts are named with their fields`() {
        let difference = GoldenDifference(
            found: [line("a", observed: 7), line("c", observed: 3)], wanted: [line("a", observed: 1), line("b", observed: 2)])
        let text = difference.text
        #expect(text.contains("- missing: D01 b open 2026-06-01: b exported 2 rows."), "\(text)")
        #expect(text.contains("+ new:     D01 c open 2026-06-01: c exported 3 rows."), "\(text)")
        #expect(text.contains("observed: 1 → 7") && !text.contains("evidence"), "\(text)")
    }

    @Test func `another order is a difference`() {
        let lines = [line("a", observed: 1), line("a", observed: 2)]
        #expect(!GoldenDifference(found: lines.reversed(), wanted: lines).isEmpty)
    }
}

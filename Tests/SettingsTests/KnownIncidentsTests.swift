// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Testing

@testable import Settings

@Suite struct KnownIncidentsTests {
    private let noon = EventTime(milliseconds: 1_780_315_200_000)

    @Test func `labels of weir generate are read, harmless ones as such`() throws {
        let text = """
            {"kind":"burst","detector":"D01","account":"svc-1","start":"2026-06-01T12:00:00Z","end":"2026-06-01T12:45:00Z","size":23}
            {"kind":"release","detector":null,"account":"*","start":"2026-06-02T12:00:00Z","end":"2026-06-03T12:00:00Z","size":5}

            {"kind":"own","account":"svc-2","start":"2026-06-01T12:00:00Z","end":"2026-06-01T12:00:00Z"}
            """
        let known = try KnownIncidents.parse(text)
        #expect(known.warmUpEnd == nil && known.tolerated.isEmpty)
        let burst = KnownIncident(kind: "burst", accounts: ["svc-1"], detector: "D01", start: noon, end: noon + .minutes(45))
        #expect(known.incidents.first == burst && burst.until == noon + .minutes(105))
        #expect(known.incidents.map(\.isHarmless) == [false, true, false])
        #expect(known.incidents.map(\.detector) == ["D01", nil, nil] && known.incidents[1].accounts == ["*"])
    }

    @Test(arguments: [
        ("{\"kind\":\"burst\"}", 1), ("nonsense", 1),
        ("{\"kind\":\"a\",\"account\":\"b\",\"start\":\"2026-06-01T12:00:00Z\",\"end\":\"2026-06-01T12:00:00Z\"}\n[1]", 2),
        ("{\"kind\":\"a\",\"account\":\"b\",\"start\":\"2026-06-01T12:00:00Z\",\"end\":\"2026-05-01T12:00:00Z\"}", 1),
        ("{\"kind\":\"a\",\"account\":\"b\",\"start\":\"soon\",\"end\":\"2026-05-01T12:00:00Z\"}", 1),
    ])
    func `what is no label is refused with its line`(text: String, line: Int) {
        let failure = #expect(throws: SettingsFailure.self) { try KnownIncidents.parse(text) }
        #expect(failure?.problems.first?.line == line && failure?.problems.first?.message.contains("is no label") == true)
    }

    @Test func `labels of the exfiltration benchmark are read, in its buckets and with its rules`() throws {
        let text =
            #"{"t0":1780315200,"bucket":900,"T":4704,"A":130,"warmup":1344,"incidents":[{"cls":"a3","account":7,"start":1400,"end":1404},"#
            + #"{"cls":"i","members":[1,2,33],"start":2000,"end":2024,"ip":"203.0.113.10"}],"benign":[{"cls":"g","start":3000,"end":3192},"#
            + #"{"cls":"h","account":9,"start":2000,"end":4704},{"cls":"k","account":121,"start":1,"end":2}]}"#
        let known = try KnownIncidents.parse(text)
        #expect(known.warmUpEnd == noon + .days(14))
        let first = try #require(known.incidents.first)
        #expect(first.accounts == ["svc-0007"] && first.start == noon + .minutes(21_000) && first.until == first.end + .minutes(45))
        #expect(known.incidents[1].accounts == ["svc-0001", "svc-0002", "svc-0033", "*"] && known.incidents[1].neededAccounts == 3)
        #expect(known.tolerated.map(\.account) == ["*", "svc-0009"])
        #expect(known.tolerated[1].until == known.tolerated[1].start + .days(3))
        #expect(throws: SettingsFailure.self) { try KnownIncidents.parse(#"{"incidents":[]}"#) }
    }
}

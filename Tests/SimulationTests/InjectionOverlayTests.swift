// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats
import Testing

@testable import Simulation

/// Lines of an incident in logs that weir did not write.
@Suite struct InjectionOverlayTests {
    /// 2026-06-12T13:17:56.851Z
    private static let time = EventTime(milliseconds: 1_781_270_276_851)

    private static let combined = #"10.0.4.7 - svc-a [01/Jun/2026:04:05:00 +0200] "GET /a?x=1 HTTP/1.1" 200 512 "-" "sync/2.1" 0.12"#
    private static let header = #""EVENT_TYPE","TIMESTAMP","REQUEST_ID","USER_ID","URI","ROWS_PROCESSED","ENTITY_NAME","TIMESTAMP_DERIVED""#
    private static let row =
        #""RestApi","20260601020500.123","TID:491c568a540ca41d","005RO0000000H3C","/q","40","Contact","2026-06-01T02:05:00.123Z""#
    private static let columns = "when,who,n,\"note, free\",kind of record,is fake,digest"
    private static let record = #"2026-06-01 02:05:00,svc-a,40,"said ""hi"", left",customer,false,"#
    private static let object =
        #"{"@timestamp": "2026-06-01T02:05:00.123Z", "who": {"name": "svc-a", "tags": [1, {"a": 2}]}, "request_id": "ab12-77", "n": 40}"#
    private static let fields = [
        "ts": "when", "account": "who", "rows": "n", "class": "kind of record", "synthetic": "is fake",
        "provenance": "digest",
    ]
    private static let paths = [
        "ts": "@timestamp", "account": "who.name", "rows": "n", "synthetic": "labels.synthetic",
        "provenance": "labels.hash", "class": "labels.class",
    ]

    private func overlay(_ format: String, _ line: String, fields: [String: String] = [:], header: String = "") throws -> InjectionOverlay {
        var sample = EstateEvent(
            time: EventTime(milliseconds: 1_780_279_500_123), account: "svc-a", kind: .service, action: .read, method: "GET",
            endpoint: "/a",
            agent: "sync")
        sample.rows = 40
        var survey = LogSurvey()
        survey.note(sample, line: Array((line + "\n").utf8)[...])
        survey.stated = ["ts", "account", "rows"]
        return try InjectionOverlay(format, fields: fields, header: Array(header.utf8), survey: survey)
    }

    private func event(_ change: (inout EstateEvent) -> Void) -> EstateEvent {
        var event = EstateEvent(
            time: InjectionOverlayTests.time, account: "svc-a", kind: .service, action: .write, method: "POST", endpoint: "/synth/contacts",
            agent: "x")
        event.request = 77
        change(&event)
        return event
    }

    private func written(_ overlay: InjectionOverlay, _ event: EstateEvent) throws -> String {
        String(decoding: try overlay.line(event), as: UTF8.self)
    }

    @Test func `one more usual call is the account's line with another time and amount, in each format`() throws {
        let more = event {
            $0.repeatsSample = true
            $0.rows = 9000
            $0.bytes = 70_000
        }
        let access = try written(try overlay("combined", InjectionOverlayTests.combined), more)
        #expect(access == #"10.0.4.7 - svc-a [12/Jun/2026:15:17:56 +0200] "GET /a?x=1 HTTP/1.1" 200 70000 "-" "sync/2.1" 0.12"# + "\n")
        let table = try overlay(
            "csv", InjectionOverlayTests.record, fields: InjectionOverlayTests.fields, header: InjectionOverlayTests.columns)
        #expect(try written(table, more) == #"2026-06-12 13:17:56,svc-a,9000,"said ""hi"", left",customer,false,"# + "\n")
        let object = try written(try overlay("json", InjectionOverlayTests.object, fields: InjectionOverlayTests.paths), more)
        let number = try #require(object.firstMatch(of: /"request_id": "([a-f]{2}\d\d-\d\d)"/)).1
        #expect(number != "ab12-77")
        #expect(
            object.replacing(number, with: "ab12-77")
                == InjectionOverlayTests.object.replacing("2026-06-01T02:05:00", with: "2026-06-12T13:17:56").replacing(
                    ".123Z", with: ".851Z"
                )
                .replacing("40}", with: "9000}") + "\n")
    }

    @Test func `a row of a log file of Salesforce has both its times, and a request number of its own`() throws {
        let overlay = try overlay("salesforce_elf", InjectionOverlayTests.row, header: InjectionOverlayTests.header)
        let rows = try [78, 79].map { number in
            try written(overlay, event { ($0.repeatsSample, $0.rows, $0.request) = (true, 9000, number) })
        }
        for row in rows {
            #expect(
                row.hasPrefix(#""RestApi","20260612131756.851","TID:"#) && row.hasSuffix(#""Contact","2026-06-12T13:17:56.851Z""# + "\n"))
            #expect(row.contains(#","005RO0000000H3C","/q","9000","#))
        }
        #expect(rows[0] != rows[1], "rows that are alike are taken for one that was delivered twice")
    }

    /// What weir reads of a line that was written.
    private func decoded(_ format: any LineFormat.Type, _ fields: [String: String], _ text: String) throws -> (DecodedLine, LineMovement) {
        var reader = try format.init(options: FormatOptions(fields: fields))
        var lines = DecodedLines()
        let bytes = Array(text.utf8)
        _ = ChunkBuffer(bytes).withBytes { reader.decode($0, from: 0, isFinal: true, into: &lines) }
        let line = try #require(lines.lines.last)
        return (line, line.presence.contains(.movement) ? lines.movements[Int(line.movement)] : LineMovement())
    }

    @Test func `a flipped label is where the log has its labels, and is read from there`() throws {
        let flip = event {
            ($0.isSynthetic, $0.contents, $0.rows) = (false, .customer, 3)
            $0.provenance = String(repeating: "ab", count: 32)
        }
        let table = try overlay(
            "csv", InjectionOverlayTests.record, fields: InjectionOverlayTests.fields, header: InjectionOverlayTests.columns)
        let scenario = try #require(Injection.Scenario(name: "label_flip"))
        try table.check(scenario)
        let record = try written(table, flip)
        #expect(record == #"2026-06-12 13:17:56,svc-a,3,"said ""hi"", left",customer,false,"# + String(repeating: "ab", count: 32) + "\n")
        let objects = try overlay("json", InjectionOverlayTests.object, fields: InjectionOverlayTests.paths)
        try objects.check(scenario)
        let object = try written(objects, flip)
        let hash = String(repeating: "ab", count: 32)
        #expect(object.contains(#""labels": {"class": "customer", "synthetic": false, "hash": "\#(hash)"}"#), "\(object)")
        for (type, fields, text) in [
            (CSVFormat.self, InjectionOverlayTests.fields, InjectionOverlayTests.columns + "\n" + record),
            (JSONFormat.self, InjectionOverlayTests.paths, object),
        ] as [(any LineFormat.Type, [String: String], String)] {
            let (line, movement) = try decoded(type, fields, text)
            #expect(line.time.milliseconds / 1000 == InjectionOverlayTests.time.milliseconds / 1000 && line.rows == 3)
            #expect(movement[.synthetic].count == 5 && movement[.provenance].count == 64 && movement[.dataClass].count == 8)
        }
    }

    @Test func `an incident for which a log has no place is refused in words, and the others are not`() throws {
        let access = try overlay("combined", InjectionOverlayTests.combined)
        let salesforce = try overlay("salesforce_elf", InjectionOverlayTests.row, header: InjectionOverlayTests.header)
        let own = try overlay("json", InjectionOverlayTests.object)
        var carried: [[String]] = [[], [], []]
        for scenario in Injection.Scenario.all {
            for (place, overlay) in [access, salesforce, own].enumerated() {
                do throws(Injection.Problem) {
                    try overlay.check(scenario)
                    carried[place].append(scenario.name)
                } catch {
                    #expect(error.message.contains("has no place for") && error.message.contains(scenario.name), "\(error.message)")
                }
            }
        }
        #expect(carried[0] == ["burst", "drip"])
        #expect(carried[1] == ["checkout_pull", "sensitive_mix", "burst", "drip"])
        #expect(carried[2] == Injection.Scenario.all.map(\.name))
        #expect(
            throws: Injection.Problem(
                message: "lines of alb can be read and not written: weir inject writes json, csv, salesforce_elf, combined.")
        ) {
            _ = try overlay("alb", "x")
        }
        let odd = try overlay("csv", "noon,svc-a,40", fields: ["ts": "1", "account": "2", "rows": "3"])
        #expect(throws: Injection.Problem.self) { _ = try odd.line(event { $0.rows = 1 }) }
    }

    @Test(arguments: [
        ("2026-06-01T02:05:00Z", "2026-06-12T13:17:56Z"), ("2026-06-01 02:05:00.12", "2026-06-12 13:17:56.85"),
        ("2026-06-01T02:05:00.123456+05:30", "2026-06-12T18:47:56.851000+05:30"), ("1780279500", "1781270276"),
        ("1780279500123", "1781270276851"), ("1780279500.1", "1781270276.8"), ("1780279500123456", "1781270276851000"),
        ("20260601020500.123", "20260612131756.851"), ("01/Jun/2026:02:05:00 -0130", "12/Jun/2026:11:47:56 -0130"),
    ]) func `a time is written as the log writes its own`(sample: String, wanted: String) throws {
        #expect(try #require(OverlayTime(like: sample)).text(InjectionOverlayTests.time) == wanted)
    }

    @Test func `a time that is written in no known way is not guessed at`() {
        for text in ["noon", "", "12345", "2026-06-01", "Jun  1 02:05:00"] { #expect(OverlayTime(like: text) == nil, "\(text)") }
    }

    @Test func `of an object only what is set changes, and a path is made where there is none`() throws {
        var object = try #require(OverlayObject(Array(#"{"a":{"b":"x\"}","c":[{"d":1},"]"]},"e":null,"f":"7"}"#.utf8)))
        #expect(String(decoding: object.bytes, as: UTF8.self) == #"{"a":{"b":"x\"}","c":[{"d":1},"]"]},"e":null,"f":"7"}"#)
        func path(_ text: String) -> [[UInt8]] { text.split(separator: ".").map { Array($0.utf8) } }
        object.set(.number(8), at: path("f"))
        object.set(.text("say \"hi\"\n"), at: path("g.h"))
        object.set(nil, at: path("a.b"))
        object.set(nil, at: path("z.y"))
        object.set(.flag(true), at: path("e"))
        #expect(
            String(decoding: object.bytes, as: UTF8.self) == #"{"a":{"c":[{"d":1},"]"]},"e":true,"f":"8","g":{"h":"say \"hi\"\u000a"}}"#)
        #expect(OverlayObject(Array("[1]".utf8)) == nil && OverlayObject(Array(#"{"a":1"#.utf8)) == nil)
    }

    @Test func `of a record quotes stay, and come where they are needed`() throws {
        var row = try #require(OverlayRow(Array("a,\"b\",\"c,\"\"d\"\"\",\r\n".utf8)))
        #expect(row.fields == ["a", "b", "c,\"d\"", ""])
        #expect(String(decoding: row.bytes, as: UTF8.self) == "a,\"b\",\"c,\"\"d\"\"\",")
        row.set("x,y", at: 0)
        row.set("", at: 1)
        #expect(String(decoding: row.bytes, as: UTF8.self) == "\"x,y\",\"\",\"c,\"\"d\"\"\",")
        #expect(OverlayRow(Array("a,\"b".utf8)) == nil)
    }

    @Test func `in a log without rows an incident of volume is one of bytes`() throws {
        var survey = LogSurvey()
        for hour in 0..<16 * 24 {
            var call = EstateEvent(
                time: EventTime(milliseconds: 1_780_272_000_000) + .minutes(Int64(hour * 60)), account: "svc-a", kind: .service,
                action: .read, method: "GET", endpoint: "/a", agent: "-")
            call.bytes = 512_000
            survey.note(call)
        }
        let burst = try #require(Injection.Scenario(name: "burst"))
        let injection = try Injection([Injection.Wish(scenario: burst, size: 20)], into: survey, seed: 1)
        let total = injection.events.reduce(0) { $0 + $1.bytes }
        #expect(injection.events.allSatisfy { $0.rows == nil && $0.repeatsSample } && injection.events.count >= 45)
        #expect((0.6...1.6).contains(Double(total) / (512_000 * 0.75 * 20)), "\(total)")
    }
}

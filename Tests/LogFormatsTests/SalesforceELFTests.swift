// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import TestSupport
import Testing

@testable import LogFormats

struct SalesforceELFTests {
    /// A file of one event type, every field quoted as Salesforce does; rows give values for the columns that matter.
    func file(_ columns: String, _ rows: [String]...) -> String {
        let names = columns.split(separator: ",").map(String.init)
        let lines = [names] + rows
        return lines.map {
            $0.map { "\"\($0.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\"" }
                .joined(separator: ",") + "\n"
        }.joined()
    }

    let rest =
        "EVENT_TYPE,TIMESTAMP,USER_ID,URI,METHOD,STATUS_CODE,ROWS_PROCESSED,RESPONSE_SIZE,ENTITY_NAME,CLIENT_IP,CONNECTED_APP_ID,CLIENT_NAME"
    let row = [
        "RestApi", "20260601020500.123", "0053h000002xQ5s", "/services/data/v59.0/query", "GET", "200", "2000", "51200", "Contact",
        "10.0.4.7", "", "",
    ]

    func with(_ changes: [Int: String]) -> [String] {
        var changed = row
        for (place, value) in changes { changed[place] = value }
        return changed
    }

    func only(_ text: String, fields: [String: String] = [:]) throws -> SeenLine {
        let seen = try decode("salesforce_elf", text, fields: fields)
        #expect(seen.malformed.isEmpty && seen.ignored == 0)
        return try #require(seen.lines.first)
    }

    @Test func `a REST row gives its user, time, address, path, object, status, rows and bytes`() throws {
        let seen = try only(file(rest, row))
        #expect(seen.account == "0053h000002xQ5s")
        #expect(seen.kind == .unknown)
        #expect(seen.time == 1_780_279_500_123)
        #expect(seen.address == "10.0.4.7")
        #expect(seen.endpoint == "/services/data/v59.0/query")
        #expect(seen.object == "Contact")
        #expect(seen.status == 200)
        #expect(seen.rows == 2000)
        #expect(seen.bytes == 51_200)
        #expect(seen.operation == .query)
        #expect(seen.rowKey != 0 && !seen.isCumulative)
    }

    // MARK: Headers

    @Test func `columns are found by name in any order, case and spelling`() throws {
        let seed: UInt64 = 601
        var random = SeededRandom(seed: seed)
        var expected = try only(file(rest, row))
        for _ in 0..<50 {
            let order = Array(row.indices).shuffled(using: &random)
            let spelling = Int.random(in: 0..<3, using: &random)
            let names = rest.split(separator: ",").map { name in
                switch spelling {
                case 0: return String(name)
                case 1: return name.lowercased()
                default: return name == "EVENT_TYPE" ? "EventType" : name.split(separator: "_").joined().lowercased()
                }
            }
            let seen = try only(file(order.map { names[$0] }.joined(separator: ","), order.map { row[$0] }))
            expected.offset = seen.offset
            expected.rowKey = seen.rowKey
            #expect(seen == expected, "seed \(seed)")
        }
    }

    @Test func `a header in mid-stream is learnt, and the old one forgotten`() throws {
        let text =
            file(rest, row)
            + file("EVENT_TYPE,CLIENT_NAME,TIMESTAMP,SIZE_BYTES", ["ContentTransfer", "Backup", "20260601020600.000", "77"])
            + file(rest, row)
        let seen = try decode("salesforce_elf", text)
        #expect(seen.malformed.isEmpty)
        #expect(seen.accounts == ["0053h000002xQ5s", "Backup", "0053h000002xQ5s"])
        #expect(seen.lines.map(\.bytes) == [51_200, 77, 51_200])
    }

    @Test func `the same header again is stepped over`() throws {
        let seen = try decode("salesforce_elf", file(rest, row) + file(rest, row))
        #expect(seen.lines.count == 2)
        #expect(seen.malformed.isEmpty && seen.ignored == 0)
    }

    @Test func `a client that calls itself EVENT_TYPE does not become a header`() throws {
        let seen = try decode("salesforce_elf", file(rest, with([11: "EVENT_TYPE", 3: "EVENT_TYPE", 8: "TIMESTAMP"]), row))
        #expect(seen.accounts == ["EVENT_TYPE", "0053h000002xQ5s"])
    }

    @Test func `rows without a header are refused until one comes`() throws {
        let text = file(rest, row)
        let rowOnly = text.split(separator: "\n")[1] + "\n"
        let seen = try decode("salesforce_elf", rowOnly + rowOnly + text)
        #expect(seen.reasons == [.missingHeader, .missingHeader])
        #expect(seen.lines.count == 1)
    }

    @Test func `a header that lacks a time ends the one before it`() throws {
        let seen = try decode("salesforce_elf", file(rest, row) + file("EVENT_TYPE,USER_ID", ["RestApi", "x"]))
        #expect(seen.reasons == [.missingHeader, .missingHeader])
        #expect(seen.lines.count == 1)
    }

    @Test func `a header of more columns than the limit is refused`() throws {
        let many = (0..<300).map { "C\($0)" }.joined(separator: ",")
        let seen = try decode("salesforce_elf", file("EVENT_TYPE,TIMESTAMP,USER_ID,\(many)", Array(repeating: "1", count: 303)))
        #expect(seen.reasons == [.missingHeader, .missingHeader])
    }

    @Test func `the state holds the header, so that reading goes on in mid-file`() throws {
        let bytes = Array(file(rest, row, row, row).utf8)
        let whole = decode(try format("salesforce_elf"), pieces: [bytes])
        var first = SimpleReader(try format("salesforce_elf"))
        first.feed(Array(bytes[..<whole.lines[1].offset]), isFinal: false)
        var second = try format("salesforce_elf")
        second.resume(from: first.format.resumeState)
        let rest = decode(second, pieces: [Array(bytes[whole.lines[1].offset...])], offset: whole.lines[1].offset)
        #expect(rest.lines == Array(whole.lines[1...]))
    }

    @Test func `a decode stops in front of a new header while lines of the old one wait`() throws {
        let text = Array((file(rest, row) + file("EVENT_TYPE,TIMESTAMP,USER_ID", ["RestApi", "20260601020600.000", "u"])).utf8)
        var reading = try format("salesforce_elf")
        var lines = DecodedLines()
        _ = ChunkBuffer(text).withBytes { reading.decode($0, from: 0, isFinal: true, into: &lines) }
        #expect(lines.lines.count == 1)
        #expect(String(decoding: reading.resumeState, as: UTF8.self).contains("ROWS_PROCESSED"))
    }

    // MARK: CSV

    @Test func `fields may hold commas, quotes and line ends`() throws {
        for (value, text) in [
            ("a,b", "a,b"), ("a\"b", "a\"b"), ("a\nb", "a\nb"), ("a\r\nb", "a\r\nb"), ("\"wrapped\"", "wrapped"), ("\",\"", ","),
            ("\n", "\n"),
        ] {
            let seen = try decode("salesforce_elf", file(rest, with([3: value]), row))
            #expect(seen.lines.map(\.endpoint) == [text, row[3]], "\(value)")
            #expect(seen.lines.map(\.rows) == [2000, 2000])
        }
    }

    @Test func `fields without quotes and lines that end in CR LF are read`() throws {
        let text = rest + "\r\n" + row.joined(separator: ",") + "\r\n\r\n" + row.map { "\"\($0)\"" }.joined(separator: ",") + "\r\n"
        let seen = try decode("salesforce_elf", text)
        #expect(seen.malformed.isEmpty)
        #expect(seen.lines.map(\.rows) == [2000, 2000])
    }

    @Test(arguments: [[0], [3], [6], [11], [0, 11], [3, 8]]) func `a lost quote costs its own line and no other`(places: [Int]) throws {
        for isOpening in [true, false] {
            let broken =
                row.enumerated().map { place, value in
                    places.contains(place) ? (isOpening ? "\(value.isEmpty ? "x" : value)\"" : "\"\(value)") : "\"\(value)\""
                }.joined(separator: ",") + "\n"
            let seen = try decode("salesforce_elf", file(rest, row) + broken + file(rest, row, row))
            #expect(seen.lines.count == 3, "\(broken)")
            #expect(seen.malformed.count == 1, "\(broken)")
        }
    }

    @Test(arguments: [
        #"","x",""#, #""a","","#, #"",",",""#, #""a",",","b""#, #""","","#, #""a"",""b","c""#, #"a","b","c""#, #""a","b","c"#,
        #""a", "b","c""#,
        #"","a"""#, #"""a",""#, #""","",""#, #","","",""","#,
    ]) func `a line that only counts like one of quoted fields is split as the standard says`(line: String) throws {
        // Three columns, and lines with as many quotes and borders as three quoted fields have, in other places.
        for columns in 2...4 {
            let names = ["EVENT_TYPE", "TIMESTAMP", "URI", "ENTITY_NAME"].prefix(columns).map { "\"\($0)\"" }.joined(separator: ",")
            let quick = try decode("salesforce_elf", names + "\n" + line + "\n")
            // The same line with a field that needs the slow way behind it must be judged the same.
            let slow = try decode("salesforce_elf", names + ",\"X\"\n" + line + ",\"\"\"\"\n")
            #expect(quick.reasons == slow.reasons, "\(line), \(columns) columns")
            #expect(quick.left == 0)
        }
    }

    @Test func `a quote that never closes is given up after the longest record, and reading goes on at the next line`() throws {
        let filler = String(repeating: "no quotes in here\n", count: 20_000)
        let seen = try decode("salesforce_elf", file(rest, row) + "\"RestApi\",\"open\n" + filler + file(rest, row))
        #expect(seen.lines.count == 2)
        #expect(seen.reasons.first == .unbalancedQuote)
        #expect(seen.malformed.count == 20_001)
        #expect(seen.left == 0)
    }

    @Test func `a quote that never closes does not hold up a stream that goes on`() throws {
        var reader = SimpleReader(try format("salesforce_elf"))
        let filler = String(repeating: "no quotes in here\n", count: CSVRecord.longest / 18 + 1)
        reader.feed(Array((file(rest) + "\"RestApi\",\"open\n" + filler + file(rest, row)).utf8), isFinal: false)
        #expect(reader.result.lines.count == 1)
    }

    @Test func `a record may be as long as the limit and no longer`() throws {
        let base = file(rest, with([3: ""])).split(separator: "\n")[1].utf8.count + 1
        for (extra, count) in [(0, 1), (1, 0)] {
            let path = String(repeating: "a", count: CSVRecord.longest - base + extra)
            let seen = try decode("salesforce_elf", file(rest, with([3: path])))
            #expect(seen.lines.count == count)
            #expect(seen.reasons == (count == 0 ? [.lineTooLong] : []))
            let broken = try decode("salesforce_elf", file(rest, with([3: "\n" + path.dropLast(1)])))
            #expect(broken.lines.count == count)
            #expect(broken.reasons.first == (count == 0 ? .unbalancedQuote : nil))
        }
    }

    @Test func `a file that ends inside a record refuses its beginning`() throws {
        let seen = try decode("salesforce_elf", file(rest, row) + "\"RestApi\",\"20260601")
        #expect(seen.reasons == [.unbalancedQuote])
        #expect(seen.left == 0)
    }

    @Test func `guessing the lengths of fields changes no result`() throws {
        let seed: UInt64 = 602
        var random = SeededRandom(seed: seed)
        let letters = Array("aaaaab0,\"\n")
        for round in 0..<60 {
            let rows = (0..<40).map { _ in
                (0..<6).map { _ in
                    String((0..<Int.random(in: 0...4, using: &random)).map { _ in letters.randomElement(using: &random) ?? "a" })
                }
            }
            let text =
                file("EVENT_TYPE,TIMESTAMP,USER_ID,URI,ENTITY_NAME,X,CLIENT_NAME,Y,Z")
                + rows.map { file("EVENT_TYPE", ["RestApi", "20260601020500.123", "u"] + $0) }
                .map { $0.drop { $0 != "\n" }.dropFirst() }.joined()
            let seen = try decode("salesforce_elf", text)
            #expect(seen.malformed.allSatisfy { $0.reason == .controlCharacterInName }, "seed \(seed), round \(round)")
            let kept = rows.filter { !$0[3].contains("\n") }
            #expect(seen.lines.map(\.endpoint) == kept.map { unwrapped($0[0]) }, "seed \(seed), round \(round)")
            #expect(seen.lines.map(\.object) == kept.map { unwrapped($0[1]) }, "seed \(seed), round \(round)")
            #expect(seen.accounts == kept.map { unwrapped($0[3]).isEmpty ? "u" : unwrapped($0[3]) }, "seed \(seed), round \(round)")
        }
    }

    /// A text without the quotes of its own that an EscapedString has around it.
    private func unwrapped(_ text: String) -> String {
        text.count >= 2 && text.hasPrefix("\"") && text.hasSuffix("\"") ? String(text.dropFirst().dropLast()) : text
    }

    // MARK: Accounts

    @Test func `the connected app comes before the client, the client before the user`() throws {
        let app = try only(file(rest, with([10: "0H4RM00000000Kr0AI", 11: "Client"])))
        #expect(app.account == "0H4RM00000000Kr")
        #expect(app.kind == .app)
        let client = try only(file(rest, with([11: "Client"])))
        #expect(client.account == "Client")
        #expect(client.kind == .app)
        #expect(try only(file(rest, row)).account == "0053h000002xQ5s")
    }

    @Test func `ids of fifteen and of eighteen characters are one account, in their case`() throws {
        let columns = "EVENT_TYPE,TIMESTAMP,USER_ID,USER_ID_DERIVED"
        for values in [
            ["0053h000002xQ5s", ""], ["0053h000002xQ5sAAE", ""], ["", "0053h000002xQ5sAAE"], ["0053h000002xQ5s", "0053h000002xQ5sAAE"],
        ] {
            #expect(try only(file(columns, ["RestApi", "20260601020500"] + values)).account == "0053h000002xQ5s")
        }
        #expect(try only(file(columns, ["RestApi", "20260601020500", "0053H000002xQ5s", ""])).account == "0053H000002xQ5s")
    }

    @Test func `an escaped client name is the same account as a plain one`() throws {
        #expect(try only(file(rest, with([11: "\"My App\""]))).account == "My App")
        #expect(try only(file(rest, with([11: "My App"]))).account == "My App")
    }

    @Test func `a login names its user where it has no id`() throws {
        let seen = try only(
            file(
                "EVENT_TYPE,TIMESTAMP,USER_ID,USER_NAME,SOURCE_IP,CLIENT_IP",
                ["Login", "20260601020500", "", "a@b.example", "192.0.2.1", ""]))
        #expect(seen.account == "a@b.example")
        #expect(seen.operation == .login)
        #expect(seen.address == "192.0.2.1")
    }

    @Test func `a row that names nobody is ignored, a file that never does is refused`() throws {
        #expect(try decode("salesforce_elf", file(rest, with([2: ""]))).ignored == 1)
        #expect(
            try decode("salesforce_elf", file("EVENT_TYPE,TIMESTAMP,URI", ["RestApi", "20260601020500", "/x"])).reasons == [.missingAccount]
        )
    }

    @Test func `the settings may name other columns`() throws {
        let fields = ["account": "ORGANIZATION_ID", "rows": "NUMBER_FIELDS", "object": "REPORT_ID", "ts": "WHEN"]
        let seen = try only(
            file(
                "EVENT_TYPE,WHEN,ORGANIZATION_ID,USER_ID,NUMBER_FIELDS,ROWS_PROCESSED,REPORT_ID,ENTITY_NAME",
                ["RestApi", "2026-06-01T02:05:00.123Z", "00D3h000007R1Lu", "u", "3", "9", "00O", "Contact"]), fields: fields)
        #expect(seen.account == "00D3h000007R1Lu")
        #expect(seen.rows == 3)
        #expect(seen.object == "00O")
        #expect(seen.time == 1_780_279_500_123)
    }

    // MARK: Time and numbers

    @Test func `the derived time is used where the other is missing or broken`() throws {
        let columns = "EVENT_TYPE,TIMESTAMP,TIMESTAMP_DERIVED,USER_ID"
        #expect(try only(file(columns, ["RestApi", "", "2026-06-01T02:05:00.123Z", "u"])).time == 1_780_279_500_123)
        #expect(try only(file(columns, ["RestApi", "x", "2026-06-01T02:05:00.123Z", "u"])).time == 1_780_279_500_123)
        #expect(try only(file(columns, ["RestApi", "20260601020500", "2026-06-01T02:05:09Z", "u"])).time == 1_780_279_500_000)
        #expect(try decode("salesforce_elf", file(columns, ["RestApi", "", "", "u"])).reasons == [.missingTime])
        #expect(try decode("salesforce_elf", file(columns, ["RestApi", "x", "", "u"])).reasons == [.badTime])
        #expect(try decode("salesforce_elf", file(columns, ["RestApi", "", "x", "u"])).reasons == [.badTime])
    }

    @Test func `empty and negative numbers are unknown, words are refused`() throws {
        for value in ["", "-1", "-1.0"] {
            let seen = try only(file(rest, with([6: value, 7: value])))
            #expect(seen.rows == nil && seen.bytes == nil)
        }
        for place in [5, 6, 7] { #expect(try decode("salesforce_elf", file(rest, with([place: "seven"]))).reasons == [.badNumber]) }
        #expect(try only(file(rest, with([6: "1000364.0"]))).rows == 1_000_364)
    }

    @Test func `a client name with a control character is refused`() throws {
        #expect(try decode("salesforce_elf", file(rest, with([11: "a\u{7}b"]))).reasons == [.controlCharacterInName])
        #expect(try decode("salesforce_elf", file(rest, with([11: "a\nb\"c"]))).reasons == [.controlCharacterInName])
    }

    @Test func `words in place of an address are none`() throws {
        #expect(try only(file(rest, with([9: "Salesforce.com IP"]))).address == "")
        #expect(try only(file(rest, with([9: "2001:db8::7"]))).address == "2001:db8::7")
    }
}

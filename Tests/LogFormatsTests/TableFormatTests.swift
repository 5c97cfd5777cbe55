// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats
import TestSupport
import Testing

/// Comma- and tab-separated values.
struct TableFormatTests {
    @Test func `a row says what the same object says in JSON`() throws {
        let table = try decode(
            "csv",
            "ts,account,kind,action,method,endpoint,object,status,rows,bytes,ip\n"
                + "2026-06-01T02:05:00Z,svc,service,export,GET,/a/b,Contact,200,2000,51200,10.0.4.7\n")
        let object = try decode(
            "json",
            #"{"ts":"2026-06-01T02:05:00Z","account":"svc","kind":"service","action":"export","method":"GET","endpoint":"/a/b","#
                + #""object":"Contact","status":200,"rows":2000,"bytes":51200,"ip":"10.0.4.7"}"#)
        var row = try #require(table.lines.first)
        row.offset = 0
        #expect([row] == object.lines)
    }

    @Test func `a table of semicolons says what the same table of commas says, and commas are text in it`() throws {
        let commas = try decode("csv", "ts,account,object,rows\n1780279500,a,\"x; y\",5\n1780279501,b,,\n")
        let semicolons = try decode("csv_semicolon", "ts;account;object;rows\n1780279500;a;\"x; y\";5\n1780279501;b;;\n")
        #expect(semicolons.lines.map(\.rows) == commas.lines.map(\.rows) && semicolons.lines.map(\.object) == commas.lines.map(\.object))
        #expect(try decode("csv_semicolon", "ts;account;object\n1780279500;a;x, y\n").lines.map(\.object) == ["x, y"])
    }

    @Test(arguments: [
        ("2026-06-01T02:05:00Z", 1_780_279_500_000), ("2026-06-01T04:05:00.250+02:00", 1_780_279_500_250),
        ("2026-06-01 02:05:00", 1_780_279_500_000), ("2026-06-01 02:05:00.25", 1_780_279_500_250),
        ("2026-06-01T02:05:00,250", 1_780_279_500_250), ("20260601020500", 1_780_279_500_000),
        ("20260601020500.123", 1_780_279_500_123), ("1780279500", 1_780_279_500_000), ("1780279500.5", 1_780_279_500_500),
        ("1780279500123", 1_780_279_500_123), ("01/Jun/2026:02:05:00 +0000", 1_780_279_500_000),
        ("01/Jun/2026:02:05:00.123", 1_780_279_500_123),
    ]) func `a time is read in every form that logs write it`(text: String, milliseconds: Int64) throws {
        #expect(try decode("tsv", "ts\taccount\n\(text)\ta").lines.map(\.time) == [milliseconds])
    }

    @Test(arguments: [
        "2026-06-31 02:05:00", "2026-06-01 02:05", "2026-06-01 02:05:00.", "2026-06-01 02:05:00.1x", "20260601", "x", "202606010205",
        "31/Jun/2026:02:05:00.1",
    ])
    func `what is no time is refused`(text: String) throws {
        #expect(try decode("tsv", "ts\taccount\n\(text)\ta\n").reasons == [.badTime])
    }

    @Test func `a field map names columns, whatever their case and their dashes`() throws {
        let seen = try decode(
            "csv", "When,User Name,ROW_COUNT,who\n2026-06-01 02:05:00,svc,7,x\n",
            fields: ["ts": "when", "account": "user_name", "rows": "RowCount"])
        #expect(seen.accounts == ["svc"])
        #expect(seen.lines.map(\.rows) == [7])
    }

    @Test func `without a header columns go by their numbers`() throws {
        let seen = try decode(
            "csv", "a,2026-06-01 02:05:00,5\nb,2026-06-01 02:05:01\n,x,1\n", fields: ["ts": "2", "account": "1", "rows": "3"])
        #expect(seen.accounts == ["a"])
        #expect(seen.reasons == [.wrongColumnCount, .badTime])
    }

    @Test func `a header that comes again is skipped, and one with other columns counts from there on`() throws {
        let seen = try decode("csv", "ts,account,rows\n1780279500,a,1\nts,account,rows\n1780279501,b,2\nrows,account,ts\n3,c,1780279502\n")
        #expect(seen.accounts == ["a", "b", "c"])
        #expect(seen.lines.map(\.rows) == [1, 2, 3])
        #expect(seen.malformed.isEmpty)
    }

    @Test func `rows before a header are refused, and so is every row of a table that lacks a column`() throws {
        let seen = try decode("csv", "1780279500,a,1\nts,account\n1780279500,a\n")
        #expect(seen.reasons == [.missingHeader])
        #expect(seen.accounts == ["a"])
        #expect(try decode("csv", "time,account\n1780279500,a\n").reasons == [.missingHeader, .missingHeader])
    }

    @Test func `quotes are those of RFC 4180`() throws {
        let seen = try decode(
            "csv", "ts,account,object\n1780279500,\"a, \"\"b\"\"\nc\",\"\"\n1780279501,x\"y,z\n1780279502,\"x\"y,z\n1780279503,d,e\n")
        #expect(seen.lines.map(\.account) == ["d"])
        #expect(seen.reasons == [.controlCharacterInName, .unbalancedQuote, .unbalancedQuote])
        let tabs = try decode("tsv", "ts\taccount\tobject\n1780279501\tx\t6\" pipe\n1780279502\ty\t\"tab\t\"\"in\"\" it\"\n")
        #expect(tabs.lines.map(\.object) == ["6\" pipe", "tab\t\"in\" it"])
    }

    @Test func `a lost quote costs its own line and no more than the next`() throws {
        let seen = try decode("csv", "ts,account\n1780279500,\"a\n1780279501,b\n1780279502,c\n1780279503,\"d\"\n")
        #expect(seen.accounts.suffix(2) == ["c", "d"])
        #expect(seen.lines.count + seen.malformed.count == 4)
    }

    @Test func `a record longer than the longest is refused and the next one read`() throws {
        let long = String(repeating: "x", count: 300_000)
        let seen = try decode("csv", "ts,account\n1780279500,\(long)\n1780279501,\"\(long)\n\"\n1780279502,c\n")
        #expect(seen.accounts == ["c"])
        #expect(seen.reasons.first == .lineTooLong)
    }

    @Test(arguments: [
        ["ts": "1"], ["ts": "1", "account": "name"], ["account": "same", "ts": "SAME"], ["ts": "", "account": "a"],
        ["ts": "0", "account": "1000"], ["nobody": "x"],
    ]) func `a map that cannot be used is refused`(map: [String: String]) {
        #expect(throws: FormatOptionsError.self) { try format("csv", fields: map) }
    }

    @Test func `the details of an event are read from columns too`() throws {
        let bytes = Array("ts,account,agent,item,tls,limit_used\n1780279500,a,sync/2,\"\"\"7\"\"\",TLSv1.3,18/5000\n".utf8)
        var table = try format("csv")
        var lines = DecodedLines()
        _ = ChunkBuffer(bytes).withBytes { table.decode($0, from: 0, isFinal: true, into: &lines) }
        let line = try #require(lines.lines.first)
        #expect(line.presence.contains(.detail) && line.presence.contains(.movement))
        #expect(lines.details[0].limitUsed == 18 && lines.details[0].limitMax == 5000)
        #expect(lines.details[0].item.isScratch && String(decoding: lines.scratch, as: UTF8.self) == "\"7\"")
        #expect(lines.movements[0][.tls].count == 7)
    }
}

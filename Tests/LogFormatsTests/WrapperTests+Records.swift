// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats
import TestSupport
import Testing

/// Records of a product whose fields are the columns of a table.
extension WrapperTests {
    /// A query history as Snowflake's worksheets, databases and spreadsheets write it.
    private static let history: [[String]] = [
        [
            "QUERY_ID", "QUERY_TEXT", "DATABASE_NAME", "QUERY_TYPE", "USER_NAME", "EXECUTION_STATUS", "END_TIME", "ROWS_PRODUCED",
            "ROWS_UNLOADED",
        ],
        ["01b4-1", "SELECT \"a\"\nFROM contacts", "CRM", "SELECT", "SVC_BI", "SUCCESS", "2026-06-01 02:05:10.697 -0700", "2000", "0"],
        ["01b4-2", "COPY INTO '@s/x\\y.csv', z", "CRM", "UNLOAD", "SVC_BI", "SUCCESS", "2026-06-01 02:06:10.697 -0700", "7", "7"],
        ["01b4-3", "SELECT 1; SELECT 2", "CRM", "SELECT", "SVC_BI", "RUNNING", "1970-01-01 00:00:00.000 -0800", "", ""],
        ["01b4-4", "SELECT 1", "", "SELECT", "SVC_X", "SUCCESS", "2026-06-01 02:07:10.697 -0700", "", ""],
    ]

    private static func table(_ rows: [[String]], _ separator: String, isQuoted: Bool) -> String {
        rows.map { row in
            row.map { field in
                let mustQuote = isQuoted || field.contains(separator) || field.contains("\"") || field.contains("\n")
                return mustQuote ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
            }.joined(separator: separator)
        }.joined(separator: "\n") + "\n"
    }

    @Test(arguments: [",", ";", "\t"], [true, false])
    func `the records of a product are read from a table whose columns are their keys`(separator: String, isQuoted: Bool) throws {
        let text = Self.table(Self.history, separator, isQuoted: isQuoted)
        let seen = try Self.seen("snowflake", .csv, text)
        #expect(seen.malformed.isEmpty && seen.ignored == 1, "\(seen)")
        #expect(seen.accounts == ["SVC_BI", "SVC_BI", "SVC_X"])
        #expect(seen.lines.map(\.operation) == [.query, .export, .query])
        #expect(seen.lines.map(\.rows) == [2000, 7, nil] && seen.lines.map(\.object) == ["CRM", "CRM", ""])
        #expect(seen.lines.first?.time == 1_780_304_710_697)
        let best = try #require(FormatDetection(Array(text.utf8), isWhole: true).best)
        #expect(best.format == "snowflake" && best.options.wrapper == .csv && best.options.fields.isEmpty)
        // However it arrives, and wherever reading stops and goes on.
        let bytes = Array(text.utf8)
        for size in [1, 7, 64] {
            let pieces = stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
            #expect(decode(try Self.wrapped("snowflake", .csv), pieces: pieces) == seen, "\(size)")
        }
        var reading = try Self.wrapped("snowflake", .csv)
        var lines = DecodedLines()
        let half = Array(bytes[..<(bytes.count / 2)])
        let position = ChunkBuffer(half).withBytes { reading.decode($0, from: 0, isFinal: false, into: &lines) }
        var resumed = try Self.wrapped("snowflake", .csv)
        resumed.resume(from: reading.resumeState)
        let rest = decode(resumed, pieces: [Array(bytes[position...])])
        #expect(
            rest.malformed.isEmpty && rest.accounts == Array(seen.accounts.suffix(rest.lines.count))
                && lines.lines.count + rest.lines.count == 3)
    }

    @Test func `a state that was cut or is another's is none`() throws {
        var reading = try Self.wrapped("snowflake", .csv)
        var lines = DecodedLines()
        let header = Array(Self.table([Self.history[0]], ";", isQuoted: false).utf8)
        _ = ChunkBuffer(header).withBytes { reading.decode($0, from: 0, isFinal: true, into: &lines) }
        let state = reading.resumeState
        for count in 0..<state.count {
            var other = try Self.wrapped("snowflake", .csv)
            other.resume(from: Array(state.prefix(count)))
            #expect(other.resumeState.isEmpty, "\(count)")
        }
        var other = try Self.wrapped("snowflake", .csv)
        other.resume(from: state)
        #expect(other.resumeState == state)
    }

    @Test func `a damaged table is read alike however it arrives`() throws {
        let seed: UInt64 = 77
        var random = SeededRandom(seed: seed)
        for round in 0..<200 {
            let separator = [",", ";", "\t"][round % 3]
            let text = Array(Self.table(Self.history + Self.history, separator, isQuoted: round % 2 == 0).utf8)
            let bytes = FormatContractTests.mutated(text, using: &random)
            let whole = decode(try Self.wrapped("snowflake", .csv), pieces: [bytes])
            let size = Int.random(in: 1...90, using: &random)
            let pieces = stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
            #expect(decode(try Self.wrapped("snowflake", .csv), pieces: pieces) == whole, "seed \(seed), round \(round)")
            #expect(whole.left == 0)
        }
    }

    @Test func `values in a row mean what they mean in an object`() throws {
        let rows = [
            ["TimeGenerated", "OfficeWorkload", "UserId", "ClientIP", "EntityName", "Message", "QueryResults", "ResultStatus"],
            [
                "2026-06-01T02:05:00.123Z", "CRM", "a@x.com", "[198.51.100.7]:443", "contact", "RetrieveMultiple",
                "[\"a\",\n\"b\"]", "False",
            ],
            ["2026-06-01T02:06:00.123Z", "CRM", "a\\b@x.com", "", "contact", "Export\u{1}x", "[\"a\"", ""],
        ]
        let seen = try Self.seen("dataverse", .csv, Self.table(rows, ",", isQuoted: false))
        #expect(seen.malformed.isEmpty && seen.accounts == ["a@x.com", "a\\b@x.com"])
        #expect(seen.lines.map(\.rows) == [2, 1] && seen.lines.map(\.status) == [403, 0])
        #expect(seen.lines.map(\.operation) == [.query, .export] && seen.lines.map(\.endpoint) == ["RetrieveMultiple", "Export x"])
        // A record has a message of its own: it is no line, unless the column is one that holds nothing else.
        let best = try #require(FormatDetection(Array(Self.table(rows, ",", isQuoted: false).utf8), isWhole: true).best)
        #expect(best.format == "dataverse" && best.options.wrapper == .csv)
    }

    @Test func `a row of names is no header of another table, and a table without the product's keys is none`() throws {
        let rows = [
            ["EVENT_ID", "USER_NAME", "EVENT_TIMESTAMP"], ["a", "b", "c"], ["QUERY_ID", "c", "USER_NAME"], ["1", "svc", "1780279500"],
        ]
        let seen = try Self.seen("snowflake", .csv, Self.table(rows, ",", isQuoted: false))
        #expect(seen.accounts == ["svc"] && seen.reasons == [.badTime, .badTime])
        let other = try Self.seen("snowflake", .csv, "EVENT_ID,USER,EVENT_TIMESTAMP\n1,svc,1780279500\n")
        #expect(other.reasons == [.missingHeader, .missingHeader])
        let lines = try Self.seen("combined", .csv, "a,b\n1,2\n")
        #expect(lines.reasons == [.missingHeader, .missingHeader])
    }
}

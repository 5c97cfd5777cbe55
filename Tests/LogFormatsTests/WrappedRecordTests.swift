// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import TestSupport
import Testing

@testable import LogFormats

/// Wrapped lines that hold many records, and lines in which a syslog daemon has escaped control characters.
struct WrappedRecordTests {
    private static func record(_ number: Int) -> String {
        let time = "2026-06-01T0\(number / 600):\(10 + number / 60 % 10):\(10 + number % 50)Z"
        return #"{"eventTime":"\#(time)","eventSource":"s3.amazonaws.com","eventName":"GetObject","userAgent":"a\u0062-\#(number)","#
            + #""userIdentity":{"arn":"arn:aws:iam::1:user/bi-\#(number)"},"additionalEventData":{"bytesTransferredOut":\#(number)}}"#
    }

    private static func answer(_ records: some Sequence<String>) -> Substring {
        Substring(#"{"Records":["# + records.joined(separator: ",") + "]}")
    }

    private static func header(_ line: String) -> String { "<134>Jun  1 02:05:00 host app[77]: " + line + "\n" }

    // MARK: Many records

    @Test(arguments: LineWrapper.allCases, [256, 257, 1000])
    func `every record of a wrapped line counts, however many there are`(wrapper: LineWrapper, count: Int) throws {
        let line = WrapperTests.wrap(Self.answer((0..<count).map(Self.record)), wrapper, 0)
        let after = WrapperTests.wrap(Substring(Self.record(5)), wrapper, 1)
        let head = WrapperTests.head(wrapper)
        let seen = try WrapperTests.seen("cloudtrail", wrapper, head + line + "\n" + after + "\n")
        #expect(seen.malformed.isEmpty && seen.ignored == 0)
        #expect(seen.lines.map(\.bytes) == (0..<count).map { UInt64($0) } + [5])
        #expect(seen.accounts == (0..<count).map { "arn:aws:iam::1:user/bi-\($0)" } + ["arn:aws:iam::1:user/bi-5"])
        #expect(Set(seen.lines.dropLast().map(\.offset)) == [head.utf8.count])
    }

    @Test(arguments: LineWrapper.allCases) func `what further records of a line state beside is their own`(wrapper: LineWrapper) throws {
        let bytes = Array((WrapperTests.head(wrapper) + WrapperTests.wrap(Self.answer((0..<400).map(Self.record)), wrapper, 0) + "\n").utf8)
        var format = try WrapperTests.wrapped("cloudtrail", wrapper)
        var lines = DecodedLines()
        let agents = ChunkBuffer(bytes).withBytes { window -> [String] in
            _ = format.decode(window, from: 0, isFinal: true, into: &lines)
            return lines.lines.map { line in
                let agent = lines.details[Int(line.detail)].agent
                let place = Int(agent.start)..<Int(agent.start) + agent.count
                return String(decoding: agent.isScratch ? Array(lines.scratch[place]) : window.copy(place), as: UTF8.self)
            }
        }
        #expect(agents == (0..<400).map { "ab-\($0)" })
    }

    @Test func `records between those of others are ignored or refused as they stand, also beyond the first of a line`() throws {
        let bad = #"{"eventTime":"never","userIdentity":{"arn":"x"}}"#
        let records = (0..<600).map { $0 % 100 == 99 ? bad : Self.record($0) }
        let bare = try decode("cloudtrail", String(Self.answer(records)) + "\n")
        let seen = try WrapperTests.seen("cloudtrail", .syslog, Self.header(String(Self.answer(records))))
        #expect(seen.reasons == bare.reasons && seen.reasons.count == 6)
        #expect(seen.lines.map(\.bytes) == bare.lines.map(\.bytes))
    }

    @Test func `of more records than a line may hold the rest is refused and said`() throws {
        let small = #"{"eventTime":"2026-06-01T02:05:00Z","eventName":"x","userIdentity":{"arn":"x"}}"#
        let line = String(Self.answer(Array(repeating: small, count: InnerLines.recordLimit + 300)))
        let seen = try WrapperTests.seen("cloudtrail", .syslog, Self.header(line))
        #expect(seen.reasons == [.lineTooLong])
        #expect(seen.lines.count > InnerLines.recordLimit - 256 && seen.lines.count <= InnerLines.recordLimit)
    }

    // MARK: Escapes of syslog

    @Test func `a table's tabs that syslog has escaped separate its fields`() throws {
        let table = ["ts\taccount\trows\tendpoint", "1780279500\ta\t7\t/x", "1780279501\tb\t8\t/y#anchor"]
        let bare = try decode("tsv", table.joined(separator: "\n") + "\n")
        let escaped = table.map { Self.header($0.replacing("\t", with: "#011")) }.joined()
        let seen = try WrapperTests.seen("tsv", .syslog, escaped)
        #expect(seen.lines.map(\.withoutOffset) == bare.lines.map(\.withoutOffset) && seen.lines.count == 2)
        #expect(seen.malformed.isEmpty)
        let returns = table.map { Self.header($0.replacing("\t", with: "#011") + "#015") }.joined()
        #expect(try WrapperTests.seen("tsv", .syslog, returns).lines.map(\.withoutOffset) == bare.lines.map(\.withoutOffset))
    }

    @Test func `a line that has tabs of its own was not escaped, and is read as it stands`() throws {
        let lines = Self.header("ts\taccount\tendpoint") + Self.header("1780279500\ta\t/x#011y")
        #expect(try WrapperTests.seen("tsv", .syslog, lines).lines.map(\.endpoint) == ["/x#011y"])
    }

    @Test func `a JSON record printed over several lines is one again, and its texts stay as they are`() throws {
        let printed = ##"{#012#011"ts":1780279500,#015#012#011"account":"a#011\"#012","endpoint":"/x#0151"#012}"##
        let seen = try WrapperTests.seen("json", .syslog, Self.header(printed))
        #expect(seen.malformed.isEmpty)
        #expect(seen.accounts == ["a#011\"#012"])
        #expect(seen.lines.map(\.endpoint) == ["/x#0151"])
    }

    @Test func `nothing is undone where it could be text, or another wrapper`() throws {
        let line = "1780279500,a,/x#011y"
        let seen = try WrapperTests.seen("csv", .syslog, Self.header("ts,account,endpoint") + Self.header(line))
        #expect(seen.lines.map(\.endpoint) == ["/x#011y"])
        let docker = WrapperTests.wrap("ts#011account", .docker, 0) + "\n" + WrapperTests.wrap("1780279500#011a", .docker, 1) + "\n"
        #expect(try WrapperTests.seen("tsv", .docker, docker).lines.isEmpty)
    }

    @Test func `detection reads an escaped table and proposes its columns`() throws {
        let rows = (0..<30).map { Self.header("2026-06-01T02:05:\(10 + $0)Z#011svc-\($0 % 3)#011\($0 * 100)#011/api/orders") }
        let text = Self.header("timestamp#011user#011record_count#011path") + rows.joined()
        let best = try #require(FormatDetection(Array(text.utf8), isWhole: true).best)
        #expect(best.format == "tsv" && best.options.wrapper == .syslog && best.events == 30)
        #expect(best.options.fields["account"] == "user")
    }

    @Test func `escaped lines may arrive in any pieces, and be damaged`() throws {
        let seed: UInt64 = 12
        var random = SeededRandom(seed: seed)
        let table = (0..<40).map { Self.header("1780279\(500 + $0)#011a#011\($0)#012#0#01#011#") }
        let text = Self.header("ts#011account#011rows#011item") + table.joined()
        for round in 0..<80 {
            let bytes = round == 0 ? Array(text.utf8) : FormatContractTests.mutated(Array(text.utf8), using: &random)
            let whole = decode(try WrapperTests.wrapped("tsv", .syslog), pieces: [bytes])
            let split = decode(try WrapperTests.wrapped("tsv", .syslog), pieces: pieces(of: bytes, using: &random))
            #expect(split == whole && whole.left == 0, "seed \(seed), round \(round)")
        }
    }
}

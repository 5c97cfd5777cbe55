// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats
import TestSupport
import Testing

/// Lines inside of a syslog header, Docker's json-file or containerd's, a shipper's object, a table's column or behind a prefix.
struct WrapperTests {
    /// Formats whose records are lines.
    static let lineFormats = FormatCatalog.names.filter {
        !$0.hasPrefix("csv") && $0 != "tsv" && $0 != "salesforce_elf" && Corpus.records[$0] == nil
    }
    static let cases = LineWrapper.allCases.flatMap { wrapper in lineFormats.map { (wrapper, $0) } }

    static func wrapped(_ name: String, _ wrapper: LineWrapper, fields: [String: String]? = nil) throws -> any LineFormat {
        let type = try #require(FormatCatalog.format(named: name))
        return try FormatCatalog.decoder(of: type, options: FormatOptions(fields: fields ?? Corpus.fields[name] ?? [:], wrapper: wrapper))
    }

    static func seen(_ name: String, _ wrapper: LineWrapper, _ text: String) throws -> Decoded {
        decode(try wrapped(name, wrapper), pieces: [Array(text.utf8)])
    }

    /// A text as Docker writes it.
    static func escaped(_ text: Substring) -> String {
        text.unicodeScalars.map { scalar in
            switch scalar {
            case "\"": "\\\""
            case "\\": "\\\\"
            case "\t": "\\t"
            case "<": "\\u003c"
            case _ where scalar.value < 0x20: "\\u00\(scalar.value < 16 ? "0" : "")\(String(scalar.value, radix: 16))"
            default: String(scalar)
            }
        }.joined()
    }

    static func wrap(_ line: Substring, _ wrapper: LineWrapper, _ number: Int) -> String {
        switch wrapper {
        case .syslog:
            [
                "Jun  1 02:05:00 host app[77]: \(line)", "<134>Jun 11 02:05:00 host app: \(line)",
                "2026-06-01T02:05:00.123456+02:00 host app[77]: \(line)", "<13>1 2026-06-01T02:05:00Z host app 77 id - \(line)",
                "1 2026-06-01T02:05:00Z host app - - [x@1 a=\"]\\\"\" b=\"\"][y] \u{FEFF}\(line)",
            ][number % 5]
        case .docker: "{\"log\":\"\(escaped(line))\\n\",\"stream\":\"stdout\",\"time\":\"2026-06-01T02:05:00.1Z\"}"
        case .cri: "2026-06-01T02:05:00.123456789Z stdout \(["F", "F:x"][number % 2]) \(line)"
        case .json:
            [
                "{\"@timestamp\":\"2026-06-01T02:05:00Z\",\"log\":{\"offset\":7,\"message\":\"x\"},\"message\":\"\(escaped(line))\"}",
                "{ \"MESSAGE\" : \"\(escaped(line))\", \"PRIORITY\" : \"6\"\(line.isEmpty ? "" : ", \"message\" : \"second\"") }",
                "{\"stream\":\"stdout\",\"log\":\"\(escaped(line))\\n\",\"tags\":[\"a\",{\"line\":\"b\"}]}",
            ][number % 3]
        case .csv:
            "2026-06-01T02:05:00Z,\"\",\"\(line.replacing("\"", with: "\"\""))\",\"a,b\""
        case .prefix:
            [
                "nginx-1    | \(line)", "[pod/gw-1/nginx] \(line)", "2026-06-01T02:05:00.1Z \(line)",
                "a.b_c-1 | 2026-06-01T02:05:00Z \(line)",
                "2026-06-01T02:05:00+02:00\tnginx.access\t\(line)",
            ][number % 5]
        }
    }

    /// What stands before the first line.
    static func head(_ wrapper: LineWrapper) -> String { wrapper == .csv ? "time,source,message,tags\n" : "" }

    static func wrap(_ text: String, _ wrapper: LineWrapper) -> String {
        head(wrapper)
            + text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
            .map { wrap($0.element.last == "\r" ? $0.element.dropLast() : $0.element, wrapper, $0.offset) }.joined(separator: "\n")
    }

    @Test(arguments: cases) func `a wrapped line says what the line says`(wrapper: LineWrapper, name: String) throws {
        // Inside of something else a record stands in one line.
        let text = try #require(RecordFixture.named(name)?.lineStream ?? Corpus.all[name]).replacing("\r\n", with: "\n")
        let bare = decode(try FormatContractTests.fresh(name), pieces: [Array(text.utf8)])
        let seen = try Self.seen(name, wrapper, Self.wrap(text, wrapper))
        func plain(_ line: SeenLine) -> SeenLine {
            var line = line
            line.offset = 0
            return line
        }
        #expect(seen.lines.map(plain) == bare.lines.map(plain))
        #expect(seen.reasons == bare.reasons)
        #expect(seen.ignored == bare.ignored)
    }

    @Test(arguments: LineWrapper.allCases) func `a table's rows are read under its header, whatever is around them`(wrapper: LineWrapper)
        throws
    {
        let table = "ts,account,rows\n1780279500,a,1\nrows,account,ts\n2,\"b \"\"x\"\"\",1780279501\nts,account\n1780279502,c"
        let seen = try Self.seen("csv", wrapper, Self.wrap(table, wrapper))
        #expect(seen.accounts == ["a", "b \"x\"", "c"])
        #expect(seen.lines.map(\.rows) == [1, 2, nil])
        #expect(seen.malformed.isEmpty)
    }

    @Test(arguments: LineWrapper.allCases) func `what is wrapped may arrive in any pieces, and be damaged`(wrapper: LineWrapper) throws {
        let seed: UInt64 = 6
        var random = SeededRandom(seed: seed)
        for name in ["json", "combined", "csv", "logfmt"] {
            var text = Self.wrap(try #require(Corpus.all[name]), wrapper)
            text = Self.torn(text, wrapper, using: &random)
            for round in 0..<60 {
                let bytes = round == 0 ? Array(text.utf8) : FormatContractTests.mutated(Array(text.utf8), using: &random)
                let whole = decode(try Self.wrapped(name, wrapper), pieces: [bytes])
                #expect(whole.left == 0)
                let split = decode(try Self.wrapped(name, wrapper), pieces: pieces(of: bytes, using: &random))
                #expect(split == whole, "seed \(seed), \(name), round \(round)")
            }
        }
    }

    @Test(arguments: LineWrapper.allCases) func `a wrapped stream that resumes at any of its lines goes on`(wrapper: LineWrapper) throws {
        var random = SeededRandom(seed: 8)
        for name in ["json", "csv"] {
            let text = Self.torn(Self.wrap(try #require(Corpus.all[name]), wrapper), wrapper, using: &random)
            let bytes = Array((text + "\n" + Self.interrupted + "\n" + text).utf8)
            let whole = decode(try Self.wrapped(name, wrapper), pieces: [bytes])
            var reading = try Self.wrapped(name, wrapper)
            var lines = DecodedLines()
            var position = 0
            while position < bytes.count {
                lines.removeAll()
                let start = position
                position = ChunkBuffer(bytes).withBytes { reading.decode($0, from: start, isFinal: true, into: &lines) }
                for place in lines.lines.map({ Int($0.start) }) + [position] where place <= bytes.count {
                    var resumed = try Self.wrapped(name, wrapper)
                    resumed.resume(from: reading.resumeState)
                    let rest = decode(resumed, pieces: [Array(bytes[place...])], offset: place)
                    #expect(rest.lines == whole.lines.filter { $0.offset >= place }, "\(name) resumed at \(place)")
                }
                guard position > start else { break }
            }
        }
    }

    // MARK: Pieces

    private static let interrupted = """
        2026-06-01T02:05:00Z stdout P {"ts":1780279500,
        2026-06-01T02:05:00Z stderr F {"ts":1780279500,"account":"between"}
        2026-06-01T02:05:00Z stderr F not JSON
        2026-06-01T02:05:00Z stdout P "account":"whole"}
        2026-06-01T02:05:00Z stdout F\u{20}
        2026-06-01T02:05:00Z stdout P {"ts":1,
        2026-06-01T02:05:00Z stderr F {"ts":1780279500,"account":"between, too"}
        2026-06-01T02:05:00Z stderr P {"ts":2,
        2026-06-01T02:05:00Z stdout F {"ts":1780279500,"account":"forged"}
        2026-06-01T02:05:00Z stderr F {"ts":1780279500,"account":"forged, too"}
        2026-06-01T02:05:00Z stdout F {"ts":1780279500,"account":"next"}
        """

    /// Some lines in pieces.
    private static func torn(_ text: String, _ wrapper: LineWrapper, using random: inout SeededRandom) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            switch wrapper {
            case .cri:
                guard let mark = line.firstRange(of: " F "), Bool.random(using: &random) else { return String(line) }
                let head = line[..<mark.lowerBound]
                let rest = line[mark.upperBound...]
                let cut = rest.index(rest.startIndex, offsetBy: Int.random(in: 0...rest.count, using: &random))
                return "\(head) P \(rest[..<cut])\n\(head) P \n\(head) F \(rest[cut...])"
            case .docker:
                guard let mark = line.firstRange(of: "a"), Bool.random(using: &random) else { return String(line) }
                let tail = "\",\"stream\":\"stdout\",\"time\":\"2026-06-01T02:05:00.1Z\"}"
                return "\(line[..<mark.lowerBound])\(tail)\n{\"log\":\"\(line[mark.lowerBound...])"
            case .csv:
                // A line end inside of a text, or one header after another.
                let cut = line.index(line.startIndex, offsetBy: Int.random(in: 0...line.count, using: &random))
                return switch Int.random(in: 0..<4, using: &random) {
                case 0: "\(line[..<cut])\n\(line[cut...])"
                case 1: "\(line)\n_raw,other\n\"{\"\"ts\"\":1780279500,\"\"account\"\":\"\"other\"\"}\",x\n\(head(wrapper))"
                default: String(line)
                }
            case .syslog, .json, .prefix: return String(line)
            }
        }.joined(separator: "\n")
    }

    @Test func `pieces make one line that starts with the first`() throws {
        let seen = try Self.seen(
            "json", .cri,
            "2026-06-01T02:05:00Z stdout P {\"ts\":1780279500,\n2026-06-01T02:05:00Z stdout P \"acco\n"
                + "2026-06-01T02:05:00Z stdout F unt\":\"a\"}\n2026-06-01T02:05:00Z stdout F {\"ts\":1780279501,\"account\":\"b\"}\n")
        #expect(seen.accounts == ["a", "b"])
        #expect(seen.lines.map(\.offset) == [0, 124])
        let docker = try Self.seen(
            "json", .docker,
            #"{"log":"{\"ts\":1780279500,","stream":"stdout","time":"t"}"# + "\n"
                + #"{"log":"\"account\":\"a\"}\n","stream":"stdout","time":"t"}"# + "\n")
        #expect(docker.accounts == ["a"])
    }

    @Test func `whole lines of another stream may stand between pieces, pieces of it may not`() throws {
        let seen = try Self.seen("json", .cri, Self.interrupted)
        #expect(seen.accounts == ["whole", "between", "between, too", "next"])
        #expect(seen.reasons == [.syntax, .syntax, .syntax])
        // The lines that stand between are there as well when the stream ends inside of the line.
        let cut = Self.interrupted.split(separator: "\n").prefix(3).joined(separator: "\n")
        #expect(try Self.seen("json", .cri, cut).accounts == ["between"])
    }

    @Test func `of several texts of an object the first that says something is the line`() throws {
        let text = #"{"message":"","log":"{\"ts\":1780279500,\"account\":\"a\"}","line":"x"}"# + "\n" + #"{"message":""}"# + "\n"
        let seen = try Self.seen("json", .json, text)
        #expect(seen.accounts == ["a"] && seen.reasons.isEmpty)
    }

    @Test func `a table's header that stands between pieces says nothing of the rows behind`() throws {
        let text = """
            2026-06-01T02:05:00Z stdout F ts,account
            2026-06-01T02:05:00Z stdout P 1780279500,
            2026-06-01T02:05:00Z stderr F account,ts
            2026-06-01T02:05:00Z stdout F a
            2026-06-01T02:05:00Z stdout F 1780279500,b
            """
        let seen = try Self.seen("csv", .cri, text)
        #expect(seen.accounts == ["a", "b"])
        #expect(seen.reasons.isEmpty)
    }

    @Test func `a line of too many pieces is refused once, to its end`() throws {
        let piece = "2026-06-01T02:05:00Z stdout P " + String(repeating: "x", count: 16_000) + "\n"
        let text =
            String(repeating: piece, count: 40)
            + "2026-06-01T02:05:00Z stdout F {\"ts\":1780279500,\"account\":\"forged\"}\n"
            + "2026-06-01T02:05:00Z stdout F {\"ts\":1780279501,\"account\":\"b\"}\n"
        let whole = try Self.seen("json", .cri, text)
        #expect(whole.accounts == ["b"])
        #expect(whole.reasons == [.lineTooLong])
        let bytes = Array(text.utf8)
        let pieces = stride(from: 0, to: bytes.count, by: 9999).map { Array(bytes[$0..<min($0 + 9999, bytes.count)]) }
        #expect(decode(try Self.wrapped("json", .cri), pieces: pieces) == whole)
    }

    // MARK: Headers

    @Test(arguments: [
        (LineWrapper.syslog, "Jum  1 02:05:00 host app: {}"), (.syslog, "<1345>Jun  1 02:05:00 host app: {}"),
        (.syslog, "Jun  1 25:05:00 host app: {}"), (.syslog, "<13>1 2026-06-01T02:05:00Z host app {}"),
        (.syslog, "<13>1 2026-06-01T02:05:00Z host app - - [x {}"), (.syslog, "{}"), (.syslog, "<>Jun  1 02:05:00 host {}"),
        (.docker, #"{"time":"t","log":"{}\n"}"#), (.docker, #"{"log":"{}\n"#), (.docker, #"{"log":"{}\q\n","stream":"stdout"}"#),
        (.json, #"{"message":"{}""#), (.json, #"{"msgs":"{}"}"#), (.json, #"{"message":{}}"#), (.json, #"{"log":{"message":"{}"}}"#),
        (.json, "app: {}"), (.json, "app: [1, x {}"), (.json, #"{"events":[]}"#), (.json, #"{"events":{"message":"{}"}}"#),
        (.json, #"{"a":1,}"#), (.json, #"{"message":"{}\q"}"#), (.json, #"{"a":{"message":"{}"}}"#), (.json, "{}"), (.json, "{"),
        (.cri, "2026-06-01T02:05:00Z stdin F {}"), (.cri, "yesterday stdout F {}"), (.cri, "2026-06-01T02:05:00Z stdout Fx {}"),
        (.cri, "2026-06-01T02:05:00Z stdout"), (.json, #"{"result":{"a":"{}"}}"#), (.json, #"{"result":{"_raw":"{}"}"#),
        (.json, #"{"result":{"result":{"_raw":"{}"}}}"#), (.prefix, "{}"), (.prefix, "nginx| {}"), (.prefix, "nginx {}"),
        (.prefix, "nginx - | {}"), (.prefix, "nginx |{}"), (.prefix, "[pod/gw-1] {}".replacing("/", with: "-")), (.prefix, "[pod/a b] {}"),
        (.prefix, "yesterday {}"), (.prefix, "2026-06-01T02:05:00Z\ttag {}"),
    ]) func `a line without what should be around it is refused`(wrapper: LineWrapper, line: String) throws {
        #expect(try Self.seen("json", wrapper, line + "\n").reasons == [.syntax])
    }

    @Test(arguments: ["Jun  1 02:05:00 app: ", "Jun  1 02:05:00 host ", "Jun  1 02:05:00 host app: @cee: "])
    func `host and program may be missing, and a cookie may stand before JSON`(header: String) throws {
        #expect(try Self.seen("json", .syslog, header + #"{"ts":1780279500,"account":"a"}"#).accounts == ["a"])
    }

    @Test func `details and movements of a copied line point to the copy`() throws {
        let inner = Self.escaped(#"{"ts":1780279500,"account":"a","ip":"10.0.0.1","agent":"sync/2","item":"\u00e9","tls":"TLSv1.3"}"#)
        let bytes = Array("{\"log\":\"\(inner)\\n\",\"stream\":\"stdout\",\"time\":\"t\"}\n".utf8)
        var format = try Self.wrapped("json", .docker)
        var lines = DecodedLines()
        _ = ChunkBuffer(bytes).withBytes { format.decode($0, from: 0, isFinal: true, into: &lines) }
        func text(_ range: TextRange) -> String {
            range.isScratch ? String(decoding: lines.scratch[Int(range.start)..<Int(range.start) + range.count], as: UTF8.self) : "-"
        }
        #expect(lines.lines.map { text($0.address) } == ["10.0.0.1"])
        #expect(lines.details.map { text($0.agent) + text($0.item) } == ["sync/2é"])
        #expect(lines.movements.map { text($0[.tls]) } == ["TLSv1.3"])
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import LogFormats
import TestSupport
import Testing

/// Which format a log is in, found by trying.
struct FormatDetectionTests {
    private func detect(_ text: String, isWhole: Bool = true) -> FormatDetection { FormatDetection(Array(text.utf8), isWhole: isWhole) }

    static let cases = FormatCatalog.all.flatMap { type in ([nil] + LineWrapper.allCases).map { (type.descriptor.name, $0) } }

    @Test(arguments: cases) func `the example of each format is told from all others, whatever is around it`(
        name: String, wrapper: LineWrapper?
    ) throws {
        let type = try #require(FormatCatalog.format(named: name))
        let lines = (Corpus.headers[name] ?? "") + type.descriptor.example + "\n" + type.descriptor.example
        let detection = detect(wrapper.map { WrapperTests.wrap(lines, $0) } ?? lines)
        let best = try #require(detection.best, "\(detection.trials.map { ($0.format, $0.understood, $0.refused) })")
        #expect(best.format == name && best.options.wrapper == wrapper)
        #expect(best.events == 2 && best.understood == 1)
        #expect(best.hasStandIn == ["alb", "envoy", "haproxy", "cloudfront"].contains(name))
    }

    @Test func `a map for foreign JSON is proposed by names and values`() throws {
        let line =
            #"{"when":1780279500123,"auth":{"client_id":"svc-orders","id":7},"req":{"path":"/a","verb":"GET"},"#
            + #""res":{"status_code":200,"bytes_out":51200},"peer":{"client_ip":"10.0.4.7"},"time":"noon","extra":[{"rows":5}],"a.b":1}"#
        let best = try #require(detect(line + "\n" + line + "\n").best)
        #expect(best.format == "json")
        #expect(
            best.options.fields == [
                "ts": "when", "account": "auth.client_id", "endpoint": "req.path", "method": "req.verb", "status": "res.status_code",
                "bytes": "res.bytes_out", "ip": "peer.client_ip",
            ])
        #expect(best.events == 2 && best.accounts == 1 && best.stated["bytes"] == 2)
    }

    @Test func `the log of another product is no format's because it has a time and somebody in it`() throws {
        let github =
            #"{"@timestamp":1686096308885,"created_at":1686096308885,"action":"team.add_member","actor":"ci","actor_id":12345678,"#
            + #""user":"alice","user_agent":"python-requests/2.25.1","org":"acme","operation_type":"create"}"#
        let line = try #require(detect(github + "\n" + github + "\n").best)
        #expect(line.format == "json" && line.options.fields["account"] != nil)
        let printed = github.replacing(",", with: ",\n  ").replacing("{", with: "{\n  ").replacing("}", with: "\n}")
        #expect(try #require(detect(printed).best).options == line.options)
        let trial = try #require(detect(printed).trials.first { $0.format == "zendesk" })
        #expect(trial.isForeign && trial.events == 1, "it could be read, and would be wrong")
    }

    @Test(arguments: FormatCatalog.all.map { $0.descriptor }.filter { !$0.marks.isEmpty }.map(\.name))
    func `a record format's own records have its marks, printed or not`(name: String) throws {
        let fixture = try #require(RecordFixture.named(name))
        let best = try #require(detect(fixture.lineStream).best)
        #expect(best.format == name)
        let example = try #require(FormatCatalog.format(named: name)).descriptor.example
        let printed = example.replacing(",\"", with: ",\n  \"").replacing(":{", with: ": {\n")
        #expect(detect(printed).best?.format == name)
    }

    @Test func `every format of records says what only its own logs have`() {
        let formats = FormatCatalog.all.map { $0.descriptor }.filter { $0.example.first == "{" && $0.name != "json" }
        #expect(formats.count == 15 && formats.allSatisfy { !$0.marks.isEmpty })
    }

    @Test func `a map for a table is proposed by its header, and a column whose values do not fit is left alone`() throws {
        let text = "Date,User Name,Rows Processed,Status\n2026-06-01 02:05:00,svc,7,done\n2026-06-01 02:05:01,svc,8,done\n"
        let best = try #require(detect(text).best)
        #expect(best.format == "csv")
        #expect(best.options.fields == ["ts": "Date", "account": "User Name", "rows": "Rows Processed", "status": "-status"])
        let object = try #require(detect(#"{"ts":1780279500,"account":"svc","rows":"many","status":"done"}"#).best)
        #expect(object.options.fields == ["rows": "-rows", "status": "-status"] && object.events == 1)
    }

    @Test func `objects are found in lists and over many lines, too`() throws {
        let record = #"{"when":"2026-06-01T02:05:00Z","login":"svc","route":"/x"}"#
        let spread = RecordFixture.spread(record)
        for text in [record + record, "[\(record),\(record)]", "[\n\(spread),\n\(spread)\n]\n", spread + "\n" + spread + "\n"] {
            let best = try #require(detect(text).best, "\(text)")
            #expect(best.format == "json" && best.events == 2 && best.refusedTotal == 0)
            #expect(best.options.fields == ["ts": "when", "account": "login", "endpoint": "route"])
        }
    }

    @Test func `what the request took is no time at which it came`() {
        for took in ["0.086", "1780279500.1"] {
            let text = #"{"request_time":"\#(took)","remote_user":"svc","status":200}"#
            #expect(detect(text + "\n" + text + "\n").best?.options.fields["ts"] == nil)
            #expect(detect("request_time,remote_user\n\(took),svc\n\(took),svc\n").best?.options.fields["ts"] == nil)
        }
    }

    @Test func `pairs are told by their keys, and a log without accounts gets its address as one`() throws {
        let pairs = try #require(detect("time=2026-06-01T02:05:00Z level=info user=svc msg=\"a b\" path=/x status=200\n").best)
        #expect(pairs.format == "logfmt")
        #expect(pairs.options.fields == ["ts": "time", "account": "user", "endpoint": "path"])
        let anonymous = try #require(detect(#"{"when":"2026-06-01T02:05:00Z","src_ip":"10.0.0.1","route":"/x","login":"-"}"#).best)
        #expect(anonymous.hasStandIn && anonymous.options.fields["account"] == "src_ip" && anonymous.options.fields["ip"] == nil)
    }

    @Test func `what is shown of a log names nobody`() throws {
        let line = #"{"when":"2026-06-01T02:05:00Z","login":"alice.miller@example.com","ip":"203.0.113.77","route":"/people/Alice"}"#
        let detection = detect("Alice Miller was here\n" + line + "\n" + line + "\n")
        let best = try #require(detection.best)
        let shown = detection.trials.map { "\($0.samples) \($0.example ?? "")" }.joined()
        #expect(best.samples.first?.account == "aaaaa.aaaaaa@aaaaaaa.aaa")
        #expect(best.samples.first?.address == "999.9.999.99")
        for name in ["alice", "Alice", "miller", "Miller", "203.0", "people"] { #expect(!shown.contains(name), "\(name)") }
    }

    @Test func `a log that nothing reads is refused, with what can be said of it`() {
        #expect(detect("").best == nil && detect(" \n\n").remark?.contains("empty") == true)
        #expect(detect("<Event xmlns=\"x\">\n</Event>\n").remark?.contains("XML") == true)
        let table = detect("Amount,Colour\n1,red\n2,blue\n")
        #expect(table.best == nil)
        #expect(table.trials.first { $0.format == "csv" }?.lacks == ["ts", "account"])
        // Where there are no semicolons nobody is bothered with a table of them.
        #expect(Set(table.trials.map(\.format)) == Set(FormatCatalog.names).subtracting(["csv_semicolon"]))
        #expect(detect("Amount;Colour\n1;red\n2;blue\n").trials.first { $0.format == "csv_semicolon" }?.lacks == ["ts", "account"])
    }

    @Test func `a line that the sample cut is left out`() throws {
        let line = #"{"ts":1780279500,"account":"a"}"#
        #expect(detect(line + "\n" + #"{"ts":17802"#, isWhole: false).best?.understood == 1)
        #expect(detect(line + "\n" + #"{"ts":17802"#, isWhole: true).best?.understood == 0.5)
    }

    @Test func `damaged samples are survived`() throws {
        let seed: UInt64 = 31
        var random = SeededRandom(seed: seed)
        for name in FormatCatalog.names {
            for round in 0..<8 {
                let wrapper = LineWrapper.allCases.randomElement(using: &random) ?? .cri
                let text = Array(WrapperTests.wrap(try #require(Corpus.all[name]), wrapper).utf8)
                let bytes = FormatContractTests.mutated(round % 2 == 0 ? text : Array(try #require(Corpus.all[name]).utf8), using: &random)
                let detection = FormatDetection(bytes, isWhole: round % 3 == 0)
                #expect(detection.trials.count <= FormatCatalog.all.count, "seed \(seed), \(name), round \(round)")
            }
        }
    }
}

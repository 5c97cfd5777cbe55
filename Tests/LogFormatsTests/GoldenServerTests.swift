// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LogFormats
import Testing

/// Real logs of servers, decoded whole: what a spreadsheet gives.
struct GoldenServerTests {
    /// What a sample gives: lines, ignored lines, refused lines.
    struct Golden: CustomTestStringConvertible {
        var path: String
        var format: String
        var wrapper: LineWrapper?
        var fields: [String: String] = [:]
        var lines: Int
        var ignored: UInt64 = 0
        var malformed = 0
        var testDescription: String { path }
    }

    static let golden: [Golden] = [
        Golden(path: "crowdsec-hub/aws-alb-logs/aws-alb-logs.log", format: "alb", fields: ["account": "client"], lines: 14),
        Golden(path: "crowdsec-hub/aws-alb-logs/aws-alb-logs.log", format: "alb", lines: 0, ignored: 14),
        Golden(
            path: "crowdsec-hub/aws-alb-http-bad-user-agent/aws-alb-http-bad-user-agent.log", format: "alb",
            fields: ["account": "user_agent"],
            lines: 4),
        Golden(
            path: "crowdsec-hub/aws-cloudfront-logs/aws-cloudfront-logs.log", format: "cloudfront", fields: ["account": "c-ip"], lines: 2),
        Golden(path: "elastic-beats/iis/access/test/test.log", format: "w3c", lines: 0, ignored: 3, malformed: 2),
        Golden(path: "elastic-beats/iis/access/test/test-iis-7.5.log", format: "w3c", fields: ["account": "c-ip"], lines: 4),
        Golden(path: "elastic-beats/iis/error/test/test.log", format: "w3c", fields: ["account": "c-ip"], lines: 4),
        Golden(
            path: "elastic-beats/iis/access/test/test-x-forward-for-extended.log", format: "w3c",
            fields: ["account": "4", "endpoint": "7"],
            lines: 6),
        Golden(path: "elastic-beats/haproxy/log/test/haproxy.log", format: "haproxy", wrapper: .syslog, lines: 0, ignored: 10),
        Golden(
            path: "elastic-beats/haproxy/log/test/httplog-no-headers.log", format: "haproxy", wrapper: .syslog,
            fields: ["account": "client"], lines: 3),
        Golden(path: "elastic-beats/haproxy/log/test/tcplog.log", format: "haproxy", wrapper: .syslog, lines: 0, malformed: 1),
        Golden(
            path: "crowdsec-hub/haproxy-logs/haproxy-logs.log", format: "haproxy", fields: ["account": "client"], lines: 2, malformed: 3),
        Golden(
            path: "crowdsec-hub/envoy-logs/envoy.log", format: "envoy", wrapper: .cri, fields: ["account": "client"], lines: 4, malformed: 6
        ),
        Golden(
            path: "git-activity/git_activity_2021.csv", format: "csv",
            fields: ["ts": "ts_utc", "account": "actor", "rows": "files_changed", "object": "repo"], lines: 25_078),
    ]

    private func read(_ golden: Golden) throws -> Decoded {
        let bytes = Array(try Data(contentsOf: GoldenSampleTests.samples.appending(path: golden.path)))
        let type = try #require(FormatCatalog.format(named: golden.format))
        let options = FormatOptions(fields: golden.fields, wrapper: golden.wrapper)
        return decode(try FormatCatalog.decoder(of: type, options: options), pieces: [bytes])
    }

    @Test(.enabled(if: GoldenSampleTests.arePresent), arguments: golden) func `a real log gives as many lines as were counted in it`(
        _ golden: Golden
    ) throws {
        let seen = try read(golden)
        #expect(seen.lines.count == golden.lines)
        #expect(seen.ignored == golden.ignored)
        #expect(seen.malformed.count == golden.malformed, "\(seen.reasons)")
        #expect(seen.left == 0)
    }

    @Test(.enabled(if: GoldenSampleTests.arePresent)) func `sums over real logs are those that a spreadsheet gives`() throws {
        let balancer = try read(Self.golden[0])
        #expect(balancer.lines.compactMap(\.bytes).reduce(0, +) == 1051)
        #expect(balancer.lines.filter { $0.status == 404 }.count == 8)
        let activity = try read(try #require(Self.golden.last))
        #expect(activity.lines.compactMap(\.rows).reduce(0, +) == 120_049)
        #expect(Set(activity.accounts).count == 1248)
    }
}

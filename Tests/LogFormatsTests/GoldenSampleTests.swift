// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Foundation
import LogFormats
import Testing

/// Real logs that are not part of the repository: `WEIR_SHARED`, or `shared` beside the package. Without them nothing is tested here.
struct GoldenSampleTests {
    static let samples: URL = {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let shared = ProcessInfo.processInfo.environment["WEIR_SHARED"].map { URL(filePath: $0) }
        return (shared ?? package.deletingLastPathComponent().appending(path: "shared")).appending(path: "samples")
    }()

    static var arePresent: Bool { FileManager.default.fileExists(atPath: samples.path) }

    /// What a sample gives: lines, ignored lines, refused lines.
    struct Golden: CustomTestStringConvertible {
        var path: String
        var format: String
        var lines: Int
        var ignored: UInt64
        var malformed: Int
        var testDescription: String { path }
    }

    static let golden: [Golden] = [
        Golden(path: "salesforce-elf-2020/API.csv", format: "salesforce_elf", lines: 1, ignored: 0, malformed: 0),
        Golden(path: "salesforce-elf-2020/ApexCallout.csv", format: "salesforce_elf", lines: 1, ignored: 0, malformed: 0),
        Golden(path: "salesforce-elf-2020/ApexExecution.csv", format: "salesforce_elf", lines: 0, ignored: 1, malformed: 0),
        Golden(path: "salesforce-elf-2020/ApexRestApi.csv", format: "salesforce_elf", lines: 1, ignored: 0, malformed: 0),
        Golden(path: "salesforce-elf-2020/ApexSoap.csv", format: "salesforce_elf", lines: 1, ignored: 0, malformed: 0),
        Golden(path: "salesforce-elf-2020/ApexTrigger.csv", format: "salesforce_elf", lines: 0, ignored: 1, malformed: 0),
        Golden(path: "salesforce-elf-2020/ApexUnexpectedException.csv", format: "salesforce_elf", lines: 0, ignored: 1, malformed: 0),
        Golden(path: "salesforce-elf-2020/AsyncReportRun.csv", format: "salesforce_elf", lines: 1, ignored: 0, malformed: 0),
        Golden(path: "salesforce-elf-2020/BulkApi.csv", format: "salesforce_elf", lines: 1, ignored: 0, malformed: 0),
        Golden(path: "salesforce-elf-2020/Console.csv", format: "salesforce_elf", lines: 1, ignored: 0, malformed: 0),
        Golden(path: "salesforce-elf-2020/ContentDistribution.csv", format: "salesforce_elf", lines: 1, ignored: 0, malformed: 0),
        Golden(path: "salesforce-elf-2020/ContentDocumentLink.csv", format: "salesforce_elf", lines: 1, ignored: 0, malformed: 0),
        Golden(path: "salesforce-elf-2020/ContentTransfer.csv", format: "salesforce_elf", lines: 1, ignored: 0, malformed: 0),
        Golden(path: "salesforce-elf-2020/Dashboard.csv", format: "salesforce_elf", lines: 1, ignored: 0, malformed: 0),
        Golden(path: "salesforce-elf-2020/DocumentAttachmentDownloads.csv", format: "salesforce_elf", lines: 1, ignored: 0, malformed: 0),
        Golden(path: "salesforce-elf-2020/KnowledgeArticleView.csv", format: "salesforce_elf", lines: 1, ignored: 0, malformed: 0),
        Golden(path: "salesforce-elf-2020/LightningError.csv", format: "salesforce_elf", lines: 0, ignored: 1, malformed: 0),
        Golden(path: "salesforce-elf-2020/LightningInteraction.csv", format: "salesforce_elf", lines: 0, ignored: 1, malformed: 0),
        Golden(path: "salesforce-elf-2020/LightningPageView.csv", format: "salesforce_elf", lines: 1, ignored: 0, malformed: 0),
        Golden(path: "salesforce-elf-2020/LightningPerformance.csv", format: "salesforce_elf", lines: 0, ignored: 1, malformed: 0),
        Golden(path: "salesforce-elf-2020/Login.csv", format: "salesforce_elf", lines: 1, ignored: 0, malformed: 0),
        Golden(path: "salesforce-elf-2020/LoginAs.csv", format: "salesforce_elf", lines: 1, ignored: 0, malformed: 0),
        Golden(path: "salesforce-elf-2020/Logout.csv", format: "salesforce_elf", lines: 1, ignored: 0, malformed: 0),
        Golden(path: "salesforce-elf-2020/MetadataApiOperation.csv", format: "salesforce_elf", lines: 1, ignored: 0, malformed: 0),
        Golden(path: "salesforce-elf-2020/QueuedExecution.csv", format: "salesforce_elf", lines: 0, ignored: 1, malformed: 0),
        Golden(path: "salesforce-elf-2020/Report.csv", format: "salesforce_elf", lines: 1, ignored: 0, malformed: 0),
        Golden(path: "salesforce-elf-2020/ReportExport.csv", format: "salesforce_elf", lines: 1, ignored: 0, malformed: 0),
        Golden(path: "salesforce-elf-2020/RestApi.csv", format: "salesforce_elf", lines: 1, ignored: 0, malformed: 0),
        Golden(path: "salesforce-elf-2020/Search.csv", format: "salesforce_elf", lines: 1, ignored: 0, malformed: 0),
        Golden(path: "salesforce-elf-2020/SearchClick.csv", format: "salesforce_elf", lines: 0, ignored: 1, malformed: 0),
        Golden(path: "salesforce-elf-2020/Sites.csv", format: "salesforce_elf", lines: 1, ignored: 0, malformed: 0),
        Golden(path: "salesforce-elf-2020/TimeBasedWorkflow.csv", format: "salesforce_elf", lines: 0, ignored: 1, malformed: 0),
        Golden(path: "salesforce-elf-2020/URI.csv", format: "salesforce_elf", lines: 1, ignored: 0, malformed: 0),
        Golden(path: "salesforce-elf-2020/VisualforceRequest.csv", format: "salesforce_elf", lines: 1, ignored: 0, malformed: 0),
        Golden(path: "salesforce-elf-2020/WaveChange.csv", format: "salesforce_elf", lines: 0, ignored: 1, malformed: 0),
        Golden(path: "salesforce-elf-2020/WaveInteraction.csv", format: "salesforce_elf", lines: 0, ignored: 1, malformed: 0),
        Golden(path: "salesforce-elf-2020/WavePerformance.csv", format: "salesforce_elf", lines: 0, ignored: 1, malformed: 0),
        Golden(path: "salesforce-elf-verbatim/API2d.csv", format: "salesforce_elf", lines: 17, ignored: 0, malformed: 0),
        Golden(path: "newrelic-salesforce-exporter/sample_log_lines.csv", format: "salesforce_elf", lines: 2, ignored: 0, malformed: 0),
        Golden(path: "elastic-examples/apache_logs", format: "combined", lines: 0, ignored: 10000, malformed: 0),
        Golden(path: "elastic-beats/apache/access/test/test.log", format: "combined", lines: 0, ignored: 7, malformed: 0),
        Golden(path: "elastic-beats/apache/access/test/test-vhost.log", format: "combined", lines: 0, ignored: 1, malformed: 0),
        Golden(path: "elastic-beats/apache/access/test/ubuntu-2.2.22.log", format: "combined", lines: 0, ignored: 9, malformed: 0),
        Golden(path: "elastic-beats/apache/access/test/darwin-2.4.23.log", format: "combined", lines: 0, ignored: 6, malformed: 0),
        Golden(path: "elastic-beats/nginx/access/test/test.log", format: "combined", lines: 0, ignored: 10, malformed: 0),
        Golden(path: "elastic-beats/nginx/access/test/access.log", format: "combined", lines: 0, ignored: 14, malformed: 0),
        Golden(path: "elastic-beats/nginx/access/test/test-with-host.log", format: "combined", lines: 0, ignored: 10, malformed: 0),
        Golden(path: "elastic-beats/nginx/ingress_controller/test/test.log", format: "combined", lines: 0, ignored: 24, malformed: 0),
        Golden(path: "elastic-beats/traefik/access/test/test.log", format: "combined", lines: 1, ignored: 6, malformed: 0),
        Golden(path: "crowdsec-hub/nginx_http-logs/nginx_http-logs.log", format: "combined", lines: 1, ignored: 6, malformed: 2),
        Golden(path: "crowdsec-hub/nginx-http-malformed/nginx_http-logs.log", format: "combined", lines: 0, ignored: 12, malformed: 0),
        Golden(path: "crowdsec-hub/apache-http-probing/apache-http-probing.log", format: "combined", lines: 0, ignored: 77, malformed: 0),
        Golden(path: "crowdsec-hub/apache2-logs/apache2-logs.log", format: "combined", lines: 0, ignored: 7, malformed: 2),
        Golden(path: "crowdsec-hub/apache2-malformed/apache2-logs.log", format: "combined", lines: 0, ignored: 11, malformed: 0),
        Golden(path: "crowdsec-hub/traefik_clf/traefik_clf.log", format: "combined", lines: 0, ignored: 7, malformed: 0),
        Golden(
            path: "crowdsec-hub/nginx-proxy-manager-logs/nginx-proxy-manager-logs.log", format: "combined", lines: 0, ignored: 1,
            malformed: 13),
    ]

    @Test(.enabled(if: GoldenSampleTests.arePresent), arguments: golden) func `a real log gives as many lines as were counted in it`(
        _ golden: Golden
    ) throws {
        let bytes = Array(try Data(contentsOf: Self.samples.appending(path: golden.path)))
        let seen = decode(try format(golden.format), pieces: [bytes])
        #expect(seen.lines.count == golden.lines)
        #expect(seen.ignored == golden.ignored)
        #expect(seen.malformed.count == golden.malformed, "\(seen.reasons)")
        #expect(seen.left == 0)
    }

    @Test(.enabled(if: GoldenSampleTests.arePresent)) func `a real API log gives the rows, accounts and times that a spreadsheet gives`()
        throws
    {
        let bytes = Array(try Data(contentsOf: Self.samples.appending(path: "salesforce-elf-verbatim/API2d.csv")))
        let seen = decode(try format("salesforce_elf"), pieces: [bytes])
        #expect(seen.lines.compactMap(\.rows).reduce(0, +) == 953)
        #expect(Set(seen.accounts) == ["SfdcInternalAPI/"])
        #expect(seen.lines.map(\.time).min() == 1_612_880_289_287)
        #expect(Set(seen.lines.map(\.rowKey)).count == 17)
        #expect(seen.lines.allSatisfy { $0.operation.name == "query" })
    }
}

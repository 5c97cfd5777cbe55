// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Foundation
import LogFormats
import TestSupport
import Testing

/// Real records that are not part of the repository, see ``GoldenSampleTests``. Without them nothing is tested here.
struct GoldenRecordTests {
    /// What a file, or all files of a folder in the order of their names, gives.
    struct Golden: CustomTestStringConvertible {
        var format: String
        var path: String
        var lines: Int
        var ignored: UInt64 = 0
        var refused: [String: Int] = [:]
        /// Of the lines with everything that they state.
        var digest: UInt64
        var testDescription: String { "\(format) \(path)" }
    }

    private static let matrix = "appomni-event-maturity-matrix/"
    private static let crm = matrix + "salesforce/event_examples/"
    private static let none: UInt64 = 14_695_981_039_346_656_037

    static let golden: [Golden] = [
        Golden(
            format: "salesforce_event", path: "azure-sentinel/Sample_Data/SalesforceServiceCloud_CL.json", lines: 25, ignored: 13,
            digest: 16_051_418_779_794_515_566),
        Golden(
            format: "salesforce_event", path: "newrelic-salesforce-exporter/sample_log_lines.json", lines: 2,
            digest: 6_820_883_902_264_491_819),
        Golden(
            format: "salesforce_event", path: "newrelic-salesforce-exporter/sample_log_records.json", lines: 0, ignored: 2, digest: none),
        Golden(
            format: "salesforce_event", path: "newrelic-salesforce-exporter/sample_event_records.json", lines: 0, ignored: 3, digest: none),
        Golden(
            format: "salesforce_event", path: crm + "salesforce_elf_apex_callout_event", lines: 1, digest: 9_705_806_509_809_465_104),
        Golden(
            format: "salesforce_event", path: crm + "salesforce_elf_aura_request_event", lines: 4, digest: 2_614_699_035_909_133_339
        ),
        Golden(format: "salesforce_event", path: crm + "salesforce_elf_login_event", lines: 1, digest: 12_186_827_756_502_924_318),
        Golden(format: "salesforce_event", path: crm + "salesforce_elf_logout_event", lines: 1, digest: 15_949_994_256_042_523_530),
        Golden(format: "salesforce_event", path: crm + "salesforce_elf_search_event", lines: 1, digest: 1_986_846_200_508_422_458),
        Golden(format: "salesforce_event", path: crm + "salesforce_elf_soap_api_event", lines: 5, digest: 4_009_692_165_630_056_574),
        Golden(
            format: "salesforce_event", path: crm + "salesforce_elf_unique_query_event", lines: 1, digest: 1_163_339_957_292_514_056),
        Golden(
            format: "salesforce_event", path: crm + "salesforce_rtem_apieventstream", lines: 2, digest: 2_056_427_120_768_550_871),
        Golden(
            format: "salesforce_event", path: crm + "salesforce_rtem_bulkapiresulteventstore", lines: 1,
            digest: 4_485_408_266_450_946_559),
        Golden(
            format: "salesforce_event", path: crm + "salesforce_rtem_identityverificationevent", lines: 3,
            digest: 9_390_476_597_391_935_920),
        Golden(
            format: "salesforce_event", path: crm + "salesforce_rtem_lightningurieventstream", lines: 4,
            digest: 4_711_762_603_595_188_028),
        Golden(
            format: "salesforce_event", path: crm + "salesforce_rtem_listvieweventstream", lines: 1,
            digest: 1_893_992_146_625_117_493),
        Golden(
            format: "salesforce_event", path: crm + "salesforce_rtem_logineventstream", lines: 2, digest: 2_217_597_967_096_231_621),
        Golden(
            format: "salesforce_event", path: crm + "salesforce_rtem_logouteventstream", lines: 1, digest: 17_433_848_553_716_465_734
        ),
        Golden(
            format: "salesforce_event", path: crm + "salesforce_rtem_reporteventstream", lines: 2, digest: 14_886_866_579_632_890_291
        ),
        Golden(
            format: "salesforce_event", path: crm + "salesforce_rtem_urieventstream", lines: 4, digest: 16_688_392_626_855_984_476),
        Golden(format: "salesforce_event", path: crm + "setup_audit_trail", lines: 20, digest: 5_836_801_051_042_329_113),
        Golden(format: "dataverse", path: matrix + "microsoft_365/event_examples/azure_ad", lines: 0, ignored: 25, digest: none),
        Golden(format: "dataverse", path: matrix + "microsoft_365/event_examples/exchange", lines: 0, ignored: 24, digest: none),
        Golden(format: "dataverse", path: matrix + "microsoft_365/event_examples/general", lines: 0, ignored: 9, digest: none),
        Golden(format: "dataverse", path: matrix + "microsoft_365/event_examples/sharepoint", lines: 0, ignored: 11, digest: none),
        Golden(format: "servicenow", path: matrix + "servicenow/event_examples/audit", lines: 2, digest: 7_111_429_038_133_291_846),
        Golden(format: "servicenow", path: matrix + "servicenow/event_examples/audit_role", lines: 2, digest: 10_655_699_535_553_689_635),
        Golden(format: "servicenow", path: matrix + "servicenow/event_examples/event", lines: 15, digest: 9_994_738_024_433_834_357),
        Golden(format: "servicenow", path: matrix + "servicenow/event_examples/export", lines: 1, digest: 2_662_857_603_695_679_035),
        Golden(format: "snowflake", path: matrix + "snowflake/event_examples/login_history", lines: 2, digest: 3_972_863_735_323_946_165),
        Golden(format: "snowflake", path: matrix + "snowflake/event_examples/query_history", lines: 24, digest: 2_888_294_937_053_660_504),
        Golden(format: "cloudtrail", path: "crowdsec-hub/aws-cloudtrail", lines: 2, digest: 18_103_129_618_860_144_407),
        Golden(format: "cloudtrail", path: "crowdsec-hub/aws-cloudtrail-postexploit", lines: 4, digest: 1_573_950_449_257_444_920),
        Golden(
            format: "cloudtrail", path: trail + "API_Activity/samples/generic_api_activity.raw", lines: 1, digest: 3_462_279_797_112_533_153
        ),
        Golden(
            format: "cloudtrail", path: trail + "Account_Change/samples/account_change.raw", lines: 1, digest: 3_023_012_784_183_773_947),
        Golden(
            format: "cloudtrail", path: trail + "Authentication/samples/authentication.raw", lines: 1, digest: 15_996_589_551_760_695_323),
        Golden(format: "ocsf", path: trail + "API_Activity/samples/generic_api_activity.ocsf", lines: 1, digest: 7_290_597_458_631_924_793),
        Golden(format: "ocsf", path: trail + "Account_Change/samples/account_change.ocsf", lines: 1, digest: 7_336_754_901_120_030_507),
        Golden(format: "ocsf", path: trail + "Authentication/samples/authentication.ocsf", lines: 1, digest: 16_856_076_526_586_438_110),
        Golden(
            format: "ocsf", path: "ocsf-examples/AWS/v1.5.0/EKS_Audit_Logs/samples/eks.ocsf", lines: 1, digest: 9_359_774_522_787_059_031),
        Golden(format: "ocsf", path: finding, lines: 0, ignored: 1, digest: none),
        Golden(format: "ocsf", path: gitHub + "API_Activity/samples/api_activity.ocsf", lines: 1, digest: 11_023_541_366_072_004_741),
        Golden(format: "ocsf", path: gitHub + "Authentication/samples/authentication.ocsf", lines: 1, digest: 12_391_836_822_317_169_574),
        Golden(format: "ocsf", path: gitHub + "Account_Change/samples/account_change.ocsf", lines: 0, ignored: 1, digest: none),
        Golden(format: "ocsf", path: gitHub + "Group_Management/samples/group_management.ocsf", lines: 0, ignored: 1, digest: none),
        Golden(format: "ocsf", path: okta + "API_Activity/samples/generic_api_activity.ocsf", lines: 1, digest: 3_043_166_130_709_880_546),
        Golden(format: "ocsf", path: okta + "Authentication/samples/authentication.ocsf", lines: 1, digest: 11_059_225_910_036_652_438),
        Golden(format: "ocsf", path: okta + "Detection_Finding/samples/detection_finding.ocsf", lines: 0, ignored: 1, digest: none),
        // Each of them was written for anonymous visitors; the last line of the first is one of a container.
        Golden(
            format: "traefik", path: "crowdsec-hub/traefik_json/traefik_json.log", lines: 0, ignored: 6, refused: ["syntax": 1],
            digest: none),
        Golden(
            format: "traefik", path: "crowdsec-hub/traefik_base-http-scenario/traefik_base-http-scenario.log", lines: 0, ignored: 80,
            digest: none),
        Golden(format: "caddy", path: "crowdsec-hub/caddy-logs/caddy-logs.log", lines: 1, ignored: 10, digest: 986_761_038_517_450_507),
        // Wrapped by a container's log driver.
        Golden(format: "envoy_json", path: "crowdsec-hub/envoy-logs/envoy.log", lines: 0, refused: ["syntax": 10], digest: none),
    ]

    private static let trail = "ocsf-examples/AWS/v1.5.0/CloudTrail/"
    private static let finding = "ocsf-examples/AWS/v1.1.0/Security_Hub/Detection_Finding/samples/sechub-guardduty.ocsf"
    private static let gitHub = "ocsf-examples/GitHub/v1.3.0/Github_Audit_Logs/"
    private static let okta = "ocsf-examples/Okta/v1.3.0/System_Logs/"

    static func bytes(_ path: String) throws -> [UInt8] {
        let url = GoldenSampleTests.samples.appending(path: path)
        guard try url.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true else { return Array(try Data(contentsOf: url)) }
        let names = try FileManager.default.contentsOfDirectory(atPath: url.path).sorted()
        return try names.flatMap { Array(try Data(contentsOf: url.appending(path: $0))) }
    }

    @Test(.enabled(if: GoldenSampleTests.arePresent), arguments: golden) func `a real log means what was read in it by eye`(
        _ golden: Golden
    ) throws {
        let seen = try RecordSight(golden.format, pieces: [try Self.bytes(golden.path)])
        #expect(seen.lines.count == golden.lines)
        #expect(seen.ignored == golden.ignored)
        #expect(seen.reasons == golden.refused)
        #expect(seen.digest == golden.digest, "\(golden.testDescription) has \(seen.digest): \(seen.lines.joined(separator: "\n"))")
        #expect(seen.left == 0)
    }

    @Test(.enabled(if: GoldenSampleTests.arePresent), arguments: golden) func `a real log means the same in small pieces`(
        _ golden: Golden
    ) throws {
        let bytes = try Self.bytes(golden.path)
        let whole = try RecordSight(golden.format, pieces: [bytes])
        var random = SeededRandom(seed: 99)
        #expect(try RecordSight(golden.format, pieces: pieces(of: bytes, using: &random)) == whole)
    }

    @Test(.enabled(if: GoldenSampleTests.arePresent)) func `Envoy's log is read out of a container's`() throws {
        let type = try #require(FormatCatalog.format(named: "envoy_json"))
        let options = FormatOptions(fields: ["account": ":authority"], wrapper: .cri)
        let bytes = try Self.bytes("crowdsec-hub/envoy-http-crawl-non_statics/envoy-http-crawl-non_statics.log")
        let seen = decode(try FormatCatalog.decoder(of: type, options: options), pieces: [bytes])
        #expect(seen.lines.count == 41 && seen.malformed.isEmpty && seen.ignored == 0)
        #expect(seen.lines.allSatisfy { $0.account == "crawl.internal" && $0.status == 404 && $0.operation.name == "read" })
        #expect(Set(seen.lines.map(\.endpoint)).count == 41)
    }

    /// The same rows of one organisation, as JSON and as the log files they were.
    @Test(.enabled(if: GoldenSampleTests.arePresent)) func `rows of Salesforce mean the same as JSON and as comma-separated values`() throws
    {
        let json = decode(
            try format("salesforce_event"), pieces: [try Self.bytes("azure-sentinel/Sample_Data/SalesforceServiceCloud_CL.json")])
        let folder = GoldenSampleTests.samples.appending(path: "salesforce-elf-2020")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".csv") }.sorted()
        let rows = try names.flatMap { name in
            decode(try format("salesforce_elf"), pieces: [try Self.bytes("salesforce-elf-2020/\(name)")]).lines
        }
        func fact(_ line: SeenLine) -> String {
            "\(line.time) \(line.account) \(line.kind) \(line.operation) \(line.object) \(line.rows ?? 999) \(line.bytes ?? 999) \(line.status)"
        }
        #expect(json.lines.count == 25)
        #expect(json.lines.map(fact).sorted() == rows.map(fact).sorted())
    }

    @Test(
        .enabled(if: GoldenSampleTests.arePresent),
        arguments: ["API_Activity/samples/generic_api_activity", "Account_Change/samples/account_change"])
    func `a record of CloudTrail means the same as its translation into OCSF`(name: String) throws {
        let raw = decode(try format("cloudtrail"), pieces: [try Self.bytes(Self.trail + name + ".raw")])
        let translated = decode(try format("ocsf"), pieces: [try Self.bytes(Self.trail + name + ".ocsf")])
        let (one, other) = (try #require(raw.lines.first), try #require(translated.lines.first))
        #expect(one.account == other.account && one.time == other.time)
        #expect(one.operation == other.operation && one.kind == other.kind)
        #expect(one.endpoint == other.object + "/" + other.endpoint)
    }
}

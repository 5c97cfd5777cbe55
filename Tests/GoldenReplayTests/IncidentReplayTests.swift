// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Daemon
import EventModel
import Foundation
import Pipeline
import Settings
import Simulation
import Testing

/// One incident at a time in a few days of a small estate, put there as `weir inject` does it: letter for letter the alerts that are
/// stored, and no alert where there is only something that looks like an incident.
@Suite struct IncidentReplayTests {
    /// An incident, and as much of an estate as its detector needs to know before it.
    struct Case: Sendable, CustomTestStringConvertible {
        var scenario: String
        var account: String
        var days = 4
        /// Who else is there.
        var others = ["svc-synth-gen", "svc-webhooks", "svc-us-storefront"]
        /// Detectors that have to be among those that speak; none where nobody may.
        var detectors: Set<String> = []

        init(_ scenario: String, _ account: String, _ detectors: Set<String>, days: Int = 4, others: [String]? = nil) {
            (self.scenario, self.account, self.detectors, self.days) = (scenario, account, detectors, days)
            if let others { self.others = others }
        }

        var testDescription: String { scenario }
        var file: GoldenFile { GoldenFile(name: "incident-\(scenario).ndjson") }
    }

    private static let peers = ["svc-us-storefront", "svc-consent", "svc-dsar"]

    static let incidents = [
        Case("dual_environment", "svc-loyalty-sync", ["D07"]), Case("unlabelled_burst", "svc-synth-gen", ["D15"]),
        Case("synthetic_to_production", "svc-synth-exporter", ["D16"]), Case("customer_to_training", "svc-train-loader", ["D17"]),
        Case("label_flip", "svc-label-tool", ["D18"]), Case("lineage_gap", "svc-synth-sync", ["D19"]),
        Case("identifier_overlap", "svc-assistant-mail", ["D20"]), Case("personal_data_in_ai", "svc-assistant", ["D21"]),
        Case("mixed_webhook", "svc-webhooks-ai", ["D22"]), Case("tls_downgrade", "partner-logistics", ["D23"]),
        Case("near_duplicate_probing", "partner-marketplace", ["D24"]),
        Case("catalogue_sweep", "svc-mobile-bff", ["D24"], days: 12, others: ["partner-marketplace", "svc-search"]),
        Case("checkout_pull", "svc-checkout-reco", ["D25"]), Case("mixed_session", "chiara.moretti", ["D26"], days: 24, others: peers),
        Case("role_crossing", "goran.petrov", ["D27"], days: 24, others: peers + ["hana.suzuki"]),
        Case("new_jurisdiction", "svc-bi-export", ["D28"]), Case("disclosure_missing", "svc-assistant", ["D29"]),
        Case("sensitive_mix", "svc-newsletter", ["D30"], days: 22, others: peers),
        Case("burst", "svc-loyalty-sync", ["D01"], days: 16, others: peers),
        Case("drip", "svc-crm-orders", ["D01"], days: 30, others: peers),
        Case("unknown_origin", "svc-train-loader", ["D18"], days: 16), Case("unaudited_job", "svc-synth-sync", ["D19"], days: 16),
        Case("flow_surge", "svc-train-reco", ["D16"], days: 16),
    ]

    static let harmless = [
        Case("declared_flow_volume", "svc-train-reco", []), Case("parser_label_loss", "svc-synth-gen", []),
        Case("test_value_text", "svc-assistant", []), Case("declared_dual_environment", "svc-masking", []),
        Case("clean_webhook", "svc-webhooks-ai", []), Case("training_session", "jonas.weber", [], days: 10),
    ]

    @Test(arguments: incidents) func `an incident's alerts are letter for letter those that were stored`(incident: Case) throws {
        let found = try IncidentReplay(incident).alerts()
        let speaking = Set(found.compactMap { $0.firstMatch(of: /"detector":"([DH]\d+)"/).map { String($0.1) } })
        #expect(speaking.isSuperset(of: incident.detectors), "\(speaking)")
        if GoldenFile.isRewriting { return try incident.file.write(found) }
        let difference = GoldenDifference(found: found, wanted: try incident.file.lines())
        #expect(difference.isEmpty, "\(incident.file.name): make golden rewrites it after an intended change.\n\(difference.text)")
    }

    @Test(arguments: harmless) func `what only looks like an incident is not spoken of`(incident: Case) throws {
        let replay = try IncidentReplay(incident)
        #expect(replay.injected > 0, "nothing was there to be spoken of")
        let alerts = try replay.alerts()
        #expect(alerts.isEmpty, "\(alerts)")
    }

    @Test(.disabled(if: GoldenFile.isRewriting)) func `every incident is stored, and what is stored is small`() throws {
        let kinds = Injection.Scenario.all.map(\.name)
        #expect(Set(kinds) == Set((IncidentReplayTests.incidents + IncidentReplayTests.harmless).map(\.scenario)))
        let sizes = try IncidentReplayTests.incidents.map { try $0.file.lines().reduce(0) { $0 + $1.utf8.count + 1 } }
        #expect(sizes.allSatisfy { $0 > 0 && $0 < 40_000 } && sizes.reduce(0, +) < 300_000, "\(sizes)")
    }
}

/// A small estate with one incident in it, as a log and settings in a folder of its own.
private final class IncidentReplay {
    let injected: Int
    private let folder = FileManager.default.temporaryDirectory.appending(path: "weir-incident-\(UUID().uuidString)")

    init(_ incident: IncidentReplayTests.Case) throws {
        var simulation = EstateSimulation(
            days: incident.days, seed: 3, start: EventTime(milliseconds: 1_780_272_000_000), incidents: EstateIncidentList())
        let there = Set(incident.others + [incident.account])
        var events: [EstateEvent] = []
        while let day = simulation.nextDay() { events += day.filter { there.contains($0.account) } }
        var survey = LogSurvey()
        for event in events { survey.note(event) }
        let scenario = try #require(Injection.Scenario(name: incident.scenario))
        let wish = Injection.Wish(scenario: scenario, account: incident.account)
        let injection = try Injection([wish], into: survey, seed: 1)
        injected = injection.events.count
        let all = (injection.events + events).enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
        let text = EstateText(seed: 3)
        var bytes: [UInt8] = []
        for (_, event) in all { text.append(event, to: &bytes) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(bytes).write(to: folder.appending(path: EstateArchive.log))
        try Data(EstateArchive(simulation: simulation, text: text).settings).write(to: folder.appending(path: "estate.yaml"))
    }

    deinit {
        do {
            try FileManager.default.removeItem(at: folder)
        } catch {
            Issue.record("\(folder.path) could not be removed: \(error)")
        }
    }

    /// The alerts of a replay, without the folder's name.
    func alerts() throws -> [String] {
        let settings = try SettingsFile.load(path: folder.appending(path: "estate.yaml").path, for: .reading)
        let lane = try LaneAssembly.lane(try #require(settings.sources.first), settings)
        var alerts: [String] = []
        let outcome = Replay(lane: lane).run(alert: { alerts.append($0.json) }, progress: { _ in })
        #expect(outcome.counters.malformedTotal == 0 && outcome.messages.isEmpty, "\(outcome.messages)")
        return alerts.map { $0.replacing(folder.path + "/", with: "") }
    }
}

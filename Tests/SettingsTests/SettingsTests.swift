// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import LogFormats
import Testing

@testable import Settings

let good = """
    state_directory: state
    sources:
      - name: gateway
        format: json
        paths: ["/var/log/gateway/access.json*", logs/other.json]
        environment: production
        fields: { account: consumer.username, endpoint: request.uri }
        lateness_seconds: 30
        rotate_wait_seconds: 2.5
        accounts_max: 5000
    detection:
      model: default
      alert_budget: { pages_per_day: 2, tickets_per_week: 5 }
      detectors: { D01: { score: 5 } }
    checkpoint_interval_seconds: 1
    """

@Suite struct SettingsTests {
    @Test func `a wrapper is one of six words`() throws {
        func text(_ wrapper: String) -> String {
            "state_directory: /x\nsources:\n  - { name: a, format: combined, wrapper: \(wrapper), paths: [/a] }"
        }
        let settings = try SettingsFile.read(text("docker"), folder: "/etc/weir")
        #expect(settings.sources.map(\.wrapper) == [.docker])
        #expect(places(text("podman")) == ["3 sources[0].wrapper"])
        #expect(messages(text("podman")).contains("syslog, docker, cri, json, csv, prefix"))
        #expect(SettingsReference.text.contains("- `wrapper`: word, one of syslog, docker, cri, json, csv, prefix."))
    }

    @Test func `a column that a format does not have is a problem that names those it has`() throws {
        let text = "state_directory: /x\nsources:\n  - { name: a, format: alb, paths: [/a], fields: { account: customer } }"
        #expect(places(text) == ["3 sources[0].fields"])
        #expect(messages(text).contains("client"))
    }

    @Test func `a good file is read whole`() throws {
        let settings = try SettingsFile.read(good, folder: "/etc/weir")
        #expect(settings.stateDirectory == "/etc/weir/state")
        #expect(settings.sources.count == 1)
        let source = settings.sources[0]
        #expect(source.name == "gateway" && source.format == "json" && source.environment == .production)
        #expect(source.paths == ["/var/log/gateway/access.json*", "/etc/weir/logs/other.json"])
        #expect(source.fields == ["account": "consumer.username", "endpoint": "request.uri"])
        #expect(source.lateness == .seconds(30) && source.rotateWait == EventDuration(milliseconds: 2500))
        #expect(source.accountsMax == 5000)
        #expect(settings.modelName == "default" && settings.pagesPerDay == 2 && settings.ticketsPerWeek == 5)
        #expect(settings.detectorOptions == ["D01": ["score": 5]])
        #expect(settings.checkpointInterval == .seconds(1))
    }

    @Test func `defaults apply where nothing is said`() throws {
        let settings = try SettingsFile.read(
            "state_directory: /var/lib/weir\nsources: [{ name: a, format: json, paths: [/a] }]", folder: "/etc/weir")
        #expect(settings.stateDirectory == "/var/lib/weir")
        #expect(settings.sources[0].lateness == JSONFormat.descriptor.defaultLateness)
        #expect(settings.checkpointInterval == .seconds(5) && settings.modelName == "default")
        #expect(settings.warnings.contains { $0.message.contains("alerts.sinks is empty") })
    }

    @Test func `every problem is listed at once, with its line`() {
        let text = """
            state_directory: /x
            sources:
              - name: a
                format: jsn
                paths: [/a]
              - name: "bad name!"
                format: json
                pathes: [/b]
                lateness_seconds: -4
            alrts: {}
            """
        #expect(
            places(text) == [
                "4 sources[0].format", "6 sources[1]", "6 sources[1].name", "8 sources[1].pathes", "9 sources[1].lateness_seconds",
                "10 alrts",
            ])
    }

    @Test func `an unknown key names the nearest known one`() {
        #expect(messages("state_directry: /x\nsources: [{ name: a, format: json, paths: [/a] }]").contains("Did you mean state_directory?"))
        #expect(messages("state_directory: /x\nsources: [{ name: a, format: jsno, paths: [/a] }]").contains("Did you mean json?"))
    }

    @Test func `options of detectors are checked by the catalogue`() {
        let start = "state_directory: /x\nsources: [{ name: a, format: json, paths: [/a] }]\n"
        #expect(messages(start + "detection: { detectors: { D01: { score: 99 } } }").contains("out of range: use 0.5 to 10"))
        #expect(messages(start + "detection: { detectors: { D01: { scor: 5 } } }").contains("Did you mean score?"))
        #expect(messages(start + "detection: { detectors: { D99: { } } }").contains("no such detector"))
    }

    @Test func `two sources may share neither name nor path`() {
        let text = """
            state_directory: /x
            sources:
              - { name: a, format: json, paths: [/a] }
              - { name: a, format: json, paths: [/b] }
              - { name: c, format: json, paths: [/b] }
            """
        #expect(places(text) == ["4 sources[1].name", "5 sources[2].paths"])
    }

    @Test func `field maps are checked by the format`() {
        let text = "state_directory: /x\nsources: [{ name: a, format: json, paths: [/a], fields: { acount: x } }]"
        #expect(places(text) == ["2 sources[0].fields.acount"])
    }

    @Test(arguments: ["", "a: [", "\tstate_directory: /x", "a: &x [1]\nb: { <<: *x }", "just text", "[1, 2]"])
    func `what is no settings file is refused with a sentence`(text: String) {
        #expect(!places(text).isEmpty)
        #expect(messages(text).contains("."))
    }

    @Test func `a missing file is a problem, not a crash`() {
        #expect(throws: SettingsFailure.self) { try SettingsFile.load(path: "/nonexistent/weir.yaml") }
    }

    @Test func `distances are counted as by hand`() {
        #expect(NearestName.distance(Array("kitten".utf8), Array("sitting".utf8)) == 3)
        #expect(NearestName.distance([], Array("abc".utf8)) == 3)
        #expect(NearestName.of("zzzzzz", among: ["name", "paths"]) == nil)
    }
}

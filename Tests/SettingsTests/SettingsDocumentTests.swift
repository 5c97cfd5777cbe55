// weir
// SPDX-License-Identifier: Apache-2.0

import AlertSinks
import Detection
import EventModel
import LogFormats
import TestSupport
import Testing

@testable import Settings

@Suite struct SettingsDocumentTests {
    private let start = "state_directory: /x\nsources: [{ name: a, format: json, paths: [/a] }]\n"

    @Test(arguments: [
        ("a:\n\tb: 1", 2, "A tab stands in the indentation"), ("a: 1\nb: [1, 2\nc: 3", 3, "no valid YAML"),
        ("a: 1\npaths: *.json", 2, "needs quotes"), ("a: @x", 1, "needs quotes"), ("a: 1\nb: 2\na: 3", 1, "\"a\" stands twice"),
        ("a: \"x\u{1}\"", 1, "cannot stand in YAML"), ("a: b: c", 1, "needs quotes"), ("a: 1\n---\nb: 2", 2, "no valid YAML"),
    ])
    func `bad YAML gives a line and a sentence`(text: String, line: Int, sentence: String) {
        let found = problems(text)
        #expect(found.count == 1)
        #expect(found.first?.line == line, "\(found)")
        #expect(found.first?.message.contains(sentence) == true, "\(found)")
    }

    @Test func `a bomb of aliases is refused before it is opened`() {
        var text = "l0: &l0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            text += "l\(level): &l\(level) [\(Array(repeating: "*l\(level - 1)", count: 9).joined(separator: ", "))]\n"
        }
        #expect(messages(text + "? *l9\n: 1\n").contains("YAML aliases"))
    }

    @Test func `a few aliases are fine`() throws {
        let text =
            "state_directory: /x\nsources:\n  - { name: a, format: json, paths: [/a], fields: &f { account: user } }\n"
            + "  - { name: b, format: json, paths: [/b], fields: *f }\n"
        #expect(try SettingsFile.read(text, folder: "/").sources.map(\.fields) == [["account": "user"], ["account": "user"]])
    }

    @Test(arguments: ["[", "{a: ", "- ", "? ", "!!a ", "&a "])
    func `deep nesting is refused and does not overflow the stack`(token: String) {
        #expect(!problems(String(repeating: token, count: 100_000)).isEmpty)
    }

    @Test func `lists and maps have an end`() {
        let many = "state_directory: /x\nsources:\n" + (0...256).map { "  - { name: s\($0), format: json, paths: [/\($0)] }\n" }.joined()
        #expect(messages(many) == "has more than 256 entries.")
        #expect(problems((0...500).map { "key\($0): 1\n" }.joined()).count <= SettingsLimits.problems)
    }

    @Test func `a value of the wrong shape is a problem with the key's line`() {
        let text = """
            state_directory: [a]
            sources:
              - name:
                format: json
                paths: /a
                accounts_max: 10.5
                lateness_seconds: 2m
                fields: [a]
                environment: prod
            checkpoint_interval_seconds: .inf
            dashboard:
              listen: "0.0.0.0:8480"
            """
        #expect(
            places(text) == [
                "1 state_directory", "3 sources[0].name", "5 sources[0].paths", "6 sources[0].accounts_max",
                "7 sources[0].lateness_seconds",
                "8 sources[0].fields", "9 sources[0].environment", "10 checkpoint_interval_seconds", "12 dashboard.listen",
            ])
    }

    @Test func `a source with several problems shows them all`() {
        let text = "state_directory: /x\nsources: [{ format: jsn, lateness_seconds: -1, colour: red }]"
        #expect(
            places(text) == ["2 sources[0]", "2 sources[0]", "2 sources[0].colour", "2 sources[0].format", "2 sources[0].lateness_seconds"])
    }

    @Test func `a dashboard is accepted on loopback, with a warning that it comes later`() throws {
        for listen in ["127.0.0.1:8480", "[::1]:1", "localhost:65535", "unix:/run/weir/d"] {
            let settings = try SettingsFile.read(start + "dashboard: { listen: \"\(listen)\" }", folder: "/")
            #expect(settings.dashboardListen == listen)
            #expect(settings.warnings.contains { $0.path == "dashboard" })
        }
        for listen in ["8480", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:70000", "10.0.0.1:80", "127.evil.example:x"] {
            #expect(places(start + "dashboard: { listen: \"\(listen)\" }") == ["3 dashboard.listen"], "\(listen)")
        }
    }

    @Test func `a lateness of 0 is a warning`() throws {
        let text = "state_directory: /x\nsources: [{ name: a, format: json, paths: [/a], lateness_seconds: 0 }]"
        #expect(try SettingsFile.read(text, folder: "/").warnings.contains { $0.path == "sources[0].lateness_seconds" })
    }

    @Test func `what is expected of a time is read with its zone, its sources and a warning once it is over`() throws {
        let entry = "{ name: Black Friday, from: 2026-11-27T00:00:00+01:00, to: 2026-11-28T00:00:00+01:00, uplift: 4, sources: [a] }"
        let settings = try SettingsFile.read(start + "detection: { calendar: [\(entry)] }", folder: "/")
        let rise = try #require(settings.calendar.first)
        #expect(rise.name == "Black Friday" && rise.uplift == 4 && rise.sources == ["a"])
        #expect(rise.start.milliseconds == 1_795_734_000_000 && rise.end.milliseconds == 1_795_820_400_000)
        for (right, wrong) in [
            ("00+01:00, to", "00, to"), ("2026-11-28", "2026-11-26"), ("uplift: 4", "uplift: 9"), ("[a]", "[b]"),
            ("name: Black Friday, ", ""),
        ] {
            let text = start + "detection: { calendar: [\(entry.replacing(right, with: wrong))] }"
            #expect(places(text).count == 1, "\(wrong)")
            #expect(places(text).allSatisfy { $0.hasPrefix("3 detection.calendar[0]") }, "\(places(text))")
        }
    }

    @Test func `known networks are read in both versions, and what is none is a problem at its place`() throws {
        let networks = "[203.0.113.0/24, 10.0.0.0/8, \"2001:db8:7::/48\", 198.51.100.7]"
        let settings = try SettingsFile.read(start + "detection: { known_networks: \(networks) }", folder: "/")
        let wanted = [
            NetworkRange([203, 0, 113, 0], prefix: 24), NetworkRange([10, 0, 0, 0], prefix: 8),
            NetworkRange([0x20, 0x01, 0x0D, 0xB8, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], prefix: 48),
            NetworkRange([198, 51, 100, 7], prefix: 32),
        ]
        #expect(settings.knownNetworks == wanted.compactMap(\.self))
        let warnings = settings.warnings.filter { $0.path.hasPrefix("detection") }
        #expect(warnings.map(\.path) == ["detection.known_networks[3]"])
        #expect(warnings.allSatisfy { $0.message.contains("counts as 198.51.100.0/24") })
        for wrong in ["example.com", "10.0.0.0/33", "10.0.0.1/8", "0.0.0.0/0", "::/0", "10.0.0.0/8/8", "10.0.0.0/x", "::ffff:10.0.0.0/104"]
        {
            let text = start + "detection: { known_networks: [\"\(wrong)\"] }"
            #expect(places(text) == ["3 detection.known_networks[0]"], "\(wrong)")
        }
        #expect(SettingsReference.text.contains("- `known_networks`: list of networks."))
    }

    @Test func `series are named by account and by endpoint, and what cannot be one is a problem at its place`() throws {
        let series = "{ accounts: [svc-a, anna@example.com], endpoints: { exports: [/jobs/*, \"/bulk/{id}\"] } }"
        let settings = try SettingsFile.read(start + "detection: { series: \(series) }", folder: "/")
        #expect(settings.series.accounts == ["svc-a", "anna@example.com"])
        #expect(settings.series.groups == [SeriesSelection.EndpointGroup(name: "exports", patterns: ["/jobs/*", "/bulk/{id}"])])
        #expect(settings.warnings.map(\.path).filter { $0.hasPrefix("detection") } == ["detection.series.accounts[1]"])
        let names = (0..<33).map { "a\($0)" }.joined(separator: ", ")
        for (wrong, place) in [
            ("{ accounts: [svc-a, svc-a] }", ".accounts[1]"), ("{ endpoints: { all: [/*] } }", ".endpoints.all[0]"),
            ("{ endpoints: { none: [] } }", ".endpoints.none"), ("{ account: [svc-a] }", ".account"), ("{ accounts: [\(names)] }", ""),
        ] {
            #expect(places(start + "detection: { series: \(wrong) }") == ["3 detection.series\(place)"], "\(wrong)")
        }
        #expect(SettingsReference.text.contains("- `endpoints`: map of a name to a list of endpoints."))
    }

    @Test func `a detector by its name gets its id`() {
        #expect(messages(start + "detection: { detectors: { export-volume: { score: 5 } } }").contains("Did you mean D01?"))
    }

    @Test func `messages hold no control characters and no endless values`() {
        let long = String(repeating: "x", count: 5000)
        let text = start + "\"a\\e[31m\": 1\nb: { }\ncheckpoint_interval_seconds: \(long)\n\(long): 1\n"
        for problem in problems(text) {
            let shown = problem.text(file: "weir.yaml")
            #expect(!shown.unicodeScalars.contains { $0.value < 32 })
            #expect(shown.count < 400)
        }
    }

    @Test func `no damage to a good file crashes the reader`() throws {
        let seed: UInt64 = 26_112_401
        var random = SeededRandom(seed: seed)
        let tokens = [
            "*", "&a ", "- ", ": ", "{", "}", "[", "]", "\"", "'", "\n", "\t", "? ", "!!x ", "#", "|", ">", "~", "\u{0}", "é", "%", "<<",
        ]
        for _ in 0..<2000 {
            var bytes = Array(good.utf8)
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                if Bool.random(using: &random) {
                    bytes.removeSubrange(place..<min(place + Int.random(in: 1...9, using: &random), bytes.count))
                } else {
                    bytes.insert(contentsOf: Array(tokens.randomElement(using: &random)?.utf8 ?? "".utf8), at: place)
                }
                if bytes.isEmpty { break }
            }
            for problem in problems(String(decoding: bytes, as: UTF8.self)) { #expect(!problem.message.isEmpty, "seed \(seed)") }
        }
    }
}

@Suite struct SettingsReferenceTests {
    @Test func `the reference mentions every key, range and default`() {
        let text = SettingsReference.text(pigeons)
        for (title, keys) in SettingKeys.blocks {
            #expect(text.contains("\n## \(title)\n"))
            for key in keys {
                #expect(text.contains("- `\(key.name)`: \(key.shape)"), "\(key.name)")
                if let value = key.defaultText { #expect(text.contains("default \(value)"), "\(key.name)") }
                if let range = key.range { #expect(text.contains(SettingsText.range(range)), "\(key.name)") }
            }
        }
    }

    @Test func `the reference mentions every format, detector option and sink option`() {
        let text = SettingsReference.text(pigeons)
        for format in FormatCatalog.all { #expect(text.contains("- `\(format.descriptor.name)`")) }
        for detector in DetectorCatalog.all.map({ $0.descriptor }) {
            #expect(text.contains("detection.detectors.\(detector.id) (\(detector.name))"))
            for option in detector.options { #expect(text.contains("- `\(option.name)`: \(SettingsText.range(option.range))")) }
        }
        for option in PigeonSink.descriptor.options { #expect(text.contains("- `\(option.name)`: "), "\(option.name)") }
        #expect(text.contains("- { type: pigeon, address: loft }"))
    }
}

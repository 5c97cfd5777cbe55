// weir
// SPDX-License-Identifier: Apache-2.0

import ContentScan
import Detection
import EventModel
import LogFormats
import Testing

@testable import Settings

@Suite struct EstateSettingsTests {
    private func read(_ more: String, at now: EventTime? = nil) throws -> WeirSettings {
        let needed = "state_directory: /s\nsources: [{ name: a, format: json, paths: [/a] }]\n"
        return try SettingsFile.read(needed + more, folder: "/etc/weir", at: now)
    }

    private func problems(_ more: String) -> [String] {
        do {
            _ = try read(more)
            return []
        } catch let failure as SettingsFailure {
            return failure.problems.map { "\($0.path): \($0.message)" }
        } catch {
            return ["\(error)"]
        }
    }

    private let good = """
        estate:
          systems:
            - { name: crm, environment: production, region: EU, hosts: [crm.example] }
            - { name: lab, environment: training }
          regions: { EU: [eu-central-1] }
          stores: [{ name: customers, system: crm, class: customer, objects: [Contact], records: 120000 }]
          flows: [{ class: customer, from: crm, to: lab, owner: ml, expires: 2027-06-30, assessment: D-1 }]
          dual_environment: [{ account: svc-mask, owner: ml, expires: 2027-06-30 }]
          generators: [svc-gen]
          checkout: { endpoints: [/checkout], stores: [customers] }
          assistants: [/answers]
          tls_minimum: "1.2"
          roles: [{ name: synthetic_admin, accounts: [ada] }]
          sensitive: [Contact_PII]
        lexicon: [{ key: env, match: prd, means: production }]
        personal_data: { countries: [de], synthetic_domains: [corp.test], patterns: [{ name: id, match: "K-[0-9]{6}" }] }
        """

    @Test func `an estate is read whole`() throws {
        let settings = try read(good)
        let estate = settings.estate
        #expect(estate.systems.map(\.name) == ["crm", "lab"] && estate.systems[1].environment == .training)
        #expect(estate.regions == [Estate.Region(name: "EU", members: ["eu-central-1"])])
        #expect(estate.stores.first?.dataClass == .customer && estate.weakestTransport == .tls12)
        #expect(estate.stores.first?.records == 120_000)
        let end = EventTime(milliseconds: 1_814_313_600_000)
        #expect(estate.flows == [Estate.Flow(dataClass: .customer, from: "crm", to: "lab", owner: "ml", expires: end, assessment: "D-1")])
        #expect(estate.dualEnvironment == [Estate.Allowance(account: "svc-mask", owner: "ml", expires: end)])
        #expect(estate.checkout?.stores == ["customers"] && estate.generators == ["svc-gen"] && estate.sensitive == ["Contact_PII"])
        #expect(settings.lexicon == [MarkerLexicon.Entry(.env, "prd", means: "production")])
        #expect(settings.scan.patterns.count == 1 && settings.scan.countries == [.germany])
    }

    @Test(arguments: [
        ("estate: { systems: [{ name: a, hosts: [h] }, { name: b, hosts: [h] }] }", "is a host of a already"),
        ("estate: { systems: [{ name: a }, { name: a }] }", "two systems a"),
        ("estate: { stores: [{ name: s, system: crmm, objects: [X] }], systems: [{ name: crm }] }", "Did you mean"),
        ("estate: { systems: [{ name: a }], stores: [{ name: s, system: a }] }", "neither objects nor endpoints"),
        (
            "estate: { systems: [{ name: a }], stores: [{ name: s, system: a, objects: [X] }, { name: t, system: a, objects: [X] }] }",
            "belongs to s already"
        ),
        ("estate: { systems: [{ name: a }], stores: [{ name: s, system: a, objects: [X], records: 0 }] }", "out of range"),
        ("estate: { systems: [{ name: a }], stores: [{ name: s, system: a, objects: [X], records: 1.5 }] }", "whole number"),
        ("estate: { flows: [{ from: nowhere, to: production, owner: x }] }", "neither a system nor an environment"),
        ("estate: { flows: [{ from: production, to: training, owner: x, expires: soon }] }", "is no date"),
        ("estate: { checkout: { endpoints: [/c], stores: [s] } }", "There is no store"),
        ("estate: { tls_minimum: \"1.4\" }", "is not one of"), ("lexicon: [{ key: env, match: a, means: customer }]", "is not one of"),
        ("lexicon: [{ key: env, match: \"a*b*\", means: production }]", "two stars"),
        ("personal_data: { patterns: [{ name: x, match: \"(a\" }] }", "at byte"), ("estate: { system: [] }", "no such setting"),
    ]) func `a contradiction is a problem that says where`(text: String, words: String) {
        #expect(problems(text).contains { $0.contains(words) }, "\(problems(text))")
    }

    @Test(arguments: [
        ("json", 300, nil), ("json", 299, "fewer records than D24 speaks of (minimum_items 300)"),
        ("combined", 300, "nobody counts them"),
    ]) func `a store's size that D24 can make nothing of is a warning at the store`(format: String, records: Int, words: String?) throws {
        let settings = try SettingsFile.read(
            "state_directory: /s\nsources: [{ name: a, format: \(format), paths: [/a] }]\nestate:\n  systems: [{ name: a }]\n  stores:\n"
                + "    - { name: r, system: a, objects: [Y] }\n    - { name: s, system: a, objects: [X], records: \(records) }",
            folder: "/etc/weir")
        let found = settings.warnings.filter { $0.path == "estate.stores[1]" }.map(\.message)
        #expect(found.count == (words == nil ? 0 : 1))
        if let words { #expect(found.contains { $0.contains(words) }, "\(found)") }
    }

    @Test func `more sized stores than an account's memory has room for are a problem`() {
        func stores(_ count: Int) -> String {
            let list = (0..<count).map { "{ name: s\($0), system: a, objects: [X\($0)], records: 1000 }" }.joined(separator: ", ")
            return "estate: { systems: [{ name: a }], stores: [\(list)] }"
        }
        #expect(problems(stores(32)).isEmpty)
        #expect(problems(stores(33)).contains { $0.contains("at most 32") })
    }

    @Test func `what is legal but probably not meant is a warning`() throws {
        let text = """
            estate:
              systems: [{ name: lab, environment: training }]
              flows: [{ class: customer, from: production, to: lab }]
              dual_environment: [{ account: svc-gen }]
              generators: [svc-gen]
            """
        let warnings = try read(text).warnings.map(\.message)
        for words in ["without an `assessment`", "no `owner`", "no `expires`", "nothing keeps the two apart"] {
            #expect(warnings.contains { $0.contains(words) }, "\(words): \(warnings)")
        }
    }

    @Test func `a declaration that has ended is a warning, and so are made-up records for production`() throws {
        let text = """
            estate:
              systems: [{ name: lab, environment: synthetic }, { name: crm, environment: production }]
              flows:
                - { class: synthetic, from: lab, to: crm, owner: x, expires: 2026-06-30 }
                - { class: synthetic, from: lab, to: training, owner: x, expires: 2026-07-01 }
              dual_environment: [{ account: svc-mask, owner: x, expires: 2026-06-30 }]
            """
        func warnings(at now: EventTime?) throws -> [String] {
            try read(text, at: now).warnings.filter { $0.path.hasPrefix("estate") }.map { "\($0.path): \($0.message)" }
        }
        let production = "estate.flows[0]: brings made-up records into production without an `assessment`."
        #expect(try warnings(at: nil) == [production])
        let end = EventTime(milliseconds: 1_782_777_600_000)  // 2026-06-30
        #expect(try warnings(at: end - .seconds(1)) == [production])
        let ended = [
            "estate.flows[0]: ended on 2026-06-30: what still flows is undeclared.", production,
            "estate.dual_environment[0]: ended on 2026-06-30: what the account does in two environments is undeclared.",
        ]
        #expect(try warnings(at: end).sorted() == ended.sorted())
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Simulation
import Testing

struct EstateSimulationTests {
    private static let known: Set<String> = [
        "ts", "account", "kind", "action", "method", "endpoint", "object", "status", "rows", "bytes", "ip", "agent", "session", "job",
        "request", "env", "class", "synthetic", "provenance", "parent", "disclosed", "dest", "dest_env", "dest_region", "region", "tls",
        "scheme", "item", "query", "text",
    ]

    private func quiet() throws -> [EstateLine] { try EstateLog.quiet.get().lines }

    @Test func `the same seed gives the same bytes, another seed gives others`() throws {
        let one = try EstateLog(days: 1, seed: 7)
        #expect(try EstateLog(days: 1, seed: 7).bytes == one.bytes)
        #expect(try EstateLog(days: 1, seed: 8).bytes != one.bytes)
        #expect(one.lines.count > 5000)
    }

    @Test func `incidents add to the usual days and change nothing in them`() throws {
        let with = try EstateLog(days: 2, seed: 7)
        let without = try EstateLog(days: 2, seed: 7, incidents: EstateIncidentList())
        var place = 0
        for line in with.lines where place < without.lines.count && line == without.lines[place] { place += 1 }
        #expect(place == without.lines.count && with.lines.count > place)
    }

    @Test func `every line has keys of weir's event only, in the order of time`() throws {
        let lines = try EstateLog.eventful.get().lines
        #expect(lines.allSatisfy { EstateSimulationTests.known.isSuperset(of: $0.values.keys) })
        for (earlier, later) in zip(lines, lines.dropFirst()) {
            // Whole seconds are written without milliseconds; what is before the letter of the zone is in order.
            #expect(earlier.time.dropLast() <= later.time.dropLast())
        }
        #expect(lines.allSatisfy { $0.time >= "2026-06-01" && $0.time < "2026-06-07" })
    }

    @Test func `sixty accounts, more than fifty routes, four environments, two jurisdictions`() throws {
        let lines = try quiet()
        #expect(Set(lines.map(\.account)).count == 60)
        #expect(Set(lines.map(\.route)).count >= 50)
        #expect(Set(lines.compactMap { $0["env"] }) == ["production", "synthetic", "staging", "training"])
        #expect(Set(lines.compactMap { $0["region"] }) == ["eu-central-1", "eu-west-1", "us-east-1"])
        #expect(Set(lines.compactMap { $0["kind"] }) == ["service", "human", "app"])
    }

    /// The store of a line by its object, which belongs to one store only.
    private func home(_ line: EstateLine) -> EstateMap.Store? {
        line["object"].flatMap { object in EstateMap.stores.first { EstateMap.objects(of: $0).contains(object) } }
    }

    @Test func `every object and route belongs to one store of the estate, in its system's environment and region`() throws {
        let objects = EstateMap.stores.flatMap(EstateMap.objects)
        let endpoints = EstateMap.stores.flatMap(EstateMap.endpoints)
        #expect(Set(objects).count == objects.count && Set(endpoints).count == endpoints.count)
        for line in try quiet() where line["object"] != nil {
            let store = try #require(home(line), "\(line)")
            let system = try #require(EstateMap.systems.first { $0.name == store.system })
            #expect(line["env"] == system.environment.rawValue && line["region"] == system.region, "\(line)")
            let isKnown =
                EstateMap.endpoints(of: store).contains(line.route) || EstateMap.checkout.endpoints.contains(line.route)
                || line.route.hasPrefix("/console/")
            #expect(isKnown, "\(line)")
        }
    }

    @Test func `every edge of usual traffic is declared`() throws {
        for line in try quiet() {
            guard let destination = line["dest"] else { continue }
            let store = try #require(home(line))
            let target = try #require(EstateMap.systems.first { $0.name == destination || $0.hosts.contains(destination) })
            #expect(line["dest_env"] == target.environment.rawValue && line["dest_region"] == target.region)
            let isDeclared = EstateMap.flows.contains {
                $0.contents == store.contents && $0.from == store.system && $0.to == target.name
            }
            #expect(isDeclared, "\(store.contents) \(store.system) to \(target.name)")
        }
    }

    @Test func `usual traffic is encrypted, labelled and disclosed`() throws {
        for line in try quiet() {
            #expect(line["scheme"] != "http" && (line["tls"] ?? "TLSv1.3") == "TLSv1.3", "\(line)")
            if line["class"] == "synthetic" {
                #expect(line["synthetic"] == "true" && line["provenance"]?.count == 64, "\(line)")
                if line.isWrite { #expect(line["parent"]?.count == 64, "\(line)") }
            } else {
                #expect(line["synthetic"] != "true" && line["provenance"] == nil, "\(line)")
            }
            if line["class"] == "ai_content", line["status"] == "200" {
                #expect(line["disclosed"] == "true" && line["text"] != nil, "\(line)")
                // No card and no account number is shorter.
                #expect(line["text"]?.contains("@") == false && line["text"]?.contains(#/\d{4}/#) == false, "\(line)")
            }
            if line["action"] == "webhook" { #expect(line["scheme"] == "https" && line["tls"] == "TLSv1.3") }
            if line["object"] == "Contact_PII" { #expect(line.account == "svc-dsar") }
            if EstateMap.checkout.endpoints.contains(line.route) { #expect(line["object"] == "Product") }
        }
    }

    @Test func `only who is declared touches production and synthetic records`() throws {
        var environments: [String: Set<String>] = [:]
        for line in try quiet() { environments[line.account, default: []].insert(line["env"] ?? "production") }
        let both = environments.filter { $0.value.contains("production") && !$0.value.isDisjoint(with: ["synthetic", "training"]) }
        // The login of a steward has no environment.
        let stewards = EstateAccount.all.filter { $0.role == .syntheticSteward }.map(\.name)
        #expect(Set(both.keys).subtracting(stewards) == Set(EstateAccount.dualEnvironment))
    }

    @Test func `a session at the console is about one kind of records, and a role keeps to its own`() throws {
        var kinds: [String: Set<String>] = [:]
        for line in try quiet() where line.route.hasPrefix("/console/records") {
            kinds[line["session"] ?? "", default: []].insert(line["synthetic"] ?? "")
            switch EstateAccount.all.first(where: { $0.name == line.account })?.role {
            case .supportAgent: #expect(line["class"] == "customer")
            case .syntheticSteward: #expect(line["class"] == "synthetic")
            case .syntheticAdmin, nil: break
            }
        }
        #expect(kinds.count > 50 && kinds.values.allSatisfy { $0.count == 1 })
    }

    @Test func `every job is audited, and every parent and every hash that is read was written before`() throws {
        var written: Set<String> = []
        var open: [String: Int] = [:]
        for line in try quiet() {
            if let job = line["job"] { open[job] = line["action"] == "admin" ? 0 : open[job, default: 0] + 1 }
            guard line["env"] == "synthetic", let hash = line["provenance"] else { continue }
            let isFirstDay = line.time < "2026-06-02"
            if line.isWrite && line["dest"] == nil {
                #expect(written.insert(hash).inserted, "\(line)")
                if !isFirstDay, let parent = line["parent"] { #expect(written.contains(parent), "\(line)") }
            } else if !isFirstDay {
                #expect(written.contains(hash), "\(line)")
            }
        }
        #expect(open.count == 15 && open.values.allSatisfy { $0 == 0 })
    }

    @Test(arguments: [UInt64(1), 2]) func `a sparse log lacks half of the keys of movement, the same ones on every line`(seed: UInt64)
        throws
    {
        let full = try EstateLog(days: 1, seed: seed)
        let sparse = try EstateLog(days: 1, seed: seed, sparse: 0.5)
        let dropped = EstateText(seed: seed, sparse: 0.5).dropped.map(\.rawValue)
        #expect(dropped.count == 7)
        let expected = full.lines.map { line in EstateLine(values: line.values.filter { !dropped.contains($0.key) }) }
        #expect(sparse.lines == expected)
        let comment = sparse.settings.prefix { $0 != "\n" }
        #expect(comment.hasPrefix("#") && dropped.allSatisfy { comment.contains($0) })
    }

    @Test func `a renamed log says the same in words that its lexicon explains`() throws {
        let full = try EstateLog(days: 1, seed: 4)
        let renamed = try EstateLog(days: 1, seed: 4, isRenamed: true)
        var meanings: [String: String] = [:]
        for match in renamed.settings.matches(of: #/\{ key: (\w+), match: "?(\w+)"?, means: "?(\w+)"? \}/#) {
            meanings["\(match.1) \(match.2)"] = String(match.3)
        }
        let back = renamed.lines.map { line in
            var values = line.values
            for (key, name) in [("env", "env"), ("dest_env", "env"), ("class", "class"), ("synthetic", "synthetic")] {
                if let value = values[key] { values[key] = meanings["\(name) \(value)"] ?? "unexplained" }
            }
            return EstateLine(values: values)
        }
        #expect(back == full.lines && renamed.lines != full.lines)
        #expect(!full.settings.contains("lexicon"))
    }

    @Test func `the settings name every system, store, flow and role, and nothing that is not there`() throws {
        let settings = try EstateLog.quiet.get().settings
        let systems = Set(EstateMap.systems.map(\.name))
        for name in systems { #expect(settings.contains("- { name: \(name), environment: ")) }
        for store in EstateMap.stores {
            #expect(systems.contains(store.system) && settings.contains("- { name: \(store.name), system: \(store.system), "))
        }
        for flow in EstateMap.flows {
            #expect(systems.contains(flow.from) && systems.contains(flow.to))
            #expect(settings.contains("- { class: \(flow.contents.rawValue), from: \(flow.from), to: \(flow.to), owner: "))
        }
        let accounts = Set(EstateAccount.all.map(\.name))
        #expect(accounts.isSuperset(of: EstateAccount.dualEnvironment + EstateMap.generators))
        for person in EstateAccount.all { #expect(person.role == nil || settings.contains(person.name)) }
        #expect(settings.contains("paths: [\"\(EstateArchive.log)\"]"))
    }
}

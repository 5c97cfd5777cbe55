// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Simulation
import Testing

struct EstateIncidentTests {
    private typealias Kind = EstateIncident.Kind

    @Test func `each kind is planted once, in the last third, and ends before the log does`() throws {
        let log = try EstateLog.eventful.get()
        #expect(log.labels.count == Kind.allCases.count && Set(log.labels.map(\.kind)) == Set(Kind.allCases))
        #expect(log.labels.allSatisfy { $0.start >= firstOfJune + .days(4) && $0.end <= firstOfJune + .days(6) })
    }

    /// Whether a line shows that a kind of incident happens.
    private static func shows(_ kind: EstateIncident.Kind, _ line: EstateLine) -> Bool {
        switch kind {
        case .dualEnvironment: line.account == "svc-loyalty-sync" && line["env"] == "synthetic"
        case .unlabelledBurst: line["class"] == "synthetic" && line["synthetic"] == nil && line["provenance"] == nil
        case .syntheticToProduction: line["synthetic"] == "true" && line["dest_env"] == "production"
        case .customerToTraining: line["class"] == "customer" && line["dest_env"] == "training"
        case .labelFlip: line["provenance"] != nil && line["synthetic"] == "false"
        case .lineageGap: line["job"] != nil && line["action"] == "sync" && line["parent"] == nil
        case .identifierOverlap: line.route == "/assistant/mail-drafts" && line["text"]?.contains("@") == true
        case .personalDataInAI: line.route == "/assistant/answers" && holdsValidNumber(line)
        case .mixedWebhook: line["scheme"] == "http"
        case .tlsDowngrade: line["tls"] == "TLSv1.1" || line["tls"] == "TLSv1.2"
        case .nearDuplicateProbing: line["query"]?.hasPrefix("which customers bought both the ") == true
        case .catalogueSweep: line.account == "svc-mobile-bff" && line["item"] != nil && line.route.hasPrefix("/catalog/")
        case .checkoutPull: line.route == "/checkout/recommendations" && line["object"] != "Product"
        case .mixedSession: line.account == "chiara.moretti" && line["synthetic"] == "true"
        case .roleCrossing: line.account == "goran.petrov" && line["class"] == "customer" && line.isWrite
        case .newJurisdiction: line["class"] == "customer" && line["dest_region"] == "us-east-1" && line["dest"]?.hasSuffix(".us") == true
        case .disclosureMissing: line["disclosed"] == "false"
        case .sensitiveMix: line["object"] == "Contact_PII" && line.account != "svc-dsar"
        case .declaredFlowVolume, .flowSurge: line.account == "svc-train-reco"
        case .unknownOrigin: line.account == "svc-train-loader" && line["synthetic"] == "true"
        case .unauditedJob: line["job"] != nil && line["action"] == "sync" && line["parent"] != nil
        case .parserLabelLoss: line["class"] == "synthetic" && line["synthetic"] == nil && line["provenance"] != nil
        case .testValueText: line["text"]?.contains("jane@example.com") == true
        case .declaredDualEnvironment: line.account == "svc-masking"
        case .cleanWebhook: line.account == "svc-webhooks-ai" && line["tls"] == "TLSv1.3"
        case .trainingSession: line.account == "jonas.weber" && line.route.hasPrefix("/console/records")
        }
    }

    /// Kinds that are more of what is there anyway: they cannot be told from a single line.
    private static let ordinary: Set<EstateIncident.Kind> = [
        .catalogueSweep, .declaredFlowVolume, .flowSurge, .unknownOrigin, .unauditedJob, .declaredDualEnvironment, .cleanWebhook,
        .trainingSession,
    ]

    @Test(arguments: EstateIncident.Kind.allCases) func `the log shows what its label says, and nowhere else`(kind: EstateIncident.Kind)
        throws
    {
        let log = try EstateLog.eventful.get()
        let label = try #require(log.labels.first { $0.kind == kind })
        let found = log.inside(label).count { EstateIncidentTests.shows(kind, $0) }
        // Every second record of a mixed session is of the other kind.
        let expected = kind == .mixedSession ? label.size * 2 / 5 : label.size
        #expect(found >= expected, "\(found) of \(label.size)")
        guard !EstateIncidentTests.ordinary.contains(kind) else { return }
        #expect(found <= label.size, "\(found) of \(label.size)")
        let elsewhere = log.outside(label).filter { EstateIncidentTests.shows(kind, $0) }
        #expect(elsewhere.isEmpty, "\(elsewhere.first.map { "\($0)" } ?? "")")
    }

    /// Whether a text has a card number with the right check digit, or an account number with the right check digits.
    private static func holdsValidNumber(_ line: EstateLine) -> Bool {
        guard let text = line.machineText else { return false }
        for match in text.matches(of: #/\d{4} \d{4} \d{4} \d{4}/#) where !match.0.hasPrefix("4242") {
            let digits = match.0.compactMap(\.wholeNumberValue)
            let sum = digits.reversed().enumerated().reduce(0) { sum, entry in
                let value = entry.offset % 2 == 1 ? entry.element * 2 : entry.element
                return sum + value / 10 + value % 10
            }
            if sum % 10 == 0 { return true }
        }
        for match in text.matches(of: #/DE(\d{2})(\d{18})/#) {
            // The country and the check digits go to the end; letters count from 10.
            if "\(match.2)1314\(match.1)".reduce(0, { ($0 * 10 + ($1.wholeNumberValue ?? 0)) % 97 }) == 1 { return true }
        }
        return false
    }

    @Test func `hashes of flipped records were written with the label before`() throws {
        let log = try EstateLog.eventful.get()
        var labelled: Set<String> = []
        var flipped = 0
        for line in log.lines {
            guard let hash = line["provenance"] else { continue }
            if line["synthetic"] == "true" && line.isWrite { labelled.insert(hash) }
            if line["synthetic"] == "false" {
                #expect(labelled.contains(hash))
                flipped += 1
            }
        }
        #expect(flipped == Kind.labelFlip.defaultSize)
    }

    @Test func `hashes of unknown origin were written by nobody, and the unaudited job is named by no audit`() throws {
        let log = try EstateLog.eventful.get()
        let written = Set(log.lines.filter(\.isWrite).compactMap { $0["provenance"] })
        let origin = try #require(log.labels.first { $0.kind == .unknownOrigin })
        let loaded = log.inside(origin).filter { $0.account == "svc-train-loader" && $0.route == "/synth/contacts" }
        #expect(loaded.count { !written.contains($0["provenance"] ?? "") } >= origin.size)
        let unaudited = try #require(log.labels.first { $0.kind == .unauditedJob })
        let jobs = Set(log.inside(unaudited).filter { $0["action"] == "sync" }.compactMap { $0["job"] })
        #expect(jobs.count == 1 && !log.lines.contains { $0.route.hasPrefix("/audit/") && jobs.contains($0["job"] ?? "") })
    }

    @Test func `e-mails in drafts were in texts of production before, and are different ones`() throws {
        let log = try EstateLog.eventful.get()
        var seen: Set<Substring> = []
        var drafts: Set<Substring> = []
        for line in log.lines {
            let mails = (line["text"] ?? "").split(separator: " ").filter { $0.contains("@") }
            if line["class"] == "customer" { seen.formUnion(mails) }
            guard line.route == "/assistant/mail-drafts" else { continue }
            #expect(seen.isSuperset(of: mails))
            drafts.formUnion(mails)
        }
        #expect(drafts.count >= 10)
    }

    @Test func `an unaudited job changes hundreds of records`() throws {
        let log = try EstateLog.eventful.get()
        let label = try #require(log.labels.first { $0.kind == .lineageGap })
        let job = log.inside(label).filter { $0["job"] != nil }
        #expect(job.count >= 200 && Set(job.compactMap { $0["job"] }).count == 1 && job.allSatisfy { $0["action"] != "admin" })
    }

    @Test func `a training session has both kinds in one session of somebody who may see both`() throws {
        let log = try EstateLog.eventful.get()
        let label = try #require(log.labels.first { $0.kind == .trainingSession })
        let views = log.inside(label).filter { $0.route.hasPrefix("/console/records") }
        #expect(Set(views.compactMap { $0["session"] }).count == 1 && Set(views.compactMap { $0["synthetic"] }) == ["true", "false"])
        #expect(EstateAccount.all.first { $0.name == label.account }?.role == .syntheticAdmin)
    }

    @Test func `a sweep visits as many products as it says, each once`() throws {
        let log = try EstateLog.eventful.get()
        let label = try #require(log.labels.first { $0.kind == .catalogueSweep })
        #expect(Set(log.inside(label).compactMap { $0["item"] }).count >= label.size)
    }

    @Test func `a list of incidents is read, and every mistake in one is told`() throws {
        let calendar = FleetCalendar(start: firstOfJune, days: 10)
        let list = try EstateIncidentList(text: "# ours\nlabel_flip,,7,50\nrole_crossing, hana.suzuki ,8.5,\n", calendar: calendar)
        #expect(list.incidents.map(\.kind) == [.labelFlip, .roleCrossing])
        #expect(list.incidents.map(\.account) == ["svc-label-tool", "hana.suzuki"] && list.incidents[0].size == 50)
        #expect(list.incidents[1].start == firstOfJune + .days(8) + .hours(12))
        let wrong = "flip,,3\nlabel_flip,nobody,3\nlabel_flip,,10\nlabel_flip,,3,0\nlabel_flip\ntls_downgrade,,9.9\n"
        let error = #expect(throws: IncidentListError.self) { try EstateIncidentList(text: wrong, calendar: calendar) }
        let words = ["no kind", "no account \"nobody\"", "from 0 to below 10", "1 to 5000", "expected kind,", "would end after"]
        #expect(error?.problems.count == words.count)
        for (problem, word) in zip(error?.problems ?? [], words) { #expect(problem.contains(word), "\(problem)") }
    }
}

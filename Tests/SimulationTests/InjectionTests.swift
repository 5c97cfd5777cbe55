// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Testing

@testable import Simulation

/// Incidents in a log that is there: who, when, and how they look beside the rest of it.
@Suite struct InjectionTests {
    private static let start = EventTime(milliseconds: 1_780_272_000_000)

    private static let estate: LogSurvey = {
        var simulation = EstateSimulation(days: 9, seed: 4, start: start, incidents: EstateIncidentList())
        var survey = LogSurvey()
        while let day = simulation.nextDay() { for event in day { survey.note(event) } }
        return survey
    }()

    /// Nine days of a log that no estate has made: two programs, a person, hashes and addresses of its own.
    private static let foreign: LogSurvey = {
        var survey = LogSurvey()
        for hour in 0..<9 * 24 {
            for (place, name) in ["lab \"one\"", "crm-feed", "mara"].enumerated() {
                var event = EstateEvent(
                    time: start + .minutes(Int64(hour * 60 + place)), account: name, kind: place == 2 ? .human : .service,
                    action: place == 0 ? .write : .export, method: "GET", endpoint: "/x\(place)", agent: "agent-\(place)")
                event.address = 0x0A00_0000 + UInt32(place)
                event.rows = 100
                event.isSynthetic = place == 0 ? true : nil
                event.provenance = place == 0 ? "hash-\(hour)" : nil
                event.text = place == 1 ? "to nora\(hour)@shop.de today" : nil
                survey.note(event)
            }
        }
        return survey
    }()

    private func inject(_ name: String, into survey: LogSurvey = estate, seed: UInt64 = 1, account: String? = nil) throws -> Injection {
        let scenario = try #require(Injection.Scenario(name: name))
        return try Injection([Injection.Wish(scenario: scenario, account: account)], into: survey, seed: seed)
    }

    @Test(arguments: Injection.Scenario.all.map(\.name))
    func `every incident lies in the log and in its label, in order, by an account of the log`(name: String) throws {
        let injection = try inject(name)
        let label = try #require(injection.labels.first)
        let account = try #require(injection.events.first?.account)
        let known = try #require(InjectionTests.estate.accounts[account])
        #expect(label.contains("\"kind\":\"\(name)\"") && label.contains("\"account\":\"\(account)\""))
        let times = injection.events.map { CivilTime($0.time).rfc3339 }
        #expect(injection.events.map(\.time) == injection.events.map(\.time).sorted())
        let (start, end) = (try #require(value("start", of: label)), try #require(value("end", of: label)))
        #expect(times.allSatisfy { $0 >= start.dropLast() && $0 <= end.dropLast() + "z" }, "\(start) \(times.first ?? "") \(end)")
        let last = try #require(InjectionTests.estate.last)
        #expect(injection.events.allSatisfy { $0.time >= InjectionTests.start && $0.time <= last })
        #expect(injection.events.allSatisfy { $0.account == account && $0.agent == known.sample.agent && $0.kind == known.sample.kind })
    }

    @Test func `a seed gives one incident, another seed another, and several lie in one log`() throws {
        #expect(try inject("burst", seed: 5).events == inject("burst", seed: 5).events)
        let moments = try (1...8).map { try #require(inject("burst", seed: $0).events.first).time }
        #expect(Set(moments).count > 3)
        let wishes = Injection.Scenario.all.map { Injection.Wish(scenario: $0) }
        let all = try Injection(wishes, into: InjectionTests.estate, seed: 1)
        #expect(all.labels.count == wishes.count && all.labels == all.labels.sorted { start(of: $0) < start(of: $1) })
        #expect(all.events.map(\.time) == all.events.map(\.time).sorted())
    }

    /// The text under a key of a label.
    private func value(_ key: String, of label: String) -> Substring? {
        let words = label.split(separator: "\"")
        return words.firstIndex { $0 == key }.flatMap { $0 + 2 < words.count ? words[$0 + 2] : nil }
    }

    private func start(of label: String) -> String { value("start", of: label).map(String.init) ?? "" }

    @Test func `in a log of somebody else it is somebody of that log, with the log's own hashes and addresses`() throws {
        let flip = try inject("label_flip", into: InjectionTests.foreign)
        #expect(flip.events.allSatisfy { $0.account == "lab \"one\"" && $0.agent == "agent-0" && $0.address == 0x0A00_0000 })
        #expect(flip.events.allSatisfy { $0.provenance?.hasPrefix("hash-") == true && $0.isSynthetic == false })
        let overlap = try inject("identifier_overlap", into: InjectionTests.foreign, account: "crm-feed")
        #expect(overlap.events.allSatisfy { $0.text?.contains("@shop.de") == true })
        #expect(try inject("mixed_session", into: InjectionTests.foreign).events.allSatisfy { $0.account == "mara" })
    }

    @Test func `a burst is so many times what its account usually moves`() throws {
        let scenario = try #require(Injection.Scenario(name: "burst"))
        let wish = Injection.Wish(scenario: scenario, account: "crm-feed", size: 60)
        let rows = try Injection([wish], into: InjectionTests.foreign, seed: 2).events.reduce(0) { $0 + ($1.rows ?? 0) }
        // A hundred rows an hour: 75 in 45 minutes.
        #expect((4000...5000).contains(rows), "\(rows)")
    }

    @Test func `names of a log are written as JSON`() throws {
        let event = try #require(try inject("label_flip", into: InjectionTests.foreign).events.first)
        var line: [UInt8] = []
        EstateText(seed: 0).append(event, to: &line)
        #expect(String(decoding: line, as: UTF8.self).contains("\"account\":\"lab \\\"one\\\"\","))
    }

    @Test func `what a log cannot have is a problem in words`() throws {
        #expect(throws: Injection.Problem.self) { try inject("burst", account: "nobody") }
        #expect(throws: Injection.Problem.self) { try inject("burst", into: LogSurvey()) }
        let scenario = try #require(Injection.Scenario(name: "burst"))
        for wish in [
            Injection.Wish(scenario: scenario, start: InjectionTests.start - .days(1)), Injection.Wish(scenario: scenario, size: 0),
            Injection.Wish(scenario: scenario, start: InjectionTests.start + .days(9)),
        ] {
            #expect(throws: Injection.Problem.self) { try Injection([wish], into: InjectionTests.estate, seed: 1) }
        }
        var short = LogSurvey()
        var event = EstateEvent(
            time: InjectionTests.start, account: "a", kind: .service, action: .export, method: "GET", endpoint: "/", agent: "x")
        event.rows = 5
        short.note(event)
        event.time = event.time + .minutes(5)
        short.note(event)
        let problem = #expect(throws: Injection.Problem.self) { try inject("burst", into: short) }
        #expect(problem?.message.contains("longer than the log") == true)
    }

    @Test func `a survey remembers no more than it may`() {
        var survey = LogSurvey()
        var event = EstateEvent(
            time: InjectionTests.start, account: "a", kind: .service, action: .write, method: "GET", endpoint: "/", agent: "x")
        event.isSynthetic = true
        for number in 0..<LogSurvey.accountLimit + 500 {
            event.account = "a\(number)"
            event.provenance = "h\(number)"
            survey.note(event)
        }
        #expect(survey.accounts.count == LogSurvey.accountLimit && survey.events == LogSurvey.accountLimit + 500)
        #expect(survey.hashes.count == LogSurvey.sampleLimit && survey.hashes.contains { $0.text == "h0" } == false)
    }

    @Test func `what a webhook mixes is called mixed`() throws {
        let events = try inject("mixed_webhook").events
        #expect(!events.isEmpty && events.allSatisfy { $0.contents == .mixed })
        var line: [UInt8] = []
        EstateText(seed: 0).append(events[0], to: &line)
        #expect(String(decoding: line, as: UTF8.self).contains("\"class\":\"mixed\""))
    }
}

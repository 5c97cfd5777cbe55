// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Incidents that are added to a log that is there: who, when, and the events, by a survey of the log.
///
/// The incidents are those of ``EstateSimulation`` and of ``FleetSimulation``, by the same code; what differs is the account, which is one
/// of the log's and keeps its agent and addresses, and what is repeated of the past. A pure function of its arguments.
package struct Injection: Sendable {
    /// What is to be added; what is nil is chosen by the seed.
    package struct Wish: Equatable, Sendable {
        package var scenario: Scenario
        package var account: String?
        package var start: EventTime?
        package var size: Double?

        package init(scenario: Scenario, account: String? = nil, start: EventTime? = nil, size: Double? = nil) {
            self.scenario = scenario
            self.account = account
            self.start = start
            self.size = size
        }
    }

    /// A kind of incident.
    package enum Scenario: Equatable, Sendable {
        case estate(EstateIncident.Kind)
        case volume(Incident.Kind)

        /// Every one, in the order of the manual.
        package static let all = EstateIncident.Kind.allCases.map { Scenario.estate($0) } + Incident.Kind.ofVolume.map { .volume($0) }

        package init?(name: String) {
            guard let found = Scenario.all.first(where: { $0.name == name }) else { return nil }
            self = found
        }

        package var name: String {
            switch self {
            case .estate(let kind): kind.rawValue
            case .volume(let kind): kind.rawValue
            }
        }

        /// The detector that should speak; nil where nobody should.
        package var detector: String? {
            switch self {
            case .estate(let kind): kind.detector
            case .volume(let kind): kind.detector
            }
        }

        package var sizeMeaning: String {
            switch self {
            case .estate(let kind): kind.sizeMeaning
            case .volume(let kind): kind.sizeMeaning
            }
        }
    }

    /// Why a log cannot have an incident.
    package struct Problem: Error, Equatable, Sendable { package var message: String }

    /// In the order of time.
    package private(set) var events: [EstateEvent] = []
    /// The lines of `labels.ndjson`, without their ends, in the order of time.
    package private(set) var labels: [String] = []
    private let survey: LogSurvey
    private let seed: UInt64

    /// Throws: ``Problem`` when the log has no such account, or no room for an incident.
    package init(_ wishes: [Wish], into survey: LogSurvey, seed: UInt64) throws(Problem) {
        self.survey = survey
        self.seed = seed
        var told: [(EventTime, String)] = []
        for (place, wish) in wishes.enumerated() {
            var random = SimulationRandom(seed: seed ^ 0x17_1EC7, part: UInt64(place))
            told.append(try add(wish, place, &random))
        }
        labels = told.enumerated().sorted { ($0.element.0, $0.offset) < ($1.element.0, $1.offset) }.map(\.element.1)
        events = events.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
    }

    private mutating func add(
        _ wish: Wish, _ place: Int, _ random: inout SimulationRandom
    ) throws(Problem) -> (EventTime, String) {
        let account = try account(wish, &random)
        switch wish.scenario {
        case .estate(let kind):
            let size = try size(wish, kind.defaultSize)
            let start = try start(wish, lasts: kind.duration(size), minute: kind.minute, workday: kind.needsWorkday, &random)
            play(EstateIncident(kind: kind, account: kind.account, start: start, size: size), as: account, place)
            var label = EstateIncident(kind: kind, account: account, start: start, size: size).label
            label.account = account
            return (start, label.json)
        case .volume(let kind):
            let size = wish.size ?? kind.defaultSize
            guard kind.sizes.contains(size) else {
                throw Problem(message: "a size of \(kind.rawValue) is \(kind.sizeMeaning), from 1.1 on.")
            }
            var incident = Incident(kind: kind, start: EventTime(milliseconds: 0), size: size)
            incident.start = try start(
                wish, lasts: incident.duration.milliseconds, minute: kind.usualMinute, workday: true, &random)
            play(incident, as: account, place)
            let label = IncidentLabel(
                kind: kind, account: account, start: incident.start, end: incident.start + incident.duration, size: size)
            return (incident.start, label.json)
        }
    }

    private func size(_ wish: Wish, _ usual: Int) throws(Problem) -> Int {
        guard let size = wish.size else { return usual }
        guard (1...5000).contains(size), size == size.rounded() else {
            throw Problem(message: "the size of \(wish.scenario.name) is 1 to 5000 (\(wish.scenario.sizeMeaning)).")
        }
        return Int(size)
    }

    // MARK: Who

    private func account(_ wish: Wish, _ random: inout SimulationRandom) throws(Problem) -> String {
        if let name = wish.account {
            guard survey.accounts[name] != nil else { throw Problem(message: "the log has no account \(name).") }
            return name
        }
        // An estate's own log has who does it there.
        if case .estate(let kind) = wish.scenario, survey.accounts[kind.account] != nil { return kind.account }
        let known = survey.accounts.sorted { $0.key < $1.key }
        let isPersonal = if case .estate(let kind) = wish.scenario { kind.needsWorkday } else { false }
        let fitting = known.filter { ($0.value.sample.kind == .human) == isPersonal && fits($0.value, wish.scenario) }
        let possible = fitting.isEmpty ? known.filter { ($0.value.sample.kind == .human) == isPersonal } : fitting
        // Of those, who is seen often: an incident of somebody who is hardly there has nothing to stand out from.
        let often = possible.sorted { ($1.value.events, $0.key) < ($0.value.events, $1.key) }.prefix(max(possible.count / 2, 1))
        guard !often.isEmpty else {
            throw Problem(message: "the log has no \(isPersonal ? "person" : "program") for \(wish.scenario.name): name an account.")
        }
        return often[often.startIndex + random.below(often.count)].key
    }

    /// Whether an account does by day what goes wrong in the incident.
    private func fits(_ account: LogSurvey.Account, _ scenario: Scenario) -> Bool {
        switch scenario {
        case .volume: zip(account.rows, account.bytes).count { $0 > 0 || $1 > 0 } >= 6
        case .estate(.unlabelledBurst), .estate(.parserLabelLoss), .estate(.labelFlip), .estate(.lineageGap): account.marksSynthetic
        case .estate(.syntheticToProduction), .estate(.declaredFlowVolume): account.marksSynthetic
        case .estate(.mixedWebhook), .estate(.cleanWebhook): account.sendsWebhooks
        case .estate(.personalDataInAI), .estate(.testValueText), .estate(.disclosureMissing), .estate(.identifierOverlap):
            account.writesTexts
        case .estate(.dualEnvironment), .estate(.customerToTraining): !account.marksSynthetic
        default: true
        }
    }

    // MARK: When

    /// In the last third of the log, at a fitting minute of a day; where a short log leaves no such moment, anywhere that it fits.
    private func start(
        _ wish: Wish, lasts duration: Int64, minute: Int64, workday: Bool, _ random: inout SimulationRandom
    ) throws(Problem) -> EventTime {
        guard let first = survey.first?.milliseconds, let last = survey.last?.milliseconds else {
            throw Problem(message: "the log has no event.")
        }
        if let start = wish.start {
            guard start.milliseconds >= first, start.milliseconds + duration <= last else {
                throw Problem(
                    message:
                        "\(wish.scenario.name) lasts \(NumberText.span(EventDuration(milliseconds: duration))) and would not lie within "
                        + "the log, \(CivilTime(EventTime(milliseconds: first)).rfc3339) to \(CivilTime(EventTime(milliseconds: last)).rfc3339)."
                )
            }
            return start
        }
        let earliest = first + (last - first) * 2 / 3
        let midnight = first - first % FleetCalendar.day
        let days = (0...Int((last - midnight) / FleetCalendar.day)).map { midnight + Int64($0) * FleetCalendar.day }
        let moments = days.filter { day in
            let start = day + minute * 60_000
            return start >= earliest && start + 660_000 + duration <= last && !(workday && FleetCalendar.weekday(day) >= 5)
        }
        guard moments.isEmpty else {
            return EventTime(milliseconds: moments[random.below(moments.count)] + (minute + Int64(random.below(11))) * 60_000)
        }
        let room = last - duration - first
        guard room > 0 else {
            throw Problem(
                message: "\(wish.scenario.name) lasts \(NumberText.span(EventDuration(milliseconds: duration))), longer than the log.")
        }
        let from = min(earliest, last - duration)
        return EventTime(milliseconds: from + Int64(random.below(Int(last - duration - from) + 1)))
    }

    // MARK: What

    private mutating func play(_ incident: EstateIncident, as account: String, _ place: Int) {
        guard let known = survey.accounts[account] else { return }
        let start = survey.first ?? incident.start
        let days = Int(survey.days.rounded(.up)) + 1
        var stage = EstateStage(
            scene: EstateScene(seed: seed, calendar: FleetCalendar(start: start, days: days)), incident: incident, place: place)
        stage.material = survey.material(before: incident.start)
        stage.play()
        for var event in stage.events {
            event.account = account
            event.kind = known.sample.kind
            event.agent = known.sample.agent
            event.address = known.sample.address
            events.append(event)
        }
    }

    private mutating func play(_ incident: Incident, as account: String, _ place: Int) {
        guard let known = survey.accounts[account] else { return }
        let hour = Int(incident.start.milliseconds / FleetCalendar.hour % 24)
        guard let volume = incident.volume(hour: hour, usual: { survey.usualRows(account, hour: $0) }) else { return }
        var actor = IncidentActor(
            incident, account: 0, traits: AccountTraits(index: place, seed: seed), call: .queryPage, rows: volume.rows, calls: volume.calls,
            origin: .usual, seed: seed, number: place)
        while actor.time < .max {
            let call = actor.next()
            var event = known.sample
            event.repeatsSample = true
            event.time = call.time
            event.status = 200
            if known.statesRows {
                event.rows = Int(clamping: call.rows ?? 0)
                event.bytes = Int(clamping: call.bytes)
            } else {
                event.bytes = Int(clamping: (call.rows ?? 0).multipliedReportingOverflow(by: LogSurvey.bytesOfRow).partialValue)
            }
            event.request = call.identifier
            events.append(event)
        }
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Plays one incident: the events that it adds to a usual day.
struct EstateStage {
    let scene: EstateScene
    let incident: EstateIncident
    /// What is repeated of a log that no estate has made.
    var material = EstateMaterial()
    private(set) var events: [EstateEvent] = []
    private var random: SimulationRandom
    private let place: Int

    /// - Parameter place: the incident's place among all, so that two of a kind differ.
    init(scene: EstateScene, incident: EstateIncident, place: Int) {
        self.scene = scene
        self.incident = incident
        self.place = place
        random = SimulationRandom(seed: scene.seed, part: 0x51_0000_0000 + UInt64(place))
    }

    private var account: EstateAccount { EstateAccount.named(incident.account) }

    mutating func play() {
        switch incident.kind {
        case .lineageGap, .unauditedJob:
            let day = scene.calendar.day(of: incident.start.milliseconds)
            let hasLineage = incident.kind == .unauditedJob
            scene.runJob(
                scene.jobNumber(day: day, hasLineage ? 8 : 9), writes: incident.size, from: incident.start.milliseconds,
                hasLineage: hasLineage, isAudited: false, &random, into: &events)
            for place in events.indices { events[place].account = incident.account }
        case .mixedSession, .trainingSession, .roleCrossing: playSession()
        case .identifierOverlap: playOverlap()
        default:
            for number in 0..<incident.size { playOne(number, at: time(number)) }
        }
    }

    /// When the event of a number happens.
    private mutating func time(_ number: Int) -> Int64 {
        let pause = incident.kind.pause
        return incident.start.milliseconds + pause * Int64(number) + Int64(random.below(Int(pause * 3 / 4)))
    }

    private mutating func playOne(_ number: Int, at time: Int64) {
        switch incident.kind {
        case .dualEnvironment, .unlabelledBurst, .syntheticToProduction, .customerToTraining, .labelFlip, .declaredFlowVolume,
            .parserLabelLoss, .declaredDualEnvironment, .unknownOrigin, .flowSurge:
            playRecords(number, at: time)
        case .personalDataInAI, .mixedWebhook, .testValueText, .cleanWebhook, .disclosureMissing: playText(number, at: time)
        default: playCall(number, at: time)
        }
    }

    /// Incidents of records and their labels.
    private mutating func playRecords(_ number: Int, at time: Int64) {
        switch incident.kind {
        case .dualEnvironment:
            var event = written("/synth/contacts", at: time, rows: 3 + random.below(5))
            event.provenance = scene.hash(unique(number))
            event.parent = scene.hash(scene.batch(day: scene.ripeDay(time), random.below(EstateScene.batches)))
            events.append(event)
        case .unlabelledBurst:
            var event = written("/synth/contacts", at: time, rows: 5 + random.below(30))
            event.isSynthetic = nil
            event.provenance = nil
            event.parent = nil
            events.append(event)
        case .parserLabelLoss:
            // The hash is still there: the parser lost one key of one line.
            var event = written("/synth/contacts", at: time, rows: 1)
            event.isSynthetic = nil
            event.provenance = scene.hash(unique(number))
            event.parent = scene.hash(scene.root(day: scene.ripeDay(time)))
            events.append(event)
        case .labelFlip:
            var event = written("/synth/labels", at: time, rows: 1)
            event.isSynthetic = false
            event.provenance =
                seenHash(number) ?? scene.hash(scene.batch(day: scene.ripeDay(time), number % EstateScene.batches))
            event.parent = scene.hash(scene.root(day: scene.ripeDay(time)))
            events.append(event)
        case .syntheticToProduction:
            var event = usual("svc-synth-exporter", "/synth/export", at: time, number)
            event.provenance = seenHash(number) ?? event.provenance
            scene.setRows(30 + random.below(20), of: &event)
            scene.send(&event, to: "crm")
            events.append(event)
        case .customerToTraining:
            var event = usual("svc-loyalty-sync", "/crm/loyalty", at: time, number)
            event.endpoint = "/crm/contacts"
            event.object = "Contact"
            scene.setRows(120 + random.below(60), of: &event)
            scene.send(&event, to: "training")
            events.append(event)
        case .unknownOrigin:
            var event = usual("svc-train-loader", "/synth/contacts", at: time, number)
            event.provenance = scene.hash(unique(number))
            events.append(event)
        case .declaredFlowVolume, .flowSurge:
            var event = usual("svc-train-reco", "/synth/orders", at: time, number)
            event.provenance = seenHash(number) ?? event.provenance
            events.append(event)
        default:
            events.append(usual("svc-masking", "/crm/masking", at: time, number))
            var event = usual("svc-masking", "/synth/masked", at: time + 4000, number)
            event.provenance = scene.hash(unique(number))
            events.append(event)
        }
    }

    /// A content hash of synthetic records that the log has shown before; nil in an estate of our own, whose days say which there are.
    private func seenHash(_ number: Int) -> String? {
        material.hashes.isEmpty ? nil : material.hashes[number * 7 % material.hashes.count]
    }

    /// Incidents of what a machine writes.
    private mutating func playText(_ number: Int, at time: Int64) {
        switch incident.kind {
        case .personalDataInAI:
            var event = usual("svc-assistant", "/assistant/answers", at: time, number)
            event.text =
                number % 2 == 0
                ? "\(EstateProse.answer(&random)) We will charge the card \(EstateProse.card(&random)) as before."
                : "The refund goes to the account \(EstateProse.iban(&random)). \(EstateProse.answer(&random))"
            events.append(event)
        case .testValueText:
            var event = usual("svc-assistant", "/assistant/answers", at: time, number)
            event.text = "To try it, sign in as jane@example.com and pay with the card 4242 4242 4242 4242. \(EstateProse.answer(&random))"
            events.append(event)
        case .disclosureMissing:
            var event = usual("svc-assistant", "/assistant/answers", at: time, number)
            event.isDisclosed = false
            events.append(event)
        case .mixedWebhook:
            var event = usual("svc-webhooks-ai", "/webhooks/content", at: time, number)
            event.scheme = "http"
            event.tls = nil
            event.contents = .mixed
            let mail = EstateProse.email(scene.customer(&random), seed: scene.seed)
            event.text = "\(EstateProse.description(&random)) Written for \(mail), paid by card \(EstateProse.card(&random))."
            events.append(event)
        default: events.append(usual("svc-webhooks-ai", "/webhooks/content", at: time, number))
        }
    }

    /// Incidents of ways and habits.
    private mutating func playCall(_ number: Int, at time: Int64) {
        switch incident.kind {
        case .tlsDowngrade:
            var event = usual("partner-logistics", "/partner/orders", at: time, number)
            event.tls = number % 3 == 0 ? "TLSv1.1" : "TLSv1.2"
            events.append(event)
        case .nearDuplicateProbing:
            var event = usual("partner-marketplace", "/search/products", at: time, number)
            event.query = scene.probe(place, variation: number)
            events.append(event)
        case .catalogueSweep:
            var event = usual("svc-mobile-bff", "/catalog/products/{id}", at: time, number)
            event.item = 10_000 + (place * 577 + number) % EstateScene.catalogueSize
            events.append(event)
        case .checkoutPull:
            let isLake = number % 2 == 1
            var event = usual("svc-checkout-reco", "/checkout/recommendations", at: time, number)
            event.object = isLake ? "LakeContact" : "Contact"
            event.contents = .customer
            event.region = EstateMap.system(isLake ? "lake" : "crm").region
            event.item = nil
            events.append(event)
        case .newJurisdiction:
            var event = usual("svc-bi-export", "/crm/export", at: time, number)
            event.destination = "export.insightgrid.us"
            event.destinationRegion = "us-east-1"
            events.append(event)
        default:
            var event = usual("svc-newsletter", "/crm/newsletter", at: time, number)
            event.object = "Contact_PII"
            scene.setRows(150 + random.below(100), of: &event)
            events.append(event)
        }
    }

    /// E-mails that production texts showed within the days before appear in drafts.
    private mutating func playOverlap() {
        let orders = EstateRoutine.usual.firstIndex { $0.endpoint == "/webhooks/orders" } ?? 0
        let day = scene.calendar.day(of: incident.start.milliseconds)
        var seen = material.mails
        for before in stride(from: day - 1, through: max(day - 3, 0), by: -1) where material.mails.isEmpty {
            for event in scene.events(ofRoutine: orders, day: before) {
                let words = event.text?.split(separator: " ") ?? []
                seen += words.filter { $0.contains("@") }.map(String.init)
            }
        }
        for number in 0..<incident.size {
            var event = usual("svc-assistant-mail", "/assistant/mail-drafts", at: time(number), number)
            // Without a day before there is nothing to repeat.
            let mail = seen.isEmpty ? EstateProse.email(number, seed: scene.seed) : seen[number * 7 % seen.count]
            event.text = "\(EstateProse.answer(&random)) As I wrote to \(mail) last time."
            events.append(event)
        }
    }

    private mutating func playSession() {
        let span = incident.kind.duration(incident.size)
        let step = Int(span) / (incident.size + 2)
        let session = scene.hexadecimal(SimulationRandom(seed: scene.seed ^ 0x5E5, part: UInt64(place)), words: 1)
        var login = scene.call(account, .login, "/console/login", at: incident.start.milliseconds, &random)
        login.session = session
        events.append(login)
        for number in 0..<incident.size {
            let time = incident.start.milliseconds + Int64(step * (number + 1) + random.below(step / 2))
            let isCrossing = incident.kind == .roleCrossing
            events.append(
                scene.record(
                    account, isSynthetic: !isCrossing && number / 3 % 2 == 1, isWrite: isCrossing, session: session, at: time, &random))
        }
    }

    // MARK: Parts

    /// A call of a routine as it usually is and never a failure, by the incident's account.
    private mutating func usual(_ name: String, _ endpoint: String, at time: Int64, _ number: Int) -> EstateEvent {
        guard let routine = EstateRoutine.usual.first(where: { $0.account == name && $0.endpoint == endpoint }) else {
            preconditionFailure("\(name) has no routine at \(endpoint)")
        }
        var event = scene.event(routine, at: time, number: unique(number), &random)
        while event.status != 200 { event = scene.event(routine, at: time, number: unique(number), &random) }
        event.account = account.name
        event.agent = account.agent
        event.address = account.network << 8 + UInt32(10 + random.below(3))
        return event
    }

    /// A write of synthetic records.
    private mutating func written(_ endpoint: String, at time: Int64, rows: Int) -> EstateEvent {
        var event = scene.synthetic(account.name, .write, endpoint, "SynContact", at: time, &random)
        scene.setRows(rows, of: &event)
        return event
    }

    /// A record's number that nothing else has.
    private func unique(_ number: Int) -> UInt64 { UInt64(0xFF00 + place) << 40 + UInt64(number) }
}

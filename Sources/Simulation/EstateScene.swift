// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Makes single events of an estate: what a call of a routine looks like on its line. All of it follows from the seed.
struct EstateScene: Sendable {
    let seed: UInt64
    let calendar: FleetCalendar

    /// Products in the catalogue.
    static let catalogueSize = 3000
    /// Batches that the generator of synthetic records writes each night, each with a hash of its own.
    static let batches = 260

    /// A day of one routine, by its place among the usual ones.
    func events(ofRoutine place: Int, day: Int) -> [EstateEvent] {
        let routine = EstateRoutine.usual[place]
        var random = SimulationRandom(seed: seed, part: UInt64(place + 1) << 32 + UInt64(day))
        return routine.times(calendar, day: day, &random).enumerated().map { call, time in
            let number = UInt64(place + 1) << 40 + UInt64(day) << 20 + UInt64(call)
            return event(routine, at: calendar.midnight(day) + time, number: number, &random)
        }
    }

    /// One call of a routine, as it usually is. `number` is different for each record that the estate makes.
    func event(_ routine: EstateRoutine, at time: Int64, number: UInt64, _ random: inout SimulationRandom) -> EstateEvent {
        let system = EstateMap.system(routine.store.system)
        var event = call(
            EstateAccount.named(routine.account), routine.action,
            routine.endpoint.hasSuffix("{id}")
                ? routine.endpoint.dropLast(4) + String(100_000 + random.below(900_000)) : routine.endpoint,
            at: time, &random)
        event.object = routine.object
        event.environment = system.environment
        event.region = system.region
        event.contents = routine.store.contents
        if routine.rows > 0 { setRows(max(Int((Double(routine.rows) * random.logNormal(0.25)).rounded()), 1), of: &event) }
        if let destination = routine.destination { send(&event, to: destination) }
        if system.name == "training" || routine.destination == "training" && routine.action == .read {
            // Jobs of the cluster read by its storage protocol, which logs no session of TLS.
            event.tls = nil
            event.scheme = nil
        }
        if routine.store.contents == .synthetic { label(&event, number: number, &random) }
        fill(&event, routine, &random)
        if routine.action == .read || routine.action == .query, routine.store.contents != .synthetic, random.chance(0.006) {
            fail(&event, &random)
        }
        return event
    }

    /// A call without contents.
    func call(
        _ account: EstateAccount, _ action: Operation, _ endpoint: String, at time: Int64, _ random: inout SimulationRandom
    ) -> EstateEvent {
        var event = EstateEvent(
            time: EventTime(milliseconds: time), account: account.name, kind: account.kind, action: action,
            method: EstateEvent.method(action), endpoint: endpoint, agent: account.agent)
        event.address = account.network << 8 + UInt32(10 + random.below(3))
        event.request = random.next()
        event.bytes = 180 + random.below(240)
        event.tls = "TLSv1.3"
        event.scheme = "https"
        return event
    }

    func setRows(_ rows: Int, of event: inout EstateEvent) {
        event.rows = rows
        event.bytes = 180 + rows * 410 + Int(event.request >> 56)
    }

    /// Precondition: the estate has such a system or host.
    func send(_ event: inout EstateEvent, to destination: String) {
        let system = EstateMap.system(destination)
        event.destination = destination
        event.destinationEnvironment = system.environment
        event.destinationRegion = system.region
    }

    /// Marks synthetic records: a batch of the night where they are read, a new hash and its parent where they are written.
    private func label(_ event: inout EstateEvent, number: UInt64, _ random: inout SimulationRandom) {
        let day = ripeDay(event.time.milliseconds)
        let batch = hash(batch(day: day, random.below(EstateScene.batches)))
        event.isSynthetic = true
        if event.action == .write {
            event.provenance = hash(number)
            event.parent = batch
        } else {
            event.provenance = batch
            if event.action == .sync { event.parent = hash(root(day: day)) }
        }
    }

    /// What only some routes log: items, searches, texts, shoppers' sessions.
    private func fill(_ event: inout EstateEvent, _ routine: EstateRoutine, _ random: inout SimulationRandom) {
        switch routine.endpoint {
        case "/catalog/products/{id}", "/checkout/recommendations": event.item = popularItem(&random)
        case "/search/products", "/search/suggest":
            event.item = popularItem(&random)
            event.query = phrase(popularItem(&random) % 700)
        case "/assistant/answers", "/assistant/mail-drafts": event.text = EstateProse.answer(&random)
        case "/assistant/descriptions", "/webhooks/content": event.text = EstateProse.description(&random)
        case "/webhooks/orders": event.text = EstateProse.order(customer(&random), seed: seed, &random)
        default: break
        }
        if routine.store.contents == .aiContent { event.isDisclosed = true }
        if ["/checkout/recommendations", "/assistant/answers", "/search/products"].contains(routine.endpoint) {
            // Shoppers of one hour share a few dozen sessions.
            let shopper = UInt64(event.time.milliseconds / FleetCalendar.hour) &* 64 &+ UInt64(random.below(48))
            event.session = hexadecimal(SimulationRandom(seed: seed ^ 0x5E55, part: shopper), words: 1)
        }
    }

    private func fail(_ event: inout EstateEvent, _ random: inout SimulationRandom) {
        event.status = [404, 404, 429, 500, 503][random.below(5)]
        event.rows = nil
        event.bytes = 90 + random.below(60)
        event.text = nil
    }

    // MARK: Things by number

    /// An item of the catalogue, the popular ones often.
    func popularItem(_ random: inout SimulationRandom) -> Int {
        var width = 1
        // Each doubling of the rank gets as many looks as the one before: about 1/rank.
        let octave = random.below(12)
        for _ in 0..<octave { width *= 2 }
        return 10_000 + min(width - 1 + random.below(width), EstateScene.catalogueSize - 1)
    }

    /// A customer, the loyal ones often.
    func customer(_ random: inout SimulationRandom) -> Int {
        random.chance(0.3) ? random.below(EstateProse.customers / 20) : random.below(EstateProse.customers)
    }

    /// What a shopper types.
    func phrase(_ number: Int) -> String { text(SimulatedQuery(.phrase, number)) }

    /// The same question with one word changed.
    func probe(_ number: Int, variation: Int) -> String { text(SimulatedQuery(.probe, number, variation: variation)) }

    private func text(_ query: SimulatedQuery) -> String {
        var bytes: [UInt8] = []
        query.append(at: calendar.start, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The number of the data set of a day; the day before the first has one, too.
    func root(day: Int) -> UInt64 { UInt64(day + 1) * 100_000 + 99_999 }

    /// The last day whose data set is complete: the night's is after two hours.
    func ripeDay(_ time: Int64) -> Int { calendar.day(of: time - 2 * FleetCalendar.hour + FleetCalendar.day) - 1 }

    func batch(day: Int, _ place: Int) -> UInt64 { UInt64(day + 1) * 100_000 + UInt64(place) }

    /// The content hash of a record by its number: 64 hexadecimal digits.
    func hash(_ number: UInt64) -> String { hexadecimal(SimulationRandom(seed: seed ^ 0x4A54, part: number), words: 4) }

    func hexadecimal(_ random: SimulationRandom, words: Int) -> String {
        var random = random
        var bytes: [UInt8] = []
        for _ in 0..<words { bytes.appendHexadecimal(random.next(), digits: 16) }
        return String(decoding: bytes, as: UTF8.self)
    }
}

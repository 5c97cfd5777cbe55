// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What takes more than one call: the night's synthetic records, the jobs that keep them, and people at the console.
extension EstateScene {
    /// The generator makes a data set each night, in batches whose parent it is.
    func generate(day: Int, into events: inout [EstateEvent]) {
        var random = SimulationRandom(seed: seed, part: 0x6E_0000_0000 + UInt64(day))
        var time = calendar.midnight(day) + 10 * 60_000 + Int64(random.below(600_000))
        var event = synthetic("svc-synth-gen", .write, "/synth/datasets", "SynDataset", at: time, &random)
        event.provenance = hash(root(day: day))
        event.parent = hash(root(day: day - 1))
        setRows(1, of: &event)
        events.append(event)
        for place in 0..<EstateScene.batches {
            time += 8000 + Int64(random.below(14_000))
            let kind = place % 3
            let endpoint = ["/synth/contacts", "/synth/orders", "/synth/leads"][kind]
            var event = synthetic("svc-synth-gen", .write, endpoint, ["SynContact", "SynOrder", "SynLead"][kind], at: time, &random)
            event.provenance = hash(batch(day: day, place))
            event.parent = hash(root(day: day))
            setRows(5 + random.below(30), of: &event)
            events.append(event)
        }
    }

    /// Five times a day a job brings synthetic records up to date; every change has a parent, and an audit follows.
    func runJobs(day: Int, into events: inout [EstateEvent]) {
        var random = SimulationRandom(seed: seed, part: 0x6F_0000_0000 + UInt64(day))
        for run in 0..<5 {
            let start = calendar.midnight(day) + Int64(6 + run * 3) * FleetCalendar.hour + Int64(random.below(900_000))
            runJob(
                jobNumber(day: day, run), writes: 44 + random.below(20), from: start, hasLineage: true, isAudited: true, &random,
                into: &events)
        }
    }

    func jobNumber(day: Int, _ run: Int) -> Int { 840_000 + day * 10 + run }

    /// One job. Without lineage its changes have no parent; without an audit no line says that it ran.
    func runJob(
        _ job: Int, writes: Int, from start: Int64, hasLineage: Bool, isAudited: Bool, _ random: inout SimulationRandom,
        into events: inout [EstateEvent]
    ) {
        var time = start
        let day = ripeDay(start)
        for write in 1...writes {
            time += 1200 + Int64(random.below(2400))
            var event = synthetic("svc-synth-sync", .sync, "/synth/sync", "SynContact", at: time, &random)
            event.job = String(job)
            event.provenance = hash(UInt64(job) << 24 + UInt64(write))
            if hasLineage { event.parent = hash(batch(day: day, random.below(EstateScene.batches))) }
            setRows(1, of: &event)
            events.append(event)
            guard isAudited, write % 20 == 0 || write == writes else { continue }
            var audit = call(EstateAccount.named("svc-synth-sync"), .admin, "/audit/\(job)", at: time + 400, &random)
            audit.job = String(job)
            audit.object = "SynAudit"
            audit.environment = .synthetic
            audit.region = EstateMap.system("synthlab").region
            events.append(audit)
        }
    }

    /// A labelled call to the synthetic store; hash, parent and rows are up to the caller.
    func synthetic(
        _ account: String, _ action: Operation, _ endpoint: String, _ object: String, at time: Int64, _ random: inout SimulationRandom
    ) -> EstateEvent {
        var event = call(EstateAccount.named(account), action, endpoint, at: time, &random)
        event.object = object
        event.environment = .synthetic
        event.contents = .synthetic
        event.isSynthetic = true
        event.region = EstateMap.system("synthlab").region
        return event
    }

    /// People work in two sessions on weekdays. Each session is about customers or about synthetic records.
    func work(day: Int, into events: inout [EstateEvent]) {
        guard !calendar.isWeekend(day) else { return }
        for (place, person) in EstateAccount.all.enumerated() {
            guard let role = person.role else { continue }
            var random = SimulationRandom(seed: seed, part: 0x70_0000_0000 + UInt64(place) << 16 + UInt64(day))
            for half in 0..<2 {
                let begin = Int64(half == 0 ? 6 : 11) * FleetCalendar.hour + Int64(place % 5) * 1_900_000
                let start = calendar.midnight(day) + begin + Int64(random.below(2_400_000))
                let isSynthetic = role == .syntheticSteward || role == .syntheticAdmin && half == 0
                let views = 9 + random.below(12)
                sit(person, from: start, labels: Array(repeating: isSynthetic, count: views), writes: 0.1, &random, into: &events)
            }
        }
    }

    /// One session at the console: a login, then a record for each label, some of them changed.
    func sit(
        _ person: EstateAccount, from start: Int64, labels: [Bool], writes: Double, _ random: inout SimulationRandom,
        into events: inout [EstateEvent]
    ) {
        let session = hexadecimal(SimulationRandom(seed: seed ^ 0xC0, part: UInt64(start)), words: 1)
        var login = call(person, .login, "/console/login", at: start, &random)
        login.session = session
        events.append(login)
        var time = start
        for isSynthetic in labels {
            time += 15_000 + Int64(random.below(90_000))
            let isWrite = random.chance(writes)
            events.append(record(person, isSynthetic: isSynthetic, isWrite: isWrite, session: session, at: time, &random))
        }
    }

    /// One record at the console.
    func record(
        _ person: EstateAccount, isSynthetic: Bool, isWrite: Bool, session: String, at time: Int64, _ random: inout SimulationRandom
    ) -> EstateEvent {
        let system = EstateMap.system(isSynthetic ? "synthlab" : "crm")
        var event = call(
            person, isWrite ? .write : .read, "/console/records/\(100_000 + random.below(900_000))", at: time, &random)
        event.session = session
        event.object = isSynthetic ? "SynContact" : "Contact"
        event.environment = system.environment
        event.region = system.region
        event.contents = isSynthetic ? .synthetic : .customer
        event.isSynthetic = isSynthetic
        if isSynthetic {
            let day = ripeDay(time)
            event.provenance = hash(isWrite ? event.request : batch(day: day, random.below(EstateScene.batches)))
            if isWrite { event.parent = hash(batch(day: day, random.below(EstateScene.batches))) }
        }
        setRows(1, of: &event)
        return event
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

extension AccessMemory {
    func encode(into writer: inout StateWriter) {
        facts.routes.encode(into: &writer)
        writer.write(facts.activeBuckets)
        writer.write(facts.noveltyBuckets)
        facts.breadth.encode(into: &writer)
        facts.refusals.encode(into: &writer)
        facts.networks.encode(into: &writer)
        writer.write(facts.lastExport)
        writer.write(facts.lastExportRows)
        writer.write(facts.lastActive)
        writer.write(facts.seldom != nil)
        facts.seldom?.encode(into: &writer)
        writer.write(facts.channels != nil)
        facts.channels?.encode(into: &writer)
    }

    convenience init(from reader: inout StateReader) throws(StateError) {
        var facts = Facts()
        facts.routes = try RouteMemory(from: &reader)
        facts.activeBuckets = try reader.read()
        facts.noveltyBuckets = try reader.read()
        facts.breadth = try RunningMean(from: &reader)
        facts.refusals = try RunningMean(from: &reader)
        facts.networks = try RunningMean(from: &reader)
        facts.lastExport = try reader.readBucket()
        facts.lastExportRows = try reader.read()
        facts.lastActive = try reader.readBucket()
        if try reader.readBool() { facts.seldom = try Seldom(from: &reader) }
        if try reader.readBool() { facts.channels = try ChannelMemory(from: &reader) }
        self.init(facts)
    }
}

extension AccessMemory.Seldom {
    func encode(into writer: inout StateWriter) {
        refusals.encode(into: &writer)
        limit.encode(into: &writer)
        pace.encode(into: &writer)
        looks.encode(into: &writer)
        writer.write(UInt8(jobs.count))
        for job in jobs { job.encode(into: &writer) }
        writer.write(UInt8(pauses.count))
        for pause in pauses { writer.write(pause) }
        writer.write(UInt8(agents.count))
        for agent in agents { writer.write(agent) }
        discovery.encode(into: &writer)
        writer.write(movement.count == 1)
        movement.first?.encode(into: &writer)
    }

    init(from reader: inout StateReader) throws(StateError) {
        refusals = try RecentRefusals(from: &reader)
        limit = try LimitHistory(from: &reader)
        pace = try PaceHistory(from: &reader)
        looks = try LooksAround(from: &reader)
        for _ in 0..<(try reader.read(UInt8.self)) { jobs.append(try AccessTally.JobRun(from: &reader)) }
        for _ in 0..<(try reader.read(UInt8.self)) { pauses.append(try reader.read()) }
        for _ in 0..<(try reader.read(UInt8.self)) { agents.append(try reader.read()) }
        discovery = try DiscoveryMemory(from: &reader)
        if try reader.readBool() { movement = [try MovementMemory(from: &reader)] }
    }
}

extension AccessTally.JobRun {
    func encode(into writer: inout StateWriter) {
        writer.write(job)
        writer.write(rows)
        writer.write(time.milliseconds)
    }

    init(from reader: inout StateReader) throws(StateError) {
        self.init(job: try reader.read(), rows: try reader.read(), time: try reader.readTime())
    }
}

extension AccessTally {
    public func encode(into writer: inout StateWriter) {
        for count in [refused, throttled, failed] { writer.write(count) }
        writer.write(lastRefusal.milliseconds)
        limits.encode(into: &writer)
        writer.write(UInt8(routes.count))
        for route in routes { writer.write(route.rawValue) }
        // In one list: nothing but a count has a counted route.
        writer.write(UInt8(newRoutes.count + counts.count))
        for new in newRoutes + counts {
            writer.write(new.route.rawValue)
            writer.write(new.time.milliseconds)
            writer.write(Int32(new.dormantDays ?? -1))
            writer.write(new.isReconnaissance)
        }
        writer.write(canary != nil)
        if let canary {
            writer.write(canary.route.rawValue)
            writer.write(canary.time.milliseconds)
            writer.write(canary.isItem)
            for sum in [canaryItems.rows, canaryItems.bytes, canaryItems.calls] { writer.write(sum) }
        }
        writer.write(coverUp != nil)
        if let coverUp {
            writer.write(coverUp.route.rawValue)
            writer.write(coverUp.time.milliseconds)
            writer.write(coverUp.isAuditSetting)
            writer.write(coverUp.jobMinutes ?? -1)
            writer.write(coverUp.jobRows)
            writer.write(coverUp.isForAnother)
        }
        writer.write(newAgent)
        writer.write(UInt8(agents.count))
        for agent in agents { writer.write(agent) }
        writer.write(UInt8(versions.count))
        for version in versions { writer.write(version) }
        writer.write(UInt8(rest.count))
        for amount in rest { writer.write(amount) }
        writer.write(discovery != nil)
        discovery?.encode(into: &writer)
        writer.write(UInt8(jobs.count))
        for job in jobs { job.encode(into: &writer) }
        writer.write(positions != nil)
        positions?.encode(into: &writer)
        writer.write(movement != nil)
        movement?.encode(into: &writer)
    }

    public convenience init(from reader: inout StateReader) throws(StateError) {
        self.init()
        try restore(from: &reader)
    }
}

extension AccessTally.LimitUse {
    func encode(into writer: inout StateWriter) {
        for number in [samples, lowest, highest] { writer.write(number) }
        writer.write(sum)
    }

    init(from reader: inout StateReader) throws(StateError) {
        samples = try reader.read()
        lowest = try reader.read()
        highest = try reader.read()
        sum = try reader.read()
    }
}

extension DiscoveryTally {
    func encode(into writer: inout StateWriter) {
        for number in [queries, otherShapes, items] { writer.write(number) }
        writer.write(UInt8(shapes.count))
        for shape in shapes {
            writer.write(shape.shape)
            writer.write(shape.count)
            writer.write(shape.texts.bits)
        }
        distinctItems.encode(into: &writer)
        shelves.encode(into: &writer) { $0.encode(into: &$1) }
    }
}

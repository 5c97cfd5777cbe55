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
        facts.lastRefusals.encode(into: &writer)
        facts.limit.encode(into: &writer)
        facts.pace.encode(into: &writer)
        facts.looks.encode(into: &writer)
        writer.write(UInt8(facts.jobs.count))
        for job in facts.jobs { job.encode(into: &writer) }
        writer.write(facts.lastExport)
        writer.write(facts.lastExportRows)
        writer.write(facts.lastActive)
        writer.write(UInt8(facts.pauses.count))
        for pause in facts.pauses { writer.write(pause) }
        writer.write(UInt8(facts.agents.count))
        for agent in facts.agents { writer.write(agent) }
        facts.discovery.encode(into: &writer)
    }

    convenience init(from reader: inout StateReader) throws(StateError) {
        var facts = Facts()
        facts.routes = try RouteMemory(from: &reader)
        facts.activeBuckets = try reader.read()
        facts.noveltyBuckets = try reader.read()
        facts.breadth = try RunningMean(from: &reader)
        facts.refusals = try RunningMean(from: &reader)
        facts.networks = try RunningMean(from: &reader)
        facts.lastRefusals = try RecentRefusals(from: &reader)
        facts.limit = try LimitHistory(from: &reader)
        facts.pace = try PaceHistory(from: &reader)
        facts.looks = try LooksAround(from: &reader)
        for _ in 0..<(try reader.read(UInt8.self)) { facts.jobs.append(try AccessTally.JobRun(from: &reader)) }
        facts.lastExport = try reader.read()
        facts.lastExportRows = try reader.read()
        facts.lastActive = try reader.read()
        for _ in 0..<(try reader.read(UInt8.self)) { facts.pauses.append(try reader.read()) }
        for _ in 0..<(try reader.read(UInt8.self)) { facts.agents.append(try reader.read()) }
        facts.discovery = try DiscoveryMemory(from: &reader)
        let buckets = [facts.lastExport, facts.lastActive] + facts.looks.looks.map(\.bucket)
        guard buckets.allSatisfy({ (-1..<1 << 40).contains($0) }) else { throw StateError.implausible("access memory") }
        self.init(facts)
    }
}

extension AccessTally.JobRun {
    func encode(into writer: inout StateWriter) {
        writer.write(job)
        writer.write(rows)
        writer.write(time.milliseconds)
    }

    init(from reader: inout StateReader) throws(StateError) {
        self.init(job: try reader.read(), rows: try reader.read(), time: EventTime(milliseconds: try reader.read()))
    }
}

extension AccessTally {
    public func encode(into writer: inout StateWriter) {
        for count in [refused, throttled, failed] { writer.write(count) }
        writer.write(lastRefusal.milliseconds)
        limits.encode(into: &writer)
        writer.write(UInt8(routes.count))
        for route in routes { writer.write(route.rawValue) }
        writer.write(UInt8(newRoutes.count))
        for new in newRoutes {
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
        }
        writer.write(coverUp != nil)
        if let coverUp {
            writer.write(coverUp.route.rawValue)
            writer.write(coverUp.time.milliseconds)
            writer.write(coverUp.isAuditSetting)
            writer.write(coverUp.jobMinutes ?? -1)
            writer.write(coverUp.jobRows)
        }
        writer.write(newAgent)
        writer.write(UInt8(agents.count))
        for agent in agents { writer.write(agent) }
        writer.write(discovery != nil)
        discovery?.encode(into: &writer)
        writer.write(UInt8(jobs.count))
        for job in jobs { job.encode(into: &writer) }
    }

    public convenience init(from reader: inout StateReader) throws(StateError) {
        self.init()
        try restore(from: &reader)
    }
}

extension AccessTally.LimitUse {
    func encode(into writer: inout StateWriter) {
        for number in [samples, riding, over, lowest, highest] { writer.write(number) }
        writer.write(sum)
    }

    init(from reader: inout StateReader) throws(StateError) {
        samples = try reader.read()
        riding = try reader.read()
        over = try reader.read()
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
    }
}

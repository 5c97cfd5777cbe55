// weir
// SPDX-License-Identifier: Apache-2.0

import RollingStatistics

/// A job of an account that moved synthetic records, and whether a line of an audit or a lineage log named it.
public struct JobTrail: SmallestSetElement, Equatable, Sendable {
    public var key: UInt64 { job }
    public var job: UInt64
    public var records: UInt64 = 0
    public var isAudited = false
    public var route = RouteKey(rawValue: 0)

    /// Whether it moved anything: an audit alone says nothing.
    var isMover: Bool { records > 0 }
}

/// The jobs of an account that may still get their audit, and how many had one so far.
///
/// State: 12 bytes, and 33 a job of the last half hour, at most ``limit``.
public struct TrailMemory: Equatable, Sendable {
    static let limit = 16
    /// Buckets after its last records within which a job's audit may come: half an hour.
    static let grace: Int64 = 2
    /// Jobs with an audit from which on one without means something.
    static let needed: UInt32 = 5

    public private(set) var audited: UInt32 = 0
    public private(set) var unaudited: UInt32 = 0
    private var open: [Open] = []

    private struct Open: Equatable, Sendable {
        var lastBucket: Int64
        var trail: JobTrail
    }

    init() {}

    /// Whether the account's jobs usually have an audit, so that one without it means something.
    public var isUsual: Bool { audited >= TrailMemory.needed && UInt64(unaudited) * 5 <= UInt64(audited) }

    /// Jobs whose time for an audit ends with this bucket, and that have none. Each is due in one bucket only.
    public func due(_ bucket: Int64, _ tally: MovementTally?) -> [JobTrail] {
        open.filter { item in
            bucket - item.lastBucket == TrailMemory.grace && !item.trail.isAudited
                && !(tally?.jobs.contains { $0.job == item.trail.job } ?? false)
        }.map(\.trail)
    }

    mutating func learn(_ jobs: SmallestSet<JobTrail>, bucket: Int64) {
        guard !jobs.isEmpty || !open.isEmpty else { return }
        for job in jobs {
            if let place = open.firstIndex(where: { $0.trail.job == job.job }) {
                open[place].trail.records &+= job.records
                open[place].trail.isAudited = open[place].trail.isAudited || job.isAudited
                if job.isMover { open[place].lastBucket = bucket }
            } else {
                open.append(Open(lastBucket: bucket, trail: job))
            }
        }
        let isUsual = self.isUsual
        for item in open where bucket - item.lastBucket >= TrailMemory.grace && item.trail.isMover {
            if item.trail.isAudited {
                audited = audited == .max ? .max : audited + 1
            } else if !isUsual {
                // What is told of is not learnt as usual.
                unaudited = unaudited == .max ? .max : unaudited + 1
            }
        }
        open.removeAll { bucket - $0.lastBucket >= TrailMemory.grace }
        if open.count > TrailMemory.limit {
            open.sort { ($0.lastBucket, $0.trail.job) < ($1.lastBucket, $1.trail.job) }
            open.removeFirst(open.count - TrailMemory.limit)
        }
    }

    func encode(into writer: inout StateWriter) {
        writer.write(audited)
        writer.write(unaudited)
        writer.write(UInt8(open.count))
        for item in open {
            writer.write(item.lastBucket)
            item.trail.encode(into: &writer)
        }
    }

    init(from reader: inout StateReader) throws(StateError) {
        audited = try reader.read()
        unaudited = try reader.read()
        for _ in 0..<(try reader.read(UInt8.self)) {
            open.append(Open(lastBucket: try reader.readBucket(), trail: try JobTrail(from: &reader)))
        }
    }
}

extension JobTrail {
    func encode(into writer: inout StateWriter) {
        writer.write(job)
        writer.write(records)
        writer.write(isAudited)
        writer.write(route.rawValue)
    }

    init(from reader: inout StateReader) throws(StateError) {
        job = try reader.read()
        records = try reader.read()
        isAudited = try reader.readBool()
        route = RouteKey(rawValue: try reader.read())
    }
}

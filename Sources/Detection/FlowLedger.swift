// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// Every edge on which records were seen to move, with how much and since when.
///
/// State: about 160 bytes an edge, at most ``limit`` of them; what comes beyond that is counted and not kept. Changes only when a bucket
/// closes. Complexity: O(1) a look.
public struct FlowLedger: Sendable {
    public static let limit = 4096

    public private(set) var records: [FlowKey: Record] = [:]
    /// Edges that found no room, as often as they came.
    public private(set) var refused: UInt64 = 0
    /// The first bucket with any edge; −1 before.
    public private(set) var firstBucket: Int64 = -1
    private var noted: [MovementTally.Edge] = []
    /// Edges of the running day that changed since they were taken.
    private var changed: Set<FlowKey> = []

    /// What moved along an edge.
    public struct Record: Equatable, Sendable {
        public var firstBucket: Int64
        public var lastBucket: Int64
        public var total = Counts()
        /// The day that ``today`` is of, in days since 1970.
        public var day: Int64
        public var today = Counts()
        /// The days before, on which any records moved.
        public var history = FlowHistory()
        /// Whether the settings declare it, as of its last bucket.
        public var isDeclared: Bool

        /// The records of a day so far, and what the days before it were like.
        public func asOf(day: Int64) -> (records: UInt64, history: FlowHistory) {
            guard day != self.day else { return (today.records, history) }
            var history = self.history
            history.learn(today.records)
            return (0, history)
        }
    }

    public struct Counts: Equatable, Sendable {
        public var calls: UInt64 = 0
        public var records: UInt64 = 0
        /// Calls without a disclosure; with personal data in their text; over plain HTTP; with a label of real or synthetic records; over
        /// TLS older than the settings want.
        public var undisclosed: UInt64 = 0
        public var personal: UInt64 = 0
        public var plain: UInt64 = 0
        public var labelled: UInt64 = 0
        public var weak: UInt64 = 0

        public init() {}

        public mutating func add(_ other: Counts) {
            calls &+= other.calls
            records &+= other.records
            undisclosed &+= other.undisclosed
            personal &+= other.personal
            plain &+= other.plain
            labelled &+= other.labelled
            weak &+= other.weak
        }

        mutating func add(_ edge: MovementTally.Edge) {
            calls &+= edge.calls
            records &+= edge.records
            undisclosed &+= edge.undisclosed
            personal &+= edge.personal
            plain &+= edge.plain
            labelled &+= edge.labelled
            weak &+= edge.weak
        }
    }

    public init() {}

    public func isKnown(_ key: FlowKey) -> Bool { records[key] != nil }

    /// Edges in the order of their keys.
    public var sorted: [(key: FlowKey, value: Record)] { records.sorted { $0.key < $1.key } }

    mutating func note(_ edge: MovementTally.Edge) { noted.append(edge) }

    /// Takes in what was noted. Sums do not care for the order; the last places do.
    mutating func countNoted(bucket: Int64) {
        guard !noted.isEmpty else { return }
        if firstBucket < 0 { firstBucket = bucket }
        noted.sort { $0.key < $1.key }
        let day = bucket / Int64(BucketGrid.perDay)
        for edge in noted {
            if records[edge.key] == nil {
                guard records.count < FlowLedger.limit else {
                    refused &+= 1
                    continue
                }
                records[edge.key] = Record(firstBucket: bucket, lastBucket: bucket, day: day, isDeclared: edge.isDeclared)
            }
            records[edge.key]?.add(edge, bucket: bucket, day: day)
            changed.insert(edge.key)
        }
        noted.removeAll(keepingCapacity: true)
    }

    /// The ledger as though a bucket with these edges had closed.
    public func adding(_ edges: [MovementTally.Edge], bucket: Int64) -> FlowLedger {
        var ledger = self
        for edge in edges { ledger.note(edge) }
        ledger.countNoted(bucket: bucket)
        return ledger
    }

    /// The edges that changed since the last call, for a table of days.
    public mutating func takeChanged() -> [(key: FlowKey, value: Record)] {
        defer { changed.removeAll() }
        return changed.sorted().compactMap { key in records[key].map { (key, $0) } }
    }

    func encode(into writer: inout StateWriter) {
        writer.write(refused)
        writer.write(firstBucket)
        writer.write(UInt32(records.count))
        for (key, record) in sorted {
            key.encode(into: &writer)
            for number in [record.firstBucket, record.lastBucket, record.day] { writer.write(number) }
            writer.write(record.isDeclared)
            record.total.encode(into: &writer)
            record.today.encode(into: &writer)
            record.history.encode(into: &writer)
        }
    }

    init(from reader: inout StateReader) throws(StateError) {
        refused = try reader.read()
        firstBucket = try reader.readBucket()
        let count = try reader.read(UInt32.self)
        guard count <= FlowLedger.limit else { throw StateError.implausible("flows of a lane") }
        for _ in 0..<count {
            let key = try FlowKey(from: &reader)
            let (first, last, day) = (try reader.readBucket(), try reader.readBucket(), try reader.readBucket())
            let isDeclared = try reader.readBool()
            records[key] = Record(
                firstBucket: first, lastBucket: last, total: try Counts(from: &reader), day: day, today: try Counts(from: &reader),
                history: try FlowHistory(from: &reader), isDeclared: isDeclared)
        }
    }
}

extension FlowLedger.Record {
    fileprivate mutating func add(_ edge: MovementTally.Edge, bucket: Int64, day: Int64) {
        lastBucket = max(lastBucket, bucket)
        if day != self.day {
            history.learn(today.records)
            self.day = day
            today = FlowLedger.Counts()
        }
        total.add(edge)
        today.add(edge)
        isDeclared = edge.isDeclared
    }
}

extension FlowLedger.Counts {
    fileprivate func encode(into writer: inout StateWriter) {
        for count in [calls, records, undisclosed, personal, plain, labelled, weak] { writer.write(count) }
    }

    fileprivate init(from reader: inout StateReader) throws(StateError) {
        calls = try reader.read()
        records = try reader.read()
        undisclosed = try reader.read()
        personal = try reader.read()
        plain = try reader.read()
        labelled = try reader.read()
        weak = try reader.read()
    }
}

extension ValueTable {
    /// `customer records from crm (production, EU) to training (training, US)`
    public func words(_ flow: FlowKey) -> String {
        "\(what(flow)) \(flow.fromWords(self).map { "from \($0) " } ?? "")to \(flow.toWords(self) ?? "somewhere")"
    }

    func what(_ flow: FlowKey) -> String {
        switch flow.dataClass {
        case .unknown: "records"
        case .aiContent: "AI content"
        default: "\(flow.dataClass.name) records"
        }
    }

    fileprivate func end(_ system: ValueID, _ environment: DataEnvironment, _ region: ValueID) -> String? {
        let place = region == .unknown ? nil : String(name(region).prefix(40))
        guard system != .unknown else {
            if environment == .unknown { return place }
            return "\(environment.name)\(place.map { " in \($0)" } ?? "")"
        }
        let facts = [environment == .unknown ? nil : environment.name, place].compactMap { $0 }
        return String(name(system).prefix(80)) + (facts.isEmpty ? "" : " (\(facts.joined(separator: ", ")))")
    }
}

extension FlowKey {
    func fromWords(_ values: ValueTable) -> String? { values.end(from, fromEnvironment, fromRegion) }
    func toWords(_ values: ValueTable) -> String? { values.end(to, toEnvironment, toRegion) }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import GRDB
import Pipeline

/// The table of flows: an edge and a day a row.
enum FlowTable {
    /// Days that are kept: what a yearly report needs, and the year before.
    static let retainedDays: Int64 = 1096

    static let schema = """
        CREATE TABLE flows(
            lane INTEGER NOT NULL REFERENCES lanes(number), day INTEGER NOT NULL, class TEXT NOT NULL,
            from_environment TEXT NOT NULL, from_system TEXT NOT NULL, from_region TEXT NOT NULL,
            to_environment TEXT NOT NULL, to_system TEXT NOT NULL, to_region TEXT NOT NULL,
            calls INTEGER NOT NULL, records INTEGER NOT NULL, undisclosed INTEGER NOT NULL, personal INTEGER NOT NULL,
            plain INTEGER NOT NULL, declared INTEGER NOT NULL,
            PRIMARY KEY(lane, day, class, from_environment, from_system, from_region, to_environment, to_system, to_region)
        ) WITHOUT ROWID;
        """

    /// What was counted of an edge from the fifth step on.
    static let labels = """
        ALTER TABLE flows ADD COLUMN labelled INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE flows ADD COLUMN weak INTEGER NOT NULL DEFAULT 0;
        """

    static func store(_ flows: [FlowDay], lane: Int64, in db: Database) throws {
        guard let newest = flows.map(\.day).max() else { return }
        let statement = try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO flows(
                    lane, day, class, from_environment, from_system, from_region, to_environment, to_system, to_region,
                    calls, records, undisclosed, personal, plain, declared, labelled, weak)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        for flow in flows {
            try statement.execute(arguments: [
                lane, flow.day, flow.dataClass, flow.from.environment, flow.from.system, flow.from.region, flow.to.environment,
                flow.to.system, flow.to.region, Int64(clamping: flow.counts.calls), Int64(clamping: flow.counts.records),
                Int64(clamping: flow.counts.undisclosed), Int64(clamping: flow.counts.personal), Int64(clamping: flow.counts.plain),
                flow.isDeclared, Int64(clamping: flow.counts.labelled), Int64(clamping: flow.counts.weak),
            ])
        }
        try db.cachedStatement(sql: "DELETE FROM flows WHERE lane = ? AND day < ?").execute(arguments: [lane, newest - retainedDays])
    }
}

extension JournalView {
    /// The flows of all lanes on each day, in the order of days and edges.
    package func flows() throws(JournalFailure) -> [(lane: String, flow: FlowDay)] {
        try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT lanes.name, day, class, from_environment, from_system, from_region, to_environment, to_system, to_region,
                        calls, records, undisclosed, personal, plain, declared, labelled, weak
                    FROM flows JOIN lanes ON lanes.number = flows.lane
                    ORDER BY lanes.name, day, class, from_system, from_environment, from_region, to_system, to_environment, to_region
                    """
            ).map { row in
                var counts = FlowLedger.Counts()
                counts.calls = UInt64(clamping: try row.value(9) as Int64)
                counts.records = UInt64(clamping: try row.value(10) as Int64)
                counts.undisclosed = UInt64(clamping: try row.value(11) as Int64)
                counts.personal = UInt64(clamping: try row.value(12) as Int64)
                counts.plain = UInt64(clamping: try row.value(13) as Int64)
                counts.labelled = UInt64(clamping: try row.value(15) as Int64)
                counts.weak = UInt64(clamping: try row.value(16) as Int64)
                let flow = FlowDay(
                    day: try row.value(1), dataClass: try row.value(2),
                    from: FlowDay.End(environment: try row.value(3), system: try row.value(4), region: try row.value(5)),
                    to: FlowDay.End(environment: try row.value(6), system: try row.value(7), region: try row.value(8)), counts: counts,
                    isDeclared: try row.value(14))
                return (try row.value(0), flow)
            }
        }
    }
}

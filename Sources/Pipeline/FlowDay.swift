// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel

/// What moved along one edge on one day, in words: a row of the table of flows.
package struct FlowDay: Equatable, Sendable {
    /// Days since 1970.
    package var day: Int64
    package var dataClass: String
    package var from: End
    package var to: End
    package var counts = FlowLedger.Counts()
    package var isDeclared: Bool

    /// One end of an edge; what is not known is empty.
    package struct End: Equatable, Hashable, Sendable {
        package var environment: String
        package var system: String
        package var region: String

        package init(environment: String, system: String, region: String) {
            self.environment = environment
            self.system = system
            self.region = region
        }

        /// Whether the log, or the estate, says anything of it.
        package var isNamed: Bool { !environment.isEmpty || !system.isEmpty || !region.isEmpty }
        /// The system, or else the environment, or else the region.
        package var name: String { [system, environment, region].first { !$0.isEmpty } ?? "?" }
    }

    package init(day: Int64, dataClass: String, from: End, to: End, counts: FlowLedger.Counts, isDeclared: Bool) {
        self.day = day
        self.dataClass = dataClass
        self.from = from
        self.to = to
        self.counts = counts
        self.isDeclared = isDeclared
    }
}

extension LaneCore {
    /// The edges that changed since the last call, each with its running day.
    mutating func takeFlowDays() -> [FlowDay] { values.takeChangedFlows().map { day($0.key, $0.value, $0.value.today) } }

    /// Every edge with all that moved along it, in open buckets too; ``FlowDay/day`` is the last one.
    package var flows: [FlowDay] {
        var ledger = values.flows
        for position in 0..<openCount {
            let edges = shards.flatMap { $0.edges(position: position) }
            ledger = ledger.adding(edges, bucket: oldestBucket + Int64(position))
        }
        return ledger.sorted.map { day($0.key, $0.value, $0.value.total) }
    }

    private func day(_ key: FlowKey, _ record: FlowLedger.Record, _ counts: FlowLedger.Counts) -> FlowDay {
        func end(_ environment: DataEnvironment, _ system: ValueID, _ region: ValueID) -> FlowDay.End {
            func name(_ value: ValueID) -> String { value == .unknown ? "" : values.name(value) }
            return FlowDay.End(
                environment: environment == .unknown ? "" : environment.name, system: name(system), region: name(region))
        }
        return FlowDay(
            day: record.day, dataClass: key.dataClass.name, from: end(key.fromEnvironment, key.from, key.fromRegion),
            to: end(key.toEnvironment, key.to, key.toRegion), counts: counts, isDeclared: record.isDeclared)
    }
}

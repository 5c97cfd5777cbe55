// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import LogFormats
import Pipeline
import Simulation

/// One file in memory as the source of a lane.
struct MemorySource: LaneSource {
    private let bytes: [UInt8]
    private var next = 0
    private var isAnnounced = false

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isEndless: Bool { false }

    mutating func scan() -> [StreamChange] {
        guard !isAnnounced else { return [] }
        isAnnounced = true
        return [.opened(StreamID(rawValue: 0), path: "access.json", resumeOffset: 0, resumeState: [])]
    }

    mutating func read(_ stream: StreamID, into output: inout OutputRawSpan) -> ReadOutcome {
        guard next < bytes.count else { return .ended }
        let count = min(output.freeCapacity, bytes.count - next)
        for index in next..<next + count { output.append(bytes[index]) }
        next += count
        return .bytes
    }

    func position(of stream: StreamID, offset: UInt64, marker: TailMarker) -> StreamPosition {
        StreamPosition(
            stream: stream.rawValue, path: "access.json", device: 0, inode: 0, prefixHash: 0, prefixCount: 0, offset: offset,
            marker: marker, isFinished: false, formatState: [])
    }

    mutating func finish(_ stream: StreamID) {}
    mutating func wait(atMost limit: EventDuration) {}
}

/// The alerts of a simulated fleet, through the lane that the daemon uses.
///
/// - Parameter isOperated: whether the settings name the simulation's canary and its inventory of endpoints.
func replay(_ simulation: FleetSimulation, shards: Int = 1, isOperated: Bool = false) throws -> [AlertRecord] {
    let splitter = LogSplitter(policy: .oneFile, naming: .rotated, name: "access.json", calendar: simulation.calendar)
    let archive = FleetArchive(
        simulation: simulation, text: EventText(format: .json, accountNames: simulation.accountNames), splitter: splitter)
    var bytes: [UInt8] = []
    _ = archive.write { piece in
        if case .bytes(let chunk) = piece { bytes += chunk }
    }
    let format = try JSONFormat(options: FormatOptions())
    var reader = LaneReader(
        source: MemorySource(bytes),
        attribution: Attribution(pseudonymKey: [1], hashKey: 0, canaries: isOperated ? [SimulatedDetail.canaryName] : []),
        makeFormat: { format })
    var options = LaneOptions(name: "gateway", format: "json", lateness: .minutes(2))
    options.shards = shards
    if isOperated {
        options.canaries = [SimulatedDetail.canaryName]
        options.inventory = EndpointCatalog.inventory
    }
    var core = LaneCore(options: options)
    var batch = EventBatch()
    var alerts: [AlertRecord] = []
    while !batch.isLast {
        batch.removeAll()
        _ = reader.fill(&batch)
        core.process(batch)
        alerts += core.takeAlerts()
    }
    return alerts
}

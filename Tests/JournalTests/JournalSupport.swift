// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import EventModel
import Foundation
import GRDB
import Pipeline

@testable import Journal

/// A folder for one test, removed with the value.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("weir-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: path) } catch { print("could not remove \(path): \(error)") }
    }

    var state: String { path + "/state" }
    var database: String { state + "/weir.sqlite" }
    var names: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: state).sorted() } }

    func rights(_ path: String) throws -> Int? {
        (try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber).map { $0.intValue & 0o777 }
    }
}

extension SQLiteJournal {
    /// Statements that no operator would run: to break things on purpose.
    func tamper(_ sql: String) throws { try database.writeWithoutTransaction { db in try db.execute(sql: sql) } }
}

let noon = EventTime(milliseconds: 1_795_000_000_000)

func record(
    _ id: String, _ sequence: UInt32 = 0, _ status: AlertRecord.Status = .open, account: String = "svc-data-005"
) -> AlertRecord {
    AlertRecord(
        id: id, status: status, severity: .high, detector: "D01", name: "export-volume", account: account, opened: noon,
        time: noon + .minutes(Int64(sequence)), sequence: sequence, summary: "\(account) moved much", json: "{\"id\":\"\(id)\"}")
}

func account(_ number: UInt32, _ fill: UInt8 = 1, bytes: Int = 24) -> AccountState {
    AccountState(id: AccountID(rawValue: number), name: "svc-\(number)", bytes: [UInt8](repeating: fill, count: bytes))
}

func position(_ stream: UInt32, offset: UInt64 = 4096, isFinished: Bool = false, knownSize: UInt64 = 0) -> StreamPosition {
    StreamPosition(
        stream: stream, path: "/var/log/app.log.\(stream)", device: .max, inode: 1 << 63, prefixHash: 0xFFFF_0000_FFFF_0000,
        prefixCount: 1024, offset: offset, marker: TailMarker(hash: .max - 1, count: 64), isFinished: isFinished, formatState: [0, 255, 7],
        knownSize: knownSize)
}

func commit(
    _ lane: String = "gateway", header: [UInt8] = [1, 2, 3], accounts: [AccountState] = [], positions: [StreamPosition] = [],
    alerts: [AlertRecord] = [], counters: [LaneCommit.Counter] = []
) -> LaneCommit {
    LaneCommit(lane: lane, header: header, accounts: accounts, positions: positions, alerts: alerts, counters: counters)
}

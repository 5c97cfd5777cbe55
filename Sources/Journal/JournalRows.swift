// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import EventModel
import GRDB
import Pipeline

/// Columns and what is made of them, in the same order.
enum JournalRows {
    static let record = "a.id, a.status, a.severity, a.detector, a.name, a.account, a.opened, a.time, a.sequence, a.summary, a.json"
    static let message = record + ", o.number, o.sink, o.message_id, o.attempts"
    static let entry = record + ", a.number, l.name, a.committed"
    static let position = """
        stream, path, device, inode, prefix_hash, prefix_count, byte_offset, marker_hash, marker_count, is_finished, format_state,
        known_size
        """

    /// The record in the columns of ``record``. Throws: `DatabaseError` or GRDB's decoding error for values that weir never wrote.
    static func record(_ row: Row) throws -> AlertRecord {
        guard let status = AlertRecord.Status(rawValue: try row.value(1)), let severity = Severity(rawValue: try row.value(2)) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "an alert has a status or severity that does not exist")
        }
        return AlertRecord(
            id: try row.value(0), status: status, severity: severity, detector: try row.value(3), name: try row.value(4),
            account: try row.value(5), opened: try row.time(6), time: try row.time(7), sequence: try row.value(8),
            summary: try row.value(9),
            json: try row.value(10))
    }

    static func message(_ row: Row) throws -> OutboxMessage {
        OutboxMessage(
            row: try row.value(11), sink: try row.value(12), messageID: try row.value(13), record: try record(row),
            attempts: try row.value(14))
    }

    static func entry(_ row: Row) throws -> AlertEntry {
        AlertEntry(number: try row.value(11), lane: try row.value(12), committed: try row.time(13), record: try record(row))
    }

    static func position(_ row: Row) throws -> StreamPosition {
        StreamPosition(
            stream: try row.value(0), path: try row.value(1), device: try row.bits(2), inode: try row.bits(3), prefixHash: try row.bits(4),
            prefixCount: try row.value(5), offset: try row.bits(6), marker: TailMarker(hash: try row.bits(7), count: try row.value(8)),
            isFinished: try row.value(9), formatState: try row.bytes(10), knownSize: try row.bits(11))
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import GRDB

/// One text or run of bytes in the database, for whoever has to look at all of them.
package struct StoredValue {
    package var table: String
    package var column: String
    /// The place of its row in the table, from 1.
    package var row: Int
    package var bytes: [UInt8]
}

extension JournalView {
    /// Hands out every text and every run of bytes of every table, whoever made the table; what waits in the write-ahead log is among them.
    ///
    /// Complexity: O(database); memory: a row. Throws: ``JournalFailure`` when the database cannot be read.
    package func eachValue(_ body: (StoredValue) -> Void) throws(JournalFailure) {
        try read { db in
            let tables = try String.fetchAll(
                db, sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name")
            for table in ["sqlite_master"] + tables {
                let quoted = "\"" + table.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
                let rows = try Row.fetchCursor(db, sql: "SELECT * FROM \(quoted)")
                var number = 0
                while let row = try rows.next() {
                    number += 1
                    for (column, value) in row {
                        let bytes: [UInt8]
                        switch value.storage {
                        case .string(let text): bytes = Array(text.utf8)
                        case .blob(let data): bytes = [UInt8](data)
                        default: continue
                        }
                        if !bytes.isEmpty { body(StoredValue(table: table, column: column, row: number, bytes: bytes)) }
                    }
                }
            }
        }
    }

    /// The files of a state folder that hold what a database held: it, its log, its snapshot, and damaged ones that were
    /// set aside.
    package static func files(directory: String) -> [String] {
        let path = StateFolder.path(directory, StateFolder.databaseName)
        let asides = (1...SQLiteJournal.setAsideLimit).map { "\(path).corrupt-\($0)" }
        let snapshots = [StateSnapshot.path(of: path), StateSnapshot.draft(of: path)]
        return ([path] + asides + snapshots).flatMap { [$0, $0 + "-wal"] }.filter { StateFolder.exists($0) }
    }
}

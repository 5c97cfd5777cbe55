// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import GRDB
import Pipeline

/// The table of filter pages: bits of identifiers, 4 KiB a row, so that a commit writes the pages that changed.
enum FilterTable {
    static let schema = """
        CREATE TABLE filter_pages(
            lane INTEGER NOT NULL REFERENCES lanes(number), filter INTEGER NOT NULL, page INTEGER NOT NULL, bits BLOB NOT NULL,
            UNIQUE(lane, filter, page)
        );
        """

    static func store(_ pages: [IdentifierRegister.Page], lane: Int64, in db: Database) throws {
        guard !pages.isEmpty else { return }
        let write = try db.cachedStatement(
            sql: """
                INSERT INTO filter_pages(lane, filter, page, bits) VALUES (?, ?, ?, ?)
                ON CONFLICT(lane, filter, page) DO UPDATE SET bits = excluded.bits
                """)
        let remove = try db.cachedStatement(sql: "DELETE FROM filter_pages WHERE lane = ? AND filter = ? AND page = ?")
        for page in pages {
            let (filter, number) = (Int64(page.filter), Int64(page.number))
            if page.bits.isEmpty {
                try remove.execute(arguments: [lane, filter, number])
            } else {
                try write.execute(arguments: [lane, filter, number, page.bits.blob])
            }
        }
    }

    /// A lane's pages, in order; none where an older weir wrote the database and this one only looks.
    static func pages(lane: Int64, in db: Database) throws -> [IdentifierRegister.Page] {
        guard try db.tableExists("filter_pages") else { return [] }
        return try Row.fetchAll(
            db, sql: "SELECT filter, page, bits FROM filter_pages WHERE lane = ? ORDER BY filter, page", arguments: [lane]
        ).map { row in
            IdentifierRegister.Page(
                filter: UInt8(clamping: try row.value(0) as Int64), number: UInt16(clamping: try row.value(1) as Int64),
                bits: try row.bytes(2))
        }
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import Pipeline
import Testing

@testable import Journal

@Suite struct FilterTableTests {
    private func page(_ filter: UInt8, _ number: UInt16, _ bits: [UInt8]) -> IdentifierRegister.Page {
        IdentifierRegister.Page(filter: filter, number: number, bits: bits)
    }

    @Test func `pages come back in order, are replaced by their successors, and go when they are empty`() throws {
        let folder = try TemporaryFolder()
        let journal = try SQLiteJournal.open(directory: folder.state, sinks: [])
        var made = commit()
        made.pages = [page(1, 3, [7, 7]), page(0, 511, [1]), page(0, 2, [9])]
        try journal.commit(made, now: noon)
        var other = commit("crm")
        other.pages = [page(0, 2, [4])]
        try journal.commit(other, now: noon)
        made.pages = [page(0, 2, [8]), page(0, 511, [])]
        try journal.commit(made, now: noon)
        let view = try JournalView.open(directory: folder.state)
        #expect(try view.resume(lane: "gateway")?.pages == [page(0, 2, [8]), page(1, 3, [7, 7])])
        #expect(try view.resume(lane: "crm")?.pages == [page(0, 2, [4])])
    }

    @Test func `a database of before the filters is looked at all the same`() throws {
        let folder = try TemporaryFolder()
        let journal = try SQLiteJournal.open(directory: folder.state, sinks: [])
        try journal.commit(commit(), now: noon)
        try journal.tamper("DROP TABLE filter_pages")
        #expect(try JournalView.open(directory: folder.state).resume(lane: "gateway")?.pages.isEmpty == true)
    }
}

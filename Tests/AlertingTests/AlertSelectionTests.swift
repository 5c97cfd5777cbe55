// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Testing

@testable import Alerting

@Suite struct AlertSelectionTests {
    private func record(_ urgency: String, account: String = "svc") -> AlertRecord {
        let time = EventTime(milliseconds: 0)
        var json = JSONText()
        json.beginObject()
        if !urgency.isEmpty { json.field("urgency", urgency) }
        json.field("account", account)
        json.endObject()
        return AlertRecord(
            id: "A-1", status: .open, severity: .high, detector: "D01", name: "export-volume", account: account, opened: time, time: time,
            sequence: 0, summary: "", json: json.text)
    }

    @Test func `each selection takes what it names`() {
        let taken = AlertSelection.allCases.map { selection in AlertUrgency.allCases.filter { selection.takes($0) } }
        #expect(taken == [[.page, .ticket, .record], [.page], [.ticket], [.page, .ticket]])
    }

    @Test func `the urgency is what the alert says of itself, not what a log wrote into a name`() {
        #expect(record("page").urgency == .page)
        #expect(record("record", account: #"","urgency":"page""#).urgency == .record)
        #expect(record("").urgency == .ticket && record("soon").urgency == .ticket)
    }

    @Test func `who was told of an alert is told how it goes on`() {
        #expect(AlertSelection.tickets.takes(record("page"), after: [.ticket]))
        #expect(!AlertSelection.tickets.takes(record("page"), after: []))
        #expect(!AlertSelection.pages.takes(record("ticket"), after: [.ticket, .record]))
    }
}

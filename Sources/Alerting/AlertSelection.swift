// weir
// SPDX-License-Identifier: Apache-2.0

/// How soon somebody is to look at an alert, as its JSON says.
package enum AlertUrgency: String, CaseIterable, Sendable {
    case page, ticket, record
}

/// Which alerts a sink takes. Whoever was told that an alert opened is told how it goes on, whatever becomes of its urgency.
package enum AlertSelection: String, CaseIterable, Sendable {
    case all
    case pages
    case tickets
    case pagesAndTickets = "pages_and_tickets"

    /// Whether an alert is among them as it is now.
    package func takes(_ urgency: AlertUrgency) -> Bool {
        switch self {
        case .all: true
        case .pages: urgency == .page
        case .tickets: urgency == .ticket
        case .pagesAndTickets: urgency != .record
        }
    }

    /// Whether a transition belongs to it, after those that came before it of the same alert.
    package func takes(_ record: AlertRecord, after earlier: @autoclosure () throws -> [AlertUrgency]) rethrows -> Bool {
        if takes(record.urgency) { return true }
        return try earlier().contains { takes($0) }
    }
}

extension AlertRecord {
    /// How soon somebody is to look. A record of a build that did not say so is a ticket.
    package var urgency: AlertUrgency { AlertRecord.urgency(ofJSON: json) }

    /// The same of stored JSON. The field stands before everything that a log can have written, so its first mention is it.
    package static func urgency(ofJSON json: String) -> AlertUrgency {
        let key = "\"urgency\":\""
        guard let place = json.firstRange(of: key) else { return .ticket }
        return AlertUrgency(rawValue: String(json[place.upperBound...].prefix { $0 != "\"" })) ?? .ticket
    }
}

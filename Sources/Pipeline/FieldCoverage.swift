// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What a log can state of an event, as far as detection depends on it.
package enum LogField: Int, CaseIterable, Sendable {
    case rows = 0
    case bytes, network, route, status
    case limit, job, agent, item, query
    case environment, dataClass, label, hash, parent, disclosure, destination, region, transport, session, text, encryption

    /// weir's own keys for it.
    package var keys: String {
        switch self {
        case .rows: "rows"
        case .bytes: "bytes"
        case .network: "ip"
        case .route: "endpoint or object"
        case .status: "status"
        case .limit: "limit_used and limit_max"
        case .job: "job"
        case .agent: "agent"
        case .item: "item"
        case .query: "query"
        case .environment: "env"
        case .dataClass: "class"
        case .label: "synthetic"
        case .hash: "provenance"
        case .parent: "parent"
        case .disclosure: "disclosed"
        case .destination: "dest or dest_env"
        case .region: "region and dest_region"
        case .transport: "tls"
        case .session: "session"
        case .text: "text"
        case .encryption: "scheme"
        }
    }
}

/// Events that stated each field: what the controls of a lane can rest on.
///
/// State: 8 bytes a field.
package struct FieldCoverage: Equatable, Sendable {
    // In place, because it is written for every event: an array would be asked each time whether somebody else has it too.
    private var numbers = InlineArray<22, UInt64>(repeating: 0)

    /// One number a field, in the order of the fields.
    package var counts: [UInt64] { LogField.allCases.map { self[$0] } }

    package subscript(field: LogField) -> UInt64 { numbers[field.rawValue] }

    @inline(__always)
    private mutating func count(_ isStated: Bool, _ field: LogField) { numbers[field.rawValue] &+= isStated ? 1 : 0 }

    package static func == (left: FieldCoverage, right: FieldCoverage) -> Bool { left.counts == right.counts }

    /// Counts what every event may have.
    @inline(__always)
    mutating func note(_ event: AccessEvent) {
        count(event.presence.contains(.rows), .rows)
        count(event.presence.contains(.bytes), .bytes)
        count(event.network != .unknown, .network)
        count(event.endpoint != .unknown || event.object != .unknown, .route)
        count(event.status != 0, .status)
    }

    /// Counts what only some events have.
    mutating func note(_ detailed: DetailedEvent) {
        if let detail = detailed.detail {
            count(detail.limitMax > 0, .limit)
            count(detail.job != 0, .job)
            count(detail.agent != 0, .agent)
            count(detail.item != 0, .item)
            count(detail.query != 0, .query)
        }
        guard let movement = detailed.movement else { return }
        count(movement.environment != .unknown, .environment)
        count(movement.flow.dataClass != .unknown, .dataClass)
        count(movement.synthetic != .unstated, .label)
        count(movement.provenance != 0, .hash)
        count(movement.parent != 0, .parent)
        count(movement.disclosed != .unstated, .disclosure)
        count(movement.flow.hasDestination, .destination)
        count(movement.flow.fromRegion != .unknown && movement.flow.toRegion != .unknown, .region)
        count(movement.transport != .unknown, .transport)
        count(movement.session != 0, .session)
        count(movement.traits.contains(.scanned), .text)
        count(movement.traits.contains(.encryptionStated), .encryption)
    }

    /// Takes up counts. Precondition: one a field.
    init(counts: [UInt64]) {
        for field in LogField.allCases { numbers[field.rawValue] = counts[field.rawValue] }
    }

    package init() {}
}

/// Which fields each detector of movements and of access needs: all groups, of each group at least one.
package enum ControlNeeds {
    package struct Control: Sendable {
        package var detector: String
        /// What it proves, for people who answer for it.
        package var control: String
        package var needs: [[LogField]]
        /// With these alone it proves a part of that; empty where there is no such part.
        package var inPart: [[LogField]] = []
    }

    package static let all: [Control] = [
        Control(detector: "D01", control: "unusual volume of exports", needs: [[.rows, .bytes]]),
        Control(detector: "D02", control: "slow drain of records", needs: [[.rows, .bytes]]),
        Control(detector: "D03", control: "use of API limits", needs: [[.limit]]),
        Control(detector: "D04", control: "enforcement of API limits", needs: [[.limit], [.status]]),
        Control(detector: "D05", control: "walks through whole objects", needs: [[.route], [.rows, .bytes]]),
        Control(detector: "D06", control: "channels by which rows leave", needs: [[.rows, .bytes]]),
        Control(detector: "D07", control: "separation of production and made-up data", needs: [[.environment]]),
        Control(detector: "D08", control: "dormant rights that wake", needs: [[.route]]),
        Control(detector: "D09", control: "new endpoints and objects of an account", needs: [[.route]]),
        Control(detector: "D10", control: "breadth of access", needs: [[.route]]),
        Control(detector: "D11", control: "reconnaissance before an export", needs: [[.route], [.rows, .bytes]]),
        Control(detector: "D12", control: "removal of traces", needs: [[.route]]),
        Control(detector: "D13", control: "networks and programs of an account", needs: [[.network, .agent]]),
        Control(detector: "D14", control: "spread of a credential", needs: [[.network]]),
        Control(detector: "D15", control: "labels on synthetic records", needs: [[.environment], [.label, .hash]]),
        Control(
            detector: "D16", control: "synthetic records stay out of production",
            needs: [[.label, .dataClass], [.environment, .destination]]),
        Control(
            detector: "D17", control: "real records stay out of training",
            needs: [[.dataClass, .environment], [.destination, .environment]]),
        Control(detector: "D18", control: "labels that go with the content", needs: [[.hash], [.label]]),
        Control(detector: "D19", control: "lineage of synthetic records", needs: [[.label], [.parent]]),
        // Numbers of records count where they are unique by their form; mail addresses and the like stand in texts alone.
        Control(
            detector: "D20", control: "no identifiers of customers in made-up content", needs: [[.text], [.dataClass]],
            inPart: [[.item], [.dataClass]]),
        Control(detector: "D21", control: "no personal data in machine-made content", needs: [[.text], [.dataClass]]),
        // A call over plain HTTP has no TLS version: a log that states nothing else cannot tell it from one of which nothing is known.
        Control(detector: "D22", control: "encryption of webhooks", needs: [[.encryption]], inPart: [[.transport]]),
        Control(detector: "D23", control: "TLS versions", needs: [[.transport]]),
        Control(detector: "D24", control: "extraction by searches", needs: [[.query, .item]]),
        Control(detector: "D25", control: "what the checkout reads", needs: [[.route]]),
        Control(detector: "D26", control: "both kinds of records in one session", needs: [[.session], [.label]]),
        Control(detector: "D27", control: "roles and kinds of records", needs: [[.label, .dataClass]]),
        Control(detector: "D28", control: "transfers across borders", needs: [[.destination], [.region]]),
        Control(detector: "D29", control: "disclosure of machine-made answers", needs: [[.disclosure]]),
        Control(detector: "D30", control: "sensitive fields in exports", needs: [[.route]]),
        Control(detector: "D31", control: "work at unusual hours", needs: [[.rows, .bytes]]),
        Control(detector: "D32", control: "logs that fall silent", needs: []),
        Control(detector: "D33", control: "canaries", needs: [[.route, .item]]),
        Control(detector: "D34", control: "refusals before an export", needs: [[.status]]),
        Control(detector: "D35", control: "endpoints beyond the inventory", needs: [[.route]]),
        Control(detector: "D37", control: "totals of a source", needs: []),
        Control(detector: "D38", control: "many accounts at once", needs: [[.rows, .bytes]]),
    ]
}

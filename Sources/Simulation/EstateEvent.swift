// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// One event of a simulated estate, in the words of weir's own event. What is nil is not written.
package struct EstateEvent: Equatable, Sendable {
    package var time: EventTime
    package var account: String
    package var kind: AccountKind
    package var action: Operation
    package var method: String
    package var endpoint: String
    package var object: String?
    package var status: Int = 200
    package var rows: Int?
    package var bytes: Int = 0
    package var address: UInt32 = 0
    package var agent: String
    package var session: String?
    package var job: String?
    package var request: UInt64 = 0
    package var environment: EstateEnvironment?
    package var contents: EstateContents?
    package var isSynthetic: Bool?
    package var provenance: String?
    package var parent: String?
    package var isDisclosed: Bool?
    package var destination: String?
    package var destinationEnvironment: EstateEnvironment?
    package var destinationRegion: String?
    package var region: String?
    package var tls: String?
    package var scheme: String?
    package var item: Int?
    package var query: String?
    package var text: String?
    /// It is one more of its account's usual calls, and differs from them in when and how much.
    package var repeatsSample = false

    package init(
        time: EventTime, account: String, kind: AccountKind, action: Operation, method: String, endpoint: String, agent: String
    ) {
        self.time = time
        self.account = account
        self.kind = kind
        self.action = action
        self.method = method
        self.endpoint = endpoint
        self.agent = agent
    }
}

extension EstateEvent {
    /// The HTTP method by which an action is asked for.
    package static func method(_ action: Operation) -> String {
        switch action {
        case .write, .bulk, .webhook, .login, .admin: "POST"
        case .sync: "PUT"
        case .delete: "DELETE"
        default: "GET"
        }
    }
}

/// What an environment is for; raw values are those of weir's event.
package enum EstateEnvironment: String, CaseIterable, Sendable {
    case production, synthetic, staging, training

    /// How another company would write it.
    var otherWord: String {
        switch self {
        case .production: "prd"
        case .synthetic: "syn"
        case .staging: "stg"
        case .training: "train"
        }
    }
}

/// What records are; raw values are those of the settings. An event says it of the first four only.
package enum EstateContents: String, CaseIterable, Sendable {
    case customer, synthetic
    case aiContent = "ai_content"
    case mixed, product, other

    /// The word in an event; nil where an event has none.
    var word: String? { self == .product || self == .other ? nil : rawValue }

    /// How another company would write it.
    var otherWord: String {
        switch self {
        case .customer: "crm_personal"
        case .synthetic: "lab_made"
        case .aiContent: "ai_made"
        case .mixed: "blended"
        case .product, .other: rawValue
        }
    }
}

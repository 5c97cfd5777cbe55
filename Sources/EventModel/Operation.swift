// weir
// SPDX-License-Identifier: Apache-2.0

/// What an event did, in weir's own vocabulary (the `action` key of its event).
public enum Operation: UInt8, CaseIterable, Sendable {
    case unknown = 0
    case query, read, list, export, bulk, report, write, delete, login, admin, webhook, sync

    /// The name in the event, in settings and in alerts.
    public var name: String {
        switch self {
        case .unknown: "unknown"
        case .query: "query"
        case .read: "read"
        case .list: "list"
        case .export: "export"
        case .bulk: "bulk"
        case .report: "report"
        case .write: "write"
        case .delete: "delete"
        case .login: "login"
        case .admin: "admin"
        case .webhook: "webhook"
        case .sync: "sync"
        }
    }

    /// Whether rows and bytes of such an event left the store. An unknown operation counts: a log without the field must not be blind.
    @inline(__always)
    public var movesDataOut: Bool {
        switch self {
        case .write, .delete, .login, .admin: false
        default: true
        }
    }
}

/// Whether an account is a program or a person. Names of people never leave the process in the clear.
public enum AccountKind: UInt8, Sendable {
    case unknown = 0
    case service, human, app
}

/// What is added up per account and tested.
public enum Measure: Int, CaseIterable, Sendable {
    case rows = 0
    case bytes = 1
    case calls = 2

    /// The name in settings and in alerts.
    public var name: String {
        switch self {
        case .rows: "rows"
        case .bytes: "bytes"
        case .calls: "calls"
        }
    }
}

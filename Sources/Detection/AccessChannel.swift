// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// The way by which rows leave: the operation, or the family of interfaces that the endpoint's name says.
public enum AccessChannel: Int, CaseIterable, Sendable {
    case reads = 0
    case queries, bulk, exports, reports, syncs, webhooks

    public static let count = 7

    /// In a sentence: `moved from REST reads to Bulk API`.
    public var title: String {
        switch self {
        case .reads: "REST reads"
        case .queries: "queries"
        case .bulk: "Bulk API"
        case .exports: "exports"
        case .reports: "reports"
        case .syncs: "syncs"
        case .webhooks: "webhooks"
        }
    }

    /// The channel of an operation; nil for one that moves nothing out, or is not stated.
    public init?(_ operation: Operation) {
        switch operation {
        case .read, .list: self = .reads
        case .query: self = .queries
        case .bulk: self = .bulk
        case .export: self = .exports
        case .report: self = .reports
        case .sync: self = .syncs
        case .webhook: self = .webhooks
        case .unknown, .write, .delete, .login, .admin: return nil
        }
    }

    /// What the name of an endpoint says where its operation says only that something is fetched: results of a bulk job are read by GET.
    /// Complexity: O(length).
    init?(endpoint name: String) {
        let words = name.lowercased().split { $0 == "/" || $0 == "." || $0 == "_" || $0 == "-" }
        if words.contains(where: { $0.hasPrefix("bulk") || $0 == "async" }) || words.contains("jobs") && words.contains("query") {
            self = .bulk
        } else if words.contains(where: { ["export", "exports", "download", "downloads"].contains($0) }) {
            self = .exports
        } else if words.contains(where: { ["report", "reports"].contains($0) }) {
            self = .reports
        } else {
            return nil
        }
    }
}

/// What left in a bucket by each channel: rows where the bucket has any, else bytes. What has no channel is left out. State: 64 bytes.
public struct ChannelAmounts: Sendable {
    public var areBytes = false
    private var amounts = InlineArray<7, UInt64>(repeating: 0)

    public init() {}

    public subscript(channel: AccessChannel) -> UInt64 { amounts[channel.rawValue] }

    public var isEmpty: Bool { AccessChannel.allCases.allSatisfy { self[$0] == 0 } }

    /// Adds what left by a route.
    @inline(__always)
    public mutating func add(rows: UInt64, bytes: UInt64, by channel: AccessChannel?) {
        guard let channel else { return }
        let (sum, isTooLarge) = amounts[channel.rawValue].addingReportingOverflow(areBytes ? bytes : rows)
        amounts[channel.rawValue] = isTooLarge ? .max : sum
    }
}

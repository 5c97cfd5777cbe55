// weir
// SPDX-License-Identifier: Apache-2.0

/// The series that the operator names beside a source's totals: what some endpoints do together, and what one account does.
public struct SeriesSelection: Equatable, Sendable {
    /// Names in all. Each is two series, of rows and of calls, in every source in which it occurs: 90 KB, in memory and up to 50 KB of a
    /// checkpoint.
    public static let limit = 32
    /// Patterns of one group.
    public static let patternLimit = 64

    /// Endpoints that are watched as one.
    public struct EndpointGroup: Equatable, Sendable {
        public var name: String
        /// Endpoints as weir keeps them, with `{id}` for an id; a `*` stands for any characters.
        public var patterns: [String]

        public init(name: String, patterns: [String]) {
            self.name = name
            self.patterns = patterns
        }
    }

    public var groups: [EndpointGroup]
    /// Names of accounts as alerts show them.
    public var accounts: [String]

    public init(groups: [EndpointGroup] = [], accounts: [String] = []) {
        self.groups = groups
        self.accounts = accounts
    }

    public var isEmpty: Bool { groups.isEmpty && accounts.isEmpty }
    public var count: Int { groups.count + accounts.count }
}

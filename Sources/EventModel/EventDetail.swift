// weir
// SPDX-License-Identifier: Apache-2.0

/// What only some logs state of an event: kept beside it, so that events without it do not pay for it.
///
/// State: 64 bytes. Texts are here as keyed hashes only, 0 where the line had none: they come from people and must not enter the state.
public struct EventDetail: Equatable, Sendable {
    /// Calls used of an API limit, and the limit; the limit is 0 where the line does not state both.
    public var limitUsed: UInt32 = 0
    /// See ``limitUsed``.
    public var limitMax: UInt32 = 0
    /// The export or query job.
    public var job: UInt64 = 0
    /// The family of the user agent: its first product, without the version.
    public var agent: UInt64 = 0
    /// The record or product.
    public var item: UInt64 = 0
    /// The search text, without case, punctuation and dates.
    public var query: UInt64 = 0
    /// What near-duplicates of the search text have in common.
    public var queryShape: UInt64 = 0
    /// The user agent's first product with its version, 32 bits of its hash.
    public var agentVersion: UInt32 = 0
    /// Where in a listing the call stands, an offset or the number of a page; nil where it says none.
    public var position: UInt64? {
        get { traits.contains(.positioned) ? place : nil }
        set {
            place = newValue ?? 0
            if newValue == nil { traits.remove(.positioned) } else { traits.insert(.positioned) }
        }
    }
    private var place: UInt64 = 0
    /// See ``Traits``.
    public var traits: Traits = []

    /// Yes-or-no facts about an event.
    public struct Traits: OptionSet, Sendable {
        /// The bits.
        public let rawValue: UInt8

        /// A set from its bits.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The query only counts: it looks at how much there is.
        public static let counts = Traits(rawValue: 1)
        /// The item is a canary of the settings.
        public static let canary = Traits(rawValue: 2)
        /// The call says where in a listing it stands.
        public static let positioned = Traits(rawValue: 8)
    }

    /// Nothing stated.
    public init() {}
}

// weir
// SPDX-License-Identifier: Apache-2.0

/// Where a store stands: what its records are for.
public enum DataEnvironment: UInt8, CaseIterable, Sendable {
    case unknown = 0
    case production, synthetic, staging, training

    /// The name in events, settings and alerts.
    public var name: String {
        switch self {
        case .unknown: "unknown"
        case .production: "production"
        case .synthetic: "synthetic"
        case .staging: "staging"
        case .training: "training"
        }
    }

    /// Whether records of real people have no business there unless somebody has said so.
    public var isForMadeUpData: Bool { self == .synthetic || self == .training }
}

/// What records are.
public enum DataClass: UInt8, CaseIterable, Sendable {
    case unknown = 0
    case customer, synthetic, aiContent, mixed, product, other

    /// The name in events, settings and alerts.
    public var name: String {
        switch self {
        case .unknown: "unknown"
        case .customer: "customer"
        case .synthetic: "synthetic"
        case .aiContent: "ai_content"
        case .mixed: "mixed"
        case .product: "product"
        case .other: "other"
        }
    }

    /// Whether it holds records of real people.
    public var isOfPeople: Bool { self == .customer || self == .mixed }
    /// Whether a machine made it.
    public var isMachineMade: Bool { self == .synthetic || self == .aiContent }
}

/// A marker that a line may bear: said to be there, said to be missing, or not spoken of, which is neither.
public enum Marker: UInt8, Sendable {
    case unstated = 0
    case yes, no
}

/// How a connection was secured, as far as the line says.
public enum TransportSecurity: UInt8, CaseIterable, Comparable, Sendable {
    case unknown = 0
    /// Not at all: plain HTTP.
    case plain
    case ssl3, tls10, tls11, tls12, tls13

    /// As people write it.
    public var name: String {
        switch self {
        case .unknown: "unknown"
        case .plain: "plain HTTP"
        case .ssl3: "SSL 3"
        case .tls10: "TLS 1.0"
        case .tls11: "TLS 1.1"
        case .tls12: "TLS 1.2"
        case .tls13: "TLS 1.3"
        }
    }

    /// Weaker ones are less; ``unknown`` is none of them.
    public static func < (left: TransportSecurity, right: TransportSecurity) -> Bool { left.rawValue < right.rawValue }
}

/// From where to where records went: class, environments, systems and jurisdictions.
///
/// State: 10 bytes in use. Systems and jurisdictions are numbers of the lane's value directory.
public struct FlowKey: Hashable, Comparable, Sendable {
    public var dataClass: DataClass
    public var fromEnvironment: DataEnvironment
    public var toEnvironment: DataEnvironment
    public var from: ValueID
    public var to: ValueID
    public var fromRegion: ValueID
    public var toRegion: ValueID

    public init(
        dataClass: DataClass = .unknown, fromEnvironment: DataEnvironment = .unknown, toEnvironment: DataEnvironment = .unknown,
        from: ValueID = .unknown, to: ValueID = .unknown, fromRegion: ValueID = .unknown, toRegion: ValueID = .unknown
    ) {
        self.dataClass = dataClass
        self.fromEnvironment = fromEnvironment
        self.toEnvironment = toEnvironment
        self.from = from
        self.to = to
        self.fromRegion = fromRegion
        self.toRegion = toRegion
    }

    private var order: (UInt64, UInt32) {
        (
            UInt64(from.rawValue) << 48 | UInt64(to.rawValue) << 32 | UInt64(fromRegion.rawValue) << 16 | UInt64(toRegion.rawValue),
            UInt32(dataClass.rawValue) << 16 | UInt32(fromEnvironment.rawValue) << 8 | UInt32(toEnvironment.rawValue)
        )
    }

    public static func < (left: FlowKey, right: FlowKey) -> Bool { left.order < right.order }

    /// Whether it leads somewhere that the log names.
    public var hasDestination: Bool { to != .unknown || toEnvironment != .unknown || toRegion != .unknown }
    /// Whether both jurisdictions are known and differ.
    public var crossesBorder: Bool { fromRegion != .unknown && toRegion != .unknown && fromRegion != toRegion }
}

/// What an event says of the records that it moved or touched: kept beside it, so that events without it do not pay for it.
///
/// State: about 112 bytes. Nothing of what the records hold is here: hashes are keyed, personal data is counted.
public struct DataMovement: Equatable, Sendable {
    public var flow = FlowKey()
    /// Where the touched store stands: ``FlowKey/fromEnvironment`` of what leaves it, ``FlowKey/toEnvironment`` of what is written.
    public var environment = DataEnvironment.unknown
    /// Whether the records bear the label of synthetic ones.
    public var synthetic = Marker.unstated
    /// Whether the answer bore the disclosure that a machine made it.
    public var disclosed = Marker.unstated
    public var transport = TransportSecurity.unknown
    public var traits: Traits = []
    /// Keyed hash of the content hash of the records, and of the one that they were made from; 0 is unstated.
    public var provenance: UInt64 = 0
    public var parent: UInt64 = 0
    /// Keyed hash of the session.
    public var session: UInt64 = 0
    /// What personal data the free text held.
    public var personal = PersonalDataFound()
    /// Identifiers of people in the free text.
    public var identifiers = IdentifierHashes()
    /// Keyed hash of the record's number, where that is unique by its form, such as a UUID: no other record anywhere has it; else 0.
    public var record: UInt64 = 0

    /// Yes-or-no facts.
    public struct Traits: OptionSet, Sendable {
        public let rawValue: UInt16

        public init(rawValue: UInt16) { self.rawValue = rawValue }

        /// The flow is declared in the settings, and the declaration has not expired.
        public static let declared = Traits(rawValue: 1)
        /// The flow was declared, and the declaration has expired.
        public static let expired = Traits(rawValue: 2)
        /// The content hash is not one: of odd length, or not hexadecimal.
        public static let malformedHash = Traits(rawValue: 4)
        /// A person did it.
        public static let person = Traits(rawValue: 8)
        /// An answer of an assistant to a customer.
        public static let answer = Traits(rawValue: 16)
        /// The account generates synthetic records.
        public static let generator = Traits(rawValue: 32)
        /// A checkout endpoint read from a store that is not declared for it.
        public static let checkoutBreach = Traits(rawValue: 64)
        /// The object holds sensitive fields.
        public static let sensitive = Traits(rawValue: 128)
        /// The settings allow the account two environments, or a role with both kinds of records.
        public static let allowedBoth = Traits(rawValue: 256)
        /// The destination is a system of the settings' estate.
        public static let knownDestination = Traits(rawValue: 512)
        /// Data was sent to somebody's endpoint.
        public static let webhook = Traits(rawValue: 1024)
        /// The event writes into the store.
        public static let write = Traits(rawValue: 2048)
        /// The transport is known, and weaker than the settings allow.
        public static let weakTransport = Traits(rawValue: 4096)
        /// A free text was there, and was scanned for personal data.
        public static let scanned = Traits(rawValue: 8192)
        /// The line says whether the transport was encrypted at all: by its scheme, or by naming none.
        public static let encryptionStated = Traits(rawValue: 16384)
    }

    /// Nothing stated.
    public init() {}
}

extension DataMovement {
    /// On which side identifiers are that the content shows: nil where neither its class nor its store says so for certain.
    public var side: ContentSide? {
        if flow.dataClass.isMachineMade { return .madeUp }
        guard flow.dataClass == .customer else { return nil }
        return environment == .production || environment == .unknown ? .real : nil
    }
}

/// Whose identifiers content shows: those of customers in production, or of nobody.
public enum ContentSide: Sendable {
    case real, madeUp
}

/// Keyed hashes of identifiers: of those that were put in, the four smallest, in order. State: 40 bytes.
public struct IdentifierHashes: Sendable {
    public static let limit = 4
    private var hashes = InlineArray<4, UInt64>(repeating: 0)
    public private(set) var count = 0

    public init() {}

    public subscript(place: Int) -> UInt64 { hashes[place] }

    /// Puts one in, unless it is there, or four smaller ones are.
    public mutating func insert(_ hash: UInt64) {
        var place = count
        while place > 0 && hashes[place - 1] >= hash { place -= 1 }
        if place < count && hashes[place] == hash { return }
        guard place < IdentifierHashes.limit else { return }
        for later in stride(from: min(count, IdentifierHashes.limit - 1), to: place, by: -1) { hashes[later] = hashes[later - 1] }
        hashes[place] = hash
        count = min(count + 1, IdentifierHashes.limit)
    }
}

extension IdentifierHashes: Equatable {
    public static func == (left: IdentifierHashes, right: IdentifierHashes) -> Bool {
        left.count == right.count && (0..<left.count).allSatisfy { left[$0] == right[$0] }
    }
}

/// Personal data found in free text: kinds and a count.
///
/// State: 8 bytes. The bits of ``kinds`` are those of the scanner's set of types.
public struct PersonalDataFound: Equatable, Sendable {
    public var kinds: UInt32 = 0
    /// Found values that are nobody's test data.
    public var count: UInt16 = 0
    /// Of them, those with a checksum that holds, and secrets.
    public var certain: UInt16 = 0

    public init() {}
}

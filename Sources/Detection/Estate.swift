// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What the operator has said of the estate: its systems, what lies in them, and which movements are meant to be.
///
/// Plain data, as in the settings; ``EstateIndex`` answers questions about it. Empty where nothing is said.
public struct Estate: Equatable, Sendable {
    public var systems: [System] = []
    /// Jurisdictions by name, with the regions of hosting providers that lie in them.
    public var regions: [Region] = []
    public var stores: [Store] = []
    public var flows: [Flow] = []
    /// Accounts that may work in production and with made-up data, until the day named.
    public var dualEnvironment: [Allowance] = []
    /// Accounts that generate synthetic records.
    public var generators: [String] = []
    public var checkout: Checkout?
    /// Endpoints that answer customers by a machine.
    public var assistants: [String] = []
    /// The weakest transport that is allowed.
    public var weakestTransport = TransportSecurity.tls13
    public var roles: [Role] = []
    /// Objects with fields that need a reason of their own.
    public var sensitive: [String] = []

    /// A system: CRM, shop, lake, partner.
    public struct System: Equatable, Sendable {
        public var name: String
        public var environment: DataEnvironment
        public var region: String
        public var hosts: [String]

        public init(name: String, environment: DataEnvironment = .unknown, region: String = "", hosts: [String] = []) {
            self.name = name
            self.environment = environment
            self.region = region
            self.hosts = hosts
        }
    }

    public struct Region: Equatable, Sendable {
        public var name: String
        public var members: [String]

        public init(name: String, members: [String]) {
            self.name = name
            self.members = members
        }
    }

    /// Records of one kind in a system, known by object or endpoint.
    public struct Store: Equatable, Sendable {
        public var name: String
        public var system: String
        public var dataClass: DataClass
        public var objects: [String]
        public var endpoints: [String]
        /// How many records it holds; 0 where the settings do not say.
        public var records: UInt64

        public init(
            name: String, system: String, dataClass: DataClass, objects: [String] = [], endpoints: [String] = [], records: UInt64 = 0
        ) {
            self.records = records
            self.name = name
            self.system = system
            self.dataClass = dataClass
            self.objects = objects
            self.endpoints = endpoints
        }
    }

    /// A movement that is meant to be: of a class of records (nil is any), from and to a system or an environment.
    public struct Flow: Equatable, Sendable {
        public var dataClass: DataClass?
        public var from: String
        public var to: String
        public var owner: String
        /// The declaration holds before this instant.
        public var expires: EventTime?
        /// The number of the impact assessment.
        public var assessment: String

        public init(dataClass: DataClass?, from: String, to: String, owner: String = "", expires: EventTime? = nil, assessment: String = "")
        {
            self.dataClass = dataClass
            self.from = from
            self.to = to
            self.owner = owner
            self.expires = expires
            self.assessment = assessment
        }
    }

    /// An exception for an account.
    public struct Allowance: Equatable, Sendable {
        public var account: String
        public var owner: String
        public var expires: EventTime?

        public init(account: String, owner: String = "", expires: EventTime? = nil) {
            self.account = account
            self.owner = owner
            self.expires = expires
        }
    }

    /// What the checkout may read.
    public struct Checkout: Equatable, Sendable {
        public var endpoints: [String]
        public var stores: [String]

        public init(endpoints: [String], stores: [String]) {
            self.endpoints = endpoints
            self.stores = stores
        }
    }

    /// A role and who has it. ``syntheticAdmin`` may see both kinds of records in one session.
    public struct Role: Equatable, Sendable {
        public static let syntheticAdmin = "synthetic_admin"
        public var name: String
        public var accounts: [String]

        public init(name: String, accounts: [String]) {
            self.name = name
            self.accounts = accounts
        }
    }

    public init() {}

    /// The same, where every account is also named as alerts would show it if it is a person's.
    public func naming(_ pseudonym: (String) -> String) -> Estate {
        var estate = self
        estate.generators += generators.map(pseudonym)
        estate.dualEnvironment += dualEnvironment.map {
            Allowance(account: pseudonym($0.account), owner: $0.owner, expires: $0.expires)
        }
        for place in estate.roles.indices { estate.roles[place].accounts += roles[place].accounts.map(pseudonym) }
        return estate
    }

    /// Nothing is said.
    public var isEmpty: Bool { self == Estate() }
}

/// Answers to what an event's names mean in the estate. Complexity: O(1) a question, but for endpoints of stores: O(stores), asked once a
/// name.
public struct EstateIndex: Sendable {
    public let estate: Estate
    private var systemByHost: [String: Int] = [:]
    private var systemByName: [String: Int] = [:]
    private var jurisdictionOf: [String: String] = [:]
    private var storeByObject: [String: Int] = [:]
    private var flows: [String: [Estate.Flow]] = [:]
    private var dual: [String: EventTime] = [:]
    private let generators: Set<String>
    private let admins: Set<String>
    private let sensitive: Set<String>
    private let assistants: EndpointInventory
    private let checkoutEndpoints: EndpointInventory
    private let storeEndpoints: [EndpointInventory]
    private let checkoutStores: Set<Int>
    /// Of each store: it is asked for every event.
    private var systemOfStore: [Estate.System?] = []

    public init(_ estate: Estate) {
        self.estate = estate
        isEmpty = estate.isEmpty
        generators = Set(estate.generators)
        admins = Set(estate.roles.filter { $0.name == Estate.Role.syntheticAdmin }.flatMap(\.accounts))
        sensitive = Set(estate.sensitive.map { $0.lowercased() })
        assistants = EndpointInventory(estate.assistants)
        checkoutEndpoints = EndpointInventory(estate.checkout?.endpoints ?? [])
        storeEndpoints = estate.stores.map { EndpointInventory($0.endpoints) }
        let allowed = Set(estate.checkout?.stores ?? [])
        checkoutStores = Set(estate.stores.indices.filter { allowed.contains(estate.stores[$0].name) })
        for (index, system) in estate.systems.enumerated() {
            systemByName[system.name.lowercased()] = index
            for host in system.hosts { systemByHost[host.lowercased()] = index }
        }
        for store in estate.stores { systemOfStore.append(systemByName[store.system.lowercased()].map { estate.systems[$0] }) }
        for region in estate.regions {
            jurisdictionOf[region.name.lowercased()] = region.name
            for member in region.members { jurisdictionOf[member.lowercased()] = region.name }
        }
        for (index, store) in estate.stores.enumerated() {
            for object in store.objects where storeByObject[object.lowercased()] == nil { storeByObject[object.lowercased()] = index }
        }
        for flow in estate.flows { flows[EstateIndex.ends(flow.from, flow.to), default: []].append(flow) }
        for allowance in estate.dualEnvironment { dual[allowance.account] = allowance.expires ?? EventTime(milliseconds: .max) }
    }

    /// Nothing is said. Kept, because it is asked for every event.
    public let isEmpty: Bool
    /// Whether flows are declared at all: only then is one that is not declared a fault by itself.
    public var hasFlows: Bool { !estate.flows.isEmpty }

    private static func ends(_ from: String, _ to: String) -> String { "\(from.lowercased())\u{0}\(to.lowercased())" }

    /// The system of a name, a host, or a URL.
    public func system(_ text: String) -> Estate.System? {
        let text = text.lowercased()
        if let index = systemByName[text] ?? systemByHost[text] { return estate.systems[index] }
        let host = EstateIndex.host(text)
        if let index = systemByHost[host] ?? systemByName[host] { return estate.systems[index] }
        // `*.partner.net` may be a host of the settings.
        guard let dot = host.firstIndex(of: ".") else { return nil }
        return systemByHost["*" + host[dot...]].map { estate.systems[$0] }
    }

    /// The host of a URL, or the text itself without port and path.
    public static func host(_ text: String) -> String {
        var rest = Substring(text)
        if let scheme = rest.firstRange(of: "://") { rest = rest[scheme.upperBound...] }
        if let end = rest.firstIndex(where: { $0 == "/" || $0 == "?" }) { rest = rest[..<end] }
        if let user = rest.lastIndex(of: "@") { rest = rest[rest.index(after: user)...] }
        if let colon = rest.lastIndex(of: ":"), !rest.hasSuffix("]") { rest = rest[..<colon] }
        return String(rest)
    }

    /// The jurisdiction of a region; the region itself where nothing is said of it.
    public func jurisdiction(_ region: String) -> String { jurisdictionOf[region.lowercased()] ?? region }

    /// The number of the store that an object's name stands for.
    public func store(ofObject name: String) -> Int? { storeByObject[name.lowercased()] }
    /// The number of the store that an endpoint's template belongs to.
    public func store(ofEndpoint template: String) -> Int? { storeEndpoints.firstIndex { $0.contains(template) } }
    public func system(ofStore store: Int) -> Estate.System? { systemOfStore[store] }

    public func isSensitive(object: String) -> Bool { sensitive.contains(object.lowercased()) }
    public func isAssistant(endpoint: String) -> Bool { assistants.contains(endpoint) }
    public func isCheckout(endpoint: String) -> Bool { checkoutEndpoints.contains(endpoint) }
    public func mayCheckoutRead(_ store: Int) -> Bool { checkoutStores.contains(store) }
    public func isGenerator(_ account: String) -> Bool { generators.contains(account) }
    public func isSyntheticAdmin(_ account: String) -> Bool { admins.contains(account) }
    public func mayUseBoth(_ account: String, at time: EventTime) -> Bool { dual[account].map { time < $0 } ?? false }

    /// How the settings stand to a movement.
    public enum Standing: Sendable {
        case declared, expired, undeclared
    }

    /// - Parameters:
    ///   - from: the source's system and environment; an unknown source is asked for by the destination alone.
    public func standing(
        _ dataClass: DataClass, from: (system: String?, environment: DataEnvironment), to: (system: String?, environment: DataEnvironment),
        at time: EventTime
    ) -> Standing {
        var standing = Standing.undeclared
        func look(_ flow: Estate.Flow) {
            guard flow.dataClass == nil || dataClass == .unknown || flow.dataClass == dataClass else { return }
            if flow.expires.map({ time < $0 }) ?? true {
                standing = .declared
            } else if standing == .undeclared {
                standing = .expired
            }
        }
        let sources = [from.system, from.environment == .unknown ? nil : from.environment.name].compactMap { $0 }
        let destinations = [to.system, to.environment == .unknown ? nil : to.environment.name].compactMap { $0 }
        if sources.isEmpty {
            let wanted = Set(destinations.map { $0.lowercased() })
            for flow in estate.flows where wanted.contains(flow.to.lowercased()) { look(flow) }
        }
        for source in sources {
            for destination in destinations { flows[EstateIndex.ends(source, destination)]?.forEach(look) }
        }
        return standing
    }
}

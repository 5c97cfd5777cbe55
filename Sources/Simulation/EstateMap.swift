// weir
// SPDX-License-Identifier: Apache-2.0

/// What the estate consists of: systems, the stores in them, and the flows that somebody answers for.
package enum EstateMap {
    /// A system of the company, or one of a partner that it sends data to.
    package struct System: Equatable, Sendable {
        package let name: String
        package let environment: EstateEnvironment
        package let jurisdiction: String
        package let region: String
        package let hosts: [String]

        init(_ name: String, _ environment: EstateEnvironment, _ region: String, _ hosts: String...) {
            self.name = name
            self.environment = environment
            jurisdiction = EstateMap.regions.first { $0.names.contains(region) }?.jurisdiction ?? "EU"
            self.region = region
            self.hosts = hosts
        }
    }

    /// Records of one kind in one system.
    package struct Store: Equatable, Sendable {
        package let name: String
        package let system: String
        package let contents: EstateContents
        package let records: Int

        init(_ name: String, _ system: String, _ contents: EstateContents, _ records: Int) {
            self.name = name
            self.system = system
            self.contents = contents
            self.records = records
        }
    }

    /// A way of data that is declared.
    package struct Flow: Hashable, Sendable {
        package let contents: EstateContents
        package let from: String
        package let to: String
        package let owner: String
        package let assessment: String?

        init(_ contents: EstateContents, _ from: String, _ to: String, _ owner: String, _ assessment: String? = nil) {
            self.contents = contents
            self.from = from
            self.to = to
            self.owner = owner
            self.assessment = assessment
        }
    }

    package static let regions: [(jurisdiction: String, names: [String])] = [
        ("EU", ["eu-central-1", "eu-west-1"]), ("US", ["us-east-1"]),
    ]

    package static let systems = [
        System("crm", .production, "eu-central-1", "crm.shop.internal"),
        System("shop", .production, "eu-central-1", "shop.internal", "www.shop.internal"),
        System("search", .production, "eu-west-1", "search.shop.internal"),
        System("lake", .production, "eu-central-1", "ingest.lake.internal", "query.lake.internal"),
        System("mail", .production, "eu-west-1", "mail.shop.internal"),
        System("assistant", .production, "eu-central-1", "assistant.shop.internal"),
        System("synthlab", .synthetic, "eu-central-1", "synth.lab.internal"),
        System("crm-staging", .staging, "eu-west-1", "crm.staging.internal"),
        System("training", .training, "us-east-1", "train.ml.internal"),
        System("crm-us", .production, "us-east-1", "crm.us.shop.internal"),
        System("lake-us", .production, "us-east-1", "ingest.lake.us.internal"),
        System("partner-webhooks", .production, "eu-central-1", "hooks.partner.net"),
        System("parcel-webhooks", .production, "eu-west-1", "hooks.parcel.net"),
    ]

    package static let stores = [
        Store("customers", "crm", .customer, 120_000),
        Store("crm-service", "crm", .other, 0),
        Store("products", "crm", .product, 3000),
        Store("orders", "shop", .customer, 400_000),
        Store("shop-service", "shop", .other, 0),
        Store("search-index", "search", .product, 3000),
        Store("lake-customers", "lake", .customer, 120_000),
        Store("ai-answers", "assistant", .aiContent, 0),
        Store("synthetic-customers", "synthlab", .synthetic, 90_000),
        Store("synthetic-service", "synthlab", .other, 0),
        Store("staging-customers", "crm-staging", .synthetic, 5000),
        Store("training-sets", "training", .synthetic, 90_000),
        Store("customers-us", "crm-us", .customer, 30_000),
    ]

    package static let flows = [
        Flow(.customer, "crm", "lake", "data-platform", "DPIA-2026-014"),
        Flow(.product, "crm", "lake", "data-platform"),
        Flow(.product, "crm", "shop", "commerce"),
        Flow(.product, "crm", "search", "commerce"),
        Flow(.customer, "crm", "mail", "marketing", "DPIA-2026-021"),
        Flow(.customer, "shop", "lake", "data-platform", "DPIA-2026-014"),
        Flow(.customer, "shop", "crm", "commerce", "DPIA-2026-009"),
        Flow(.customer, "shop", "parcel-webhooks", "logistics", "DPIA-2026-011"),
        Flow(.customer, "crm-us", "lake-us", "data-platform", "DPIA-2026-015"),
        Flow(.aiContent, "assistant", "shop", "content"),
        Flow(.aiContent, "assistant", "mail", "support"),
        Flow(.aiContent, "assistant", "partner-webhooks", "content"),
        Flow(.synthetic, "synthlab", "training", "ml"),
        Flow(.synthetic, "synthlab", "crm-staging", "quality"),
    ]

    /// The checkout's recommendations: where shoppers meet them, and the stores they may read.
    package static let checkout = (endpoints: ["/checkout/recommendations"], stores: ["products"])
    package static let assistants = ["/assistant/answers", "/assistant/mail-drafts"]
    package static let sensitive = ["Contact_PII"]
    package static let generators = ["svc-synth-gen"]
    /// Until when declarations hold.
    package static let expiry = "2027-06-30"

    /// Precondition: there is such a store.
    static func store(_ name: String) -> Store { found(stores.first { $0.name == name }, name) }

    /// Precondition: there is such a system.
    static func system(_ name: String) -> System { found(systems.first { $0.name == name || $0.hosts.contains(name) }, name) }

    private static func found<Found>(_ value: Found?, _ name: String) -> Found {
        guard let value else { preconditionFailure("the estate has no \(name)") }
        return value
    }
}

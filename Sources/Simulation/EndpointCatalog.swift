// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// The endpoints of the simulated CRM and shop: templates over twelve objects, most with ids in their paths.
///
/// The first sixteen templates are everyday work; what follows them is called by incidents and by fleets with details only.
///
/// The paths follow the documented shapes of the Salesforce REST API (query, sobjects, jobs/query, analytics) and of usual shop APIs.
package enum EndpointCatalog {
    package static let objects = [
        "Contact", "Account", "Case", "Order", "Lead", "Opportunity", "Product2", "Campaign", "Task", "User", "Asset", "Invoice",
    ]

    /// What stands for the object in the paths of the shop.
    static let plurals = [
        "contacts", "accounts", "cases", "orders", "leads", "opportunities", "products", "campaigns", "tasks", "users", "assets",
        "invoices",
    ]

    /// What fills the place of an id.
    enum Identifier: Sendable {
        case none, crmRecord, number, cursor, opaque
    }

    /// One kind of call.
    struct Template: Sendable {
        var head: String
        /// The object's name in the path: as the CRM writes it, as the shop does, or not at all.
        var objectStyle: ObjectStyle
        /// Between object and id.
        var middle: String
        var identifier: Identifier
        var tail: String
        var facts: Facts

        enum ObjectStyle: Sendable {
            case crm, shop, none
            /// Not in the path, and the log names none.
            case absent
        }
    }

    /// What the numbers of a call depend on.
    struct Facts: Sendable {
        var operation: Operation
        var method: Method
        /// Whether the log states rows.
        var hasRows: Bool
    }

    enum Method: String, CaseIterable, Sendable {
        case get = "GET"
        case post = "POST"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    /// The templates by name; the raw value is the place in ``templates``.
    enum Call: UInt16, CaseIterable, Sendable {
        case query = 0
        case queryPage, readRecord, createRecord, updateRecord, bulkResults, report, composite, updatedList
        case shopList, shopRead, shopExport, shopSearch, webhook, aiContext, aiEmbeddings
        case describeGlobal, describe, limits, countQuery, deleteJob, auditSettings, login, listNext, feed, dump

        /// The route of this call on an object.
        func endpoint(_ object: Int) -> UInt16 { rawValue * UInt16(objects.count) + UInt16(object) }
    }

    static let templates: [Template] = Call.allCases.map { template($0) }
    static let facts: [Facts] = templates.map(\.facts)
    package static let count = Call.allCases.count * objects.count

    /// The object of a route.
    package static func object(_ endpoint: UInt16) -> String { objects[Int(endpoint) % objects.count] }
    /// The path of a route up to its id.
    package static func path(_ endpoint: UInt16) -> String {
        let template = templates[Int(endpoint) / objects.count]
        let name: String
        switch template.objectStyle {
        case .crm: name = object(endpoint)
        case .shop: name = plurals[Int(endpoint) % objects.count]
        case .none, .absent: name = ""
        }
        return template.head + name + template.middle
    }
    /// The routes that somebody would have written down, as templates: all but the forgotten one.
    package static var inventory: [String] {
        var paths: Set<String> = []
        for endpoint in 0..<UInt16(count) {
            let template = templates[Int(endpoint) / objects.count]
            if template.head.hasPrefix("/internal/") { continue }
            paths.insert(path(endpoint) + (template.identifier == .none ? "" : "{id}") + template.tail)
        }
        return paths.sorted()
    }
    /// The operation of a route.
    package static func operation(_ endpoint: UInt16) -> Operation { facts[Int(endpoint) / objects.count].operation }

    private static func template(_ call: Call) -> Template {
        let crm = "/services/data/v61.0/"
        switch call {
        case .query: return Template(crm + "query", .none, "", .none, "", .query, .get)
        case .queryPage: return Template(crm + "query/", .none, "", .cursor, "", .query, .get)
        case .readRecord: return Template(crm + "sobjects/", .crm, "/", .crmRecord, "", .read, .get)
        case .createRecord: return Template(crm + "sobjects/", .crm, "", .none, "", .write, .post)
        case .updateRecord: return Template(crm + "sobjects/", .crm, "/", .crmRecord, "", .write, .patch)
        case .bulkResults: return Template(crm + "jobs/query/", .none, "", .crmRecord, "/results", .bulk, .get)
        case .report: return Template(crm + "analytics/reports/", .none, "", .crmRecord, "", .report, .get)
        case .composite: return Template(crm + "composite/sobjects/", .crm, "", .none, "", .sync, .post)
        case .updatedList: return Template(crm + "sobjects/", .crm, "/updated", .none, "", .list, .get)
        case .shopList: return Template("/api/v2/", .shop, "", .none, "", .list, .get)
        case .shopRead: return Template("/api/v2/", .shop, "/", .number, "", .read, .get)
        case .shopExport: return Template("/api/v2/", .shop, "/export", .none, "", .export, .get)
        case .shopSearch: return Template("/api/v2/", .shop, "/search", .none, "", .query, .get)
        case .webhook: return Template("/hooks/v1/", .shop, "/changed", .none, "", .webhook, .post, hasRows: false)
        case .aiContext: return Template("/ai/v1/context/", .shop, "/", .opaque, "", .read, .get)
        case .aiEmbeddings: return Template("/ai/v1/embeddings/", .shop, "", .none, "", .sync, .post)
        default: return rareTemplate(call)
        }
    }

    private static func rareTemplate(_ call: Call) -> Template {
        let crm = "/services/data/v61.0/"
        switch call {
        case .describeGlobal: return Template(crm + "sobjects", .absent, "", .none, "", .list, .get, hasRows: false)
        case .describe: return Template(crm + "sobjects/", .crm, "/describe", .none, "", .read, .get, hasRows: false)
        case .limits: return Template(crm + "limits", .absent, "", .none, "", .read, .get, hasRows: false)
        case .deleteJob: return Template(crm + "jobs/query/", .none, "", .crmRecord, "", .delete, .delete, hasRows: false)
        case .auditSettings: return Template(crm + "tooling/sobjects/EventSettings", .absent, "", .none, "", .admin, .patch, hasRows: false)
        case .login: return Template("/services/oauth2/token", .absent, "", .none, "", .login, .post, hasRows: false)
        // What a release of the shop brings.
        case .listNext: return Template("/api/v3/", .shop, "", .none, "", .list, .get)
        case .feed: return Template("/api/v3/", .shop, "/feed", .none, "", .list, .get)
        // Somebody's forgotten maintenance endpoint.
        case .dump: return Template("/internal/v0/", .shop, "/dump", .none, "", .export, .get)
        default: return Template(crm + "query", .none, "", .none, "", .query, .get)
        }
    }
}

extension EndpointCatalog.Template {
    fileprivate init(
        _ head: String, _ objectStyle: ObjectStyle, _ middle: String, _ identifier: EndpointCatalog.Identifier, _ tail: String,
        _ operation: Operation, _ method: EndpointCatalog.Method, hasRows: Bool = true
    ) {
        self.init(
            head: head, objectStyle: objectStyle, middle: middle, identifier: identifier, tail: tail,
            facts: EndpointCatalog.Facts(operation: operation, method: method, hasRows: hasRows))
    }
}

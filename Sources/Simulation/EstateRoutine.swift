// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What one account does again and again: one route, one store, one way of the data.
package struct EstateRoutine: Sendable {
    package let account: String
    package let action: Operation
    /// With `{id}` where the number of a record stands.
    package let endpoint: String
    package let object: String
    package let store: EstateMap.Store
    /// Calls on an ordinary day.
    let calls: Int
    /// Records a call, the median.
    let rows: Int
    let rhythm: Rhythm
    /// The system or the host that the data goes to.
    package let destination: String?

    /// When in the day calls come.
    enum Rhythm: Sendable {
        /// As shoppers come.
        case shop
        /// As people work.
        case office
        /// One job that begins at an hour.
        case night(Int)
        /// A few calls at a minute of every hour.
        case hourly(Int)
        case steady
    }

    init(
        _ account: String, _ action: Operation, _ endpoint: String, _ object: String, _ store: String, _ calls: Int, _ rows: Int,
        _ rhythm: Rhythm, to destination: String? = nil
    ) {
        self.account = account
        self.action = action
        self.endpoint = endpoint
        self.object = object
        self.store = EstateMap.store(store)
        self.calls = calls
        self.rows = rows
        self.rhythm = rhythm
        self.destination = destination
    }

    /// Times of a day's calls in milliseconds after midnight, in order. Complexity: O(n log n).
    func times(_ calendar: FleetCalendar, day: Int, _ random: inout SimulationRandom) -> [Int64] {
        var factor = 1.0
        switch rhythm {
        case .shop: factor = calendar.isWeekend(day) ? 1.12 : 1
        case .office: factor = calendar.isWeekend(day) ? 0 : 1
        case .night, .hourly, .steady: break
        }
        let count = max(Int((Double(calls) * factor * random.logNormal(0.06)).rounded()), 0)
        return (0..<count).map { place in time(place, of: count, &random) }.sorted()
    }

    private func time(_ place: Int, of count: Int, _ random: inout SimulationRandom) -> Int64 {
        let hour = FleetCalendar.hour
        switch rhythm {
        case .shop:
            let total = EstateRoutine.shopHours.reduce(0, +)
            var rest = random.below(total)
            let chosen = EstateRoutine.shopHours.firstIndex { weight in
                rest -= weight
                return rest < 0
            }
            return Int64(chosen ?? 0) * hour + Int64(random.below(Int(hour)))
        case .office:
            // Each program's people begin at an hour of their own.
            let begin = 6 * hour + Int64(account.utf8.reduce(0) { ($0 * 31 + Int($1)) % 3 }) * hour
            let part = random.chance(0.7) ? random.unit() : (random.unit() + random.unit()) / 2
            return begin + Int64(part * Double(10 * hour))
        case .night(let start):
            // More calls make a job denser, not longer.
            let part = Double(place) / Double(max(count, 1)) * Double(calls * 24_000)
            return Int64(start) * hour + Int64(part) + Int64(random.below(16_000)) + 120_000
        case .hourly(let minute):
            return Int64(place * 24 / max(count, 1)) * hour + Int64(minute) * 60_000 + Int64(random.below(180_000))
        case .steady: return Int64((Double(place) + random.unit()) / Double(max(count, 1)) * Double(FleetCalendar.day - 1))
        }
    }

    /// How many shoppers come in each hour of the day, against each other.
    private static let shopHours = [4, 3, 2, 2, 2, 3, 6, 10, 14, 16, 17, 18, 19, 18, 17, 17, 18, 20, 24, 28, 27, 20, 12, 7]
}

extension EstateRoutine {
    /// Everything that is not a story of its own: about 5,000 calls a day.
    package static let usual: [EstateRoutine] = crm + shop + catalogue + synthetic

    private static let crm = [
        EstateRoutine("svc-storefront", .read, "/crm/contacts/{id}", "Contact", "customers", 420, 1, .shop),
        EstateRoutine("svc-storefront", .read, "/crm/accounts/{id}", "Account", "customers", 90, 1, .shop),
        EstateRoutine("svc-mobile-bff", .read, "/crm/contacts/{id}", "Contact", "customers", 180, 1, .shop),
        EstateRoutine("svc-support-desk", .query, "/crm/contacts/search", "Contact", "customers", 160, 6, .office),
        EstateRoutine("svc-support-desk", .read, "/crm/cases/{id}", "Case", "customers", 180, 1, .office),
        EstateRoutine("svc-ticket-router", .write, "/crm/cases/route", "Case", "customers", 140, 1, .shop),
        EstateRoutine("svc-loyalty-sync", .read, "/crm/loyalty", "LoyaltyMember", "customers", 144, 20, .hourly(12)),
        EstateRoutine("svc-lead-scoring", .query, "/crm/leads", "Lead", "customers", 120, 25, .hourly(31)),
        EstateRoutine("svc-segments", .query, "/crm/segments", "Segment", "customers", 48, 200, .hourly(44), to: "mail"),
        EstateRoutine("svc-newsletter", .export, "/crm/newsletter", "Subscriber", "customers", 36, 400, .night(5), to: "mail"),
        EstateRoutine("svc-lake-sync", .sync, "/crm/bulk/contacts", "Contact", "customers", 60, 800, .night(1), to: "lake"),
        EstateRoutine("svc-lake-sync", .sync, "/crm/bulk/accounts", "Account", "customers", 24, 500, .night(2), to: "lake"),
        EstateRoutine("svc-bi-export", .export, "/crm/export", "Contact", "customers", 30, 300, .night(4), to: "lake"),
        EstateRoutine("svc-bi-export", .export, "/crm/export/cases", "Case", "customers", 20, 250, .night(4), to: "lake"),
        EstateRoutine("svc-bi-dashboards", .report, "/lake/reports", "LakeReport", "lake-customers", 110, 60, .office),
        EstateRoutine("svc-bi-dashboards", .query, "/lake/query", "LakeContact", "lake-customers", 60, 120, .office),
        EstateRoutine("svc-dsar", .export, "/crm/privacy", "Contact_PII", "customers", 14, 1, .office),
        EstateRoutine("svc-consent", .write, "/crm/consents", "Consent", "customers", 90, 1, .shop),
        EstateRoutine("svc-dedupe", .query, "/crm/duplicates", "Contact", "customers", 80, 50, .night(3)),
        EstateRoutine("svc-crm-backup", .bulk, "/crm/backup", "Account", "customers", 40, 1500, .night(0), to: "lake"),
        EstateRoutine("svc-identity", .login, "/crm/sessions", "User", "crm-service", 130, 0, .shop),
        EstateRoutine("svc-monitoring", .list, "/crm/limits", "Limit", "crm-service", 96, 1, .steady),
        EstateRoutine("svc-audit-reader", .query, "/crm/auditlog", "AuditRow", "crm-service", 72, 40, .hourly(8)),
        EstateRoutine("svc-us-storefront", .read, "/crm-us/contacts/{id}", "Contact_US", "customers-us", 170, 1, .steady),
        EstateRoutine("svc-us-storefront", .query, "/crm-us/cases", "Case_US", "customers-us", 80, 4, .steady),
        EstateRoutine("svc-us-lake-sync", .sync, "/crm-us/bulk/contacts", "Contact_US", "customers-us", 30, 500, .night(7), to: "lake-us"),
    ]

    private static let shop = [
        EstateRoutine("svc-storefront", .write, "/shop/carts", "Cart", "orders", 200, 1, .shop),
        EstateRoutine("svc-checkout", .write, "/shop/orders", "Order", "orders", 130, 1, .shop),
        EstateRoutine("svc-checkout", .read, "/shop/orders/{id}", "Order", "orders", 120, 1, .shop),
        EstateRoutine("svc-crm-orders", .sync, "/shop/orders/feed", "Order", "orders", 144, 8, .hourly(20), to: "crm"),
        EstateRoutine("svc-lake-sync", .sync, "/shop/orders/archive", "Order", "orders", 50, 300, .night(2), to: "lake"),
        EstateRoutine("svc-invoice", .write, "/shop/invoices", "Invoice", "orders", 120, 1, .shop),
        EstateRoutine("svc-payments", .write, "/shop/payments", "Payment", "orders", 130, 1, .shop),
        EstateRoutine("svc-shipping", .read, "/shop/shipments", "Shipment", "orders", 110, 3, .office),
        EstateRoutine("svc-checkout", .query, "/shop/orders/risk", "Order", "orders", 130, 1, .shop),
        EstateRoutine("partner-logistics", .read, "/partner/orders", "Order", "orders", 150, 4, .steady),
        EstateRoutine("partner-payments", .write, "/partner/callbacks", "Payment", "orders", 120, 1, .shop),
        EstateRoutine("svc-monitoring", .list, "/shop/health", "Health", "shop-service", 144, 1, .steady),
    ]

    private static let catalogue = [
        EstateRoutine("svc-checkout-reco", .read, "/checkout/recommendations", "Product", "products", 380, 6, .shop),
        EstateRoutine("svc-mobile-bff", .read, "/catalog/products/{id}", "Product", "products", 220, 1, .shop),
        EstateRoutine("svc-storefront", .read, "/catalog/products/{id}", "Product", "products", 260, 1, .shop),
        EstateRoutine("svc-pim-feed", .write, "/catalog/products", "Product", "products", 60, 10, .night(3)),
        EstateRoutine("svc-stock", .write, "/catalog/stock", "Stock", "products", 96, 30, .hourly(2)),
        EstateRoutine("svc-stock", .write, "/catalog/prices", "Price", "products", 48, 60, .hourly(37)),
        EstateRoutine("svc-search", .query, "/search/products", "SearchResult", "search-index", 520, 20, .shop),
        EstateRoutine("svc-mobile-bff", .query, "/search/suggest", "SearchResult", "search-index", 160, 8, .shop),
        EstateRoutine("partner-marketplace", .query, "/search/products", "SearchResult", "search-index", 90, 20, .steady),
        EstateRoutine("partner-marketplace", .read, "/partner/catalog", "Product", "products", 60, 25, .steady),
        EstateRoutine("svc-search-index", .list, "/catalog/index", "Product", "products", 48, 60, .hourly(50), to: "search"),
        EstateRoutine("svc-shop-catalog", .sync, "/catalog/feed", "Product", "products", 72, 40, .hourly(5), to: "shop"),
        EstateRoutine("svc-lake-sync", .sync, "/catalog/archive", "Product", "products", 20, 150, .night(2), to: "lake"),
        EstateRoutine("svc-assistant", .read, "/assistant/answers", "Answer", "ai-answers", 620, 1, .shop),
        EstateRoutine("svc-assistant-mail", .read, "/assistant/mail-drafts", "Draft", "ai-answers", 130, 1, .office, to: "mail"),
        EstateRoutine("svc-product-writer", .write, "/assistant/descriptions", "Description", "ai-answers", 60, 1, .office, to: "shop"),
        EstateRoutine("svc-webhooks", .webhook, "/webhooks/orders", "Order", "orders", 160, 1, .shop, to: "hooks.parcel.net"),
        EstateRoutine("svc-webhooks-ai", .webhook, "/webhooks/content", "Content", "ai-answers", 96, 1, .shop, to: "hooks.partner.net"),
    ]

    private static let synthetic = [
        EstateRoutine("svc-masking", .read, "/crm/masking", "Contact", "customers", 40, 50, .night(22)),
        EstateRoutine("svc-masking", .write, "/synth/masked", "SynMasked", "synthetic-customers", 40, 50, .night(22)),
        EstateRoutine("svc-synth-quality", .query, "/synth/quality", "SynReport", "synthetic-customers", 60, 30, .hourly(25)),
        EstateRoutine("svc-synth-exporter", .bulk, "/synth/export", "SynOrder", "synthetic-customers", 36, 200, .night(5), to: "training"),
        EstateRoutine("svc-staging-seed", .sync, "/synth/seed", "SynContact", "synthetic-customers", 24, 60, .night(6), to: "crm-staging"),
        EstateRoutine("svc-qa-runner", .read, "/staging/contacts", "StagingContact", "staging-customers", 120, 5, .office),
        EstateRoutine("svc-qa-runner", .write, "/staging/orders", "StagingOrder", "staging-customers", 80, 1, .office),
        EstateRoutine(
            "svc-train-loader", .read, "/synth/contacts", "SynContact", "synthetic-customers", 80, 200, .night(8), to: "training"),
        EstateRoutine("svc-train-reco", .read, "/synth/orders", "SynOrder", "synthetic-customers", 60, 150, .night(9), to: "training"),
        EstateRoutine("svc-train-eval", .query, "/training/eval", "TrainingSet", "training-sets", 60, 40, .steady),
        EstateRoutine("svc-label-tool", .write, "/synth/labels", "SynContact", "synthetic-customers", 90, 2, .office),
    ]
}

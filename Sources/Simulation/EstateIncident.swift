// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Something that goes wrong in an estate, on purpose, or only looks as if it did.
package struct EstateIncident: Equatable, Sendable {
    package var kind: Kind
    package var account: String
    package var start: EventTime
    /// How large, in the unit of ``Kind/sizeMeaning``.
    package var size: Int

    /// What happens.
    package enum Kind: String, CaseIterable, Sendable {
        /// A program that reads customers begins to write into the synthetic store.
        case dualEnvironment = "dual_environment"
        /// The generator writes batches without label and hash.
        case unlabelledBurst = "unlabelled_burst"
        /// Synthetic records go to the CRM that people work with.
        case syntheticToProduction = "synthetic_to_production"
        /// A training job reads customers.
        case customerToTraining = "customer_to_training"
        /// Records with known hashes come back without their label.
        case labelFlip = "label_flip"
        /// A job whose changes have no parent, and which nobody audits.
        case lineageGap = "lineage_gap"
        /// What a machine writes has e-mails of customers.
        case identifierOverlap = "identifier_overlap"
        /// What a machine writes has card and account numbers.
        case personalDataInAI = "personal_data_in_ai"
        /// Texts of a machine with personal data leave by plain HTTP.
        case mixedWebhook = "mixed_webhook"
        /// A partner's client falls back to older versions of TLS.
        case tlsDowngrade = "tls_downgrade"
        /// The same question, one word changed each time.
        case nearDuplicateProbing = "near_duplicate_probing"
        /// Product after product.
        case catalogueSweep = "catalogue_sweep"
        /// The checkout's recommendations read customers, half of them from the lake.
        case checkoutPull = "checkout_pull"
        /// Customers and synthetic records in one session of somebody who may see customers only.
        case mixedSession = "mixed_session"
        /// Somebody who looks after synthetic records changes live customers.
        case roleCrossing = "role_crossing"
        /// Customers are exported to another jurisdiction.
        case newJurisdiction = "new_jurisdiction"
        /// Answers of a machine that do not say so.
        case disclosureMissing = "disclosure_missing"
        /// An export adds an object with sensitive fields.
        case sensitiveMix = "sensitive_mix"
        /// Synthetic records with content hashes that no generator wrote.
        case unknownOrigin = "unknown_origin"
        /// A job with parents for everything, of which no audit says that it ran.
        case unauditedJob = "unaudited_job"
        /// Many times the usual records on a way that is declared.
        case flowSurge = "flow_surge"

        /// More on a way that is declared.
        case declaredFlowVolume = "declared_flow_volume"
        /// A parser that loses the label of one record.
        case parserLabelLoss = "parser_label_loss"
        /// Values from documentation in what a machine writes.
        case testValueText = "test_value_text"
        /// An account that is declared to touch both environments does so.
        case declaredDualEnvironment = "declared_dual_environment"
        /// Texts of a machine leave encrypted and without personal data.
        case cleanWebhook = "clean_webhook"
        /// Somebody who may see both kinds sees both in a session.
        case trainingSession = "training_session"

        /// The detector that should speak; nil where nobody should.
        package var detector: String? { facts.detector }
        /// What the size counts.
        package var sizeMeaning: String { facts.sizeMeaning }
        package var defaultSize: Int { facts.size }
        /// Whose incident it is unless a list says otherwise.
        package var account: String { facts.account }
        /// The minute of the day at which it begins where the day is a whole number.
        var minute: Int64 { facts.minute }
        /// Whether it is about people, who are there on weekdays.
        var needsWorkday: Bool { EstateAccount.named(account).kind == .human }
        /// Milliseconds for the given size.
        func duration(_ size: Int) -> Int64 { facts.pause * Int64(size + 1) }
        /// Milliseconds from one event to the next.
        var pause: Int64 { facts.pause }

        private typealias Facts = (detector: String?, account: String, sizeMeaning: String, size: Int, minute: Int64, pause: Int64)

        private var facts: Facts {
            switch self {
            case .dualEnvironment: ("D07", "svc-loyalty-sync", "writes", 60, 10 * 60 + 40, 40_000)
            case .unlabelledBurst: ("D15", "svc-synth-gen", "batches", 90, 2 * 60 + 30, 25_000)
            case .syntheticToProduction: ("D16", "svc-synth-exporter", "calls of 40 records", 30, 14 * 60 + 20, 50_000)
            case .customerToTraining: ("D17", "svc-train-loader", "calls of 150 records", 24, 9 * 60 + 35, 60_000)
            case .labelFlip: ("D18", "svc-label-tool", "records", 80, 15 * 60 + 5, 20_000)
            case .lineageGap: ("D19", "svc-synth-sync", "records", 260, 20 * 60 + 30, 4000)
            case .identifierOverlap: ("D20", "svc-assistant-mail", "e-mails", 14, 11 * 60 + 10, 120_000)
            case .personalDataInAI: ("D21", "svc-assistant", "answers", 9, 16 * 60 + 45, 180_000)
            case .mixedWebhook: ("D22", "svc-webhooks-ai", "webhooks", 18, 13 * 60 + 25, 90_000)
            case .tlsDowngrade: ("D23", "partner-logistics", "calls", 120, 8 * 60 + 15, 180_000)
            case .nearDuplicateProbing: ("D24", "partner-marketplace", "searches", 340, 18 * 60 + 2, 9000)
            case .catalogueSweep: ("D24", "svc-mobile-bff", "products", 1100, 12 * 60 + 30, 9000)
            case .checkoutPull: ("D25", "svc-checkout-reco", "calls", 60, 17 * 60 + 15, 45_000)
            case .mixedSession: ("D26", "chiara.moretti", "records", 26, 16 * 60 + 10, 60_000)
            case .roleCrossing: ("D27", "goran.petrov", "changes", 15, 15 * 60 + 30, 90_000)
            case .newJurisdiction: ("D28", "svc-bi-export", "calls of 300 records", 20, 19 * 60 + 20, 60_000)
            case .disclosureMissing: ("D29", "svc-assistant", "answers", 260, 19 * 60, 25_000)
            case .sensitiveMix: ("D30", "svc-newsletter", "exports of 200 records", 14, 5 * 60 + 30, 60_000)
            case .unknownOrigin: ("D18", "svc-train-loader", "calls of 200 records", 60, 8 * 60 + 45, 20_000)
            case .unauditedJob: ("D19", "svc-synth-sync", "records", 50, 22 * 60, 4000)
            case .flowSurge: ("D16", "svc-train-reco", "calls of 150 records", 1000, 10 * 60 + 15, 2000)
            default: harmlessFacts
            }
        }

        private var harmlessFacts: Facts {
            switch self {
            case .declaredFlowVolume: (nil, "svc-train-reco", "calls of 150 records more", 15, 9 * 60 + 3, 20_000)
            case .parserLabelLoss: (nil, "svc-synth-gen", "records", 1, 60 + 50, 60_000)
            case .testValueText: (nil, "svc-assistant", "answers", 3, 12 * 60 + 20, 240_000)
            case .declaredDualEnvironment: (nil, "svc-masking", "calls that read and write", 10, 22 * 60 + 3, 30_000)
            case .cleanWebhook: (nil, "svc-webhooks-ai", "webhooks", 12, 11 * 60 + 50, 60_000)
            default: (nil, "jonas.weber", "records", 24, 15 * 60 + 15, 60_000)
            }
        }
    }

    /// What the simulation promises of it.
    package var label: EstateLabel {
        EstateLabel(
            kind: kind, account: account, start: start,
            end: start + EventDuration(milliseconds: kind.duration(size)), size: size)
    }
}

/// The truth about one incident, to compare alerts with.
package struct EstateLabel: Equatable, Sendable {
    package var kind: EstateIncident.Kind
    package var account: String
    package var start: EventTime
    package var end: EventTime
    package var size: Int

    /// One line of `labels.ndjson`, without its end: the shape of ``IncidentLabel``; where the detector is null nobody should speak.
    package var json: String {
        IncidentLabel.json(kind: kind.rawValue, detector: kind.detector, account: account, from: start, to: end, size: "\(size)")
    }
}

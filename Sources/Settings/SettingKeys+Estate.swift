// weir
// SPDX-License-Identifier: Apache-2.0

import ContentScan
import Detection
import EventModel
import LogFormats

/// The keys of the estate map and of the lexicon.
extension SettingKeys {
    static let estate = [systems, regions, stores, flows, dualEnvironment, generators, checkout, assistants, tlsMinimum, roles, sensitive]
    static let system = [name("a system"), environment("the system's records are for"), region, hosts]
    static let store = [name("a store"), ofSystem, dataClass, objects, endpoints, records]
    static let flow = [flowClass, from, to, owner, expires, assessment]
    static let allowance = [account, owner, expires]
    static let checkoutKeys = [endpoints, checkoutStores]
    static let role = [roleName, accounts]
    static let lexiconEntry = [lexiconKey, match, means]

    static let estateBlocks = [
        ("estate", estate), ("estate.systems[]", system), ("estate.stores[]", store), ("estate.flows[]", flow),
        ("estate.dual_environment[]", allowance), ("estate.checkout", checkoutKeys), ("estate.roles[]", role), ("lexicon[]", lexiconEntry),
        ("personal_data", personalData), ("personal_data.patterns[]", pattern),
    ]

    static let estateBlock = SettingKey(
        "estate", "block",
        reason: "systems, stores and declared flows of records: what weir measures movements of real and synthetic data against")
    static let personalDataBlock = SettingKey(
        "personal_data", "block", reason: "what free texts are scanned for; only kinds and counts are kept (D21, D22)")
    static let personalData = [countries, syntheticDomains, syntheticPrefixes, patterns]
    static let pattern = [name("a pattern"), patternText]

    private static let countries = SettingKey(
        "countries", "list of country codes", choices: ScanCountry.allCases.map(\.rawValue), reason: "whose national numbers are looked for"
    )
    private static let syntheticDomains = SettingKey(
        "synthetic_domains", "list of domains", reason: "addresses there are nobody's, beside example.com and the like")
    private static let syntheticPrefixes = SettingKey(
        "synthetic_prefixes", "list of beginnings", reason: "values that begin so are nobody's")
    private static let patterns = SettingKey("patterns", "list", reason: "your own kinds of personal data")
    private static let patternText = SettingKey(
        "match", "regular expression", isRequired: true, reason: "without look-around and back-references, so that a scan stays linear")

    static let lexicon = SettingKey(
        "lexicon", "list",
        reason: "words of your logs for environments, classes and labels, beside the conventions that weir knows; they go first")

    private static let systems = SettingKey("systems", "list", reason: "CRM, shop, lake, partners: by name, environment and jurisdiction")
    private static let regions = SettingKey(
        "regions", "map of jurisdiction to list of regions", reason: "which regions of hosting providers lie in which jurisdiction")
    private static let stores = SettingKey("stores", "list", reason: "what lies in a system, known in logs by object or endpoint")
    private static let flows = SettingKey(
        "flows", "list", reason: "movements of records that are meant to be; every other one is an alert (D16, D17, D28)")
    private static let dualEnvironment = SettingKey(
        "dual_environment", "list", reason: "accounts that may work in production and with made-up data (D07)")
    private static let generators = SettingKey("generators", "list of accounts", reason: "accounts that make synthetic records (D15)")
    private static let checkout = SettingKey("checkout", "block", reason: "what the checkout may read (D25)")
    private static let assistants = SettingKey(
        "assistants", "list of endpoints", reason: "endpoints where a machine answers customers: each answer needs its disclosure (D29)")
    private static let tlsMinimum = SettingKey(
        "tls_minimum", "version", defaultText: "1.3", choices: ["1.0", "1.1", "1.2", "1.3"],
        reason: "the oldest TLS that is allowed (D22, D23)")
    private static let roles = SettingKey(
        "roles", "list", reason: "who has which role; `synthetic_admin` may see both kinds of records in a session (D26)")
    private static let sensitive = SettingKey(
        "sensitive", "list of objects", reason: "objects with fields that need a reason of their own (D30)")

    private static func name(_ what: String) -> SettingKey {
        SettingKey("name", "a name", isRequired: true, reason: "what \(what) is called in alerts and in other keys")
    }
    private static func environment(_ what: String) -> SettingKey {
        SettingKey("environment", "word", choices: environment.choices, reason: "what \(what)")
    }
    private static let region = SettingKey(
        "region", "a jurisdiction", reason: "where the system stands: a name of estate.regions, or any other")
    private static let hosts = SettingKey(
        "hosts", "list of hosts", reason: "names of the system in logs; `*.example.net` stands for any host of it")
    private static let ofSystem = SettingKey("system", "a name of estate.systems", isRequired: true, reason: "where the store lies")
    private static let dataClass = SettingKey(
        "class", "word", choices: DataClass.allCases.dropFirst().map(\.name), reason: "what its records are")
    private static let objects = SettingKey("objects", "list of names", reason: "objects in logs that lie in the store")
    private static let endpoints = SettingKey("endpoints", "list of paths", reason: "paths in logs; `{id}` stands for any one segment")
    static let records = SettingKey(
        "records", "number", range: 1...1e12, isWhole: true,
        reason: "how many records the store holds: D24 judges what is read of it within a day by that; at most 32 stores state it")
    private static let flowClass = SettingKey(
        "class", "word", choices: DataClass.allCases.dropFirst().map(\.name), reason: "what moves; without it, anything")
    private static let from = SettingKey("from", "a system or an environment", isRequired: true, reason: "where it comes from")
    private static let to = SettingKey("to", "a system or an environment", isRequired: true, reason: "where it goes")
    private static let owner = SettingKey("owner", "a name", reason: "who answers for it")
    private static let expires = SettingKey("expires", "date", reason: "the day on which it ends; without it, never")
    private static let assessment = SettingKey("assessment", "a number", reason: "the impact assessment that it rests on")
    private static let account = SettingKey("account", "a name", isRequired: true, reason: "the account as alerts show it")
    private static let accounts = SettingKey(
        "accounts", "list of accounts", isRequired: true, reason: "who has the role, as alerts show them")
    private static let checkoutStores = SettingKey("stores", "list of names of estate.stores", isRequired: true, reason: "what it may read")
    private static let roleName = SettingKey("name", "a name", isRequired: true, reason: "`synthetic_admin`, or one that only people read")
    private static let lexiconKey = SettingKey(
        "key", "word", isRequired: true, choices: MarkerLexicon.Key.allCases.map(\.text), reason: "which of weir's keys has the word")
    private static let match = SettingKey(
        "match", "word", isRequired: true, reason: "in any case, with or without dashes; one `*` stands for any text")
    private static let means = SettingKey(
        "means", "word", isRequired: true, reason: "an environment, a class, or true or false for synthetic and disclosed")
}

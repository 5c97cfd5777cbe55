// weir
// SPDX-License-Identifier: Apache-2.0

/// A key of the settings: one declaration for reading, checking and the manual.
struct SettingKey: Sendable {
    let name: String
    /// What a value looks like: `path`, `list of paths`, `seconds, 1 to 86400`.
    let shape: String
    /// As it would be written; nil when the key must be there, or has no default.
    let defaultText: String?
    let isRequired: Bool
    let reason: String
    let range: ClosedRange<Double>?

    init(_ name: String, _ shape: String, defaultText: String? = nil, isRequired: Bool = false, range: ClosedRange<Double>? = nil, reason: String) {
        self.name = name
        self.shape = shape
        self.defaultText = defaultText
        self.isRequired = isRequired
        self.range = range
        self.reason = reason
    }
}

/// The keys of each block.
enum SettingKeys {
    static let root = [
        SettingKey(
            "state_directory", "path", isRequired: true,
            reason: "where weir keeps what it learnt; readable by its user only"),
        SettingKey("sources", "list", isRequired: true, reason: "the logs to read; each is a lane of its own"),
        SettingKey("detection", "block", reason: "model, budget and detector options"),
        SettingKey("alerts", "block", reason: "where alerts go"),
        SettingKey(
            "checkpoint_interval_seconds", "seconds", defaultText: "5", range: 0.1...3600,
            reason: "the longest time whose reading is repeated after a crash; alerts are stored at once"),
        SettingKey("dashboard", "block", reason: "accepted; the dashboard comes with a later version"),
    ]
    static let source = [
        SettingKey("name", "letters, digits, dots, dashes", isRequired: true, reason: "in alerts, status and messages; keeps the state"),
        SettingKey("format", "a name from `weir formats`", isRequired: true, reason: "how lines are read"),
        SettingKey(
            "paths", "list of files, folders or patterns", isRequired: true,
            reason: "rotated and compressed siblings of a file belong to it and are read first, oldest first"),
        SettingKey("environment", "production, synthetic, staging or training", reason: "what the source's records are"),
        SettingKey("fields", "map of weir's key to the log's", reason: "for logs with other names; dotted paths for json"),
        SettingKey(
            "lateness_seconds", "seconds", defaultText: "by format", range: 0...604_800,
            reason: "how long an event may come after a later one and still count"),
        SettingKey(
            "rotate_wait_seconds", "seconds", defaultText: "10", range: 0...86_400,
            reason: "how long a rotated file must be quiet before it counts as finished"),
        SettingKey(
            "accounts_max", "number", defaultText: "200000", range: 1...10_000_000,
            reason: "further account names share one account, so that a flood of names cannot fill the memory"),
    ]
    static let detection = [
        SettingKey("model", "name", defaultText: "default", reason: "shown in every alert"),
        SettingKey("alert_budget", "block", reason: "how many alerts the operator wants to see"),
        SettingKey("detectors", "map of detector id to options", reason: "`weir detectors` lists them with their ranges"),
    ]
    static let budget = [
        SettingKey("pages_per_day", "number", defaultText: "1", range: 0...1000, reason: "critical alerts a day that somebody can answer"),
        SettingKey("tickets_per_week", "number", defaultText: "10", range: 0...10_000, reason: "other alerts a week"),
    ]
    static let alerts = [
        SettingKey("sinks", "list", reason: "each with a `type` and that type's options; every alert goes to every sink")
    ]
    static let dashboard = [SettingKey("listen", "address:port", reason: "loopback only")]
}

// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import LogFormats
import LogSources

/// A key of the settings: one declaration for reading, checking and the manual.
struct SettingKey: Sendable {
    let name: String
    /// What a value looks like, with its unit: `path`, `list of paths`, `seconds`.
    let shape: String
    /// As it would be written; nil when the key must be there, or is unset without it.
    let defaultText: String?
    let isRequired: Bool
    let range: ClosedRange<Double>?
    let isWhole: Bool
    let choices: [String]
    let reason: String

    init(
        _ name: String, _ shape: String, defaultText: String? = nil, isRequired: Bool = false, range: ClosedRange<Double>? = nil,
        isWhole: Bool = false, choices: [String] = [], reason: String
    ) {
        self.name = name
        self.shape = shape
        self.defaultText = defaultText
        self.isRequired = isRequired
        self.range = range
        self.isWhole = isWhole
        self.choices = choices
        self.reason = reason
    }

    /// The default of a key that is a number. Precondition: its text is one.
    var defaultNumber: Double {
        guard let number = defaultText.flatMap(Double.init) else { preconditionFailure("\(name) has no default number") }
        return number
    }
}

/// The keys of each block, in the order of the manual.
enum SettingKeys {
    static let root = [
        stateDirectory, keyDirectory, sources, serviceAccounts, detectionBlock, estateBlock, lexicon, personalDataBlock, alertsBlock,
        checkpointInterval, dashboardBlock,
    ]
    static let source = [
        name, format, wrapper, paths, sourceListen, tokenFile, spoolMax, environment, fields, lateness, rotateWait, archiveRatioMax,
        accountsMax,
    ]
    static let detection = [model, alertBudget, calendar, canaries, inventory, knownNetworks, series, detectors]
    static let budget = [pagesPerDay, ticketsPerWeek]
    static let rise = [riseName, riseFrom, riseTo, riseUplift, riseSources]
    static let seriesKeys = [seriesAccounts, seriesEndpoints]
    static let alerts = [sinks]
    static let dashboard = [listen]

    /// Every block with its title in the manual.
    static let blocks =
        [
            ("The file", root), ("sources[]", source), ("detection", detection), ("detection.alert_budget", budget),
            ("detection.calendar[]", rise), ("detection.series", seriesKeys), ("alerts", alerts), ("dashboard", dashboard),
        ] + estateBlocks

    static let stateDirectory = SettingKey(
        "state_directory", "path", isRequired: true, reason: "where weir keeps what it learnt, its alerts and its queue; for its user only")
    static let keyDirectory = SettingKey(
        "key_directory", "path", defaultText: "state_directory with -keys behind it",
        reason: "the keys under which people become pseudonyms; not in the state directory, and never in one backup with it")
    static let sources = SettingKey("sources", "list", isRequired: true, reason: "the logs to read; each is a lane of its own")
    static let detectionBlock = SettingKey("detection", "block", reason: "model, budget and detector options")
    static let alertsBlock = SettingKey("alerts", "block", reason: "where alerts go")
    static let checkpointInterval = SettingKey(
        "checkpoint_interval_seconds", "seconds", defaultText: "5", range: 0.1...3600,
        reason: "the longest time whose reading is repeated after a crash; alerts are stored at once")
    static let dashboardBlock = SettingKey("dashboard", "block", reason: "accepted; the dashboard comes with a later version")

    static let name = SettingKey(
        "name", "letters, digits, dots, dashes", isRequired: true,
        reason: "stands in alerts, status and messages; the state is kept under it")
    static let format = SettingKey("format", "a name from `weir formats`", isRequired: true, reason: "how lines are read")
    static let wrapper = SettingKey(
        "wrapper", "word", choices: LineWrapper.allCases.map(\.rawValue),
        reason:
            "what another program put around each line: a syslog header, Docker's json-file, containerd's time and stream, a shipper's JSON "
            + "object, a column of an exported table (Splunk, Purview, CloudWatch), or Compose's, kubectl's or Fluentd's prefix"
    )
    static let paths = SettingKey(
        "paths", "list of files, folders or patterns",
        reason: "this or `listen` is required; rotated and compressed siblings of a file belong to it and are read first, oldest first")
    static let sourceListen = SettingKey(
        "listen", "address",
        reason: "instead of paths, for hosts that cannot write files; what comes is stored in state_directory before it is answered: "
            + ReceiverAddress.forms)
    static let tokenFile = SettingKey(
        "token_file", "path", reason: "what HTTP senders show as `Authorization: Bearer …`; required with an http:// address")
    static let spoolMax = SettingKey(
        "spool_mebibytes", "MiB", defaultText: "1024", range: 1...1_048_576, isWhole: true,
        reason: "what of a `listen` source may wait to be read; beyond it senders are held back, or told to come again")
    static let environment = SettingKey(
        "environment", "word", choices: ["production", "synthetic", "staging", "training"], reason: "what the source's records are")
    static let fields = SettingKey(
        "fields", "map of weir's key to the log's",
        reason: "for logs with other names: dotted paths for json, columns for tables; one that starts with a dash is none")
    static let lateness = SettingKey(
        "lateness_seconds", "seconds", defaultText: "by format", range: 0...604_800,
        reason: "how long an event may come after a later one and still count")
    static let rotateWait = SettingKey(
        "rotate_wait_seconds", "seconds", defaultText: "10", range: 0...86_400,
        reason: "how long a rotated file must be quiet before it counts as finished")
    static let archiveRatioMax = SettingKey(
        "archive_ratio_max", "bytes for a byte", defaultText: "1000", range: 10...1_000_000, isWhole: true,
        reason: "an archive that unpacks to more than so many times its size, beyond 64 MiB, is a decompression bomb and not read further")
    static let accountsMax = SettingKey(
        "accounts_max", "number of accounts", defaultText: "200000", range: 1...10_000_000, isWhole: true,
        reason: "further account names share one account, so that a flood of names cannot fill the memory; 4 KB each")

    static let serviceAccounts = SettingKey(
        "service_accounts", "list of names",
        reason:
            "programs whose names look like people's, such as integration@example.com; `*` stands for anything. They are kept and shown "
            + "as they are, all other names with an @ as pseudonyms. One that had a pseudonym is a new account, and the other way round")

    static let model = SettingKey(
        "model", "name or folder", defaultText: "default",
        reason: "values for detector options: default is built in, another name a folder of models beside this file; shown in every alert")
    static let alertBudget = SettingKey(
        "alert_budget", "block",
        reason: "how many alerts the operator wants to see, all sources together; without it detectors ask for what they ask for by default"
    )
    static let calendar = SettingKey(
        "calendar", "list",
        reason:
            "times at which every account is expected to do more than usual. Volume is held against that much more, and nothing is muted: "
            + "twenty times the usual inside of a sale of four times is five times too much. No baseline learns what it explains")
    static let riseName = SettingKey("name", "a name", isRequired: true, reason: "in alerts and in `weir why`")
    static let riseFrom = SettingKey("from", "RFC 3339 time", isRequired: true, reason: "when it begins, 2026-11-27T00:00:00+01:00 say")
    static let riseTo = SettingKey("to", "RFC 3339 time", isRequired: true, reason: "the first moment behind it")
    static let riseUplift = SettingKey(
        "uplift", "times", isRequired: true, range: 1...8, reason: "how many times the usual amount is expected, at most")
    static let riseSources = SettingKey(
        "sources", "list of names", reason: "only the accounts of these sources; of all without it")
    static let canaries = SettingKey(
        "canaries", "list of names",
        reason:
            "accounts, endpoints, objects and items that nobody has a reason to touch: any use is an alert (D33), also of a path below one "
            + "or with one among its segments")
    static let inventory = SettingKey(
        "inventory", "path of an OpenAPI document or a list",
        reason: "the endpoints there should be; rows by another one are an alert (D35). A list has a path a line, or in its first column")
    static let knownNetworks = SettingKey(
        "known_networks", "list of networks",
        reason:
            "the operator's own, IPv4 or IPv6 (203.0.113.0/24, 2001:db8:7::/48), such as a new gateway's: an account that comes from one for "
            + "the first time is no alert (D13). Of an address weir keeps /24 or /48: a narrower network counts as that")
    static let series = SettingKey(
        "series", "block",
        reason: "what is watched for anything it never did (D37) beside each source's total; at most \(SeriesSelection.limit) names, "
            + "each of them 90 KB in a source where it occurs")
    static let seriesAccounts = SettingKey(
        "accounts", "list of names", reason: "accounts whose rows and calls are series of their own, named as alerts name them")
    static let seriesEndpoints = SettingKey(
        "endpoints", "map of a name to a list of endpoints",
        reason: "groups of endpoints that are a series together; `{id}` stands where weir keeps no id, `*` for anything "
            + "(`exports: [/jobs/*, /bulk/{id}/results]`)")
    static let detectors = SettingKey("detectors", "map of detector id to options", reason: "`weir detectors` lists them with their ranges")
    static let pagesPerDay = SettingKey(
        "pages_per_day", "alerts a day", defaultText: "1", range: 0...1000,
        reason: "pages that somebody can answer; a critical alert is always one, beyond the number the others wait with the tickets")
    static let ticketsPerWeek = SettingKey(
        "tickets_per_week", "alerts a week", defaultText: "10", range: 0...10_000,
        reason: "other alerts that somebody can look at: thresholds rise to keep to it, and fall where there is room")

    static let sinks = SettingKey(
        "sinks", "list",
        reason:
            "each with a `type` and that type's options; every alert goes to every sink that does not choose (`only`); secrets only by file"
    )
    static let listen = SettingKey(
        "listen", "address:port or unix:path", reason: "loopback or a unix socket only: a reverse proxy adds TLS and authentication")
}

/// Bounds on what a settings file may hold, far above any that a person writes: a file that repeats itself through YAML aliases must not
/// keep the daemon busy.
enum SettingsLimits {
    /// Bytes of the file.
    static let size = 1_048_576
    /// YAML aliases (`*name`) in the file.
    static let aliases = 32
    static let sources = 256
    static let paths = 1024
    static let sinks = 64
    static let canaries = 1000
    static let networks = 1000
    static let rises = 1000
    static let serviceAccounts = 200
    /// Endpoints of an inventory, and bytes of its file.
    static let endpoints = 20_000
    /// Entries of each list of the estate.
    static let estateItems = 2000
    static let inventorySize = 16_777_216
    /// Keys of one block or map.
    static let keys = 256
    /// Problems that are listed.
    static let problems = 200
}

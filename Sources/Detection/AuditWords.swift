// weir
// SPDX-License-Identifier: Apache-2.0

/// The parts of a name, to tell what sets what is logged from what only sounds like it.
///
/// `/config/logging`, `StopLogging` and `AuditTrailSettings` do; `/login/settings`, `/blog/config`, `workLogSettings` and
/// `/audits/{id}/config` have other uses, and programs write their own lines to `/logs` and `/audit-events`. So a log must stand as a part
/// of its own next to something that sets or stops. Complexity: O(length), once a name.
struct AuditWords {
    /// A run of letters and digits in lower case, cut where capitals begin a word.
    private struct Part {
        var text: String
        /// Whether it begins and ends a segment of the path.
        var begins: Bool
        var ends = false
    }

    private var parts: [Part] = []

    /// What logs, whatever stands around it.
    private static let strong: Set<String> = [
        "audit", "auditing", "auditlog", "auditlogs", "audittrail", "audittrails", "logging", "eventmonitoring",
    ]
    /// What does when it begins a segment, or one of ``kinds`` stands before it: a work log is no log.
    private static let weak: Set<String> = ["log", "logs"]
    private static let kinds: Set<String> = [
        "access", "activity", "admin", "api", "application", "cloud", "data", "diagnostic", "dns", "error", "event", "flow", "network",
        "query", "request", "security", "server", "service", "system", "vpc",
    ]
    /// What may stand behind either.
    private static let tails: Set<String> = ["event", "events", "file", "files", "log", "logs", "trail", "trails"]
    private static let settings: Set<String> = [
        "config", "configs", "configuration", "configurations", "policies", "policy", "retention", "setting", "settings",
    ]
    private static let disabling: Set<String> = ["deactivate", "disable", "disabled", "off"]
    /// Of an audit alone these may say that an inspection rests.
    private static let stopping: Set<String> = ["pause", "stop", "suspend"]
    /// What may follow a setting in its segment; anything else makes a thing of it, such as a `config-change` to be logged.
    private static let changes: Set<String> = ["change", "delete", "modify", "reset", "set", "update"]
    /// Segments that say it in one word. `event-settings` is not among them: most events are in calendars.
    private static let whole: Set<String> = [
        "auditconfig", "auditsettings", "diagnosticsettings", "eventmonitoringsettings", "eventsettings", "logconfig", "loggingconfig",
        "loggingsettings", "logsettings",
    ]
    /// Calls by their names. Source: MITRE ATT&CK T1562.008, disable or modify cloud logs.
    private static let calls: Set<String> = [
        "deleteconfigurationrecorder", "deleteflowlogs", "deleteflowlog", "putbucketlogging", "stopconfigurationrecorder",
    ]
    /// The same of names that mean it with the service before them only.
    private static let callsOfServices: [(service: String, calls: Set<String>)] = [
        (
            "cloudtrail",
            ["deleteeventdatastore", "deletetrail", "puteventselectors", "putinsightselectors", "updateeventdatastore", "updatetrail"]
        ),
        ("configservicev2", ["deletesink", "updatesink"]),
    ]

    init(_ name: String) {
        let bytes = Array(name.utf8)
        var text: [UInt8] = []
        var begins = true
        func isUpper(_ index: Int) -> Bool { bytes.indices.contains(index) && bytes[index] &- 0x41 < 26 }
        func isLower(_ index: Int) -> Bool { bytes.indices.contains(index) && bytes[index] &- 0x61 < 26 }
        for (index, byte) in bytes.enumerated() {
            let isWord = byte >= 0x80 || byte &- 0x30 < 10 || isUpper(index) || isLower(index)
            let isHump = isUpper(index) && (!isUpper(index - 1) || isLower(index + 1))
            if !text.isEmpty && (!isWord || isHump) {
                parts.append(Part(text: String(decoding: text, as: UTF8.self), begins: begins))
                text.removeAll(keepingCapacity: true)
                begins = false
            }
            if isWord {
                text.append(isUpper(index) ? byte | 0x20 : byte)
            } else if byte == UInt8(ascii: "/") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: ":") || byte == UInt8(ascii: " ") {
                if !parts.isEmpty { parts[parts.count - 1].ends = true }
                begins = true
            }
        }
        if !text.isEmpty { parts.append(Part(text: String(decoding: text, as: UTF8.self), begins: begins)) }
        if !parts.isEmpty { parts[parts.count - 1].ends = true }
    }

    /// Whether the name sets what is logged. `words` are its segments in lower case.
    func isSetting(_ words: [String]) -> Bool {
        if words.contains(where: AuditWords.whole.contains) { return true }
        if let last = words.last {
            if AuditWords.calls.contains(last) { return true }
            for (service, calls) in AuditWords.callsOfServices where calls.contains(last) && words.contains(service) { return true }
        }
        return parts.indices.contains { isSet(at: $0) }
    }

    /// Whether the name is that of what logs.
    func isTrail(_ words: [String]) -> Bool {
        guard let last = words.last else { return false }
        if last == "trail" && words.count == 1 { return true }
        if last == "auditing" || last == "eventmonitoring" || last == "logging" || last == "audittrail" { return true }
        let ending = parts.suffix(2).map(\.text)
        return ending == ["audit", "trail"] || ending == ["audit", "trails"]
    }

    /// Whether a log begins at a part and stands next to something that sets or stops it.
    private func isSet(at start: Int) -> Bool {
        let word = parts[start].text
        let isStrong = AuditWords.strong.contains(word)
        let hasKind = start > 0 && !parts[start].begins && AuditWords.kinds.contains(parts[start - 1].text)
        let follows = start > 0 && (isStop(start - 1, of: word) || AuditWords.settings.contains(parts[start - 1].text))
        guard isStrong || AuditWords.weak.contains(word) && (parts[start].begins || hasKind || follows) else { return false }
        var last = start
        while last + 1 < parts.count && AuditWords.tails.contains(parts[last + 1].text) { last += 1 }
        var before = start - 1
        while before >= 0 && AuditWords.kinds.contains(parts[before].text) { before -= 1 }
        var behind = last + 1
        while behind < parts.count && AuditWords.kinds.contains(parts[behind].text) { behind += 1 }
        // An audit with a log or trail behind it is no inspection.
        let subject = last > start ? "log" : word
        if before >= 0 && isEnd(last) && (isStop(before, of: subject) || AuditWords.settings.contains(parts[before].text)) { return true }
        return behind < parts.count && isEnd(behind) && (isStop(behind, of: subject) || AuditWords.settings.contains(parts[behind].text))
    }

    private func isStop(_ index: Int, of subject: String) -> Bool {
        AuditWords.disabling.contains(parts[index].text) || subject != "audit" && AuditWords.stopping.contains(parts[index].text)
    }

    /// Whether a part ends its segment, but for a word that says that it is changed.
    private func isEnd(_ index: Int) -> Bool { parts[index].ends || AuditWords.changes.contains(parts[index + 1].text) }
}

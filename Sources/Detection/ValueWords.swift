// weir
// SPDX-License-Identifier: Apache-2.0

/// Words in the names of endpoints and objects.
enum ValueWords {
    private static let reconnaissance: Set<String> = [
        "describe", "describeglobal", "limits", "metadata", "$metadata", "schema", "tooling", "openapi", "swagger", "entitydefinitions",
        "entitydefinition", "fielddefinition", "sobjects", "permissions", "permissionset", "profiles", "roles", "users", "user",
        "recordcount",
        "count", "properties", "systemusers", "whoami", "organization", "$count",
    ]
    private static let evidence: Set<String> = [
        "job", "jobs", "export", "exports", "report", "reports", "log", "logs", "audit", "auditlog", "auditlogs", "query", "eventlogfile",
        "history", "trail", "audits", "deleteloggroup", "deletelogstream",
    ]
    /// Those of them that log.
    private static let logs: Set<String> = [
        "log", "logs", "audit", "auditlog", "auditlogs", "audits", "eventlogfile", "trail", "deleteloggroup", "deletelogstream",
    ]
    private static let audits = ["audit", "lineage", "provenance"]

    /// Whether a word has a part, byte by byte and not by characters, so that a combining mark behind it hides nothing. The standard
    /// library's search makes tables for every pair besides, and every name of a log comes here.
    static func holds(_ part: String, in word: String) -> Bool {
        var rest = word.utf8[...]
        while rest.count >= part.utf8.count {
            if rest.starts(with: part.utf8) { return true }
            rest = rest.dropFirst()
        }
        return false
    }

    static func split(_ name: String) -> [String] {
        name.lowercased().split { $0 == "/" || $0 == "." || $0 == " " || $0 == ":" }.map(String.init)
    }

    static func isEvidence(_ word: String) -> Bool { evidence.contains(word) }

    /// The last words of the path weigh: `/sobjects/Contact/{id}` reads a record, `/sobjects` and `/sobjects/Contact/describe` look around.
    static func traits(of name: String) -> ValueTraits {
        let words = split(name)
        var traits: ValueTraits = []
        if let last = words.last, reconnaissance.contains(last) { traits.insert(.reconnaissance) }
        if words.contains(where: evidence.contains) { traits.insert(.evidence) }
        if words.contains(where: logs.contains) { traits.insert(.log) }
        if words.contains(where: { word in audits.contains { holds($0, in: word) } }) { traits.insert(.audit) }
        let audit = AuditWords(name)
        if audit.isSetting(words) { traits.insert(.auditSetting) }
        if audit.isTrail(words) { traits.insert(.auditTrail) }
        return traits
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Writes the events of an injection as lines of the log that they are put into.
///
/// Into json with weir's own keys everything that an incident has is written. Into any other log a line is made from one of the account's
/// own: what weir reads of it is replaced, and everything else stays as that line has it. So an incident can only be written where the log
/// has a place for what makes it one; ``init(_:fields:header:survey:)`` and ``check(_:)`` say what is missing.
package struct InjectionOverlay: Sendable {
    /// What weir's keys are called, in the order in which they are written.
    package static let keys = [
        "ts", "account", "ip", "action", "method", "endpoint", "object", "status", "rows", "bytes", "job", "item", "query", "env", "class",
        "synthetic", "provenance", "parent", "disclosed", "dest", "dest_env", "dest_region", "region", "tls", "scheme", "session", "text",
    ]
    /// Formats whose lines can be written.
    package static let formats = ["json", "csv", "salesforce_elf", "combined"]
    /// What stays the account's own.
    private static let own: Set<String> = ["ts", "account", "ip"]

    private enum Layout: Sendable {
        case ownKeys(EstateText)
        case objects(paths: [String: [[UInt8]]])
        case rows(OverlayColumns)
        case combined
    }

    private let layout: Layout
    private let format: String
    private let survey: LogSurvey
    /// The keys that a line of the log can state.
    private let places: Set<String>

    /// - Parameters:
    ///   - header: the table's header as it stands in the log; empty for other formats and for a table without one.
    /// Throws: ``Injection/Problem`` for a format that cannot be written.
    package init(_ format: String, fields: [String: String], header: [UInt8], survey: LogSurvey) throws(Injection.Problem) {
        self.format = format
        self.survey = survey
        switch format {
        case "json" where fields.isEmpty:
            layout = .ownKeys(EstateText(seed: 0))
            places = Set(InjectionOverlay.keys)
        case "json":
            let known = InjectionOverlay.keys.filter { fields[$0] != nil || survey.stated.contains($0) }
            places = Set(known)
            layout = .objects(
                paths: Dictionary(
                    uniqueKeysWithValues: known.map { key in
                        (key, (fields[key] ?? key).split(separator: ".").map { Array($0.utf8) })
                    }))
        case "csv", "salesforce_elf":
            let names = header.isEmpty ? [] : OverlayRow(header)?.fields ?? []
            let columns = OverlayColumns(header: names, fields: fields, isSalesforce: format == "salesforce_elf")
            guard !columns.times.isEmpty else { throw Injection.Problem(message: "the log has no header that names a column of times.") }
            layout = .rows(columns)
            places = Set(columns.places.keys)
        case "combined":
            layout = .combined
            places = ["ts", "account", "ip", "method", "endpoint", "status", "bytes"]
        default:
            let known = InjectionOverlay.formats.joined(separator: ", ")
            throw Injection.Problem(message: "lines of \(format) can be read and not written: weir inject writes \(known).")
        }
    }

    // MARK: What a log can carry

    /// Throws: ``Injection/Problem`` when the log has no place for what makes an incident one.
    package func check(_ scenario: Injection.Scenario) throws(Injection.Problem) {
        if case .ownKeys = layout { return }
        for group in scenario.needs where places.isDisjoint(with: group.keys) {
            let keys = group.keys.joined(separator: " or ")
            throw Injection.Problem(
                message: "this log has no place for \(group.words) (\(keys)), without which \(scenario.name) is none: "
                    + (format == "combined" || format == "salesforce_elf"
                        ? "\(format) does not know it." : "say with --field where it stands, or take another log."))
        }
    }

    // MARK: Lines

    /// The line of an event, with its end. Throws: ``Injection/Problem`` when no line of its account can be followed.
    package func line(_ event: EstateEvent) throws(Injection.Problem) -> [UInt8] {
        if case .ownKeys(let text) = layout {
            var line: [UInt8] = []
            text.append(event, to: &line)
            return line
        }
        guard let sample = survey.accounts[event.account]?.line else {
            throw Injection.Problem(
                message: "\(event.account) has no line of less than \(LogSurvey.lineLimit) bytes that an incident's could be made from.")
        }
        let bytes: [UInt8]
        switch layout {
        case .objects(let paths): bytes = try object(event, sample, paths)
        case .rows(let columns): bytes = try row(event, sample, columns)
        case .ownKeys, .combined: bytes = try combined(event, sample)
        }
        return bytes + (sample.count > 1 && sample.suffix(2) == [0x0D, 0x0A] ? [0x0D, 0x0A] : [0x0A])
    }

    private func time(_ sample: String?, _ event: EstateEvent) throws(Injection.Problem) -> String {
        guard let sample, let style = OverlayTime(like: sample) else {
            throw Injection.Problem(
                message: "the log writes its times as \"\(sample?.prefix(40) ?? "")\", which weir inject does not know.")
        }
        return style.text(event.time)
    }

    /// What is written of an event: of one that repeats its account's usual call only how much it moved.
    private func values(_ event: EstateEvent) -> [(key: String, value: OverlayValue?)] {
        let changed =
            event.repeatsSample ? ["status", "rows", "bytes"] : InjectionOverlay.keys.filter { !InjectionOverlay.own.contains($0) }
        return changed.filter(places.contains).map { ($0, event.value(of: $0)) }
    }

    private func object(
        _ event: EstateEvent, _ sample: [UInt8], _ paths: [String: [[UInt8]]]
    ) throws(Injection.Problem) -> [UInt8] {
        guard var object = OverlayObject(sample), let place = paths["ts"] else {
            throw Injection.Problem(message: "a line of \(event.account) is no object that an incident's could be made from.")
        }
        let text = try time(object.text(at: place), event)
        object.set(object.isText(at: place) ? .text(text) : .number(Int(text) ?? 0), at: place)
        if !object.isText(at: place), text.contains(".") {
            throw Injection.Problem(message: "fractions of seconds as numbers are not written.")
        }
        for (key, value) in values(event) { if let path = paths[key] { object.set(value, at: path) } }
        // A method that is read by its own name, though no map names it.
        let method = [Array("method".utf8)]
        if !event.repeatsSample, !places.contains("method"), object.isText(at: method) { object.set(.text(event.method), at: method) }
        for key in object.keys where OverlayNumber.names.contains(OverlayColumns.plain(String(decoding: key, as: UTF8.self))) {
            guard !paths.values.contains([key]), object.isText(at: [key]), let number = object.text(at: [key]) else { continue }
            object.set(.text(OverlayNumber.text(like: number, event.number)), at: [key])
        }
        return object.bytes
    }

    private func row(_ event: EstateEvent, _ sample: [UInt8], _ columns: OverlayColumns) throws(Injection.Problem) -> [UInt8] {
        let needed = max(columns.places.values.max() ?? 0, columns.times.max() ?? 0)
        guard var row = OverlayRow(sample), row.fields.count > needed else {
            throw Injection.Problem(message: "a record of \(event.account) does not fit the header.")
        }
        for place in columns.times where !row.fields[place].isEmpty { row.set(try time(row.fields[place], event), at: place) }
        for (key, value) in values(event) { if let place = columns.places[key] { row.set(value?.plain ?? "", at: place) } }
        for place in columns.numbers where place < row.fields.count {
            row.set(OverlayNumber.text(like: row.fields[place], event.number), at: place)
        }
        return row.bytes
    }

    /// `address - user [time] "METHOD path HTTP/1.1" status bytes` and whatever stands behind it.
    private func combined(_ event: EstateEvent, _ sample: [UInt8]) throws(Injection.Problem) -> [UInt8] {
        let text = String(decoding: sample.filter { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self)
        guard let match = text.firstMatch(of: /^(.*?\[)([^\]]*)(\] ")(\S+) (\S+)((?: [^"\\]*)?" )(\d+) (\d+|-)(.*)$/) else {
            throw Injection.Problem(message: "a line of \(event.account) is none that an incident's could be made from.")
        }
        let time = try time(String(match.2), event)
        let (method, path) = event.repeatsSample ? (String(match.4), String(match.5)) : (event.method, event.endpoint)
        return Array("\(match.1)\(time)\(match.3)\(method) \(path)\(match.6)\(event.status) \(event.bytes)\(match.9)".utf8)
    }
}

extension EstateEvent {
    /// What tells its line from the others of its account.
    var number: UInt64 { request ^ UInt64(bitPattern: time.milliseconds) &* 0x9E37_79B9_7F4A_7C15 }

    /// The value of a key of weir's event; nil where the event does not state it.
    func value(of key: String) -> OverlayValue? {
        switch key {
        case "action": .text(action.name)
        case "method": .text(method)
        case "endpoint": .text(endpoint)
        case "object": object.map { .text($0) }
        case "status": .number(status)
        case "rows": rows.map { .number($0) }
        case "bytes": .number(bytes)
        case "job": job.map { .text($0) }
        case "item": item.map { .text("P-\($0)") }
        case "query": query.map { .text($0) }
        case "env": environment.map { .text($0.rawValue) }
        case "class": contents.flatMap { contents in contents.word.map { .text($0) } }
        case "synthetic": isSynthetic.map { .flag($0) }
        case "provenance": provenance.map { .text($0) }
        case "parent": parent.map { .text($0) }
        case "disclosed": isDisclosed.map { .flag($0) }
        case "dest": destination.map { .text($0) }
        case "dest_env": destinationEnvironment.map { .text($0.rawValue) }
        case "dest_region": destinationRegion.map { .text($0) }
        case "region": region.map { .text($0) }
        case "tls": tls.map { .text($0) }
        case "scheme": scheme.map { .text($0) }
        case "session": session.map { .text($0) }
        case "text": text.map { .text($0) }
        default: nil
        }
    }
}

extension Injection.Scenario {
    /// What a log must have a place for: of each group one key.
    struct Need: Sendable {
        var words: String
        var keys: [String]
    }

    var needs: [Need] {
        let label = Need(words: "the label of synthetic records", keys: ["synthetic"])
        let origin = Need(words: "the label or the content hash", keys: ["synthetic", "provenance"])
        let contents = Need(words: "what the records are", keys: ["class", "synthetic"])
        let environment = Need(words: "the environment", keys: ["env"])
        let destination = Need(words: "where they go", keys: ["dest", "dest_env"])
        let hash = Need(words: "the content hash", keys: ["provenance"])
        let text = Need(words: "what was written", keys: ["text"])
        guard case .estate(let kind) = self else { return [Need(words: "how much was moved", keys: ["rows", "bytes"])] }
        switch kind {
        case .dualEnvironment, .declaredDualEnvironment: return [environment]
        case .unlabelledBurst, .parserLabelLoss: return [environment, origin]
        case .syntheticToProduction, .flowSurge, .declaredFlowVolume, .customerToTraining: return [contents, destination]
        case .labelFlip, .unknownOrigin: return [hash, label]
        case .lineageGap: return [label, Need(words: "the parent's hash", keys: ["parent"])]
        case .unauditedJob: return [label, Need(words: "the job", keys: ["job"])]
        case .identifierOverlap, .personalDataInAI, .testValueText:
            return [text, Need(words: "what the records are", keys: ["class"])]
        case .mixedWebhook, .cleanWebhook: return [Need(words: "how it was encrypted", keys: ["scheme", "tls"]), text]
        case .tlsDowngrade: return [Need(words: "the version of TLS", keys: ["tls"])]
        case .nearDuplicateProbing: return [Need(words: "what was searched", keys: ["query"])]
        case .catalogueSweep: return [Need(words: "the item", keys: ["item"])]
        case .checkoutPull, .sensitiveMix: return [Need(words: "the object", keys: ["object"])]
        case .mixedSession, .trainingSession: return [Need(words: "the session", keys: ["session"]), contents]
        case .roleCrossing: return [contents]
        case .newJurisdiction: return [Need(words: "the jurisdiction", keys: ["dest_region"])]
        case .disclosureMissing: return [Need(words: "the disclosure", keys: ["disclosed"])]
        }
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import ArgumentParser
import Daemon
import EventModel
import LogFormats
import LogSources

/// `weir formats detect`: which format a log is in, and the settings that read it.
struct DetectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detect", abstract: "Finds out which format reads a log, and writes the source block for it.",
        discussion: """
            Looks at the first 256 KiB, unpacked. Tries every format, bare and inside of every wrapper, and proposes a field map by the
            names in the log, with the address for the account where it names none. What it shows of the log has letters and digits masked. Exits 1 when no format reads it.
            Example: weir formats detect /var/log/gateway/access.log.1.gz
            """)

    @Argument(help: ArgumentHelp("A file, or - for standard input.", valueName: "file")) var file: String
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
        let sample = FileSample(path: file, limit: FormatDetection.sampleLength)
        if sample.bytes.isEmpty, let trouble = sample.trouble {
            throw CommandFailure.badNews("\(DisplayText.safe(file, limit: 400)) cannot be read: \(trouble).")
        }
        let detection = FormatDetection(sample.bytes, isWhole: sample.isWhole)
        let report = DetectionReport(detection: detection, file: file)
        System.write(json ? report.json + "\n" : report.text, to: 1)
        if let trouble = sample.trouble { System.write("weir: only its beginning could be read: \(trouble).\n", to: 2) }
        guard let best = detection.best else {
            throw CommandFailure.badNews("no format reads \(DisplayText.safe(file, limit: 400)); weir formats says what each looks like.")
        }
        if best.events == 0 {
            System.write("weir: \(best.format) reads it, but no line names an account whose work could be watched.\n", to: 2)
        }
    }
}

/// What a detection found, for people and for programs.
struct DetectionReport {
    let detection: FormatDetection
    let file: String

    // MARK: Text

    var text: String {
        guard let best = detection.best else { return nothing }
        var text = "\(DisplayText.safe(file, limit: 400)): \(title(best)), \(share(best)) understood\n"
        text += "  \(evidence(best))\n"
        if let others = alternatives { text += "  others: \(others)\n" }
        text += "\n\(block(best))\n"
        if !best.samples.isEmpty {
            text += "What weir reads, letters as a, digits as 9:\n"
            for event in best.samples { text += "  \(DetectionReport.line(event))\n" }
            text += "\nTry it: \(command(best))\n"
        }
        return text
    }

    private var nothing: String {
        var text = "\(DisplayText.safe(file, limit: 400)): no format understands half of its lines\n"
        if let remark = detection.remark { text += "  \(remark)\n" }
        for trial in detection.trials { text += "  \(title(trial)): \(share(trial)); \(reasons(trial))\(lack(trial))\n" }
        return text
    }

    private func title(_ trial: FormatTrial) -> String {
        trial.options.wrapper.map { "\(trial.format) inside of \($0.rawValue)" } ?? trial.format
    }

    private func share(_ trial: FormatTrial) -> String {
        let percent = NumberText.decimal(trial.understood * 100, places: 1)
        return "\(percent) % of \(count(trial.total, "line"))"
    }

    private func count(_ number: Int, _ noun: String) -> String {
        "\(NumberText.grouped(Double(number))) \(noun)\(number == 1 ? "" : "s")"
    }

    private func evidence(_ trial: FormatTrial) -> String {
        var parts = ["\(count(trial.events, "event")) of \(count(trial.accounts, "account"))"]
        if trial.ignored > 0 {
            parts.append("\(NumberText.grouped(Double(trial.ignored))) ignored (they name no account, or move no data)")
        }
        if trial.refusedTotal > 0 { parts.append(reasons(trial)) }
        let keys = trial.stated.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        if !keys.isEmpty {
            parts.append(
                "stated: "
                    + keys.map { entry in
                        let isRare = entry.value < trial.events
                        return isRare ? "\(entry.key) in \(NumberText.grouped(Double(entry.value)))" : entry.key
                    }.joined(separator: ", "))
        }
        return parts.joined(separator: "; ")
    }

    private func reasons(_ trial: FormatTrial) -> String {
        guard !trial.refused.isEmpty else { return trial.total == 0 ? "no lines" : "every line is ignored" }
        let list = trial.refused.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }.prefix(3)
        let counts = list.map { "\(NumberText.grouped(Double($0.value))) \($0.key.name)" }.joined(separator: ", ")
        return "refused: \(counts)" + (trial.example.map { $0.isEmpty ? "" : ", such as: \($0)" } ?? "")
    }

    private func lack(_ trial: FormatTrial) -> String {
        let missing = trial.lacks.map { $0 == "ts" ? "a time" : "an account" }
        return missing.isEmpty ? "" : "; nothing in it is named like \(missing.joined(separator: " or "))"
    }

    private var alternatives: String? {
        let others = detection.trials.dropFirst().filter { $0.understood > 0 }.prefix(3)
        guard !others.isEmpty else { return nil }
        return others.map { "\(title($0)) \(NumberText.decimal($0.understood * 100, places: 0)) %" }.joined(separator: ", ")
    }

    private static func line(_ event: FormatTrial.Event) -> String {
        var parts = [CivilTime(event.time).rfc3339, event.account, event.operation.name]
        if !event.object.isEmpty { parts.append(event.object) }
        if !event.endpoint.isEmpty { parts.append(event.endpoint) }
        if event.status != 0 { parts.append("status \(event.status)") }
        if let rows = event.rows { parts.append(NumberText.count(rows, "row")) }
        if let bytes = event.bytes { parts.append(NumberText.bytes(Double(bytes))) }
        if !event.address.isEmpty { parts.append("from \(event.address)") }
        return parts.joined(separator: "  ")
    }

    // MARK: Settings

    /// A source block as it stands in the settings.
    func block(_ trial: FormatTrial) -> String {
        var text = "sources:\n  - name: \(name)\n    format: \(trial.format)\n"
        if let wrapper = trial.options.wrapper { text += "    wrapper: \(wrapper.rawValue)\n" }
        text += "    paths: [\(JSONText.quoted(file == "-" ? "/var/log/your.log" : System.absolutePath(file)))]\n"
        text += "    # environment: production   # what its records are: production, synthetic, staging or training\n"
        let fields = trial.options.fields
        guard !fields.isEmpty else { return text }
        text += "    fields:\n"
        for key in JSONField.allCases.map(\.name) {
            guard let place = fields[key] else { continue }
            text += "      \(key): \(DetectionReport.scalar(place))"
            if key == "account" && trial.hasStandIn {
                text += "   # the log names no account: this stands for one; choose another column, or log one"
            }
            text += "\n"
        }
        return text
    }

    /// The file's name without what rotation and packing put behind it.
    private var name: String {
        let last = file.split(separator: "/").last.map(String.init) ?? ""
        let stem = last.split(separator: ".").first.map(String.init) ?? ""
        let safe = String(stem.unicodeScalars.map { DetectionReport.isSafe($0) ? Character($0) : "-" }.prefix(64))
        return safe.isEmpty || file == "-" ? "log" : safe
    }

    private static func isSafe(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "-" || scalar == "_")
    }

    private static func scalar(_ text: String) -> String {
        let isPlain =
            text.unicodeScalars.allSatisfy { isSafe($0) || $0 == "." } && text.unicodeScalars.first?.properties.isAlphabetic == true
        return isPlain && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
            ? text : JSONText.quoted(text)
    }

    private func command(_ trial: FormatTrial) -> String {
        var words = ["weir replay --format \(trial.format)"]
        if let wrapper = trial.options.wrapper { words.append("--wrapper \(wrapper.rawValue)") }
        for (key, place) in trial.options.fields.sorted(by: { $0.key < $1.key }) {
            words.append("--field \(DetectionReport.word("\(key)=\(place)"))")
        }
        words.append(file == "-" ? "-" : DetectionReport.word(file))
        return words.joined(separator: " ")
    }

    /// A word for a shell, safe to print.
    private static func word(_ text: String) -> String {
        let text = DisplayText.safe(text, limit: 400)
        let isPlain = text.unicodeScalars.allSatisfy { isSafe($0) || "./=:@+,".unicodeScalars.contains($0) }
        return isPlain ? text : "'" + text.replacing("'", with: "'\\''") + "'"
    }

    // MARK: JSON

    var json: String {
        var text = JSONText()
        text.beginObject()
        text.field("file", DisplayText.safe(file, limit: 400))
        if let best = detection.best {
            text.field("format", best.format)
            write(best, &text)
            text.field("settings", block(best))
            text.beginArray("sample")
            for event in best.samples { text.field(nil, DetectionReport.line(event)) }
            text.endArray()
        } else {
            text.null("format")
        }
        if let remark = detection.remark { text.field("remark", remark) }
        text.beginArray("trials")
        for trial in detection.trials {
            text.beginObject()
            text.field("format", trial.format)
            write(trial, &text)
            text.endObject()
        }
        text.endArray()
        text.endObject()
        return text.text
    }

    private func write(_ trial: FormatTrial, _ text: inout JSONText) {
        if let wrapper = trial.options.wrapper { text.field("wrapper", wrapper.rawValue) }
        text.field("understood", trial.understood, places: 4)
        text.field("events", UInt64(trial.events))
        text.field("accounts", UInt64(trial.accounts))
        text.field("ignored", UInt64(trial.ignored))
        text.beginObject("refused")
        for (reason, count) in trial.refused.sorted(by: { $0.key.rawValue < $1.key.rawValue }) { text.field(reason.name, UInt64(count)) }
        text.endObject()
        if let example = trial.example { text.field("refused_example", example) }
        text.beginObject("fields")
        for (key, place) in trial.options.fields.sorted(by: { $0.key < $1.key }) { text.field(key, place) }
        text.endObject()
        text.beginObject("stated")
        for (key, count) in trial.stated.sorted(by: { $0.key < $1.key }) { text.field(key, UInt64(count)) }
        text.endObject()
    }
}

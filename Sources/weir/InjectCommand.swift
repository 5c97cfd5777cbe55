// weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import EventModel
import LogFormats
import Simulation

/// `weir inject`: incidents into a log that is there.
struct InjectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inject", abstract: "Adds labelled incidents to a log, so that it can be measured what would be found in it.",
        discussion: """
            Reads a log and writes it again, byte for byte, with the lines of one or more incidents between its own, in the order of time: json
            with weir's own keys, or json, csv, salesforce_elf or combined (--format, --field as for weir replay). Into those a line is made
            from one of the account's own, and what weir reads of it is replaced; an incident for which the log has no place is refused. Who does it and when is taken from the log by the seed, unless you say; the same arguments give the same
            bytes. Of standard input (-) the first 16 MB are looked at to choose; a file is read twice.
            Scenarios, with the detector that should speak and what a size counts: \(manual).
            Example: weir inject --scenario unlabelled_burst --labels labels.ndjson access.json > access-with-incident.json
            """)

    private static var manual: String {
        Injection.Scenario.all.map { "\($0.name) (\($0.detector ?? "nobody"); \($0.sizeMeaning))" }.joined(separator: ", ")
    }

    /// Bytes of standard input that are looked at before the first is written.
    static let lookahead = 16_777_216

    @Option(help: ArgumentHelp("What is to happen; may be given again.", valueName: "name")) var scenario: [String]
    @Option(help: ArgumentHelp("Whose incident it is, as the log names the account.", valueName: "account")) var account: String?
    @Option(help: ArgumentHelp("When it begins; UTC unless it says otherwise.", valueName: "time")) var at: TimeArgument?
    @Option(help: ArgumentHelp("How large it is, in the scenario's unit.", valueName: "number")) var size: Double?
    @Option(help: "The log's format: json, csv, salesforce_elf or combined.") var format = "json"
    @Option(
        help: ArgumentHelp("Where one of weir's keys stands in the log, as in a field map; may be given again.", valueName: "key=place"))
    var field: [String] = []
    @Option(help: "The seed: another one chooses otherwise.") var seed: UInt64 = 1
    @Option(help: ArgumentHelp("Write to this file instead of standard output.", valueName: "file")) var output: String?
    @Option(help: ArgumentHelp("Write the labels to this file instead of standard error.", valueName: "file")) var labels: String?
    @Argument(help: ArgumentHelp("The log, or - for standard input.", valueName: "path")) var path: String

    func run() throws {
        let wishes = try self.wishes()
        let log = try InjectedLog(format: format, field: field)
        var head: [UInt8] = []
        let (survey, header) = try path == "-" ? survey(input: &head, log) : survey(file: path, log)
        let injection: Injection
        var merge: InjectionMerge
        do throws(Injection.Problem) {
            let overlay = try InjectionOverlay(format, fields: log.fields, header: header, survey: survey)
            for wish in wishes { try overlay.check(wish.scenario) }
            injection = try Injection(wishes, into: survey, seed: seed)
            merge = try InjectionMerge(injection, overlay)
        } catch {
            throw CommandFailure.badNews(error.message)
        }
        let writer = try LineWriter(path: output)
        var lines = try log.lines()
        func take(_ bytes: [UInt8]) throws {
            let isShort = try lines.take(bytes) { line, event in try writer.write(merge.pass(line, event)) }
            guard isShort else { throw CommandFailure.badNews("\(path) has a line of more than 4 MB.") }
        }
        try take(head)
        if let trouble = try System.eachChunk(of: path, { try take($0) }) {
            throw CommandFailure.badNews("\(path) cannot be read (\(trouble)).")
        }
        try lines.finish { line, event in try writer.write(merge.pass(line, event)) }
        try writer.write(merge.rest())
        try writer.close()
        try tell(injection, refused: lines.refused)
    }

    private func wishes() throws -> [Injection.Wish] {
        guard scenario.count == 1 || account == nil && at == nil && size == nil else {
            throw CommandFailure.wrongUse("--account, --at and --size are about one scenario: run weir inject once for each.")
        }
        return try scenario.map { name in
            guard let found = Injection.Scenario(name: name) else {
                let known = Injection.Scenario.all.map(\.name).joined(separator: ", ")
                throw CommandFailure.wrongUse("there is no scenario \(name): use one of \(known).")
            }
            return Injection.Wish(scenario: found, account: account, start: at?.time, size: size)
        }
    }

    /// A survey of the log, and its header where it is a table.
    private func survey(file: String, _ log: InjectedLog) throws -> (LogSurvey, header: [UInt8]) {
        var survey = LogSurvey()
        var lines = try log.lines()
        var isShort = true
        let trouble = System.eachChunk(of: file) { bytes in
            isShort = isShort && lines.take(bytes) { line, event in if let event { survey.note(event, line: log.kept(line)) } }
        }
        if let trouble { throw CommandFailure.badNews("\(file) cannot be read (\(trouble)).") }
        guard isShort else { throw CommandFailure.badNews("\(file) has a line of more than 4 MB.") }
        lines.finish { line, event in if let event { survey.note(event, line: log.kept(line)) } }
        return try finished(survey, lines)
    }

    /// Reads the beginning of standard input, and leaves it in `head`.
    private func survey(input head: inout [UInt8], _ log: InjectedLog) throws -> (LogSurvey, header: [UInt8]) {
        if let trouble = System.read(upTo: InjectCommand.lookahead, into: &head) {
            throw CommandFailure.badNews("standard input cannot be read (\(trouble)).")
        }
        var survey = LogSurvey()
        var lines = try log.lines()
        _ = lines.take(head) { line, event in if let event { survey.note(event, line: log.kept(line)) } }
        lines.finish { line, event in if let event { survey.note(event, line: log.kept(line)) } }
        return try finished(survey, lines)
    }

    private func finished(_ survey: LogSurvey, _ lines: LogLines) throws -> (LogSurvey, header: [UInt8]) {
        guard !lines.hasOtherHeader else {
            throw CommandFailure.badNews("\(path) has more than one header: take one file of it, so that every line has its columns.")
        }
        var survey = survey
        survey.stated = lines.stated
        return (survey, lines.header)
    }

    private func tell(_ injection: Injection, refused: Int) throws {
        let text = injection.labels.map { $0 + "\n" }.joined()
        if let labels {
            let file = try LineWriter(path: labels)
            try file.write(Array(text.utf8))
            try file.close()
        } else {
            System.write(text, to: 2)
        }
        var words = "inject: \(NumberText.count(injection.events.count, "line")) added"
        if refused == 1 { words += "; 1 line of the log is no event and was passed on" }
        if refused > 1 { words += "; \(NumberText.grouped(Double(refused))) lines of the log are no events and were passed on" }
        System.write(words + "\n", to: 2)
    }
}

/// The log that something is put into: its format and its field map.
struct InjectedLog {
    let fields: [String: String]
    private let type: any LineFormat.Type

    init(format: String, field: [String]) throws {
        guard let type = FormatCatalog.format(named: format) else {
            throw CommandFailure.wrongUse("there is no format \(format): weir formats lists them.")
        }
        self.type = type
        do throws(FormatOptionsError) {
            fields = try ArchiveArguments.fieldMap(field)
        } catch {
            throw CommandFailure.wrongUse(error.problems.joined(separator: "; ") + ".")
        }
    }

    func lines() throws -> LogLines {
        do throws(FormatOptionsError) {
            return try LogLines(type, fields: fields)
        } catch {
            throw CommandFailure.wrongUse(error.problems.joined(separator: "; ") + ".")
        }
    }

    /// What the survey keeps of a line: nothing where lines are written in weir's own keys.
    func kept(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> { type.descriptor.name == "json" && fields.isEmpty ? [] : line }
}

/// Puts the injected lines where they belong in time.
struct InjectionMerge {
    private let injected: [(time: EventTime, line: [UInt8])]
    private var next = 0

    /// Throws: ``Injection/Problem`` when a line cannot be written.
    init(_ injection: Injection, _ overlay: InjectionOverlay) throws(Injection.Problem) {
        var injected: [(time: EventTime, line: [UInt8])] = []
        for event in injection.events { injected.append((event.time, try overlay.line(event))) }
        self.injected = injected
    }

    /// A line of the log, behind what comes before it. A line that is no event goes on where it stood.
    mutating func pass(_ line: ArraySlice<UInt8>, _ event: EstateEvent?) -> [UInt8] {
        var bytes: [UInt8] = []
        if let event {
            while next < injected.count && injected[next].time < event.time {
                bytes += injected[next].line
                next += 1
            }
        }
        bytes += line
        // The log's last line may lack its end, and something may follow it.
        if bytes.last != UInt8(ascii: "\n") && next < injected.count { bytes.append(UInt8(ascii: "\n")) }
        return bytes
    }

    /// What comes after the log's last line.
    mutating func rest() -> [UInt8] {
        defer { next = injected.count }
        return injected[next...].flatMap(\.line)
    }
}

/// Standard output or a file, written in large pieces.
final class LineWriter {
    private let descriptor: Int32
    private let name: String
    private var buffer: [UInt8] = []

    /// - Parameter path: nil is standard output.
    init(path: String?) throws {
        name = path ?? "standard output"
        guard let path else {
            descriptor = 1
            return
        }
        let (descriptor, reason) = System.create(path)
        guard descriptor >= 0 else { throw CommandFailure.wrongUse("\(path) cannot be written (\(reason)).") }
        self.descriptor = descriptor
    }

    func write(_ bytes: [UInt8]) throws {
        buffer += bytes
        if buffer.count >= 262_144 { try flush() }
    }

    func close() throws {
        try flush()
        if descriptor > 2 { System.close(descriptor) }
    }

    private func flush() throws {
        defer { buffer.removeAll(keepingCapacity: true) }
        guard buffer.isEmpty || System.write(buffer, to: descriptor) else {
            throw CommandFailure.badNews("\(name) cannot be written: is the disk full, or the reader gone?")
        }
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import Journal
import LogFormats
import Pipeline
import Settings

/// Which archives a command reads, and as what: the lanes of settings, or one lane of a format.
struct ArchiveArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Settings whose sources and detector options are used.", valueName: "file")) var settings: String?
    @Option(help: ArgumentHelp("The source of the settings that PATH belongs to.", valueName: "name")) var source: String?
    @Option(help: "The log format; `weir formats` lists them.") var format: String?
    @Option(help: "What stands around each line: \(LineWrapper.allCases.map(\.rawValue).joined(separator: ", ")).") var wrapper: String?
    @Option(
        help: ArgumentHelp("Where one of weir's keys stands in the log, as in a field map; may be given again.", valueName: "key=place"))
    var field: [String] = []
    @Option(
        help: ArgumentHelp(
            "An archive that unpacks to more than so many times its size is a bomb; otherwise as the settings say, or 1000.",
            valueName: "number"))
    var archiveRatioMax: UInt64?
    @Argument(help: ArgumentHelp("Files, folders, patterns, or - for standard input.", valueName: "path")) var paths: [String] = []

    /// - Parameter model: a model to judge by instead of the settings' own.
    /// Throws: ``CommandFailure`` when the settings have problems or nothing to read is named.
    func lanes(model: String? = nil) throws -> [LaneSpecification] {
        var lanes = try namedLanes(model)
        guard let archiveRatioMax else { return lanes }
        guard archiveRatioMax > 0 else { throw CommandFailure.wrongUse("--archive-ratio-max: say a number above 0.") }
        for index in lanes.indices { lanes[index].archiveRatio = archiveRatioMax }
        return lanes
    }

    private func namedLanes(_ model: String?) throws -> [LaneSpecification] {
        let model = try model.map(load(model:))
        if let settings { return try lanes(of: SettingsLoading.load(settings, for: .reading, model: model)) }
        var lane = try plainLane()
        if let model { (lane.options.modelName, lane.options.detectorOptions) = (model.name, model.options) }
        return [lane]
    }

    private func load(model: String) throws -> DetectionModel {
        do throws(SettingsFailure) {
            return try DetectionModel.load(model)
        } catch {
            throw CommandFailure.badNews(error.problems.map(\.message).joined(separator: "\n"))
        }
    }

    /// The keys of the installation that the settings are of, so that people are called what its daemon calls them.
    func people() throws -> PeopleKeys {
        guard let settings else { return .none }
        do {
            return try PeopleKeys.existing(try SettingsLoading.load(settings, for: .reading)) { System.write("weir: \($0)\n", to: 2) }
        } catch let failure as JournalFailure {
            throw CommandFailure.badNews(failure.message)
        }
    }

    /// The lanes of the settings; with paths, the one lane they belong to.
    private func lanes(of settings: WeirSettings) throws -> [LaneSpecification] {
        let wanted = settings.sources.filter { (source == nil || $0.name == source) && (format == nil || $0.format == format) }
        guard wrapper == nil && field.isEmpty else {
            throw CommandFailure.wrongUse("with --settings the source says its wrapper and its fields: leave --wrapper and --field out.")
        }
        guard !wanted.isEmpty else { throw CommandFailure.wrongUse("the settings have no such source; leave --source and --format out.") }
        var lanes = try wanted.map { try LaneAssembly.lane($0, settings) }
        guard !paths.isEmpty else {
            // The sources' own paths are live files, and what the daemon has read of them lies in what rotation made of them.
            for index in lanes.indices { lanes[index].includesSiblings = true }
            return lanes
        }
        guard lanes.count == 1 else { throw CommandFailure.wrongUse("name the source that the paths belong to: --source NAME.") }
        lanes[0].paths = try checkedPaths()
        lanes[0].isSpooled = false
        return lanes
    }

    private func checkedPaths() throws -> [String] {
        guard !paths.isEmpty else { throw CommandFailure.wrongUse("name at least one file, folder or pattern, or - for standard input.") }
        guard !paths.contains("") else {
            throw CommandFailure.wrongUse("a path is empty: was it a variable that is not set? Say . for this folder.")
        }
        guard !paths.contains("-") || paths.count == 1 else {
            throw CommandFailure.wrongUse("- stands alone: standard input cannot be combined with files.")
        }
        return paths
    }

    private func plainLane() throws -> LaneSpecification {
        let name = format ?? "json"
        guard let type = FormatCatalog.format(named: name) else {
            throw CommandFailure.wrongUse("there is no format \(name): use one of \(FormatCatalog.names.joined(separator: ", ")).")
        }
        let options = LaneOptions(name: "replay", format: name, lateness: type.descriptor.defaultLateness)
        let format: any LineFormat
        do throws(FormatOptionsError) {
            format = try FormatCatalog.decoder(
                of: type, options: FormatOptions(fields: ArchiveArguments.fieldMap(field), wrapper: lineWrapper()))
        } catch {
            throw CommandFailure.wrongUse(error.problems.joined(separator: "; ") + ".")
        }
        return LaneSpecification(options: options, format: format, paths: try checkedPaths())
    }

    private func lineWrapper() throws(FormatOptionsError) -> LineWrapper? {
        guard let wrapper else { return nil }
        guard let known = LineWrapper(rawValue: wrapper) else {
            let names = LineWrapper.allCases.map(\.rawValue).joined(separator: ", ")
            throw FormatOptionsError(problems: ["there is no wrapper \(wrapper): use one of \(names)"])
        }
        return known
    }

    /// What `--field` says.
    static func fieldMap(_ field: [String]) throws(FormatOptionsError) -> [String: String] {
        var map: [String: String] = [:]
        for text in field {
            guard let mark = text.firstIndex(of: "="), mark > text.startIndex else {
                throw FormatOptionsError(problems: ["--field \(text): say a key of weir's and where it stands, account=client_id"])
            }
            map[String(text[..<mark])] = String(text[text.index(after: mark)...])
        }
        return map
    }
}

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
    @Argument(help: ArgumentHelp("Files, folders, patterns, or - for standard input.", valueName: "path")) var paths: [String] = []

    /// Throws: ``CommandFailure`` when the settings have problems or nothing to read is named.
    func lanes() throws -> [LaneSpecification] {
        try settings.map { try lanes(of: SettingsLoading.load($0, for: .reading)) } ?? [plainLane()]
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
        guard !wanted.isEmpty else { throw CommandFailure.wrongUse("the settings have no such source; leave --source and --format out.") }
        var lanes = try wanted.map { try LaneAssembly.lane($0, settings) }
        guard !paths.isEmpty else { return lanes }
        guard lanes.count == 1 else { throw CommandFailure.wrongUse("name the source that the paths belong to: --source NAME.") }
        lanes[0].paths = try checkedPaths()
        return lanes
    }

    private func checkedPaths() throws -> [String] {
        guard !paths.isEmpty else { throw CommandFailure.wrongUse("name at least one file, folder or pattern, or - for standard input.") }
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
        return LaneSpecification(options: options, format: try type.init(options: FormatOptions()), paths: try checkedPaths())
    }
}

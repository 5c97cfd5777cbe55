// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import ArgumentParser
import Daemon
import EventModel
import LogFormats

/// `weir formats`: what weir reads.
struct FormatsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "formats", abstract: "Lists the log formats that weir reads; finds out which one a file is in.",
        discussion: "Example: weir formats --json; weir formats detect /var/log/gateway/access.log",
        subcommands: [FormatListCommand.self, DetectCommand.self],
        defaultSubcommand: FormatListCommand.self)
}

/// `weir formats list`: the catalogue of log formats.
struct FormatListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the log formats that weir reads.", discussion: "Example: weir formats list --json")

    @Flag(help: "One JSON object a format.") var json = false

    func run() throws {
        for format in FormatCatalog.all.map({ $0.descriptor }) {
            if json {
                var text = JSONText()
                text.beginObject()
                text.field("name", format.name)
                text.field("summary", format.summary)
                text.field("lateness_seconds", format.defaultLateness.milliseconds / 1000)
                text.beginArray("mappable_keys")
                for key in format.mappableKeys { text.field(nil, key) }
                text.endArray()
                text.beginArray("columns")
                for column in format.columns { text.field(nil, column) }
                text.endArray()
                text.field("example", format.example)
                text.endObject()
                System.write(text.text + "\n", to: 1)
            } else {
                var text = "\(format.name)\n  \(format.summary)\n"
                text += "  late after   \(NumberText.span(format.defaultLateness)) out of order\n"
                if !format.mappableKeys.isEmpty { text += "  field map    \(format.mappableKeys.joined(separator: ", "))\n" }
                if !format.columns.isEmpty { text += "  columns      \(format.columns.joined(separator: ", "))\n" }
                text += "  example      \(format.example)\n\n"
                System.write(text, to: 1)
            }
        }
        guard !json else { return }
        var text = "Each of them also with something around its lines (wrapper:)\n"
        for wrapper in LineWrapper.allCases {
            text += "  \(wrapper.rawValue)\(String(repeating: " ", count: 8 - wrapper.rawValue.count))\(wrapper.summary)\n"
        }
        System.write(text, to: 1)
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import AlertSinks
import Detection
import EventModel
import LogFormats

/// The manual of the settings, from the declarations that the reader itself uses.
package enum SettingsReference {
    /// Markdown.
    package static var text: String { text(SettingsCatalogs()) }

    /// Markdown, for other catalogues than this program's.
    package static func text(_ catalogs: SettingsCatalogs) -> String {
        var text = """
            # Settings

            YAML. Units end the key. Secrets only by file. Unknown keys are errors. Relative paths start from the file's folder.
            Check a file with `weir check --settings FILE`.

            """
        for (title, keys) in SettingKeys.blocks {
            text += "\n## \(title)\n\n"
            for key in keys { text += line(key) }
            if title == "sources[]" { text += formats(catalogs) }
        }
        for detector in catalogs.detectors { text += manual(detector) }
        for sink in catalogs.sinks { text += manual(sink.descriptor) }
        return text
    }

    private static func line(_ key: SettingKey) -> String {
        var text = "- `\(key.name)`: \(key.shape)"
        if !key.choices.isEmpty { text += ", one of \(key.choices.joined(separator: ", "))" }
        if let range = key.range { text += ", \(SettingsText.range(range))" }
        if key.isRequired { text += ", required" }
        if let value = key.defaultText { text += ", default \(value)" }
        return text + ". \(sentence(key.reason))\n"
    }

    private static func formats(_ catalogs: SettingsCatalogs) -> String {
        var text = "\nFormats, with their default `lateness_seconds`:\n\n"
        for descriptor in catalogs.formats.map({ $0.descriptor }) {
            text += "- `\(descriptor.name)`, \(descriptor.defaultLateness.milliseconds / 1000): \(descriptor.summary)"
            if !descriptor.mappableKeys.isEmpty { text += "; `fields` may name \(descriptor.mappableKeys.joined(separator: ", "))" }
            text += "\n"
        }
        return text
    }

    private static func manual(_ detector: DetectorDescriptor) -> String {
        var text = "\n## detection.detectors.\(detector.id) (\(detector.name))\n\nSees \(detector.sees).\n\n"
        if detector.options.isEmpty { text += "It has no options.\n" }
        for option in detector.options {
            let value = SettingsText.number(option.defaultValue)
            text += "- `\(option.name)`: \(SettingsText.range(option.range)), default \(value). \(sentence(option.reason))\n"
        }
        return text
    }

    private static func manual(_ sink: SinkDescriptor) -> String {
        var text = "\n## alerts.sinks[] with type: \(sink.type)\n\n\(sentence(sink.summary))\n\n"
        for option in sink.options {
            let shape =
                switch option.kind {
                case .text: "text"
                case .path: "path"
                case .flag: "true or false"
                case .number(let range): SettingsText.range(range)
                case .choice(let names): "one of \(names.joined(separator: ", "))"
                }
            text += "- `\(option.name)`: \(shape)\(option.isRequired ? ", required" : "")"
            if let value = option.defaultValue { text += ", default \(value)" }
            text += ". \(sentence(option.reason))\n"
        }
        return text + "\n```yaml\n- \(sink.example)\n```\n"
    }

    private static func sentence(_ text: String) -> String {
        text.prefix(1).uppercased() + SettingsText.ended(String(text.dropFirst()))
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import AlertSinks
import Detection
import LogFormats

/// The manual of the settings, from the declarations that the reader itself uses.
package enum SettingsReference {
    /// Markdown.
    package static var text: String {
        var text = "# Settings\n\nYAML. Units end the key; secrets only by file; unknown keys are errors. Relative paths start from the file's folder.\n"
        text += section("The file", SettingKeys.root)
        text += section("sources[]", SettingKeys.source)
        text += section("detection", SettingKeys.detection)
        text += section("detection.alert_budget", SettingKeys.budget)
        for detector in DetectorCatalog.all.map({ $0.descriptor }) {
            text += "\n## detection.detectors.\(detector.id) (\(detector.name))\n\nSees \(detector.sees).\n\n"
            for option in detector.options {
                let range = "\(SettingsText.number(option.range.lowerBound)) to \(SettingsText.number(option.range.upperBound))"
                text += "- `\(option.name)`, \(range), default \(SettingsText.number(option.defaultValue)): \(option.reason)\n"
            }
        }
        text += section("alerts", SettingKeys.alerts)
        for sink in SinkCatalog.all.map({ $0.descriptor }) { text += manual(sink) }
        return text
    }

    private static func section(_ title: String, _ keys: [SettingKey]) -> String {
        var text = "\n## \(title)\n\n"
        for key in keys {
            text += "- `\(key.name)`, \(key.shape)"
            if let range = key.range { text += ", \(SettingsText.number(range.lowerBound)) to \(SettingsText.number(range.upperBound))" }
            if key.isRequired { text += ", required" }
            if let value = key.defaultText { text += ", default \(value)" }
            text += ": \(key.reason)\n"
        }
        return text
    }

    private static func manual(_ sink: SinkDescriptor) -> String {
        var text = "\n## alerts.sinks[] type \(sink.type)\n\n\(sink.summary)\n\n"
        for option in sink.options {
            text += "- `\(option.name)`\(option.isRequired ? ", required" : "")"
            if let value = option.defaultValue { text += ", default \(value)" }
            text += ": \(option.reason)\n"
        }
        return text + "\n```yaml\n\(sink.example)\n```\n"
    }
}

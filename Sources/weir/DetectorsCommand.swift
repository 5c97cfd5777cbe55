// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import ArgumentParser
import Daemon
import Detection
import EventModel

/// `weir detectors`: the catalogue of detectors.
struct DetectorsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detectors", abstract: "Lists the detectors: what each sees, what it misses, and its options.",
        discussion: "Example: weir detectors --json")

    @Flag(help: "One JSON object a detector.") var json = false

    func run() throws {
        for detector in DetectorCatalog.all.map({ $0.descriptor }) {
            System.write(json ? DetectorsCommand.machine(detector) : DetectorsCommand.human(detector), to: 1)
        }
    }

    private static func human(_ detector: DetectorDescriptor) -> String {
        var text = "\(detector.id) \(detector.name) (\(detector.family))\n"
        text += "  sees     \(detector.sees)\n  misses   \(detector.misses)\n  warm-up  \(detector.warmUp)\n"
        for option in detector.options {
            let value = JSONText.number(option.defaultValue)
            let range = "\(JSONText.number(option.range.lowerBound)) to \(JSONText.number(option.range.upperBound))"
            text += "  option   \(option.name) = \(value) (\(range)): \(option.reason)\n"
        }
        return text + "\n"
    }

    private static func machine(_ detector: DetectorDescriptor) -> String {
        var text = JSONText()
        text.beginObject()
        text.field("id", detector.id)
        text.field("name", detector.name)
        text.field("family", detector.family)
        text.field("sees", detector.sees)
        text.field("misses", detector.misses)
        text.field("warm_up", detector.warmUp)
        text.beginArray("options")
        for option in detector.options {
            text.beginObject()
            text.field("name", option.name)
            text.field("default", option.defaultValue, places: 6)
            text.field("minimum", option.range.lowerBound, places: 6)
            text.field("maximum", option.range.upperBound, places: 6)
            text.field("reason", option.reason)
            text.endObject()
        }
        text.endArray()
        text.endObject()
        return text.text + "\n"
    }
}

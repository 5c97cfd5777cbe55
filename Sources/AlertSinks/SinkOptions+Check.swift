// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import EventModel

extension SinkOptions {
    /// What is wrong with the values as such, before a sink looks at their meaning: one sentence each.
    package func problems(_ descriptor: SinkDescriptor) -> [String] {
        descriptor.options.compactMap { option in
            guard let value = self[option.name], !value.isEmpty else {
                return option.isRequired ? "\(option.name) is missing: \(option.reason)" : nil
            }
            switch option.kind {
            case .text, .path: return nil
            case .flag: return value == "true" || value == "false" ? nil : "\(option.name) must be true or false"
            case .choice(let names):
                return names.contains(value) ? nil : "\(option.name) must be one of \(names.joined(separator: ", "))"
            case .number(let range):
                if let number = Double(value), range.contains(number) { return nil }
                return
                    "\(option.name) must be a number from \(NumberText.decimal(range.lowerBound, places: 3)) to "
                    + NumberText.decimal(range.upperBound, places: 3)
            }
        }
    }

    /// A span given in seconds. Precondition: ``problems(_:)`` found nothing wrong with it.
    func seconds(_ name: String) -> EventDuration {
        EventDuration(milliseconds: Int64(((number(name) ?? 0) * 1000).rounded()))
    }

    /// A value that was given and is not empty.
    func text(_ name: String) -> String? { self[name].flatMap { $0.isEmpty ? nil : $0 } }
}

extension SinkOptions {
    /// Which alerts the sink takes. Precondition: ``problems(_:)`` found nothing wrong with it.
    package var selection: AlertSelection { self["only"].flatMap { AlertSelection(rawValue: $0) } ?? .all }
}

extension SinkOption {
    /// Every sink's choice of alerts: somebody who is woken up is not somebody who works through a list.
    static let only = SinkOption(
        name: "only", kind: .choice(AlertSelection.allCases.map(\.rawValue)), defaultValue: AlertSelection.all.rawValue,
        reason:
            "Which alerts the sink takes, by their urgency; one that becomes a page goes to the pages from then on, and whoever was told "
            + "of an alert is told of its end.")

    /// Every sink's own name, for the case that two would be called the same.
    static func name(like example: String) -> SinkOption {
        SinkOption(
            name: "name", kind: .text,
            reason: "What status and metrics call the sink, and the name of its queue; \(example) without it. Two sinks need two names.")
    }
}

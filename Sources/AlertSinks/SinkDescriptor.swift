// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting

/// A sink that settings can ask for. Its file holds the type, its options with defaults and reasons; ``SinkCatalog`` has one line for it.
package protocol ConfigurableSink: AlertSink {
    static var descriptor: SinkDescriptor { get }

    /// Throws: ``SinkOptionsError`` with every option that it cannot use, each as one sentence.
    init(options: SinkOptions) throws(SinkOptionsError)
}

/// What the settings, their check and the manual know of a kind of sink.
package struct SinkDescriptor: Sendable {
    /// `webhook`, `syslog`, `ndjson`: the value of `type`.
    package let type: String
    package let summary: String
    package let options: [SinkOption]
    /// A whole entry of `alerts.sinks`, in YAML flow style.
    package let example: String

    package init(type: String, summary: String, options: [SinkOption], example: String) {
        self.type = type
        self.summary = summary
        self.options = options
        self.example = example
    }
}

/// One option of a sink.
package struct SinkOption: Sendable {
    package enum Kind: Equatable, Sendable {
        case text
        /// A path; relative paths are resolved against the folder of the settings file.
        case path
        case number(ClosedRange<Double>)
        case flag
        case choice([String])
    }

    package let name: String
    package let kind: Kind
    /// Nil: without it the option is unset, or required.
    package let defaultValue: String?
    package let isRequired: Bool
    package let reason: String

    package init(name: String, kind: Kind, defaultValue: String? = nil, isRequired: Bool = false, reason: String) {
        self.name = name
        self.kind = kind
        self.defaultValue = defaultValue
        self.isRequired = isRequired
        self.reason = reason
    }
}

/// The values of a sink's options: what was set, else the default.
package struct SinkOptions: Sendable {
    private let values: [String: String]

    package init(_ descriptor: SinkDescriptor, values: [String: String]) {
        var all: [String: String] = [:]
        for option in descriptor.options { all[option.name] = values[option.name] ?? option.defaultValue }
        self.values = all
    }

    package subscript(_ name: String) -> String? { values[name] }
    /// What the settings say, whatever the option.
    package var allTexts: [String] { values.values.sorted() }

    package func number(_ name: String) -> Double? { values[name].flatMap { Double($0) } }
    package func flag(_ name: String) -> Bool { values[name] == "true" }
}

/// Options that a sink cannot use.
package struct SinkOptionsError: Error, Equatable, Sendable {
    /// One sentence for each problem, each naming the option and what to do.
    package let problems: [String]

    package init(problems: [String]) { self.problems = problems }
}

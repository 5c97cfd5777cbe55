// weir
// SPDX-License-Identifier: Apache-2.0

/// Every kind of sink, in the order of the manual. A new sink is one file and one line here.
package enum SinkCatalog {
    package static let all: [any ConfigurableSink.Type] = [WebhookSink.self, SyslogSink.self, NDJSONSink.self]

    /// The sink of a `type`, or nil.
    package static func sink(ofType type: String) -> (any ConfigurableSink.Type)? { all.first { $0.descriptor.type == type } }
}

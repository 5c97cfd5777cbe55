// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import EventModel
import Synchronization

/// Writes alerts to a file, one JSON object a line, or to standard output.
///
/// The line is the record's JSON unchanged. The file is looked up by its name before each line, so that rotating it by renaming or removing
/// needs no signal. State: one open file.
package final class NDJSONSink: ConfigurableSink {
    package static let descriptor = SinkDescriptor(
        type: "ndjson",
        summary: "Appends each alert to a file as one line of JSON, or prints it on standard output.",
        options: [
            SinkOption(
                name: "path", kind: .path, isRequired: true,
                reason: "The file to append to, made for its owner only; - is standard output. It may be renamed or removed at any time."),
            .name(like: "ndjson:alerts.ndjson"),
            .only,
        ],
        example: "{ type: ndjson, path: /var/lib/weir/alerts.ndjson }")

    package let name: String
    /// Nil: standard output.
    private let path: String?
    private let file = Mutex<OpenedFile>(OpenedFile())

    private struct OpenedFile: ~Copyable {
        var current: AppendOnlyFile?
    }

    package convenience init(options: SinkOptions) throws(SinkOptionsError) {
        let problems = options.problems(NDJSONSink.descriptor)
        guard problems.isEmpty, let path = options.text("path") else { throw SinkOptionsError(problems: problems) }
        self.init(path: path, name: options.text("name"))
    }

    init(path: String, name: String?) {
        // Settings resolve a relative path against their own folder, and "-" with it.
        let isOutput = path == "-" || path.hasSuffix("/-")
        self.path = isOutput ? nil : path
        let last = path.split(separator: "/").last.map { String($0) } ?? path
        self.name = name ?? "ndjson:\(isOutput ? "stdout" : DisplayText.safe(last, limit: 64))"
    }

    package func deliver(_ record: AlertRecord, messageID: String, now: EventTime) -> DeliveryOutcome {
        do throws(SinkFileFailure) {
            guard let path else {
                try AppendOnlyFile.print(line: record.json)
                return .delivered
            }
            try file.withLock { (file) throws(SinkFileFailure) in
                if file.current?.isCurrent() != true { file.current = nil }
                if file.current == nil { file.current = try AppendOnlyFile(path: path) }
                try file.current?.append(line: record.json)
            }
            return .delivered
        } catch {
            return .retry(reason: "\(name) \(error.message)", after: nil)
        }
    }
}

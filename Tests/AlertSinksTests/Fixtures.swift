// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import EventModel
import Foundation
import Synchronization

@testable import AlertSinks

/// 2026-11-24T02:05:00Z.
let instant = EventTime(milliseconds: 1_795_485_900_000)

func record(
    _ id: String = "A-0123456789abcdef", status: AlertRecord.Status = .open, severity: Severity = .high, account: String = "svc-data-005",
    sequence: UInt32 = 0, summary: String = "svc-data-005 moved 51,230 rows, 12× the usual 4,100",
    json: String = "{\"schema\":\"weir.alert/1\"}"
) -> AlertRecord {
    AlertRecord(
        id: id, status: status, severity: severity, detector: "D01", name: "export-volume", account: account,
        opened: instant - .minutes(5), time: instant - .minutes(1), sequence: sequence, summary: summary, json: json)
}

/// A folder that goes away with the test.
final class Folder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "weir-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: path) } catch { print("a test left \(path) behind: \(error)") }
    }

    /// Writes a file and returns its path.
    func file(_ name: String, _ text: String, mode: Int = 0o600) throws -> String {
        let file = "\(path)/\(name)"
        try text.write(toFile: file, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
        return file
    }

    func text(_ name: String) throws -> String { try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8) }
}

/// Settings as an operator would write them.
func sink<Sink: ConfigurableSink>(_ type: Sink.Type, _ values: [String: String]) throws(SinkOptionsError) -> Sink {
    try Sink(options: SinkOptions(Sink.descriptor, values: values))
}

/// The problems that a sink finds in its options.
func problems<Sink: ConfigurableSink>(_ type: Sink.Type, _ values: [String: String]) -> [String] {
    do throws(SinkOptionsError) {
        _ = try sink(type, values)
        return []
    } catch {
        return error.problems
    }
}

extension DeliveryOutcome {
    var reason: String? {
        switch self {
        case .delivered: nil
        case .retry(let reason, _), .refused(let reason), .disabled(let reason): reason
        }
    }

    var isRetry: Bool {
        if case .retry = self { return true }
        return false
    }

    var after: EventDuration? {
        if case .retry(_, let after) = self { return after }
        return nil
    }
}

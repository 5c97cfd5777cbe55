// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Foundation
import Simulation
import Testing

/// One line of an estate's log, read back: what a value is does not matter here, so that all are texts.
struct EstateLine: Equatable, Sendable {
    var values: [String: String]

    subscript(_ key: String) -> String? { values[key] }

    let account: String
    /// RFC 3339 in UTC: texts are in the order of time.
    let time: String
    /// The endpoint with its numbers collapsed.
    let route: String

    init(values: [String: String]) {
        self.values = values
        account = values["account"] ?? ""
        time = values["ts"] ?? ""
        let parts = (values["endpoint"] ?? "").split(separator: "/").map { $0.allSatisfy(\.isNumber) ? "{id}" : $0 }
        route = "/" + parts.joined(separator: "/")
    }

    /// What a machine wrote, if it did.
    var machineText: String? { values["class"] == "ai_content" ? values["text"] : nil }
    var isWrite: Bool { values["action"] == "write" || values["action"] == "sync" }
}

/// A simulated estate as its files, and its log as lines.
struct EstateLog: Sendable {
    let bytes: [UInt8]
    let labels: [EstateLabel]
    let settings: String
    let lines: [EstateLine]

    init(days: Int, seed: UInt64, incidents: EstateIncidentList? = nil, sparse: Double = 0, isRenamed: Bool = false) throws {
        let archive = EstateArchive(
            simulation: EstateSimulation(days: days, seed: seed, start: firstOfJune, incidents: incidents),
            text: EstateText(seed: seed, sparse: sparse, isRenamed: isRenamed))
        labels = archive.simulation.labels
        settings = String(decoding: archive.settings, as: UTF8.self)
        var bytes: [UInt8] = []
        _ = archive.write { piece in
            if case .bytes(let chunk) = piece { bytes += chunk }
        }
        self.bytes = bytes
        lines = try bytes.split(separator: UInt8(ascii: "\n")).map(EstateLog.line)
    }

    private static func line(_ bytes: ArraySlice<UInt8>) throws -> EstateLine {
        let object = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        var values: [String: String] = [:]
        for (key, value) in object {
            // A number that is a truth value prints as 1 or 0: the keys that hold one are known.
            if key == "synthetic" || key == "disclosed", let truth = value as? Bool {
                values[key] = truth ? "true" : "false"
            } else {
                values[key] = "\(value)"
            }
        }
        return EstateLine(values: values)
    }

    /// What happened of an account inside a label.
    func inside(_ label: EstateLabel) -> [EstateLine] {
        let (start, end) = (stamp(label.start), stamp(label.end))
        return lines.filter { $0.account == label.account && $0.time >= start && $0.time <= end }
    }

    /// What happened outside a label, or of others.
    func outside(_ label: EstateLabel) -> [EstateLine] {
        let (start, end) = (stamp(label.start), stamp(label.end))
        return lines.filter { $0.account != label.account || $0.time < start || $0.time > end }
    }

    /// Without its letter of the zone, so that whole seconds are in order with others.
    private func stamp(_ time: EventTime) -> String { String(CivilTime(time).rfc3339.dropLast()) }

    /// Six days with one incident of each kind.
    static let eventful = Result { try EstateLog(days: 6, seed: 3) }
    /// Three days on which nothing happens.
    static let quiet = Result { try EstateLog(days: 3, seed: 5, incidents: EstateIncidentList()) }
}

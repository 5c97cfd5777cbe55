// weir
// SPDX-License-Identifier: Apache-2.0

import AlertSinks
import Alerting
import EventModel
import Foundation
import Settings

/// A sink of the tests: it takes what it is given and refuses the address `unreachable`.
final class PigeonSink: ConfigurableSink {
    static let descriptor = SinkDescriptor(
        type: "pigeon", summary: "a bird with a note",
        options: [
            SinkOption(name: "address", kind: .text, isRequired: true, reason: "where it flies"),
            SinkOption(name: "secret_file", kind: .path, reason: "the seal of the note"),
            SinkOption(name: "name", kind: .text, reason: "what it is called."),
            SinkOption(name: "copy", kind: .path, reason: "a copy of every note"),
            SinkOption(name: "height_meters", kind: .number(1...500), defaultValue: "50", reason: "above the hawks"),
            SinkOption(name: "returns", kind: .flag, defaultValue: "true", reason: "whether it comes back"),
            SinkOption(name: "colour", kind: .choice(["grey", "white"]), reason: "white is seen better"),
        ], example: "{ type: pigeon, address: loft }")

    let name: String

    init(options: SinkOptions) throws(SinkOptionsError) {
        let address = options["address"] ?? ""
        if address == "unreachable" { throw SinkOptionsError(problems: ["address: no bird flies to unreachable."]) }
        name = options["name"] ?? "pigeon:\(address.prefix { $0 != "/" })"
    }

    func deliver(_ record: AlertRecord, messageID: String, now: EventTime) -> DeliveryOutcome { .delivered }
}

let pigeons = SettingsCatalogs(sinks: [PigeonSink.self])

/// The problems that settings have, as `line path`.
func places(_ text: String, _ catalogs: SettingsCatalogs = SettingsCatalogs()) -> [String] {
    problems(text, catalogs).map { "\($0.line) \($0.path)" }
}

func messages(_ text: String, _ catalogs: SettingsCatalogs = SettingsCatalogs()) -> String {
    problems(text, catalogs).map(\.message).joined(separator: "\n")
}

func problems(_ text: String, _ catalogs: SettingsCatalogs = SettingsCatalogs()) -> [SettingsProblem] {
    do throws(SettingsFailure) {
        _ = try SettingsFile.read(text, folder: "/etc/weir", catalogs: catalogs)
        return []
    } catch {
        return error.problems
    }
}

/// Settings with one source and these sinks, each a flow mapping; the first stands in line 5.
func withSinks(_ sinks: String...) -> String {
    "state_directory: /x\nsources: [{ name: a, format: json, paths: [/a] }]\nalerts:\n  sinks:\n"
        + sinks.map { "    - \($0)\n" }.joined()
}

/// A folder for one test, removed with the value.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("weir-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: path) } catch { print("could not remove \(path): \(error)") }
    }

    func write(_ text: String, _ name: String, rights: Int = 0o600) throws {
        let file = path + "/" + name
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        try FileManager.default.setAttributes([.posixPermissions: rights], ofItemAtPath: file)
    }
}

extension TemporaryFolder {
    func writeBytes(_ bytes: [UInt8], _ name: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name)) }
}

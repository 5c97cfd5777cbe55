// weir
// SPDX-License-Identifier: Apache-2.0

import AlertSinks
import Foundation
import Testing

@testable import Settings

@Suite struct SinkSettingsTests {
    @Test func `a sink is read with what was set and the defaults of the rest`() throws {
        let text = withSinks("{ type: pigeon, address: loft, secret_file: seal, height_meters: 9, returns: false, colour: white }")
        let settings = try SettingsFile.read(text, folder: "/etc/weir", catalogs: pigeons)
        let sink = try #require(settings.sinks.first)
        #expect(sink.type == "pigeon" && sink.name == "pigeon:loft" && sink.line == 5)
        #expect(sink.options["secret_file"] == "/etc/weir/seal")
        #expect(sink.options.number("height_meters") == 9)
        #expect(!sink.options.flag("returns"))
        #expect(settings.warnings == [])
    }

    @Test func `every option is checked by its kind, all at once`() {
        let text = withSinks(
            "{ address: loft }", "{ type: pidgeon, address: loft }", "{ type: pigeon }", "{ type: pigeon, adress: loft, address: a }",
            "{ type: pigeon, address: a, height_meters: 501 }", "{ type: pigeon, address: a, returns: maybe }",
            "{ type: pigeon, address: a, colour: red }", "{ type: pigeon, address: unreachable }", "pigeon")
        #expect(
            places(text, pigeons) == [
                "5 alerts.sinks[0]", "6 alerts.sinks[1].type", "7 alerts.sinks[2]", "8 alerts.sinks[3].adress",
                "9 alerts.sinks[4].height_meters", "10 alerts.sinks[5].returns", "11 alerts.sinks[6].colour", "12 alerts.sinks[7]",
                "13 alerts.sinks[8]",
            ])
        let said = messages(text, pigeons)
        for sentence in [
            "use one of pigeon", "Did you mean pigeon?", "address is missing", "Did you mean address?", "use 1 to 500", "true or false",
            "grey, white", "no bird flies to unreachable",
        ] { #expect(said.contains(sentence), "\(sentence)") }
    }

    @Test func `a secret in the settings themselves is refused and not repeated`() {
        let said = messages(withSinks("{ type: pigeon, address: \"https://me:hunter2@loft/x\" }"), pigeons)
        #expect(said.contains("holds a user name or password"))
        #expect(!said.contains("hunter2"))
        let unknown = messages(withSinks("{ type: pigeon, address: a, secret: hunter2 }"), pigeons)
        #expect(unknown.contains("Did you mean") || unknown.contains("There are"))
        #expect(!unknown.contains("hunter2"))
        #expect(messages(withSinks("{ type: pigeon, address: \"https://loft/a@b\" }"), pigeons).isEmpty)
    }

    @Test func `neither a sink nor its name may come twice`() {
        let twice = withSinks("{ type: pigeon, address: loft/1 }", "{ type: pigeon, address: loft/1 }")
        #expect(places(twice, pigeons) == ["6 alerts.sinks[1]"])
        let alike = withSinks("{ type: pigeon, address: loft/1 }", "{ type: pigeon, address: loft/2 }")
        #expect(places(alike, pigeons) == ["6 alerts.sinks[1]"])
        #expect(messages(alike, pigeons).contains("is called pigeon:loft, as the sink in line 5 is"))
        #expect(places(withSinks("{ type: pigeon, address: loft/1 }", "{ type: pigeon, address: loft/2, name: b }"), pigeons).isEmpty)
    }

    @Test func `settings that are only read make no sink`() throws {
        let text = withSinks("{ type: pigeon, address: unreachable }")
        #expect(try SettingsFile.read(text, folder: "/", for: .reading, catalogs: pigeons).sinks.count == 1)
    }

    @Test func `no sinks are a warning, and so is an empty list`() throws {
        let start = "state_directory: /x\nsources: [{ name: a, format: json, paths: [/a] }]\n"
        for rest in ["", "alerts:\n", "alerts: {}", "alerts:\n  sinks:\n", "alerts: { sinks: [] }"] {
            let warnings = try SettingsFile.read(start + rest, folder: "/", catalogs: pigeons).warnings
            #expect(warnings.map(\.message).contains { $0.contains("alerts.sinks is empty") }, "\(rest)")
        }
    }
}

@Suite struct SettingsFilesTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("{}\n", "access.json")
    }

    private func load(_ text: String, _ use: SettingsUse = .running) throws -> WeirSettings {
        try folder.write(text, "weir.yaml")
        return try SettingsFile.load(path: folder.path + "/weir.yaml", for: use, catalogs: pigeons)
    }

    private func sinks(_ sink: String, paths: String = "[access.json]") -> String {
        "state_directory: state\nsources: [{ name: a, format: json, paths: \(paths) }]\nalerts: { sinks: [\(sink)] }"
    }

    @Test func `paths start from the folder of the file`() throws {
        let settings = try load(sinks("{ type: pigeon, address: a, copy: notes }"))
        #expect(settings.stateDirectory == folder.path + "/state")
        #expect(settings.sources[0].paths == [folder.path + "/access.json"])
        #expect(settings.sinks[0].options["copy"] == folder.path + "/notes")
        #expect(settings.warnings == [])
    }

    @Test func `a secret must be there and private`() throws {
        let text = sinks("{ type: pigeon, address: a, secret_file: seal }")
        let missing = #expect(throws: SettingsFailure.self) { try load(text) }
        #expect(missing?.problems.first?.message.contains("No such file") == true)
        try folder.write("s", "seal", rights: 0o644)
        let open = #expect(throws: SettingsFailure.self) { try load(text) }
        #expect(open?.problems.first?.message.contains("chmod 600") == true)
        try folder.write("s", "seal", rights: 0o640)
        #expect(try load(text).sinks.count == 1)
    }

    @Test func `a command that only reads does not look at the daemon's files`() throws {
        let text = sinks("{ type: pigeon, address: a, secret_file: seal }", paths: "[nothing.json]")
        #expect(try load(text, .reading).warnings == [])
    }

    @Test func `a pattern that matches nothing is a warning with its line`() throws {
        let settings = try load(
            "state_directory: state\nsources:\n  - name: a\n    format: json\n    paths:\n      - access.json\n      - nothing*.json\n"
                + "alerts: { sinks: [{ type: pigeon, address: a }] }")
        #expect(settings.warnings.map { "\($0.line) \($0.path)" } == ["7 sources[0].paths[1]"])
    }

    @Test func `two patterns that read the same file are a warning`() throws {
        let settings = try load(
            "state_directory: state\nsources: [{ name: a, format: json, paths: [access.json] },"
                + " { name: b, format: json, paths: [\"*.json\"] }]\n"
                + "alerts: { sinks: [{ type: pigeon, address: a }] }")
        #expect(settings.warnings.contains { $0.message.contains("is read by a and by b") })
    }

    @Test func `alerts written where a source reads are a warning`() throws {
        let settings = try load(sinks("{ type: pigeon, address: a, copy: alerts.json }", paths: "[\"*.json\"]"))
        #expect(settings.warnings.contains { $0.message.contains("would watch its own alerts") })
    }

    @Test func `a state directory that is a file, or under one, is a problem`() throws {
        for state in ["access.json", "access.json/state"] {
            let text = "state_directory: \(state)\nsources: [{ name: a, format: json, paths: [access.json] }]"
            let failure = #expect(throws: SettingsFailure.self) { try load(text) }
            #expect(failure?.problems.map { "\($0.line) \($0.path)" } == ["1 state_directory"])
            #expect(failure?.problems.first?.message.contains("is not a folder") == true)
        }
    }

    @Test func `a state directory that has to be created is judged by the folder above it`() throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: folder.path)
        defer {
            #expect(throws: Never.self) { try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.path) }
        }
        // Root may write anywhere.
        let expected: SettingsPaths.Writability = SettingsPaths.user == 0 ? .writable : .notWritable(folder.path)
        #expect(SettingsPaths.writability(of: folder.path + "/a/b") == expected)
    }

    @Test func `a state directory that can be created is fine`() {
        #expect(SettingsPaths.writability(of: folder.path + "/a/b/c") == .writable)
    }

    @Test func `a byte order mark is no part of the settings, and UTF-16 is called by its name`() throws {
        let text = "state_directory: \(folder.path)/state\nsources: [{ name: a, format: json, paths: [/a] }]\n"
        try folder.writeBytes([0xEF, 0xBB, 0xBF] + Array(text.utf8), "marked.yaml")
        #expect(try SettingsFile.load(path: folder.path + "/marked.yaml").sources.map(\.name) == ["a"])
        for (name, mark) in [("little", [0xFF, 0xFE]), ("big", [0xFE, 0xFF])] as [(String, [UInt8])] {
            try folder.writeBytes(mark + text.utf16.flatMap { name == "little" ? [UInt8($0), 0] : [0, UInt8($0)] }, "\(name).yaml")
            let failure = #expect(throws: SettingsFailure.self) { try SettingsFile.load(path: folder.path + "/\(name).yaml") }
            #expect(failure?.problems.map(\.message) == ["The file cannot be read: it is UTF-16: save it as UTF-8."])
        }
    }

    @Test func `a file of alerts whose folder is not there is warned of`() throws {
        let text = """
            state_directory: \(folder.path)/state
            sources: [{ name: a, format: json, paths: [/a] }]
            alerts: { sinks: [{ type: ndjson, path: \(folder.path)/nowhere/alerts.ndjson }] }
            """
        try folder.write(text, "weir.yaml")
        let warnings = try SettingsFile.load(path: folder.path + "/weir.yaml").warnings.map(\.message)
        #expect(warnings.contains { $0.contains("is not there: create it; until then alerts wait.") }, "\(warnings)")
    }

    @Test func `a file that is not there, and one that holds a word, are refused in whole sentences`() throws {
        let missing = #expect(throws: SettingsFailure.self) { try SettingsFile.load(path: folder.path + "/none.yaml") }
        #expect(missing?.problems.map(\.message) == ["The file cannot be read: No such file or directory: check the path."])
        try folder.write("hello\n", "word.yaml")
        let word = #expect(throws: SettingsFailure.self) { try SettingsFile.load(path: folder.path + "/word.yaml") }
        #expect(word?.problems.first?.message.hasPrefix("The file is to be a block of keys: state_directory,") == true)
    }

    @Test func `a file that is too large, or not UTF-8, is refused with a sentence`() throws {
        try folder.write(String(repeating: "# comment\n", count: 110_000), "large.yaml")
        let large = #expect(throws: SettingsFailure.self) { try SettingsFile.load(path: folder.path + "/large.yaml") }
        #expect(large?.problems.first?.message.contains("larger than 1048576 bytes") == true)
        try folder.write("", "latin.yaml")
        let latin = #expect(throws: SettingsFailure.self) {
            try folder.writeBytes(Array("a: 1\nb: ".utf8) + [0xE9], "latin.yaml")
            return try SettingsFile.load(path: folder.path + "/latin.yaml")
        }
        #expect(latin?.problems.first?.message.contains("line 2 is not UTF-8") == true)
    }
}

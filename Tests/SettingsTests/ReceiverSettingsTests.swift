// weir
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Settings

/// Sources that listen.
@Suite struct ReceiverSettingsTests {
    private func read(_ source: String) throws -> WeirSettings {
        try SettingsFile.read("state_directory: /s\nsources: [{ name: a, format: json, \(source) }]\n", folder: "/etc/weir")
    }

    private func problems(_ source: String) -> [String] {
        do throws(SettingsFailure) {
            _ = try SettingsFile.read("state_directory: /s\nsources: [{ name: a, format: json, \(source) }]\n", folder: "/etc/weir")
            return []
        } catch {
            return error.problems.map(\.path)
        }
    }

    @Test func `a source that listens reads its spool`() throws {
        let source = try #require(try read("listen: \"syslog+tcp://127.0.0.1:5514\", spool_mebibytes: 64").sources.first)
        #expect(source.paths == ["/s/spool/a"])
        #expect(source.receiver?.spoolLimit == 67_108_864)
        #expect(try read("listen: \"syslog+unix:/run/x\"").sources.first?.receiver?.spoolLimit == 1 << 30)
        #expect(try read("listen: \"http://127.0.0.1:1/x\", token_file: t").sources.first?.receiver?.tokenFile == "/etc/weir/t")
        #expect(try read("paths: [/a]").sources.first?.receiver == nil)
    }

    @Test(arguments: [
        ("paths: [/a], listen: \"syslog+unix:/run/x\"", "sources[0].paths"),
        ("environment: staging", "sources[0]"),
        ("listen: \"syslog+tcp://10.0.0.1:5514\"", "sources[0].listen"),
        ("listen: \"http://127.0.0.1:1/x\"", "sources[0].listen"),
        ("listen: \"syslog+unix:/run/x\", token_file: t", "sources[0].token_file"),
        ("listen: \"syslog+unix:/run/x\", rotate_wait_seconds: 1", "sources[0].rotate_wait_seconds"),
        ("paths: [/a], token_file: t", "sources[0].token_file"),
        ("paths: [/a], spool_mebibytes: 64", "sources[0].spool_mebibytes"),
        ("listen: \"syslog+unix:/run/x\", spool_mebibytes: 0", "sources[0].spool_mebibytes"),
    ]) func `what does not fit a source that listens is a problem`(source: String, place: String) {
        #expect(problems(source) == [place])
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// A log of 24 accounts with incidents in it, and a daemon that follows it.
extension Workbench {
    /// Writes the log to `logs`, as one file `access.json` if nothing else is asked for, and settings that follow it and have these sinks
    /// to `weir.yaml`.
    func prepareFleet(days: Int = 21, sinks: [String], _ more: [String] = []) throws {
        try write(
            """
            state_directory: state
            checkpoint_interval_seconds: 0.2
            sources:
              - { name: gateway, format: json, paths: ["logs/access.json"] }
            alerts: { sinks: [ \(sinks.map { "{ \($0) }" }.joined(separator: ", ")) ] }
            """, to: "weir.yaml")
        let arguments = ["generate", "--accounts", "24", "--days", "\(days)", "--seed", "3", "--output", path("logs")]
        let made = try run(Workbench.binary, arguments + more)
        try #require(made.code == 0, "\(made.errors)")
    }

    /// How many transitions a replay of the log tells, which are those that every sink of the daemon gets.
    func transitions() throws -> Int {
        let count = try weir("replay", path("logs")).output.split(separator: "\n").count
        try #require(count > 8)
        return count
    }

    /// A daemon with these settings.
    func follow() throws -> Process { try start(Workbench.binary, ["run", "--settings", path("weir.yaml")], name: "daemon") }
}

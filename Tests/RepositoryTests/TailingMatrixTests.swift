// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The table of what can happen to a log names tests; it may not name one that is gone.
@Suite struct TailingMatrixTests {
    /// The rows of the table: their numbers, and what stands between backticks in the last column.
    private static func rows() throws -> [(number: Int, tests: [String])] {
        let text = try String(contentsOf: Repository.root.appendingPathComponent("docs/tailing-matrix.md"), encoding: .utf8)
        return text.split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 4, let number = Int(cells[0]) else { return nil }
            return (number, cells[3].matches(of: /`([^`]+)`/).map { String($0.output.1) })
        }
    }

    @Test func `all thirty-five cases are there, each with a test`() throws {
        let rows = try TailingMatrixTests.rows()
        #expect(rows.map(\.number) == Array(1...35))
        for row in rows where row.tests.isEmpty { Issue.record("case \(row.number) has no test") }
    }

    @Test func `every test that the table names is there`() throws {
        var names: Set<String> = []
        for file in try Repository.swiftFiles() where file.area == "Tests" {
            names.formUnion(file.text.matches(of: /func `([^`]+)`/).map { String($0.output.1) })
        }
        for row in try TailingMatrixTests.rows() {
            for test in row.tests { #expect(names.contains(test), "case \(row.number)") }
        }
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A stored result beside the tests.
struct GoldenFile {
    let name: String

    /// Whether this run stores what it finds instead of comparing: `make golden`.
    static let isRewriting = ProcessInfo.processInfo.environment["WEIR_GOLDEN"] == "rewrite"

    private var url: URL { URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden").appending(path: name) }

    func lines() throws -> [String] {
        String(decoding: try Data(contentsOf: url), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    func write(_ lines: [String]) throws {
        try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: url)
    }
}

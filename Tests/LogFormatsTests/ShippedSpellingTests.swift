// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats
import TestSupport
import Testing

/// Logs as collectors, exporters and portals write them, in the form of their documentation.
struct ShippedSpellingTests {
    private func detect(_ lines: [String]) throws -> FormatTrial {
        try #require(FormatDetection(Array(lines.joined(separator: "\n").utf8), isWhole: true).best)
    }

    // MARK: Byte order marks

    private static let combined = #"198.51.100.7 - svc-bi [01/Jun/2026:02:05:00 +0000] "GET /a HTTP/1.1" 200 9"#

    @Test func `a byte order mark is none of the first line's address`() throws {
        let marked = "\u{FEFF}" + Self.combined + "\n" + Self.combined + "\n\u{FEFF}\u{FEFF}" + Self.combined
        let seen = try decode("combined", marked)
        #expect(seen.lines.map(\.address) == Array(repeating: "198.51.100.7", count: 3))
        #expect(seen.malformed.isEmpty)
    }

    @Test(arguments: [LineWrapper.syslog, .docker, .cri, .prefix])
    func `a byte order mark costs no wrapped line`(wrapper: LineWrapper) throws {
        let text = "\u{FEFF}" + WrapperTests.wrap(Self.combined[...], wrapper, 0) + "\n" + WrapperTests.wrap(Self.combined[...], wrapper, 0)
        let seen = try WrapperTests.seen("combined", wrapper, text + "\n")
        #expect(seen.lines.count == 2 && seen.malformed.isEmpty)
    }
}

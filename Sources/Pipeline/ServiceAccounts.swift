// weir
// SPDX-License-Identifier: Apache-2.0

/// Account names that the operator says are programs': they are shown as they are, though they look like a person's.
///
/// Many programs have an address for a name, as `integration@example.com` or `export@shop.iam.gserviceaccount.com`, and nothing in it tells
/// them from people. In a pattern a `*` stands for any characters; letters are compared without case.
package struct ServiceAccounts: Equatable, Sendable {
    private let patterns: [[UInt8]]

    package init(_ patterns: [String] = []) {
        self.patterns = patterns.map { $0.utf8.map(ServiceAccounts.lower) }
    }

    package var isAny: Bool { !patterns.isEmpty }

    /// Addresses among them with anything around: where one stands in bytes that are no text, what is beside it looks like a part of it.
    package var surrounded: ServiceAccounts {
        let addresses = patterns.filter { $0.count >= 8 && $0.contains(UInt8(ascii: "@")) }
        return ServiceAccounts(addresses.map { "*\(String(decoding: $0, as: UTF8.self))*" })
    }

    /// Whether a name is one of them. Complexity: O(patterns × length), quadratic in the length for patterns with several `*`.
    package func declare(_ name: [UInt8]) -> Bool {
        guard isAny else { return false }
        let name = name.map(ServiceAccounts.lower)
        return patterns.contains { ServiceAccounts.matches($0, name) }
    }

    /// Goes back to the last `*` alone: what an earlier one took need never be more.
    private static func matches(_ pattern: [UInt8], _ name: [UInt8]) -> Bool {
        var (place, position) = (0, 0)
        var star: (place: Int, position: Int)?
        while position < name.count {
            if place < pattern.count && pattern[place] == UInt8(ascii: "*") {
                star = (place, position)
                place += 1
            } else if place < pattern.count && pattern[place] == name[position] {
                place += 1
                position += 1
            } else if let last = star {
                star = (last.place, last.position + 1)
                place = last.place + 1
                position = last.position + 1
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == UInt8(ascii: "*") }
    }

    private static func lower(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }
}

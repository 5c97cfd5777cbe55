// weir
// SPDX-License-Identifier: Apache-2.0

/// Account names that the operator says are programs': they are shown as they are, though they look like a person's.
///
/// Many programs have an address for a name, as `integration@example.com` or `export@shop.iam.gserviceaccount.com`, and nothing in it tells
/// them from people. See ``NamePatterns``.
package struct ServiceAccounts: Equatable, Sendable {
    private let patterns: NamePatterns

    package init(_ patterns: [String] = []) { self.patterns = NamePatterns(patterns) }

    package var isAny: Bool { !patterns.isEmpty }

    /// Addresses among them with anything around: where one stands in bytes that are no text, what is beside it looks like a part of it.
    package var surrounded: ServiceAccounts {
        ServiceAccounts(patterns.filter { $0.count >= 8 && $0.contains(UInt8(ascii: "@")) }.map { "*\($0)*" })
    }

    /// Whether a name is one of them.
    package func declare(_ name: [UInt8]) -> Bool { patterns.match(name) }
}

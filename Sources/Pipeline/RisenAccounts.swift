// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// The accounts of a bucket that are furthest beyond their own usual four hours, the furthest first.
///
/// The same in whatever order accounts are added. State: 200 bytes while it is made. Complexity: a comparison for nearly every account.
struct RisenAccounts {
    /// As many as somebody reads.
    static let limit = 8

    struct Account {
        var account: AccountID
        var rise: Double
        /// How many times its usual four hours.
        var ratio: Double
    }

    private(set) var accounts: [Account] = []

    /// - Parameter ratio: asked for only where the account is kept.
    @inline(__always)
    mutating func add(_ account: AccountID, _ rise: Double, ratio: () -> Double) {
        // Who is not one spread beyond its usual is none of those that rose.
        guard rise > 1, account != .overflow else { return }
        if accounts.count == RisenAccounts.limit, let last = accounts.last, !RisenAccounts.isBefore(rise, account, last) { return }
        insert(Account(account: account, rise: rise, ratio: ratio()))
    }

    private static func isBefore(_ rise: Double, _ account: AccountID, _ other: Account) -> Bool {
        rise > other.rise || (rise == other.rise && account < other.account)
    }

    private mutating func insert(_ new: Account) {
        let place = accounts.firstIndex { RisenAccounts.isBefore(new.rise, new.account, $0) } ?? accounts.count
        accounts.insert(new, at: place)
        if accounts.count > RisenAccounts.limit { accounts.removeLast() }
    }
}

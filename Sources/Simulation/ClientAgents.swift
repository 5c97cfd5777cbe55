// weir
// SPDX-License-Identifier: Apache-2.0

/// The user agents of a fleet with details, by number; 0 is none.
package enum ClientAgents {
    /// What such accounts come with: the default agent strings of well-known libraries, and the version that they are updated to.
    static let ofRoles: [(before: String, after: String)] = AccountRole.allCases.map { role in
        switch role {
        case .nightlySync: ("simple-salesforce/1.12.6", "simple-salesforce/1.12.7")
        case .hourlySync: ("okhttp/4.12.0", "okhttp/5.0.0")
        case .dashboards: ("Tableau/2024.2", "Tableau/2024.3")
        case .shop: ("GuzzleHttp/7", "GuzzleHttp/7.9")
        case .webhooks: ("Go-http-client/2.0", "Go-http-client/2.0")
        case .aiReader: ("python-httpx/0.27.0", "python-httpx/0.28.1")
        case .weeklyReport: ("Apache-HttpClient/5.3 (Java/21)", "Apache-HttpClient/5.4 (Java/21)")
        case .monthEnd: ("curl/8.5.0", "curl/8.9.1")
        case .longTail: ("python-requests/2.31.0", "python-requests/2.32.3")
        }
    }

    /// What those come with who are not the account's own program.
    private static let strange = ["Salesforce-Multi-Org-Fetcher/1.0", "aiohttp/3.9.5", "Scrapy/2.11.2", "node-fetch/2.7.0", "Java/17.0.9"]

    /// Every agent by its number less one.
    static let all: [[UInt8]] = (ofRoles.flatMap { [$0.before, $0.after] } + strange).map { Array($0.utf8) }

    /// The number of a role's agent.
    static func number(_ role: AccountRole, isUpdated: Bool) -> UInt8 { role.rawValue * 2 + (isUpdated ? 1 : 0) + 1 }

    /// The number of a strange one; there are a few.
    static func strange(_ place: Int) -> UInt8 { UInt8(ofRoles.count * 2 + place % strange.count + 1) }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Testing

@testable import Pipeline

/// Canaries as settings name them, however the log writes them and the state keeps them.
@Suite struct CanaryTests {
    private static let start = GeneratedFleet.start / 1000

    /// The accounts that touched a canary when the last of a few calls has these members.
    private func touched(_ canary: String, _ members: String, restarts: Double = 0) throws -> [String] {
        var lines = (0..<20).map {
            "{\"ts\":\(Self.start + Int64($0)),\"account\":\"svc\",\"endpoint\":\"/api/v2/customers/\($0)\",\"action\":\"read\",\"rows\":1}\n"
        }
        lines.append("{\"ts\":\(Self.start + 60),\"action\":\"read\",\"rows\":1,\(members)}\n")
        lines.append("{\"ts\":\(Self.start + 61),\"account\":\"svc\",\"endpoint\":\"/api/v2/orders\",\"action\":\"read\",\"rows\":1}\n")
        var plan = LaneRunPlan()
        plan.options.canaries = [canary]
        plan.restarts = restarts
        plan.batchLimit = restarts > 0 ? 1 : plan.batchLimit
        let run = try run([MemorySource.File("/log", Array(lines.joined().utf8))], plan)
        return run.alerts.filter { $0.contains("\"detector\":\"D33\"") && $0.contains("\"status\":\"open\"") }.map { alert in
            alert.split(separator: "\"account\":\"")[1].prefix { $0 != "\"" }.description
        }
    }

    @Test(arguments: [
        ("svc-bait", #""account":"svc-bait""#), ("/api/v2/vip", #""account":"a","endpoint":"/api/v2/vip""#),
        ("/api/v2/vip/", #""account":"a","endpoint":"/api/v2/vip""#), ("/api/v2/vip", #""account":"a","endpoint":"/api/v2/vip/?a=1""#),
        ("https://crm.example.com/api/v2/vip", #""account":"a","endpoint":"/api/v2/vip""#),
        ("/api/v2/customers/990017", #""account":"a","endpoint":"/api/v2/customers/990017?fields=all""#),
        ("/api/v2/customers/990017", #""account":"a","endpoint":"/api/v2/customers/990017/""#),
        ("990017", #""account":"a","endpoint":"/api/v2/customers/990017/notes""#),
        ("0f8fad5b-d9cb-469f-a165-70867728950e", #""account":"a","endpoint":"/x/0f8fad5b-d9cb-469f-a165-70867728950e""#),
        ("bait@example.com", #""account":"a","endpoint":"/users/bait@example.com/files""#),
        ("bait@example.com", #""account":"Bait@example.com""#), ("jane.doe", #""account":"jane.doe","kind":"human""#),
        ("VIP__c", #""account":"a","object":"vip__c""#), ("/api/v2/vip", #""account":"a","endpoint":"/api/v2/vip/77?x=1""#),
        ("/api/v2/vip", #""account":"a","endpoint":"/API/v2/VIP/notes""#), ("/api/v2/vip", #""account":"a","endpoint":"/api/v2/v%69p/77""#),
        ("/api/v2/customers/990017", #""account":"a","endpoint":"/API/v2/Customers/990017/notes""#),
        ("CANARY-1", #""account":"a","endpoint":"/api/v2/contacts/CANARY-1""#),
        ("CANARY-1", #""account":"a","endpoint":"/api/v2/contacts/canary-1/notes?x=1""#),
        ("CANARY-1", #""account":"a","endpoint":"/api/v2/contacts/CANARY%2D1""#), ("vip", #""account":"a","object":"exports/vip/1.csv""#),
        ("003BAIT", #""account":"a","object":"Contact","item":"003BAIT""#),
    ])
    func `a canary is seen however the log writes it`(canary: String, members: String) throws {
        let whole = try touched(canary, members)
        #expect(whole.count == 1)
        #expect(try touched(canary, members, restarts: 0.7) == whole)
    }

    @Test(arguments: [
        ("/api/v2/customers/990017", #""account":"a","endpoint":"/api/v2/customers/990018""#),
        ("/api/v2/customers/990017", #""account":"a","endpoint":"/api/v2/customers""#),
        ("990017", #""account":"a","endpoint":"/api/v2/customers/9900170""#), ("990017", #""account":"a","endpoint":"/x?id=990017""#),
        ("bait@example.com", #""account":"bait2@example.com""#), ("jane.doe", #""account":"jane.do","kind":"human""#),
        ("/api/v2/vip", #""account":"a","endpoint":"/api/v2/vips""#), ("/api/v2/vip", #""account":"a","endpoint":"/api/v2/vip-old/77""#),
        ("/api/v2/customers/990017", #""account":"a","endpoint":"/api/v2/customers/9900170/notes""#),
        ("/api/v2/vip", #""account":"a","endpoint":"/x/api/v2/vip/77""#),
        ("CANARY-1", #""account":"a","endpoint":"/api/v2/contacts/CANARY-10""#),
        ("CANARY-1", #""account":"a","endpoint":"/x?id=CANARY-1""#),
    ])
    func `what is like a canary is none`(canary: String, members: String) throws { #expect(try touched(canary, members) == []) }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Foundation
import TestSupport
import Testing

@testable import Pipeline

/// What every alert of whole generated weeks must show.
@Suite struct AlertContentTests {
    private static let files = GeneratedFleet(seed: 11).files()
    private static let whole = Result { try run(files) }

    @Test func `the parts of every kind sum to one`() throws {
        var kinds: Set<String> = []
        for alert in try alerts() {
            let parts = try #require(alert["contributions"] as? [[String: Any]])
            var sums: [String: Double] = [:]
            for part in parts {
                sums[try #require(part["kind"] as? String), default: 0] += try #require(part["share"] as? Double)
            }
            #expect(sums.values.allSatisfy { abs($0 - 1) < 1e-9 }, "\(alert)")
            kinds.formUnion(sums.keys)
        }
        #expect(kinds == ["account", "endpoint", "object", "operation"])
    }

    @Test func `every alert opens once, then is updated, and ends once or not at all`() throws {
        var lives: [String: String] = [:]
        for alert in try alerts() {
            let id = try #require(alert["id"] as? String)
            lives[id, default: ""] += try #require(alert["status"] as? String).prefix(1)
        }
        #expect(lives.count > 10)
        for (id, life) in lives {
            #expect(life.first == "o" && life.dropFirst().allSatisfy { $0 != "o" }, "\(id) \(life)")
            #expect(!life.dropLast().contains("r"), "\(id) \(life)")
        }
    }

    @Test func `evidence names a file and an offset at which a line of the account begins`() throws {
        var checked = 0
        for alert in try alerts() where alert["account"] as? String == "svc-3" {
            for place in try #require(alert["evidence"] as? [[String: Any]]) {
                let path = try #require(place["file"] as? String)
                let offset = try #require(place["offset"] as? Int)
                let bytes = try #require(AlertContentTests.files.first { $0.path == path }).bytes
                #expect(offset == 0 || bytes[offset - 1] == UInt8(ascii: "\n"))
                #expect(String(decoding: bytes[offset...].prefix(1000), as: UTF8.self).contains("\"account\":\"svc-3\""))
                checked += 1
            }
        }
        #expect(checked > 4)
    }

    @Test func `no address of a person and no name of one is in any alert`() throws {
        for json in try AlertContentTests.whole.get().alerts {
            #expect(!json.contains("mara") && !json.contains("example.com"))
        }
    }

    @Test func `an alert's id depends on its own account only, not on the numbers that names were given`() throws {
        let stranger = MemorySource.File("/logs/other", line(at: -300_000_000_000, account: "someone-else"))
        let ids = try identifiers(AlertContentTests.whole.get())
        #expect(!ids.isEmpty)
        // The stranger makes the lane older, so that its newcomers are judged earlier: most ids stay, not all.
        #expect(try identifiers(run([stranger] + AlertContentTests.files)).intersection(ids).count * 2 >= ids.count)
    }

    private func identifiers(_ run: LaneRun) throws -> Set<String> {
        Set(try run.alerts.map(parse).filter { $0["detector"] as? String == "D01" }.compactMap { $0["id"] as? String })
    }

    private func alerts() throws -> [[String: Any]] { try AlertContentTests.whole.get().alerts.map(parse) }

    private func parse(_ json: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    }
}

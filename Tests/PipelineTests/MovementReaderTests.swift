// weir
// SPDX-License-Identifier: Apache-2.0

import ContentScan
import Detection
import EventModel
import LogFormats
import Testing

@testable import Pipeline

@Suite struct MovementReaderTests {
    private static let estate: Estate = {
        var estate = Estate()
        estate.systems = [
            Estate.System(name: "crm", environment: .production, region: "EU", hosts: ["crm.example"]),
            Estate.System(name: "lab", environment: .synthetic, region: "EU"),
            Estate.System(name: "partner", environment: .production, region: "US", hosts: ["*.partner.net"]),
        ]
        estate.regions = [Estate.Region(name: "EU", members: ["eu-central-1"]), Estate.Region(name: "US", members: ["us-east-1"])]
        estate.stores = [
            Estate.Store(name: "customers", system: "crm", dataClass: .customer, objects: ["Contact"], endpoints: ["/crm/{id}/notes"]),
            Estate.Store(name: "made", system: "lab", dataClass: .synthetic, endpoints: ["/synth"]),
        ]
        estate.flows = [
            Estate.Flow(dataClass: .customer, from: "crm", to: "partner", expires: EventTime(milliseconds: 1_780_358_400_000)),
            Estate.Flow(dataClass: .synthetic, from: "synthetic", to: "training"),
        ]
        estate.generators = ["svc-gen"]
        estate.dualEnvironment = [Estate.Allowance(account: "svc-mask", expires: EventTime(milliseconds: 1_780_358_400_000))]
        estate.roles = [Estate.Role(name: "synthetic_admin", accounts: ["ada@example.org"])]
        estate.checkout = Estate.Checkout(endpoints: ["/checkout"], stores: ["made"])
        estate.assistants = ["/answers"]
        estate.sensitive = ["Contact_PII"]
        return estate
    }()

    /// The movements of JSON lines, each as its keys behind time and account, with the names of the lane.
    private func read(_ lines: [String], settings: MovementSettings? = nil) throws -> (batch: EventBatch, names: [String]) {
        var known = MovementSettings()
        known.estate = MovementReaderTests.estate
        let log = MemorySource.File("a", Array((lines.joined(separator: "\n") + "\n").utf8))
        let format = try JSONFormat(options: FormatOptions())
        var batch = EventBatch()
        var reader = LaneReader(
            source: MemorySource([log]), attribution: Attribution(pseudonymKey: [1], hashKey: 9, movements: settings ?? known),
            makeFormat: { format })
        while reader.fill(&batch) {}
        #expect(batch.events.count { $0.presence.contains(.movement) } == batch.movements.count)
        return (batch, batch.newValues)
    }

    private func one(_ keys: String, account: String = "a", time: Int = 1_780_272_000) throws -> (DataMovement, (ValueID) -> String) {
        let (batch, names) = try read([#"{"ts":\#(time),"account":"\#(account)",\#(keys)}"#])
        let movement = try #require(batch.movements.first, "no movement")
        return (movement, { $0 == .unknown ? "" : names[Int($0.rawValue) - 2] })
    }

    @Test func `a store gives class, system, environment and jurisdiction`() throws {
        let (movement, name) = try one(#""action":"export","object":"contact","rows":5"#)
        #expect(movement.flow.dataClass == .customer && movement.environment == .production)
        #expect(name(movement.flow.from) == "crm" && name(movement.flow.fromRegion) == "EU")
        #expect(!movement.flow.hasDestination)
        let (byEndpoint, _) = try one(#""action":"read","endpoint":"/crm/4711/notes""#)
        #expect(byEndpoint.flow.dataClass == .customer)
    }

    @Test func `what a line says goes before what the estate knows`() throws {
        let (movement, _) = try one(#""action":"export","object":"Contact","class":"ai_content","env":"staging","region":"us-east-1""#)
        #expect(movement.flow.dataClass == .aiContent && movement.environment == .staging)
        let (labelled, _) = try one(#""action":"export","object":"Contact","synthetic":true"#)
        #expect(labelled.flow.dataClass == .synthetic && labelled.synthetic == .yes)
    }

    @Test func `the same person's values are the same identifiers however they are written, and nobody's are none`() throws {
        func hashes(_ text: String, _ rest: String = #""class":"ai_content""#) throws -> [UInt64] {
            let (movement, _) = try one(#""action":"read",\#(rest),"text":"\#(text)""#)
            return (0..<movement.identifiers.count).map { movement.identifiers[$0] }
        }
        let known = try hashes("Dear Ada, we wrote to ada.love@brieffach.de on Monday.")
        #expect(known.count == 1)
        #expect(try hashes("Mail Ada.Love@Brieffach.DE again.", #""class":"customer","env":"production""#) == known)
        #expect(try hashes("Mail ada.lovelace@brieffach.de again.") != known)
        #expect(try hashes("Write to info@brieffach.de, no-reply@brieffach.de or jane@example.com.").isEmpty)
        #expect(try hashes("Mail ada.love@brieffach.de again.", #""class":"product""#).isEmpty)
        #expect(try hashes((0..<9).map { "p\($0)x@brieffach.de" }.joined(separator: " ")).count == 4)
    }

    @Test func `a record's number is an identifier by its form only`() throws {
        func isUnique(_ item: String) throws -> Bool {
            let (batch, _) = try read([#"{"ts":1780272000,"account":"a","action":"read","class":"customer","item":"\#(item)"}"#])
            return try #require(batch.movements.first).record != 0
        }
        for item in ["0035g00000AbCdEAAX", "7d444840-9dc0-11d1-b245-5ffdce74fad2"] { #expect(try isUnique(item), "\(item)") }
        for item in ["1042", "P-11832", "000000000001042", "winter-jacket-blue", "https://x.example/a?b=0035g00000AbCdE"] {
            #expect(try !isUnique(item), "\(item)")
        }
    }

    @Test func `a destination is a system by name, host, pattern or URL, or else its host`() throws {
        for dest in ["partner", "hooks.partner.net", "https://hooks.partner.net:8443/a?b=c"] {
            let (movement, name) = try one(#""action":"sync","object":"Contact","dest":"\#(dest)""#)
            #expect(name(movement.flow.to) == "partner" && name(movement.flow.toRegion) == "US", "\(dest)")
            #expect(movement.flow.toEnvironment == .production && movement.traits.contains(.knownDestination))
            #expect(movement.flow.crossesBorder && movement.traits.contains(.declared))
        }
        let (stranger, name) = try one(
            #""action":"webhook","object":"Contact","dest":"http://user:pw@other.example/x","dest_region":"us-east-1""#)
        #expect(name(stranger.flow.to) == "other.example" && name(stranger.flow.toRegion) == "US")
        #expect(stranger.traits.isDisjoint(with: [.knownDestination, .declared]) && stranger.traits.contains(.webhook))
    }

    @Test func `a declaration ends on its day`() throws {
        let keys = #""action":"sync","object":"Contact","dest":"partner""#
        #expect(try one(keys, time: 1_780_358_399).0.traits.contains(.declared))
        let after = try one(keys, time: 1_780_358_400).0.traits
        #expect(after.contains(.expired) && !after.contains(.declared))
        #expect(try one(#""object":"Contact""#, account: "svc-mask", time: 1_780_358_399).0.traits.contains(.allowedBoth))
        #expect(try !one(#""object":"Contact""#, account: "svc-mask", time: 1_780_358_400).0.traits.contains(.allowedBoth))
    }

    @Test func `what is written goes to its store, from nobody knows where`() throws {
        let (movement, name) = try one(#""action":"write","endpoint":"/synth","synthetic":true,"rows":3"#, account: "svc-gen")
        #expect(name(movement.flow.to) == "lab" && movement.flow.toEnvironment == .synthetic && movement.flow.from == .unknown)
        #expect(movement.traits.isSuperset(of: [.write, .generator]))
    }

    @Test func `a flow between environments is declared for all their systems`() throws {
        let (movement, _) = try one(#""action":"sync","endpoint":"/synth","dest":"x.example","dest_env":"training""#)
        #expect(movement.traits.contains(.declared) && movement.flow.toEnvironment == .training)
    }

    @Test func `a person is found under the pseudonym`() throws {
        let (movement, _) = try one(#""kind":"human","object":"Contact","session":"s1""#, account: "ada@example.org")
        #expect(movement.traits.isSuperset(of: [.person, .allowedBoth]) && movement.session != 0)
    }

    @Test func `checkout, answers and sensitive objects are told by their names`() throws {
        #expect(try one(#""action":"read","endpoint":"/checkout","object":"Contact""#).0.traits.contains(.checkoutBreach))
        #expect(try one(#""action":"read","endpoint":"/answers""#).0.flow.dataClass == .aiContent)
        #expect(try one(#""action":"export","object":"Contact_PII""#).0.traits.contains(.sensitive))
    }

    @Test(arguments: [
        (#""tls":"TLSv1.3""#, TransportSecurity.tls13, false), (#""tls":"TLSv1.1""#, .tls11, true),
        (#""tls":"TLSv1","scheme":"https""#, .tls10, true),
        (#""scheme":"http""#, .plain, true), (#""scheme":"https""#, .unknown, false), (#""tls":"QUIC?""#, .unknown, false),
    ]) func `transport is known, or it is not`(keys: String, expected: TransportSecurity, isWeak: Bool) throws {
        let (movement, _) = try one(keys)
        #expect(movement.transport == expected && movement.traits.contains(.weakTransport) == isWeak)
    }

    @Test func `content hashes are hashed again, and those that are none are marked`() throws {
        let hash = String(repeating: "ab12", count: 16)
        let (good, _) = try one(#""provenance":"sha256:\#(hash)","parent":"\#(hash)""#)
        #expect(good.provenance != 0 && good.parent != 0 && !good.traits.contains(.malformedHash))
        for bad in ["n/a", "0", "abc", String(repeating: "z", count: 64)] {
            #expect(try one(#""provenance":"\#(bad)""#).0.traits.contains(.malformedHash), "\(bad)")
        }
    }

    @Test func `a text leaves kinds and counts, and nothing else`() throws {
        let (movement, _) = try one(#""class":"ai_content","text":"write to ada.l@corp-mail.de or pay 4012 8888 8888 1881 \u0041""#)
        #expect(movement.personal.count >= 1 && movement.traits.contains(.scanned))
        #expect(PersonalDataTypes(rawValue: movement.personal.kinds).contains(.email))
        let (reserved, _) = try one(#""class":"ai_content","text":"write to jane@example.com""#)
        #expect(reserved.personal == PersonalDataFound())
    }

    @Test func `events that say nothing of records have no movement, and null says nothing`() throws {
        let (batch, _) = try read([
            #"{"ts":1780272000,"account":"a","rows":5,"endpoint":"/other"}"#,
            #"{"ts":1780272000,"account":"a","synthetic":null,"rows":5}"#,
        ])
        #expect(batch.events.count == 2 && batch.movements.isEmpty)
    }
}

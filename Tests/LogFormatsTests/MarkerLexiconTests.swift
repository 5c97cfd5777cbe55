// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Testing

@testable import LogFormats

@Suite struct MarkerLexiconTests {
    private let lexicon = MarkerLexicon()

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test(arguments: [
        ("http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia", DataClass.aiContent),
        ("http://c2pa.org/digitalsourcetype/trainedAlgorithmicData", .synthetic), ("TRAINED_ALGORITHMIC_MEDIA", .aiContent),
        ("https://schema.org/CompositeSyntheticDigitalSource", .synthetic), ("machine-generated-mlops-synthetic", .synthetic),
        ("mode=ai-originated; model=\"gpt-4\"", .aiContent), ("pii", .customer), ("Customers", .customer), ("mixed", .mixed),
        ("", .unknown), ("something", .unknown),
    ]) func `a class is known by the conventions in use`(text: String, expected: DataClass) {
        #expect(lexicon.dataClass(bytes(text)) == expected)
    }

    @Test(arguments: [
        ("GenAIGatewayRequest__dlm", DataClass.aiContent), ("GenAiGatewayRequest_std__dlm", .aiContent), ("GenAI", .unknown),
        ("SELECT Id FROM GenAIGeneration__dlm LIMIT 5", .aiContent), ("Contact", .unknown), ("contacts_synthetic", .synthetic),
    ]) func `objects of machine-made content are known by their names`(text: String, expected: DataClass) {
        #expect(lexicon.dataClass(ofName: bytes(text)) == expected)
    }

    @Test(arguments: [
        ("true", Marker.yes), ("FALSE", .no), ("1", .yes), ("is_synthetic", .yes), ("trainedAlgorithmicData", .yes),
        ("digitalCapture", .no),
        ("perhaps", .unstated), ("", .unstated),
    ]) func `a label is yes, no, or nothing`(text: String, expected: Marker) { #expect(lexicon.synthetic(bytes(text)) == expected) }

    @Test(arguments: [
        (#"mode=ai-originated; model="gpt-4"; date=@1745286896"#, Marker.yes), (#"mode=ai-modified, model="x""#, .yes), ("mode=none", .no),
        ("true", .yes), ("no", .no), ("mode=", .unstated),
    ]) func `the disclosure header is read with commas and with semicolons`(text: String, expected: Marker) {
        #expect(lexicon.disclosed(bytes(text)) == expected)
    }

    @Test(arguments: [
        ("prod", DataEnvironment.production), ("acme--uat.sandbox.my.salesforce.com", .staging), ("test.salesforce.com", .staging),
        ("login.salesforce.com", .production), ("ML-Training", .training), ("synth", .synthetic), ("elsewhere", .unknown),
    ]) func `environments follow from words and from hosts`(text: String, expected: DataEnvironment) {
        #expect(lexicon.environment(bytes(text)) == expected)
    }

    @Test func `what an operator adds goes first, and a star stands for any text`() {
        let own = MarkerLexicon([
            MarkerLexicon.Entry(.env, "prod", means: "training"), MarkerLexicon.Entry(.dataClass, "crm*person", means: "customer"),
        ])
        #expect(own.environment(bytes("PROD")) == .training)
        #expect(own.dataClass(bytes("CRM_live_person")) == .customer && own.dataClass(bytes("crm_live_persons")) == .unknown)
        #expect(own.dataClass(bytes("crmperson")) == .customer && own.dataClass(bytes("crperson")) == .unknown)
    }

    @Test func `a text without end takes no longer than its first half thousand bytes`() {
        #expect(lexicon.dataClass(bytes(String(repeating: "x ", count: 400) + "synthetic")) == .unknown)
        #expect(lexicon.dataClass(bytes(String(repeating: "x ", count: 200) + "synthetic")) == .synthetic)
    }

    @Test func `every meaning of the list is one of its key's`() {
        for entry in MarkerLexicon.defaults {
            #expect(MarkerLexicon.meanings(of: entry.key).contains(entry.means), "\(entry)")
            #expect(entry.match.count { $0 == "*" } <= 1, "\(entry)")
        }
    }
}

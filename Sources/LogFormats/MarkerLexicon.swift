// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What words in logs say of the records that they are about: environments, classes, labels of synthetic records, disclosures.
///
/// No log has a standard bit for it, so the words are a list: the conventions in use, then what an operator adds, which goes first. A word
/// matches whatever its case and without dashes and underscores (`TRAINED_ALGORITHMIC_MEDIA`, `trainedAlgorithmicMedia`); one `*` stands
/// for any text (`GenAI*__dlm`). Complexity: O(length × patterns with a star), on at most ``longest`` bytes. Sources of the defaults: IPTC
/// digital source types and C2PA (by the last segment of the URI), schema.org, `AI-Disclosure` (draft-abaris-aicdh, with commas and with
/// semicolons), the data provenance standards of the D&TA and OASIS, Salesforce's `GenAI…__dlm` objects and sandbox hosts.
public struct MarkerLexicon: Sendable {
    /// What of an event is looked at.
    public enum Key: Int, CaseIterable, Sendable {
        /// An environment, or a host from which it follows.
        case env = 0
        /// A class of records.
        case dataClass
        /// The label of synthetic records.
        case synthetic
        /// The disclosure of answers.
        case disclosed
        /// The name of an object or endpoint.
        case name

        /// The name in the settings.
        public var text: String {
            switch self {
            case .env: "env"
            case .dataClass: "class"
            case .synthetic: "synthetic"
            case .disclosed: "disclosed"
            case .name: "name"
            }
        }
    }

    /// One line of the list.
    public struct Entry: Equatable, Sendable {
        public var key: Key
        public var match: String
        /// `production` …, `customer` …, `true`, `false`: what the key's values are.
        public var means: String

        public init(_ key: Key, _ match: String, means: String) {
            self.key = key
            self.match = match
            self.means = means
        }
    }

    /// Bytes of a text that are looked at.
    public static let longest = 512
    /// Entries that an operator may add.
    public static let limit = 1000

    private struct Pattern {
        var head: [UInt8]
        var tail: [UInt8]
        var meaning: UInt8
    }

    /// By key: what whole words mean, and patterns with a star.
    private var words: [[[UInt8]: UInt8]]
    private var patterns: [[Pattern]]

    /// Precondition: every meaning is one of ``meanings(of:)``, and no match has two stars.
    public init(_ entries: [Entry] = []) {
        words = Array(repeating: [:], count: Key.allCases.count)
        patterns = Array(repeating: [], count: Key.allCases.count)
        for entry in entries + MarkerLexicon.defaults {
            guard let meaning = MarkerLexicon.code(entry.means, entry.key) else { continue }
            let parts = entry.match.split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false).map {
                MarkerLexicon.plain(Array($0.utf8))
            }
            if parts.count == 2 {
                patterns[entry.key.rawValue].append(Pattern(head: parts[0], tail: parts[1], meaning: meaning))
            } else if words[entry.key.rawValue][parts[0]] == nil {
                words[entry.key.rawValue][parts[0]] = meaning
            }
        }
    }

    /// What a key's entries may mean, in words.
    public static func meanings(of key: Key) -> [String] {
        switch key {
        case .env: DataEnvironment.allCases.dropFirst().map(\.name)
        case .dataClass, .name: DataClass.allCases.dropFirst().map(\.name)
        case .synthetic, .disclosed: ["true", "false"]
        }
    }

    private static func code(_ means: String, _ key: Key) -> UInt8? {
        meanings(of: key).firstIndex(of: means).map { UInt8($0 + 1) }
    }

    /// The environment that a text names.
    public func environment(_ text: [UInt8]) -> DataEnvironment { DataEnvironment(rawValue: find(text, .env)) ?? .unknown }
    /// The class that a text names.
    public func dataClass(_ text: [UInt8]) -> DataClass { DataClass(rawValue: find(text, .dataClass)) ?? .unknown }
    /// The class of records that an object or endpoint of this name holds.
    public func dataClass(ofName text: [UInt8]) -> DataClass { DataClass(rawValue: find(text, .name)) ?? .unknown }
    /// Whether a label says that records are synthetic. What is no label says so by its class: `trainedAlgorithmicData`.
    public func synthetic(_ text: [UInt8]) -> Marker {
        let label = find(text, .synthetic)
        if label != 0 { return label == 1 ? .yes : .no }
        switch dataClass(text) {
        case .synthetic, .aiContent: return .yes
        case .customer: return .no
        default: return .unstated
        }
    }
    /// Whether an answer bears its disclosure.
    public func disclosed(_ text: [UInt8]) -> Marker {
        let label = find(text, .disclosed)
        return label == 0 ? .unstated : label == 1 ? .yes : .no
    }

    /// The first that matches: the whole text, then its words in order.
    private func find(_ text: [UInt8], _ key: Key) -> UInt8 {
        let text = text.prefix(MarkerLexicon.longest)
        if let meaning = match(MarkerLexicon.plain(Array(text)), key) { return meaning }
        var whole: UInt8 = 0
        for word in text.split(whereSeparator: MarkerLexicon.separates) where whole == 0 {
            whole = match(MarkerLexicon.plain(Array(word)), key) ?? 0
        }
        return whole
    }

    private func match(_ word: [UInt8], _ key: Key) -> UInt8? {
        guard !word.isEmpty else { return nil }
        if let meaning = words[key.rawValue][word] { return meaning }
        return patterns[key.rawValue].first { pattern in
            word.count >= pattern.head.count + pattern.tail.count && word.starts(with: pattern.head)
                && word.suffix(pattern.tail.count).elementsEqual(pattern.tail)
        }?.meaning
    }

    private static func separates(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20, 0x22, 0x27, 0x28, 0x29, 0x2C, 0x2F, 0x3A, 0x3B, 0x3D, 0x5B, 0x5D: true
        default: false
        }
    }

    /// Lower case, without dashes and underscores.
    private static func plain(_ text: [UInt8]) -> [UInt8] {
        text.compactMap { byte in
            if byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") { return nil }
            return (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
        }
    }
}

extension MarkerLexicon {
    /// The conventions in use.
    public static let defaults: [Entry] = environments + classes + labels + names

    private static func entries(_ key: Key, _ means: String, _ matches: String) -> [Entry] {
        matches.split(separator: " ").map { Entry(key, String($0), means: means) }
    }

    private static let environments: [Entry] =
        entries(.env, "production", "production prod prd live login.salesforce.com")
        + entries(.env, "synthetic", "synthetic synth simulated simulation sandbox-synthetic")
        + entries(
            .env, "staging",
            "staging stage stg test testing uat qa dev development sandbox preprod pre-production test.salesforce.com "
                + "*.sandbox.my.salesforce.com *.scratch.my.salesforce.com staging-testing")
        + entries(.env, "training", "training train ml ml-training finetuning fine-tuning")

    private static let classes: [Entry] =
        entries(.dataClass, "customer", "customer customers personal pii pi spi phi pci pfi sci")
        + entries(
            .dataClass, "synthetic",
            "synthetic is_synthetic trainedAlgorithmicData dataDrivenMedia compositeSynthetic CompositeSyntheticDigitalSource "
                + "DataDrivenMediaDigitalSource machine-generated-mlops-synthetic machine-generated-mlops-twin data-augmentation "
                + "data-augmentation-na simulations simulations-na synthetic-data-generation")
        + entries(
            .dataClass, "ai_content",
            "ai_content ai generated ai-generated trainedAlgorithmicMedia compositeWithTrainedAlgorithmicMedia algorithmicMedia "
                + "algorithmicallyEnhanced virtualRecording TrainedAlgorithmicMediaDigitalSource AlgorithmicMediaDigitalSource "
                + "CompositeWithTrainedAlgorithmicMediaDigitalSource AlgorithmicallyEnhancedDigitalSource ai-originated ai-modified "
                + "machine-generated machine-generated-mlops-generative machine-generated-ml-ops machine-generated-mlops-ai-inferred")
        + entries(.dataClass, "mixed", "mixed")
        + entries(.dataClass, "product", "product products catalogue catalog")
        + entries(.dataClass, "other", "other none")

    private static let labels: [Entry] =
        entries(.synthetic, "true", "true yes y 1 synthetic is_synthetic")
        + entries(
            .synthetic, "false",
            "false no n 0 real digitalCapture computationalCapture digitalCreation humanEdits minorHumanEdits screenCapture "
                + "negativeFilm positiveFilm")
        + entries(.disclosed, "true", "true yes y 1 disclosed ai-modified ai-originated machine-generated ai-generated")
        + entries(.disclosed, "false", "false no n 0 none undisclosed")

    private static let names: [Entry] =
        entries(.name, "ai_content", "GenAI*__dlm GenAi*_std__dlm") + entries(.name, "synthetic", "synthetic synth synthetic* *_synthetic")
}

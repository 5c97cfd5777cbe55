// weir
// SPDX-License-Identifier: Apache-2.0

import ContentScan
import Detection
import Digest
import EventModel
import LogFormats

/// What the settings say of a lane's records.
package struct MovementSettings: Equatable, Sendable {
    package var estate = Estate()
    /// What the operator adds to the lexicon of markers.
    package var lexicon: [MarkerLexicon.Entry] = []
    /// What the source's records are, where the line does not say.
    package var environment = DataEnvironment.unknown
    /// What free texts are scanned for.
    package var scan = ScanOptions()

    package init() {}
}

/// Turns what a line states of its records, and what the estate says of its endpoint and object, into a ``DataMovement``.
///
/// Runs on the reader's thread. What words mean is remembered for words seen lately, because a log has few of them. State: about 100 KB.
struct MovementReader: ~Copyable {
    private let index: EstateIndex
    private let lexicon: MarkerLexicon
    private let sourceEnvironment: DataEnvironment
    private let key: UInt64
    /// Sessions are people's, and compared within a quarter hour.
    private var sessionKeys: EpochSecrets<UInt64>
    private var scanner: ContentScanner
    private var identifiers: IdentifierReader
    /// Bytes of a text that are scanned.
    private static let longestText = 65_536
    /// What the names of the value directory mean; by number.
    private var meanings: [NameMeaning] = [NameMeaning(), NameMeaning()]
    /// Whether the values mean something, so that most events need no look at what: as whatever they are 1, as endpoints also 2.
    private var areMeant: [UInt8] = [0, 0]
    private var memo: [MemoEntry]
    /// What destinations and regions mean, by the hash of their text; forgotten as a whole when it is full.
    private var places: [UInt64: Place] = [:]
    private static let placeLimit = 4096
    private var standings: [Edge: EstateIndex.Standing] = [:]
    private var standingsHour = Int64.min

    private struct Edge: Hashable {
        var dataClass: DataClass
        var from: String?
        var to: String?
        var fromEnvironment: DataEnvironment
        var toEnvironment: DataEnvironment
    }
    /// What the estate says of accounts, by number.
    private var people: [UInt32: DataMovement.Traits] = [:]

    /// What an endpoint or object is in the estate.
    struct NameMeaning {
        /// Its store plus one; 0 is none.
        var store: UInt16 = 0
        var dataClass = DataClass.unknown
        var traits: DataMovement.Traits = []
        var isCheckout = false
    }

    /// A destination or region in the estate.
    private struct Place {
        var name: String
        var environment = DataEnvironment.unknown
        var region: String?
        var isKnown = false
    }

    private struct MemoEntry {
        var hash: UInt64 = 0
        var value: UInt64 = 0
    }

    /// What has to be looked up or added in the lane's value directory.
    struct Names {
        var from: String?
        var to: String?
        var fromRegion: String?
        var toRegion: String?
    }

    init(_ settings: MovementSettings, pseudonymKey: [UInt8], epochs: any EpochKeys) {
        index = EstateIndex(settings.estate.naming { Pseudonym.text(Array($0.utf8), key: pseudonymKey) })
        lexicon = MarkerLexicon(settings.lexicon)
        sourceEnvironment = settings.environment
        scanner = ContentScanner(settings.scan)
        identifiers = IdentifierReader(epochs: epochs)
        key = WordKey.of("weir movements 1", key: pseudonymKey)
        sessionKeys = EpochSecrets(epochs) { WordKey.of("weir movements 1", key: $0) }
        memo = Array(repeating: MemoEntry(), count: 2048)
    }

    /// Takes up the name of the directory's next value.
    mutating func learn(_ name: String) {
        var meaning = NameMeaning()
        meaning.dataClass = lexicon.dataClass(ofName: Array(name.utf8))
        if !index.isEmpty {
            if let store = index.store(ofObject: name) ?? index.store(ofEndpoint: name) {
                meaning.store = UInt16(store + 1)
                meaning.dataClass = index.estate.stores[store].dataClass
            }
            if index.isSensitive(object: name) { meaning.traits.insert(.sensitive) }
            if index.isAssistant(endpoint: name) { meaning.traits.insert(.answer) }
            meaning.isCheckout = index.isCheckout(endpoint: name)
        }
        meanings.append(meaning)
        let isAny = meaning.store != 0 || !meaning.traits.isEmpty || meaning.dataClass != .unknown
        areMeant.append((isAny ? 1 : 0) | (meaning.isCheckout ? 2 : 0))
    }

    /// Whether endpoint or object of an event mean something, so that it has a movement though its line states none.
    @inline(__always)
    func means(_ endpoint: ValueID, _ object: ValueID) -> Bool {
        (areMeant[Int(endpoint.rawValue)] | areMeant[Int(object.rawValue)] & 1) != 0
    }

    // MARK: Reading

    /// Reads one event. The numbers of the systems and jurisdictions that it names are the caller's to fill in.
    mutating func read(
        _ line: DecodedLine, _ stated: LineMovement, account: AccountID, name: String, endpoint: ValueID,
        object: ValueID, item: TextRange?, bytes: PaddedBytes, scratch: PaddedBytes
    ) -> (DataMovement, Names) {
        var movement = DataMovement()
        var names = Names()
        func text(_ key: LineMovement.Key) -> (PaddedBytes, TextRange)? {
            let range = stated[key]
            return range.isEmpty ? nil : (range.isScratch ? scratch : bytes, range)
        }
        let (byEndpoint, byObject) = (meanings[Int(endpoint.rawValue)], meanings[Int(object.rawValue)])
        let storeNumber = byObject.store != 0 ? byObject.store : byEndpoint.store
        let store = storeNumber == 0 ? nil : Int(storeNumber) - 1
        let system = store.flatMap { index.system(ofStore: $0) }
        movement.traits = byEndpoint.traits.union(byObject.traits).union(traits(of: account, name, kind: line.kind, at: line.time))
        let isWrite = !line.operation.movesDataOut
        if line.operation == .webhook { movement.traits.insert(.webhook) }
        if line.operation == .write { movement.traits.insert(.write) }
        if byEndpoint.isCheckout && !isWrite, let store, !index.mayCheckoutRead(store) { movement.traits.insert(.checkoutBreach) }

        movement.environment = text(.env).map { environment($0) } ?? .unknown
        if movement.environment == .unknown { movement.environment = system?.environment ?? .unknown }
        if movement.environment == .unknown { movement.environment = sourceEnvironment }
        movement.synthetic = text(.synthetic).map { marker($0, .synthetic) } ?? .unstated
        movement.disclosed = text(.disclosed).map { marker($0, .disclosed) } ?? .unstated
        movement.flow.dataClass = dataClass(
            stated: text(.dataClass).map { DataClass(rawValue: UInt8(memoised($0, .dataClass))) ?? .unknown } ?? .unknown,
            byName: byObject.dataClass != .unknown ? byObject.dataClass : byEndpoint.dataClass, movement)
        let scheme = text(.scheme)
        movement.transport = transport(text(.tls), scheme)
        if scheme != nil || movement.transport == .plain { movement.traits.insert(.encryptionStated) }
        if movement.transport != .unknown && movement.transport < index.estate.weakestTransport { movement.traits.insert(.weakTransport) }
        if let (bytes, range) = text(.provenance) {
            (movement.provenance, _) = hash(bytes, range)
            if !MovementReader.isContentHash(bytes, range) { movement.traits.insert(.malformedHash) }
        }
        if let (bytes, range) = text(.parent) { (movement.parent, _) = hash(bytes, range) }
        if let (bytes, range) = text(.session) {
            movement.session = max(bytes.hash(from: Int(range.start), count: range.count, key: sessionKeys.secret(at: line.time)), 1)
        }
        if let (bytes, range) = text(.text) { scan(bytes, range, at: line.time, &movement) }
        if let item, item.count >= 15, movement.side != nil, movement.flow.dataClass != .aiContent {
            movement.record = identifiers.record(item.isScratch ? scratch : bytes, item, at: line.time)
        }
        follow(&movement, &names, isWrite: isWrite, at: line.time, system: system, text)
        return (movement, names)
    }

    /// Counts the personal data of a free text, and hashes identifiers. No byte of it goes on.
    private mutating func scan(_ bytes: PaddedBytes, _ range: TextRange, at time: EventTime, _ movement: inout DataMovement) {
        movement.traits.insert(.scanned)
        let start = Int(range.start)
        let text = bytes.copy(start..<start + min(range.count, MovementReader.longestText))
        scanner.scan(text.span)
        guard scanner.counts.total > 0 else { return }
        for type in PersonalDataType.allCases {
            let genuine = scanner.counts.genuine(type)
            guard genuine > 0 else { continue }
            movement.personal.kinds |= PersonalDataTypes(type).rawValue
            movement.personal.count = UInt16(clamping: UInt32(movement.personal.count) + min(genuine, 65_535))
        }
        // A form alone, without a key beside it, proves nothing.
        let certain = scanner.matches.count { $0.type.isConclusive && !$0.isReserved && $0.confidence > 0.5 }
        movement.personal.certain = UInt16(clamping: certain)
        if movement.side != nil { identifiers.read(scanner.matches, in: text.span, at: time, into: &movement.identifiers) }
    }

    /// Where the records came from and where they went.
    private mutating func follow(
        _ movement: inout DataMovement, _ names: inout Names, isWrite: Bool, at time: EventTime, system: Estate.System?,
        _ text: (LineMovement.Key) -> (PaddedBytes, TextRange)?
    ) {
        let region = text(.region).map { self.region($0).name } ?? (system?.region).flatMap { $0.isEmpty ? nil : $0 }
        let here = (system: system?.name, environment: movement.environment)
        if isWrite {
            // The source of what is written is not in the log: the account brought it.
            guard movement.traits.contains(.write) else { return }
            movement.flow.toEnvironment = here.environment
            names.to = system?.name
            names.toRegion = region
            if system != nil { movement.traits.insert(.knownDestination) }
            guard here.environment != .unknown || names.to != nil || names.toRegion != nil else { return }
            note(standing(movement.flow.dataClass, from: (nil, .unknown), to: here, at: time), &movement)
            return
        }
        movement.flow.fromEnvironment = here.environment
        names.from = system?.name
        names.fromRegion = region
        let place = text(.dest).map { destination($0) }
        movement.flow.toEnvironment = text(.destEnv).map { environment($0) } ?? .unknown
        if movement.flow.toEnvironment == .unknown { movement.flow.toEnvironment = place?.environment ?? .unknown }
        let there = place?.name
        names.to = there
        if place?.isKnown == true { movement.traits.insert(.knownDestination) }
        names.toRegion = text(.destRegion).map { self.region($0).name } ?? place?.region
        guard movement.flow.toEnvironment != .unknown || names.to != nil || names.toRegion != nil else { return }
        let to = (system: there, environment: movement.flow.toEnvironment)
        note(standing(movement.flow.dataClass, from: here, to: to, at: time), &movement)
    }

    /// Remembered for the hour: declarations begin and end with one.
    private mutating func standing(
        _ dataClass: DataClass, from: (system: String?, environment: DataEnvironment), to: (system: String?, environment: DataEnvironment),
        at time: EventTime
    ) -> EstateIndex.Standing {
        let hour = time.milliseconds / 3_600_000
        if hour != standingsHour {
            standings.removeAll(keepingCapacity: true)
            standingsHour = hour
        }
        let edge = Edge(
            dataClass: dataClass, from: from.system, to: to.system, fromEnvironment: from.environment, toEnvironment: to.environment)
        if let known = standings[edge] { return known }
        let standing = index.standing(dataClass, from: from, to: to, at: EventTime(milliseconds: hour * 3_600_000))
        if standings.count < MovementReader.placeLimit { standings[edge] = standing }
        return standing
    }

    private func note(_ standing: EstateIndex.Standing, _ movement: inout DataMovement) {
        switch standing {
        case .declared: movement.traits.insert(.declared)
        case .expired: movement.traits.insert(.expired)
        case .undeclared: break
        }
    }

    /// A stated class goes before a label, a label before what the name says, and that before the environment's.
    private func dataClass(stated: DataClass, byName: DataClass, _ movement: DataMovement) -> DataClass {
        if stated != .unknown { return stated }
        if movement.synthetic == .yes { return byName == .aiContent ? .aiContent : .synthetic }
        if byName != .unknown { return byName }
        if movement.traits.contains(.answer) { return .aiContent }
        return movement.synthetic == .no && movement.environment == .production ? .customer : .unknown
    }

    private mutating func traits(of account: AccountID, _ name: String, kind: AccountKind, at time: EventTime) -> DataMovement.Traits {
        var traits: DataMovement.Traits = kind == .human ? .person : []
        guard !index.isEmpty else { return traits }
        if let known = people[account.rawValue] {
            traits.formUnion(known)
            if !known.contains(.allowedBoth) { return traits }
        } else {
            var fixed: DataMovement.Traits = index.isGenerator(name) ? .generator : []
            if index.isSyntheticAdmin(name) || index.mayUseBoth(name, at: EventTime(milliseconds: 0)) { fixed.insert(.allowedBoth) }
            people[account.rawValue] = fixed
            traits.formUnion(fixed)
        }
        // An allowance ends on its day.
        if traits.contains(.allowedBoth) && !index.isSyntheticAdmin(name) && !index.mayUseBoth(name, at: time) {
            traits.remove(.allowedBoth)
        }
        return traits
    }

    // MARK: Words

    private mutating func place(_ text: (PaddedBytes, TextRange), _ salt: UInt64, _ make: (String) -> Place) -> Place {
        let hash = text.0.hash(from: Int(text.1.start), count: text.1.count, key: key &+ salt)
        if let known = places[hash] { return known }
        let place = make(MovementReader.string(text))
        // Full of what somebody made up, it would slow down everybody else's for ever.
        if places.count >= MovementReader.placeLimit { places.removeAll(keepingCapacity: true) }
        places[hash] = place
        return place
    }

    private mutating func destination(_ text: (PaddedBytes, TextRange)) -> Place {
        let index = self.index
        return place(text, 101) { name in
            guard let system = index.system(name) else { return Place(name: EstateIndex.host(name)) }
            return Place(
                name: system.name, environment: system.environment, region: system.region.isEmpty ? nil : index.jurisdiction(system.region),
                isKnown: true)
        }
    }

    private mutating func region(_ text: (PaddedBytes, TextRange)) -> Place {
        let index = self.index
        return place(text, 102) { Place(name: index.jurisdiction($0)) }
    }

    private mutating func environment(_ text: (PaddedBytes, TextRange)) -> DataEnvironment {
        DataEnvironment(rawValue: UInt8(truncatingIfNeeded: memoised(text, .env))) ?? .unknown
    }

    private mutating func marker(_ text: (PaddedBytes, TextRange), _ key: MarkerLexicon.Key) -> Marker {
        Marker(rawValue: UInt8(truncatingIfNeeded: memoised(text, key))) ?? .unstated
    }

    private mutating func memoised(_ text: (PaddedBytes, TextRange), _ key: MarkerLexicon.Key) -> UInt64 {
        let (bytes, range) = text
        let hash = bytes.hash(from: Int(range.start), count: range.count, key: self.key &+ UInt64(key.rawValue)) | 1
        let slot = Int(truncatingIfNeeded: hash >> 8) & 2047
        if memo[slot].hash == hash { return memo[slot].value }
        let copy = bytes.copy(Int(range.start)..<Int(range.start) + min(range.count, MarkerLexicon.longest))
        let value: UInt8
        switch key {
        case .env: value = lexicon.environment(copy).rawValue
        case .dataClass, .name: value = lexicon.dataClass(copy).rawValue
        case .synthetic: value = lexicon.synthetic(copy).rawValue
        case .disclosed: value = lexicon.disclosed(copy).rawValue
        }
        memo[slot] = MemoEntry(hash: hash, value: UInt64(value))
        return UInt64(value)
    }

    private func hash(_ bytes: PaddedBytes, _ range: TextRange) -> (UInt64, Int) {
        (max(bytes.hash(from: Int(range.start), count: range.count, key: key), 1), range.count)
    }

    /// Hexadecimal of 16 bytes or more, with or without the name of its function before a colon.
    private static func isContentHash(_ bytes: PaddedBytes, _ range: TextRange) -> Bool {
        var start = Int(range.start)
        let end = start + range.count
        let colon = bytes.firstIndex(of: UInt8(ascii: ":"), from: start, to: end)
        if colon < end { start = colon + 1 }
        guard end - start >= 32, (end - start) % 2 == 0, end - start <= 256 else { return false }
        for position in start..<end {
            switch bytes[position] {
            case 0x30...0x39, 0x41...0x46, 0x61...0x66: continue
            default: return false
            }
        }
        return true
    }

    private static func string(_ text: (PaddedBytes, TextRange)) -> String {
        let (bytes, range) = text
        return String(decoding: bytes.copy(Int(range.start)..<Int(range.start) + min(range.count, 200)), as: UTF8.self)
    }

    private mutating func transport(_ tls: (PaddedBytes, TextRange)?, _ scheme: (PaddedBytes, TextRange)?) -> TransportSecurity {
        if let tls {
            let hash = tls.0.hash(from: Int(tls.1.start), count: tls.1.count, key: key &+ 103) | 1
            let slot = Int(truncatingIfNeeded: hash >> 8) & 2047
            if memo[slot].hash == hash { return TransportSecurity(rawValue: UInt8(truncatingIfNeeded: memo[slot].value)) ?? .unknown }
            let version = MovementReader.version(MovementReader.string(tls))
            memo[slot] = MemoEntry(hash: hash, value: UInt64(version.rawValue))
            return version
        }
        guard let scheme, scheme.1.count == 4 else { return .unknown }
        return MovementReader.string(scheme).lowercased() == "http" ? .plain : .unknown
    }

    private static func version(_ text: String) -> TransportSecurity {
        switch text.lowercased().filter({ $0.isNumber || $0.isLetter }) {
        case "tlsv13", "tls13", "13": .tls13
        case "tlsv12", "tls12", "12": .tls12
        case "tlsv11", "tls11", "11": .tls11
        case "tlsv1", "tlsv10", "tls10", "tls1", "10": .tls10
        case "sslv3", "ssl3", "sslv2": .ssl3
        case "none", "", "plain": .plain
        default: .unknown
        }
    }
}

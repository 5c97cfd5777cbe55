// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import Digest
import EventModel
import LogFormats

/// Gives names their numbers: decoded lines in, fixed-size events out.
///
/// Runs on the reader's thread, while the bytes are still there. State: the directories; bounded by ``Limits``.
package struct Attribution: ~Copyable {
    /// Bounds on what names from logs may occupy.
    package struct Limits: Equatable, Sendable {
        /// Accounts of a lane; every further name shares one account, which is counted and shown as `(other accounts)`. So does a name that
        /// the ``AdmissionGate`` lets wait.
        package var accounts = 200_000
        /// Endpoint templates and object names of a lane.
        package var values = 16_384
        package init() {}
    }

    var accounts: NameDirectory
    /// Names of people as logs write them, each with the epoch of the event; ``accounts`` holds their pseudonyms. Apart, because a name
    /// that is a person's in one line and a program's in another is two accounts, whichever came first and however often the daemon was
    /// started since.
    var people: NameDirectory
    let epochs: any EpochKeys
    /// The epoch of the last person's event.
    var epoch = Int64.min
    /// What is added to a name's hash in that epoch.
    var epochSalt: UInt64 = 0
    /// Further names of accounts that are there: at most as many as accounts.
    private var furtherNames = 0
    private var values: NameDirectory
    var accountCount: UInt32 = 1
    private var valueCount: UInt32 = 2
    /// Recently seen shapes of paths, and long paths themselves: hash → value, so that a path need not be templated for every event.
    private var pathCache: [PathEntry]
    private var networks = NetworkCache()
    private var shortNames = ShortNameCache()
    /// The numbers of names that no line holds as they are, systems and jurisdictions: up to four come with every movement.
    /// At most ``madeNameLimit``, of up to 600 bytes each.
    private var madeNames: [MadeName: ValueID] = [:]
    private static let madeNameLimit = 4096
    private var template = ChunkBuffer(capacity: 256)
    let limits: Limits
    let pseudonymKey: [UInt8]
    let hashKey: UInt64
    private var details: DetailReader
    private var movements: MovementReader
    private var screen: NameScreen
    let services: ServiceAccounts
    /// Accounts that they name.
    var declared: Set<UInt32> = []
    var canaries: CanaryWatch
    /// Accounts by number, as the estate's settings are made to name them: what these say of one is looked up by its name. People under
    /// the installation's key, whatever the epoch.
    var accountNames = [Attribution.overflowName]
    private var gate = AdmissionGate()
    /// Under which names are hashed for the gate: from secrets, because the gate's memory is part of a checkpoint. Those of people, like
    /// their pseudonyms, from that of the event's epoch.
    private let gateKey: UInt64
    var gateKeys: EpochSecrets<UInt64>

    private struct PathEntry {
        var hash: UInt64
        var value: ValueID
    }

    package static let overflowName = "(other accounts)"

    /// - Parameters:
    ///   - pseudonymKey: the installation's secret, under which everything is hashed that stays in the state and is no name of a person.
    ///   - epochs: the keys under which names of people become pseudonyms; the installation's secret at all times by default.
    ///   - hashKey: the key of the tables; random in a daemon. It has no influence on any result.
    ///   - canaries: accounts, endpoints, objects and items that nobody has a reason to touch.
    package init(
        limits: Limits = Limits(), pseudonymKey: [UInt8], epochs: (any EpochKeys)? = nil, hashKey: UInt64, canaries: [String] = [],
        movements: MovementSettings = MovementSettings(), services: ServiceAccounts = ServiceAccounts()
    ) {
        self.services = services
        self.epochs = epochs ?? LoneKey(pseudonymKey)
        self.limits = limits
        self.pseudonymKey = pseudonymKey
        self.hashKey = hashKey
        details = DetailReader(pseudonymKey: pseudonymKey, epochs: self.epochs, canaries: canaries)
        self.movements = MovementReader(movements, pseudonymKey: pseudonymKey, epochs: self.epochs)
        screen = NameScreen(movements.scan)
        self.canaries = CanaryWatch(canaries, hashKey: hashKey)
        gateKey = WordKey.of("admission of names", key: pseudonymKey)
        gateKeys = EpochSecrets(self.epochs) { WordKey.of("admission of names", key: $0) }
        accounts = NameDirectory(key: hashKey)
        people = NameDirectory(key: hashKey)
        values = NameDirectory(key: hashKey)
        pathCache = Array(repeating: PathEntry(hash: 0, value: .unknown), count: 4096)
    }

    /// Takes up the names of a checkpoint, in the order of their numbers; the first account is the shared overflow account.
    package mutating func resume(accountNames: [String], comingNames: [Naming] = [], valueNames: [String], gate: AdmissionGate) {
        self.gate = gate
        for name in accountNames.dropFirst() { resumeAccount(Array(name.utf8)) }
        for naming in comingNames { addName(Array(naming.name.utf8), of: naming.account.rawValue) }
        for name in valueNames { addValue(Array(name.utf8)) }
    }

    /// Turns lines `range` of a decoded chunk into events of `batch`.
    package mutating func attribute(
        _ lines: DecodedLines, _ range: Range<Int>, bytes: PaddedBytes, scratch: PaddedBytes, stream: UInt32, chunkOffset: UInt64,
        into batch: inout EventBatch
    ) {
        for index in range {
            let line = lines.lines[index]
            let account = self.account(line, line.account.isScratch ? scratch : bytes, &batch)
            // Whether the path ends where it is cut: then it has no query string to look into.
            var isPlain = true
            let endpoint =
                line.endpoint.isEmpty ? .unknown : self.endpoint(line.endpoint, line.endpoint.isScratch ? scratch : bytes, &isPlain, &batch)
            let object = line.object.isEmpty ? .unknown : self.object(line.object, line.object.isScratch ? scratch : bytes, &batch)
            var presence = line.presence
            if presence.contains(.detail) {
                batch.details.append(details.read(lines.details[Int(line.detail)], at: line.time, bytes: bytes, scratch: scratch))
            }
            if !isPlain, line.operation.movesDataOut,
                let position = Attribution.position(line.endpoint, line.endpoint.isScratch ? scratch : bytes)
            {
                if !presence.contains(.detail) { batch.details.append(EventDetail()) }
                batch.details[batch.details.count - 1].position = position
                presence.insert(.detail)
            }
            if canaries.isAny && canaries.areTouched(by: account, endpoint, line.endpoint, line.endpoint.isScratch ? scratch : bytes) {
                if !presence.contains(.detail) { batch.details.append(EventDetail()) }
                batch.details[batch.details.count - 1].traits.insert(.canary)
                presence.insert(.detail)
            }
            if presence.contains(.movement) || movements.means(endpoint, object) {
                presence.insert(.movement)
                movement(lines, index, account, endpoint, object, bytes: bytes, scratch: scratch, into: &batch)
            }
            let network =
                line.address.isEmpty
                ? .unknown
                : networks.network(line.address.isScratch ? scratch : bytes, Int(line.address.start), line.address.count)
            batch.events.append(
                AccessEvent(
                    time: line.time, rows: line.rows, bytes: line.bytes, offset: chunkOffset + UInt64(line.start), rowKey: line.rowKey,
                    account: account, stream: stream, endpoint: endpoint, object: object, network: network, status: line.status,
                    operation: line.operation, presence: presence))
        }
    }

    @inline(__always)
    private static func position(_ text: TextRange, _ bytes: PaddedBytes) -> UInt64? {
        ListingPosition.read(bytes, from: Int(text.start), to: Int(text.start) + text.count)
    }

    @inline(never)
    private mutating func movement(
        _ lines: DecodedLines, _ index: Int, _ account: AccountID, _ endpoint: ValueID, _ object: ValueID, bytes: PaddedBytes,
        scratch: PaddedBytes, into batch: inout EventBatch
    ) {
        var line = lines.lines[index]
        if line.kind == .human && services.declare(Array(accountNames[Int(account.rawValue)].utf8)) { line.kind = .service }
        let stated = line.presence.contains(.movement) ? lines.movements[Int(line.movement)] : LineMovement()
        var (movement, names) = movements.read(
            line, stated, account: account, name: accountNames[Int(account.rawValue)], endpoint: endpoint, object: object,
            item: line.presence.contains(.detail) ? lines.details[Int(line.detail)].item : nil, bytes: bytes, scratch: scratch)
        if let name = names.from { movement.flow.from = value(name, &batch) }
        if let name = names.to { movement.flow.to = value(name, &batch) }
        if let name = names.fromRegion { movement.flow.fromRegion = value(name, &batch) }
        if let name = names.toRegion { movement.flow.toRegion = value(name, &batch) }
        batch.movements.append(movement)
    }

    /// The number of a name that no line holds as it is.
    private mutating func value(_ name: String, _ batch: inout EventBatch) -> ValueID {
        let made = MadeName(text: name)
        if let known = madeNames[made] { return known }
        let value = newMadeValue(name, &batch)
        // As with destinations: full of what somebody made up, it would slow down everybody else's for ever.
        if madeNames.count >= Attribution.madeNameLimit { madeNames.removeAll(keepingCapacity: true) }
        madeNames[made] = value
        return value
    }

    private mutating func newMadeValue(_ name: String, _ batch: inout EventBatch) -> ValueID {
        let text = Array(name.utf8.prefix(EndpointTemplate.limit))
        guard !text.isEmpty else { return .unknown }
        let hash = ChunkBuffer(text).withBytes { $0.hash(from: 0, count: text.count, key: hashKey) }
        if let number = ChunkBuffer(text).withBytes({ values.find($0, 0, text.count, hash: hash) }) {
            return ValueID(rawValue: UInt16(truncatingIfNeeded: number))
        }
        return newValue(text, hash: hash, &batch)
    }

    @inline(__always)
    private mutating func account(_ line: DecodedLine, _ bytes: PaddedBytes, _ batch: inout EventBatch) -> AccountID {
        let start = Int(line.account.start)
        let count = line.account.count
        let hash = accounts.hash(bytes, start, count)
        if line.kind == .human { return person(line, bytes, hash: hash, &batch) }
        if let known = accounts.find(bytes, start, count, hash: hash) { return AccountID(rawValue: known) }
        return newAccount(line, bytes, hash: hash, &batch)
    }

    private mutating func newAccount(_ line: DecodedLine, _ bytes: PaddedBytes, hash: UInt64, _ batch: inout EventBatch) -> AccountID {
        let start = Int(line.account.start)
        // Names that are personal data are not in the table of the others, and come by here with every event.
        let salted = hash ^ salt(line)
        if let known = people.find(bytes, start, line.account.count, hash: salted) { return AccountID(rawValue: known) }
        let raw = bytes.copy(start..<start + line.account.count)
        if (raw.contains(UInt8(ascii: "@")) || screen.isPersonal(raw)) && !services.declare(raw) {
            return newPerson(line, bytes, raw, hash: salted, &batch)
        }
        return newProgram(line, bytes, raw, hash: hash, &batch)
    }

    /// A program that is met for the first time.
    mutating func newProgram(
        _ line: DecodedLine, _ bytes: PaddedBytes, _ raw: [UInt8], hash: UInt64, _ batch: inout EventBatch
    ) -> AccountID {
        let shown = shownName(raw)
        let shownHash = ChunkBuffer(shown).withBytes { $0.hash(from: 0, count: shown.count, key: hashKey) }
        if shown != raw, let number = ChunkBuffer(shown).withBytes({ accounts.find($0, 0, shown.count, hash: shownHash) }) {
            // The same over-long name under the name that a checkpoint kept. Not remembered beyond the limit: names are free.
            if Int(accountCount) < limits.accounts { accounts.insert(raw, hash: hash, number: number) }
            return AccountID(rawValue: number)
        }
        guard Int(accountCount) < limits.accounts, mayEnter(line, bytes, key: gateKey, &batch) else { return .overflow }
        let number = accountCount
        accountCount += 1
        accounts.insert(raw, hash: hash, number: number)
        if shown != raw { accounts.insert(shown, hash: shownHash, number: number) }
        batch.newAccounts.append(String(decoding: shown, as: UTF8.self))
        accountNames.append(String(decoding: shown, as: UTF8.self))
        return AccountID(rawValue: number)
    }

    /// Asks the gate, and tells the core what it was asked.
    mutating func mayEnter(_ line: DecodedLine, _ bytes: PaddedBytes, key: UInt64, _ batch: inout EventBatch) -> Bool {
        var name = bytes.hash(from: Int(line.account.start), count: line.account.count, key: key)
        // A person and a program of one name are two. 0 is no name.
        if line.kind == .human { name = ~name }
        let request = AdmissionGate.Request(
            name: max(name, 1), bucket: BucketGrid.number(of: line.time), rows: line.operation.movesDataOut ? line.rows : 0)
        batch.admissions.append(request)
        return gate.admit(request)
    }

    /// The name of a program as everybody may see it: what is too long or not text gets a hash for its identity.
    private func shownName(_ raw: [UInt8]) -> [UInt8] {
        let repaired = Array(String(decoding: raw, as: UTF8.self).utf8)
        guard repaired != raw || raw.count > 200 else { return raw }
        let identity = Hexadecimal.text(Array(HMACSHA256.code(for: raw, key: pseudonymKey).prefix(6)))
        return Array(String(decoding: raw.prefix(160), as: UTF8.self).utf8) + Array("#\(identity)".utf8)
    }

    /// A name that settings of an earlier run called a program's, and these do not, is nobody's from now on.
    private mutating func resumeAccount(_ name: [UInt8]) {
        guard name.contains(UInt8(ascii: "@")) else { return addAccount(name) }
        guard services.declare(name) else {
            accountNames.append(String(decoding: name, as: UTF8.self))
            accountCount += 1
            return
        }
        declared.insert(accountCount)
        addAccount(name)
    }

    mutating func addAccount(_ name: [UInt8]) {
        let hash = ChunkBuffer(name).withBytes { $0.hash(from: 0, count: name.count, key: hashKey) }
        accounts.insert(name, hash: hash, number: accountCount)
        accountNames.append(String(decoding: name, as: UTF8.self))
        accountCount += 1
    }

    /// One more name of an account that is there. Beyond the limit it is looked for anew with each event: names are free.
    mutating func addName(_ name: [UInt8], of number: UInt32) {
        guard furtherNames < limits.accounts else { return }
        furtherNames += 1
        let hash = ChunkBuffer(name).withBytes { $0.hash(from: 0, count: name.count, key: hashKey) }
        if ChunkBuffer(name).withBytes({ accounts.find($0, 0, name.count, hash: hash) }) == nil {
            accounts.insert(name, hash: hash, number: number)
        }
    }

    private mutating func addValue(_ name: [UInt8]) {
        let hash = ChunkBuffer(name).withBytes { $0.hash(from: 0, count: name.count, key: hashKey) }
        values.insert(name, hash: hash, number: valueCount)
        movements.learn(String(decoding: name, as: UTF8.self))
        canaries.learn(name, valueCount)
        valueCount += 1
    }

    @inline(__always)
    private mutating func object(_ text: TextRange, _ bytes: PaddedBytes, _ batch: inout EventBatch) -> ValueID {
        let start = Int(text.start)
        let count = min(text.count, EndpointTemplate.limit)
        if let known = shortNames.find(bytes, start, count) { return known }
        let hash = values.hash(bytes, start, count)
        if let number = values.find(bytes, start, count, hash: hash) {
            let value = ValueID(rawValue: UInt16(truncatingIfNeeded: number))
            shortNames.note(bytes, start, count, value)
            return value
        }
        return newValue(bytes.copy(start..<start + count), hash: hash, &batch)
    }

    @inline(__always)
    private mutating func endpoint(_ text: TextRange, _ bytes: PaddedBytes, _ isPlain: inout Bool, _ batch: inout EventBatch) -> ValueID {
        let start = Int(text.start)
        var hash: UInt64
        if text.count <= EndpointTemplate.longestShape {
            (hash, isPlain) = EndpointTemplate.shape(bytes, start, text.count, key: hashKey)
        } else {
            hash = bytes.hash(from: start, count: text.count, key: hashKey)
            isPlain = false
        }
        hash |= 1
        let slot = Int(truncatingIfNeeded: hash >> 8) & 4095
        if pathCache[slot].hash == hash { return pathCache[slot].value }
        let value = templated(bytes, start, text.count, &batch)
        pathCache[slot] = PathEntry(hash: hash, value: value)
        return value
    }

    private mutating func templated(_ bytes: PaddedBytes, _ start: Int, _ count: Int, _ batch: inout EventBatch) -> ValueID {
        template.removeAll()
        EndpointTemplate.append(bytes, start, start + count, to: &template)
        let length = template.count
        guard length > 0 else { return .unknown }
        let (hash, known) = template.withBytes { name in
            let hash = values.hash(name, 0, length)
            return (hash, values.find(name, 0, length, hash: hash))
        }
        if let known { return ValueID(rawValue: UInt16(truncatingIfNeeded: known)) }
        return newValue(template.withBytes { $0.copy(0..<length) }, hash: hash, &batch)
    }

    private mutating func newValue(_ name: [UInt8], hash: UInt64, _ batch: inout EventBatch) -> ValueID {
        // A checkpoint keeps text: bytes that are none must find the same value before a restart and after it.
        let text = screen.screened(Array(String(decoding: name, as: UTF8.self).utf8))
        if text != name {
            let textHash = ChunkBuffer(text).withBytes { $0.hash(from: 0, count: text.count, key: hashKey) }
            if let number = ChunkBuffer(text).withBytes({ values.find($0, 0, text.count, hash: textHash) }) {
                return ValueID(rawValue: UInt16(truncatingIfNeeded: number))
            }
            return newValue(text, hash: textHash, &batch)
        }
        guard Int(valueCount) < limits.values else { return .overflow }
        let number = valueCount
        canaries.learn(name, number)
        valueCount += 1
        values.insert(name, hash: hash, number: number)
        batch.newValues.append(String(decoding: name, as: UTF8.self))
        movements.learn(String(decoding: name, as: UTF8.self))
        return ValueID(rawValue: UInt16(truncatingIfNeeded: number))
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What a format, with its options, makes of a sample of a log.
public struct FormatTrial: Sendable {
    /// An event of the sample as it may be shown: names as shapes (see ``MaskedExample``), numbers as they are.
    public struct Event: Equatable, Sendable {
        public var time: EventTime
        public var account: String
        public var operation: Operation
        public var endpoint: String
        public var object: String
        public var address: String
        public var status: UInt16
        public var rows: UInt64?
        public var bytes: UInt64?
    }

    /// Events that are kept to be shown.
    public static let shown = 5

    /// The format's name.
    public let format: String
    /// The options it was tried with.
    public let options: FormatOptions
    /// Whether a column stands for the account that the log does not name.
    public internal(set) var hasStandIn = false
    /// Of the keys that every event needs, those for which no name in the log was known.
    public internal(set) var lacks: [String] = []
    /// Lines have the shape of the format, whether or not it finds what it needs in them.
    public internal(set) var hasShape = false
    /// The log lacks keys that the format's own logs have: it is another product's.
    public internal(set) var isForeign = false
    /// The log's objects have most of the keys of the format's example.
    var hasKeys = false
    /// Events that were understood.
    public private(set) var events = 0
    /// Lines that are none of the format's business, or name no account.
    public private(set) var ignored = 0
    /// Lines that were refused, by reason.
    public private(set) var refused: [MalformedReason: Int] = [:]
    /// A masked refused line.
    public private(set) var example: String?
    /// Events that state each of weir's keys, those that none states left out.
    public private(set) var stated: [String: Int] = [:]
    /// Different accounts.
    public private(set) var accounts = 0
    /// The first events.
    public private(set) var samples: [Event] = []

    private var names: Set<[UInt8]> = []
    /// The format reads JSON objects, and may step over any of them.
    private let readsObjects: Bool

    /// Tries a format on a sample that ends with a line.
    ///
    /// Complexity: O(bytes). Throws: ``FormatOptionsError`` when the format cannot use the options.
    init(_ type: any LineFormat.Type, _ options: FormatOptions, on bytes: borrowing ChunkBuffer) throws(FormatOptionsError) {
        format = type.descriptor.name
        readsObjects = type.descriptor.example.first == "{"
        self.options = options
        var decoder = try FormatCatalog.decoder(of: type, options: options)
        var lines = DecodedLines()
        var position = 0
        let end = bytes.count
        while position < end {
            lines.removeAll()
            let next = bytes.withBytes { window in
                let next = decoder.decode(window, from: position, isFinal: true, into: &lines)
                take(lines, window)
                return next
            }
            guard next > position else { break }
            position = next
        }
        accounts = names.count
        names = []
    }

    /// Lines of either kind.
    public var total: Int { events + ignored + refusedTotal }
    /// Refused lines. A repeated key is counted beside its line, which was understood.
    public var refusedTotal: Int { refused.reduce(0) { $1.key == .duplicateKey ? $0 : $0 + $1.value } }
    /// The share of lines that were understood, ignored ones among them.
    public var understood: Double { total == 0 ? 0 : Double(events + ignored) / Double(total) }
    /// Whether the format is one for the log: it understands enough of it, and what it steps over has the shape of its lines. Objects that
    /// are only stepped over may be anybody's.
    public var fits: Bool {
        !isForeign && understood >= FormatDetection.threshold && (events > 0 || (ignored > 0 && !readsObjects))
    }
    /// Whether an address for the account makes events of enough: of half of the lines or, where the format knows its records by their
    /// keys, of those among objects that are another logger's.
    func isWorth(of format: FormatDescriptor) -> Bool {
        events * 2 > total || events > 0 && refusedTotal == 0 && !format.marks.isEmpty
    }
    /// The most frequent reason of refused lines, if there are any.
    public var mainReason: MalformedReason? {
        refused.max { ($0.value, $1.key.rawValue) < ($1.value, $0.key.rawValue) }?.key
    }

    private mutating func take(_ lines: DecodedLines, _ bytes: PaddedBytes) {
        func text(_ range: TextRange) -> [UInt8] {
            let place = Int(range.start)..<Int(range.start) + range.count
            return range.isScratch ? Array(lines.scratch[place]) : bytes.copy(place)
        }
        for line in lines.lines {
            events += 1
            if names.count < 100_000 { names.insert(text(line.account)) }
            count("account", true)
            count("ts", true)
            count("endpoint", !line.endpoint.isEmpty)
            count("object", !line.object.isEmpty)
            count("ip", !line.address.isEmpty)
            count("status", line.status != 0)
            count("action", line.operation != .unknown)
            count("rows", line.presence.contains(.rows))
            count("bytes", line.presence.contains(.bytes))
            if line.presence.contains(.detail) { take(lines.details[Int(line.detail)]) }
            if line.presence.contains(.movement) { take(lines.movements[Int(line.movement)]) }
            guard samples.count < FormatTrial.shown else { continue }
            samples.append(
                Event(
                    time: line.time, account: MaskedExample.mask(text(line.account)), operation: line.operation,
                    endpoint: MaskedExample.mask(text(line.endpoint)), object: MaskedExample.mask(text(line.object)),
                    address: MaskedExample.mask(text(line.address)), status: line.status,
                    rows: line.presence.contains(.rows) ? line.rows : nil, bytes: line.presence.contains(.bytes) ? line.bytes : nil))
        }
        ignored += Int(lines.ignored)
        for line in lines.malformed {
            refused[line.reason, default: 0] += 1
            if example == nil { example = MaskedExample.mask(bytes.copy(Int(line.start)..<Int(line.start) + min(Int(line.count), 64))) }
        }
    }

    private mutating func take(_ detail: LineDetail) {
        count("limit_max", detail.limitMax > 0)
        count("job", !detail.job.isEmpty)
        count("agent", !detail.agent.isEmpty)
        count("item", !detail.item.isEmpty)
        count("query", !detail.query.isEmpty)
    }

    private mutating func take(_ movement: LineMovement) {
        for field in JSONField.allCases where field.rawValue >= JSONField.firstMovement.rawValue {
            guard let key = LineMovement.Key(rawValue: Int(field.rawValue - JSONField.firstMovement.rawValue)) else { continue }
            count(field.name, !movement[key].isEmpty)
        }
    }

    private mutating func count(_ key: String, _ isStated: Bool) { if isStated { stated[key, default: 0] += 1 } }
}

// weir
// SPDX-License-Identifier: Apache-2.0

/// What may be read from a record, whichever key it stands under.
enum RecordField: Int, CaseIterable, Sendable {
    // These may be mapped by the settings.
    case ts = 0
    case account, action, method, endpoint, object, status, rows, bytes, ip, agent, job, item, query, limitUsed, limitMax
    case env, dataClass, synthetic, provenance, parent, disclosed, dest, destEnv, destRegion, region, tls, scheme, session, text
    // These are products' own.
    case eventType, eventID, category, readOnly, app, user, userID, userKind, organization, total, rowCount, rowSize, execution, sequence
    case host, service, outcome, requestLine, limitLeft, requestBytes, otherBytes, otherRows, agentic, list, request, report
    case listView, queried, loginID, date, clock

    static let firstMovement = RecordField.env
    static let lastMapped = RecordField.text

    /// The key of a field map, or nil for what cannot be mapped.
    var mapKey: String? {
        guard rawValue <= RecordField.lastMapped.rawValue else { return nil }
        switch self {
        case .limitUsed: return "limit_used"
        case .limitMax: return "limit_max"
        case .dataClass: return "class"
        case .destEnv: return "dest_env"
        case .destRegion: return "dest_region"
        default: return "\(self)"
        }
    }

    /// The keys of a field map.
    static let mapKeys = allCases.compactMap(\.mapKey)
}

/// Where a field stands, the likeliest place first.
struct RecordPlace: Sendable {
    var field: RecordField
    var paths: [String]

    init(_ field: RecordField, _ paths: String...) { self.init(field, paths) }

    init(_ field: RecordField, _ paths: [String]) {
        self.field = field
        self.paths = paths
    }
}

/// Which slots of a record hold which field. Fields may share a place.
struct RecordPlan: Sendable {
    /// The distinct paths, by slot.
    private(set) var paths: [String] = []
    /// The slots of all fields, those of one behind those of another, the likeliest first.
    private(set) var slots: [Int] = []
    /// Where in ``slots`` those of a field are.
    private var ranges: [Range<Int>] = []
    /// The same as sets, by field.
    private var sets: [SlotSet] = []
    /// One bit for each field that the settings place.
    private var mapped: UInt64 = 0
    /// The slots of everything that a record may state of what moved.
    private(set) var movementSlots = SlotSet()

    /// - Parameter map: the settings' `fields`: what they name is looked at before the usual places.
    init(_ places: [RecordPlace], map: [String: String]) {
        var known: [String: Int] = [:]
        for field in RecordField.allCases {
            let first = slots.count
            let named = field.mapKey.flatMap { map[$0] }.map { [$0] } ?? []
            if !named.isEmpty { mapped |= 1 << UInt64(field.rawValue) }
            for path in named + places.filter({ $0.field == field }).flatMap(\.paths) {
                if known[path] == nil {
                    known[path] = paths.count
                    paths.append(path)
                }
                if let slot = known[path] { slots.append(slot) }
            }
            ranges.append(first..<slots.count)
            var set = SlotSet()
            for place in first..<slots.count { set.insert(slots[place]) }
            sets.append(set)
            if field.rawValue >= RecordField.firstMovement.rawValue && field.rawValue <= RecordField.lastMapped.rawValue {
                movementSlots.formUnion(set)
            }
        }
    }

    @inline(__always)
    func range(_ field: RecordField) -> Range<Int> { ranges[field.rawValue] }

    /// Whether the settings say where a field stands.
    @inline(__always)
    func isMapped(_ field: RecordField) -> Bool { mapped & 1 << UInt64(field.rawValue) != 0 }

    /// Where a field may stand.
    @inline(__always)
    func set(_ field: RecordField) -> SlotSet { sets[field.rawValue] }
}

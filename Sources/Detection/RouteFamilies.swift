// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// Which accounts' routes are the same but for the object: a release brings `/api/v3/{object}` to everybody, and each account calls it for
/// objects of its own.
///
/// State: 24 bytes a family, at most ``ValueTable/routeLimit``. Complexity: O(length of the endpoint) for a route's first look, then O(1).
public struct RouteFamilies: Sendable {
    private var users: [UInt64: ValueTable.Users] = [:]
    private var noted: [UInt64] = []
    private var known: [RouteKey: UInt64] = [:]

    public init() {}

    /// The family of a route: its operation, and its endpoint without the segment that names the object.
    mutating func family(_ route: RouteKey, endpoint: String, object: String) -> UInt64 {
        if let family = known[route] { return family }
        // Source: FNV-1a (Fowler, Noll and Vo); the same in every run, because it is part of the state.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        add(route.operation.rawValue)
        for segment in endpoint.split(separator: "/", omittingEmptySubsequences: false) {
            add(UInt8(ascii: "/"))
            if RouteFamilies.names(segment, object) { add(UInt8(ascii: "*")) } else { segment.utf8.forEach(add) }
        }
        // Full of what somebody made up, it would slow down everybody else's for ever.
        if known.count >= ValueTable.routeLimit { known.removeAll(keepingCapacity: true) }
        known[route] = hash
        return hash
    }

    /// Whether a segment is an object's name: as it is, in lower case, or as a plural.
    private static func names(_ segment: Substring, _ object: String) -> Bool {
        let common = zip(segment.lowercased(), object.lowercased()).prefix { $0 == $1 }.count
        return common >= 3 && segment.count - common <= 3 && object.count - common <= 1
    }

    func users(of family: UInt64) -> ValueTable.Users? { users[family] }

    /// See ``ValueTable/noteUser(of:)``.
    mutating func noteUser(of family: UInt64) { noted.append(family) }

    mutating func countNoted(bucket: Int64) {
        noted.sort()
        if users.count + noted.count > ValueTable.routeLimit { users = users.filter { !$0.value.isForgettable(at: bucket) } }
        for family in noted where users[family] != nil || users.count < ValueTable.routeLimit {
            users[family, default: ValueTable.Users(accounts: 0, firstBucket: bucket)].accounts &+= 1
        }
        noted.removeAll(keepingCapacity: true)
    }

    func encode(into writer: inout StateWriter) {
        writer.write(UInt32(users.count))
        for (family, count) in users.sorted(by: { $0.key < $1.key }) {
            writer.write(family)
            writer.write(count.accounts)
            writer.write(count.firstBucket)
        }
    }

    init(from reader: inout StateReader) throws(StateError) {
        let count = try reader.read(UInt32.self)
        guard count <= ValueTable.routeLimit else { throw StateError.implausible("families of routes of a lane") }
        for _ in 0..<count {
            let family: UInt64 = try reader.read()
            users[family] = ValueTable.Users(accounts: try reader.read(), firstBucket: try reader.readBucket())
        }
    }
}

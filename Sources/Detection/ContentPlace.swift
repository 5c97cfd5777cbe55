// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Where content was shown: the route, the store's environment and its system, in one word.
///
/// State: 8 bytes.
public struct ContentPlace: Comparable, Sendable {
    public let rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }

    init(_ route: RouteKey, _ movement: DataMovement) {
        let system = movement.traits.contains(.write) ? movement.flow.to : movement.flow.from
        rawValue = route.rawValue | UInt64(movement.environment.rawValue) << 40 | UInt64(system.rawValue) << 48
    }

    public var route: RouteKey { RouteKey(rawValue: rawValue & 0xFF_FFFF_FFFF) }
    public var environment: DataEnvironment { DataEnvironment(rawValue: UInt8(truncatingIfNeeded: rawValue >> 40)) ?? .unknown }
    public var system: ValueID { ValueID(rawValue: UInt16(truncatingIfNeeded: rawValue >> 48)) }

    public static func < (left: ContentPlace, right: ContentPlace) -> Bool { left.rawValue < right.rawValue }

    /// `read of Draft by /mail-drafts, crm (production)`
    func words(_ values: ValueTable) -> String {
        let store = [system == .unknown ? nil : values.name(system), environment == .unknown ? nil : environment.name].compactMap { $0 }
        return values.words(route) + (store.isEmpty ? "" : ", " + store.joined(separator: " "))
    }
}

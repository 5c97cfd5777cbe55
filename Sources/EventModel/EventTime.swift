// weir
// SPDX-License-Identifier: Apache-2.0

/// An instant in event time: what the log line says, never what the wall clock says.
///
/// Units: milliseconds since 1970-01-01T00:00:00Z.
public struct EventTime: Hashable, Comparable, Sendable {
    public var milliseconds: Int64

    @inline(__always)
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    @inline(__always)
    public static func < (left: EventTime, right: EventTime) -> Bool { left.milliseconds < right.milliseconds }

    @inline(__always)
    public static func + (time: EventTime, span: EventDuration) -> EventTime {
        EventTime(milliseconds: time.milliseconds &+ span.milliseconds)
    }

    @inline(__always)
    public static func - (time: EventTime, span: EventDuration) -> EventTime {
        EventTime(milliseconds: time.milliseconds &- span.milliseconds)
    }

    @inline(__always)
    public static func - (later: EventTime, earlier: EventTime) -> EventDuration {
        EventDuration(milliseconds: later.milliseconds &- earlier.milliseconds)
    }
}

/// A span of event time. Units: milliseconds.
public struct EventDuration: Hashable, Comparable, Sendable {
    public var milliseconds: Int64

    @inline(__always)
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    public static func seconds(_ count: Int64) -> EventDuration { EventDuration(milliseconds: count * 1000) }
    public static func minutes(_ count: Int64) -> EventDuration { EventDuration(milliseconds: count * 60_000) }
    public static func hours(_ count: Int64) -> EventDuration { EventDuration(milliseconds: count * 3_600_000) }
    public static func days(_ count: Int64) -> EventDuration { EventDuration(milliseconds: count * 86_400_000) }

    @inline(__always)
    public static func + (left: EventDuration, right: EventDuration) -> EventDuration {
        EventDuration(milliseconds: left.milliseconds &+ right.milliseconds)
    }

    @inline(__always)
    public static func - (left: EventDuration, right: EventDuration) -> EventDuration {
        EventDuration(milliseconds: left.milliseconds &- right.milliseconds)
    }

    @inline(__always)
    public static func < (left: EventDuration, right: EventDuration) -> Bool { left.milliseconds < right.milliseconds }
}

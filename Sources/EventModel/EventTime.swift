// weir
// SPDX-License-Identifier: Apache-2.0

/// An instant in event time: what the log line says, never what the wall clock says.
///
/// Units: milliseconds since 1970-01-01T00:00:00Z.
public struct EventTime: Hashable, Comparable, Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public var milliseconds: Int64

    /// An instant from its milliseconds.
    @inline(__always)
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Whether the left one is the earlier, or the shorter.
    @inline(__always)
    public static func < (left: EventTime, right: EventTime) -> Bool { left.milliseconds < right.milliseconds }

    /// The instant a span later. Wraps beyond 292 million years.
    @inline(__always)
    public static func + (time: EventTime, span: EventDuration) -> EventTime {
        EventTime(milliseconds: time.milliseconds &+ span.milliseconds)
    }

    /// The instant a span earlier.
    @inline(__always)
    public static func - (time: EventTime, span: EventDuration) -> EventTime {
        EventTime(milliseconds: time.milliseconds &- span.milliseconds)
    }

    /// The span between two instants.
    @inline(__always)
    public static func - (later: EventTime, earlier: EventTime) -> EventDuration {
        EventDuration(milliseconds: later.milliseconds &- earlier.milliseconds)
    }
}

/// A span of event time. Units: milliseconds.
public struct EventDuration: Hashable, Comparable, Sendable {
    /// The length in milliseconds; may be negative.
    public var milliseconds: Int64

    /// A span from its milliseconds.
    @inline(__always)
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// A span of whole seconds.
    public static func seconds(_ count: Int64) -> EventDuration { EventDuration(milliseconds: count * 1000) }
    /// A span of whole minutes.
    public static func minutes(_ count: Int64) -> EventDuration { EventDuration(milliseconds: count * 60_000) }
    /// A span of whole hours.
    public static func hours(_ count: Int64) -> EventDuration { EventDuration(milliseconds: count * 3_600_000) }
    /// A span of days of 24 hours.
    public static func days(_ count: Int64) -> EventDuration { EventDuration(milliseconds: count * 86_400_000) }

    /// Whether the left one is the earlier, or the shorter.
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

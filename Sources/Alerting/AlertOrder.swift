// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Transitions in the order of event time.
///
/// A lane finds some of them late: what a bucket comes to is known when it closes, by which time later ones have opened in others. So
/// they are held until no earlier one can come. What comes at the same time is in the order of ids, and of one alert in that of its life:
/// nothing depends on how the input was read. State: the alerts of the open buckets.
package struct AlertOrder: Sendable {
    private var held: [AlertRecord] = []

    package init() {}

    package mutating func add(_ record: AlertRecord) { held.append(record) }

    /// Hands out, in their order, those of before a time, which no transition to come lies before.
    package mutating func release(before time: EventTime) -> [AlertRecord] {
        guard held.contains(where: { $0.time < time }) else { return [] }
        let ready = held.filter { $0.time < time }
        held.removeAll { $0.time < time }
        return AlertOrder.sorted(ready)
    }

    /// Hands out all that are left.
    package mutating func releaseAll() -> [AlertRecord] {
        defer { held = [] }
        return AlertOrder.sorted(held)
    }

    package static func sorted(_ records: [AlertRecord]) -> [AlertRecord] {
        records.sorted { ($0.time, $0.id, $0.sequence) < ($1.time, $1.id, $1.sequence) }
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel

/// A time at which people expect every account of the lane to do more than usual: a sale, a migration.
///
/// It raises what volume is held against, and mutes nothing: what is unusual beyond it alerts. No baseline learns what it explains.
package struct ExpectedRise: Equatable, Sendable {
    package var name: String
    package var start: EventTime
    /// The first instant behind it.
    package var end: EventTime
    /// How many times the usual amount.
    package var uplift: Double

    package init(name: String, start: EventTime, end: EventTime, uplift: Double) {
        self.name = name
        self.start = start
        self.end = end
        self.uplift = uplift
    }
}

extension LaneCore {
    /// Sets what was declared of the oldest bucket: the largest of what covers its beginning.
    mutating func declareRise() {
        guard !options.calendar.isEmpty else { return }
        fleet = declaring(fleet, bucket: oldestBucket)
    }

    func declaring(_ view: FleetView, bucket: Int64) -> FleetView {
        guard !options.calendar.isEmpty else { return view }
        let time = BucketGrid.start(of: bucket)
        let rise = options.calendar.filter { $0.start <= time && time < $0.end }.max { $0.uplift < $1.uplift }
        var view = view
        view.declare(rise?.uplift ?? 1, rise?.name ?? "")
        return view
    }
}

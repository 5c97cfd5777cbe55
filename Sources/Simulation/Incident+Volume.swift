// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// The incidents that are a volume beside an account's own, and how large that is.
extension Incident {
    /// Rows and calls of an incident that takes more of what its account takes; nil for other kinds.
    ///
    /// - Parameter usual: the rows that the account moves in an hour of the day.
    func volume(hour: Int, usual: (Int) -> Double) -> (rows: Double, calls: Int)? {
        switch kind {
        case .burst: paged(max(usual(hour) * 0.75 * size, 2000))
        case .drip: (max((0..<24).reduce(0) { $0 + usual($1) } * 5 * (size - 1), 500), 5 * 96)
        case .offHours: paged(max(usual(10) * size, 2000))
        default: nil
        }
    }

    /// Pages of at most 2,000 rows, and at least a call a minute.
    private func paged(_ rows: Double) -> (rows: Double, calls: Int) {
        (rows, max(min(max(Int(rows / 2000), Int(duration.milliseconds / 60_000)), 20_000), 1))
    }
}

extension Incident.Kind {
    /// Those that can be added to any log.
    static let ofVolume: [Incident.Kind] = [.burst, .drip]
}

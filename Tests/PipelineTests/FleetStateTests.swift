// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import RollingStatistics
import Testing

@testable import Pipeline

/// What a checkpoint says of a fleet: read back as it was, and refused where no fleet can come to it.
@Suite struct FleetStateTests {
    private func restored(_ view: FleetView) throws -> FleetView {
        var writer = StateWriter()
        view.encode(into: &writer)
        var reader = StateReader(writer.bytes)
        return try FleetView(from: &reader)
    }

    @Test func `a fleet in a rise is read back as it was`() throws {
        var view = FleetView()
        view.measures[.rows] = FleetMeasure(factor: 8, dispersion: 1)
        view.highLevel = [1e9, 1e12, 1e6]
        view.matureCount = 3
        #expect(try restored(view) == view)
    }

    @Test(arguments: [Double.nan, .infinity, 1e200, -1]) func `a spread that would overflow where accounts are judged is refused`(
        spread: Double
    ) {
        var view = FleetView()
        view.measures[.rows] = FleetMeasure(factor: 2, dispersion: spread)
        #expect(throws: StateError.self) { try restored(view) }
        var levels = FleetView()
        levels.highLevel = [spread, 0, 0]
        #expect(throws: StateError.self) { try restored(levels) }
    }
}

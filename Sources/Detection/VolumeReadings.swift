// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// One reading for each measure, in memory of their own.
///
/// Behind a reference, because to read one number of one element of an `InlineArray` the compiler copies the whole array first: a kilobyte
/// for every number that is looked at, in every account and bucket. State: 1.2 KB.
public final class VolumeReadings {
    private var readings = Array(repeating: VolumeReading(), count: 3)

    init() {}

    public subscript(measure: Measure) -> VolumeReading {
        @inline(__always)
        _read { yield readings[measure.rawValue] }
        @inline(__always)
        _modify { yield &readings[measure.rawValue] }
    }
}

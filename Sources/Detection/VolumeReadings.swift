// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// One reading for each measure, in memory of their own.
///
/// Behind a pointer, because to read one number of one element of an `InlineArray` the compiler copies the whole array first: a kilobyte
/// for every number that is looked at, in every account and bucket. State: 1.2 KB.
@safe
public struct VolumeReadings: ~Copyable {
    private let base: UnsafeMutablePointer<VolumeReading>

    init() {
        unsafe base = .allocate(capacity: 3)
        unsafe base.initialize(repeating: VolumeReading(), count: 3)
    }

    deinit {
        // Readings hold numbers only: there is nothing in them to be released.
        unsafe base.deallocate()
    }

    public subscript(measure: Measure) -> VolumeReading {
        @inline(__always)
        _read { yield unsafe base[measure.rawValue] }
        @inline(__always)
        nonmutating _modify { yield unsafe &base[measure.rawValue] }
    }
}

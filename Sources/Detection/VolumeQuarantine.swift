// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// What an account's volume models would be had nothing been withheld from them since an alert opened.
///
/// The buckets themselves need not be kept: a second set of models learns them as they come, without restraint, and takes the first one's
/// place when a person says that they were as they should be. State: about 2 KB, only for an account that has an alert open or had one in
/// the last fortnight. A class, because nearly no account has one, and one that has must not make the others larger.
public final class VolumeQuarantine {
    /// Buckets after the last alerted one for which a person's word is waited for: a fortnight, as long as a holiday.
    public static let patience: Int64 = 14 * 96

    public private(set) var volumes: InlineArray<3, VolumeModel>
    /// The first and the last bucket that an alert stood over.
    public let firstAlerted: Int64
    public var lastAlerted: Int64

    init(_ volumes: InlineArray<3, VolumeModel>, from bucket: Int64) {
        self.volumes = volumes
        firstAlerted = bucket
        lastAlerted = bucket
    }

    /// Learns a bucket as one that a person vouches for. `age` counts the account's buckets, this one included.
    func learn(_ bucket: ClosedBucket, age: Int) {
        var reading = VolumeReading()
        let teaching: Teaching = bucket.isAlerted ? .vouched : .usual
        for measure in Measure.allCases {
            let fleet = bucket.fleet.measures[measure]
            volumes[measure.rawValue].read(Double(bucket.sums[measure]), at: bucket.standing, fleet: fleet, into: &reading)
            volumes[measure.rawValue].learn(&reading, at: bucket.standing, age: age, fleet: fleet, as: teaching)
        }
    }

    func encode(into writer: inout StateWriter) {
        writer.write(firstAlerted)
        writer.write(lastAlerted)
        for index in 0..<3 { volumes[index].encode(into: &writer) }
    }

    init(from reader: inout StateReader) throws(StateError) {
        firstAlerted = try reader.read()
        lastAlerted = try reader.read()
        guard firstAlerted >= 0, lastAlerted >= firstAlerted else { throw StateError.implausible("quarantine") }
        var restored = InlineArray<3, VolumeModel>(repeating: VolumeModel())
        for index in 0..<3 { restored[index] = try VolumeModel(from: &reader) }
        volumes = restored
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import EventModel
import LogFormats
import LogSources
import Pipeline

/// Everything that one lane is assembled from: the same for the daemon, a replay and a test. What differs is the source and the outlet.
package struct LaneSpecification: Sendable {
    package var options: LaneOptions
    /// A decoder in its starting state; each stream gets a copy.
    package var format: any LineFormat
    package var paths: [String]
    package var limits = Attribution.Limits()
    package var movements = MovementSettings()
    /// Names that look like people's and are not.
    package var services = ServiceAccounts()
    /// How long a rotated file must be quiet before it counts as finished.
    package var rotateWait = EventDuration.seconds(10)
    /// Whether a replay reads the rotated siblings of its paths as well, as the daemon does.
    package var includesSiblings = false
    /// Whether its files are a spool of weir's own, in which a name stands for one file for ever.
    package var isSpooled = false
    /// More plain bytes than this for a packed one are refused.
    package var archiveRatio: UInt64?

    package init(options: LaneOptions, format: any LineFormat, paths: [String]) {
        self.options = options
        self.format = format
        self.paths = paths
    }

    /// The lane's files: what is there now, or, when following, what will come as well.
    func files(following: Bool, positions: [StreamPosition], waker: SourceWaker, meter: ReadingMeter? = nil) -> FileTreeSource {
        let format = self.format
        var source = FileTreeSource(
            paths: paths, follows: following, includesSiblings: following || includesSiblings, positions: positions, rotateWait: rotateWait,
            waker: waker,
            firstEventTime: { bytes, _ in FirstEvent.time(in: bytes, format: format) })
        source.meter = meter
        source.namesTell = isSpooled
        if let archiveRatio { source.archiveRatio = archiveRatio }
        // Live, archives come one by one, and nobody waits for them.
        if !following { source.threads = UnpackThreads { DispatchQueue(label: "weir.unpack", qos: .userInitiated).async(execute: $0) } }
        return source
    }
}

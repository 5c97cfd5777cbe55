// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Pipeline

extension FileTreeSource {
    package mutating func wait(atMost limit: EventDuration) {
        guard follows else { return }
        let time = now()
        var span = limit.milliseconds
        if let lastScan { span = min(span, lastScan + scanInterval - time) }
        span = isBusy ? 0 : max(min(span, nextLook - time, quieting.isEmpty ? .max : 1000), 0)
        let start = LinuxFileSystem.monotonic()
        var left = span
        while true {
            let wake = watch.wait(milliseconds: Int32(clamping: left))
            take(wake)
            if wake.wasWoken || isBusy { break }
            // Woken by something that is none of ours: sleep on.
            left = span - (LinuxFileSystem.monotonic() - start)
            if left <= 0 { break }
        }
    }

    package mutating func awakened() -> [StreamID]? {
        guard follows else { return [] }
        stir()
        if isEverythingAwake {
            isEverythingAwake = false
            awake.removeAll()
            return nil
        }
        guard !awake.isEmpty else { return [] }
        let streams = awake.sorted()
        awake.removeAll()
        return streams
    }

    private var isBusy: Bool { mustScan || isEverythingAwake || !awake.isEmpty || !troubles.isEmpty }

    /// Sorts what was reported: a stream to read, a reason to look at the directories, or none of ours.
    mutating func take(_ wake: InotifyWatch.Wake) {
        if wake.isIncomplete {
            mustScan = true
            isEverythingAwake = true
        }
        for event in wake.events {
            let stream = streamsByPath[event.path]
            if event.isContent, let stream, generations[stream]?.state == .reading {
                awake.insert(stream)
            } else if event.isContent && dullPaths.contains(event.path) {
                nextLook = min(nextLook, now() + 1000)
            } else if stream != nil || candidates.mayHold(event.path) || candidates.leadsThrough(event.path) {
                mustScan = true
            }
        }
    }

    /// Wakes the streams that only time can bring on: rotated files that may be quiet for good, files out of sight, files that are sought.
    private mutating func stir() {
        guard !quieting.isEmpty else { return }
        let time = now()
        // `quietSince` alone decides how long a wait was; a second is only how often files out of sight are looked at.
        let isDue = quieting.contains { generations[$0]?.quietSince.map { time - $0 >= rotateWait } ?? false }
        guard isDue || lastStir.map({ time - $0 >= 1000 }) ?? true else { return }
        lastStir = time
        awake.formUnion(quieting)
        quieting.removeAll()
    }

    /// Notes under which paths changes of which stream will be reported.
    mutating func indexPaths(_ listing: CandidateFiles.Listing) {
        streamsByPath.removeAll(keepingCapacity: true)
        dullPaths.removeAll(keepingCapacity: true)
        var targets: [String: String] = [:]
        for file in listing.files {
            if let target = file.target { targets[file.path] = target }
            if noted[FileKey(file.status)]?.isDull == true { dullPaths.insert(file.path) }
        }
        for generation in generations.values where generation.state == .reading && generation.isPresent {
            streamsByPath[generation.path] = generation.id
            if let target = targets[generation.path] { streamsByPath[target] = generation.id }
        }
    }
}

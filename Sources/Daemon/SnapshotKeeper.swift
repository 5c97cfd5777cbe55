// weir
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import EventModel
import Journal

/// Has a snapshot of the state made when one is due, on a thread of its own: nothing waits for it.
final class SnapshotKeeper {
    /// Between two looks at the snapshot's age; the first comes so long after the start, when the archives of a new source are mostly read.
    private static let seconds = 600

    private let timer: any DispatchSourceTimer

    /// - Parameter report: gets a sentence of what came of it, and whether that is trouble.
    init(directory: String, report: @escaping @Sendable (_ sentence: String, _ isTrouble: Bool) -> Void) {
        timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "weir.snapshot", qos: .utility))
        timer.schedule(deadline: .now() + .seconds(SnapshotKeeper.seconds), repeating: .seconds(SnapshotKeeper.seconds))
        timer.setEventHandler { SnapshotKeeper.keep(directory, report) }
        timer.activate()
    }

    func stop() { timer.cancel() }

    private static func keep(_ directory: String, _ report: (String, Bool) -> Void) {
        guard StateSnapshot.isDue(directory: directory, now: System.wallClock()) else { return }
        do throws(JournalFailure) {
            let bytes = try StateSnapshot.make(directory: directory)
            report("a snapshot of the state is kept beside it (\(NumberText.bytes(Double(bytes))))", false)
        } catch {
            report("no snapshot of the state was made: \(error.message)", true)
        }
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

/// Who acts next: a binary heap of times, ties in the order of the actors. Complexity: O(log n) for each change.
struct EventQueue: Sendable {
    private struct Entry: Sendable {
        var time: Int64
        var actor: Int32

        @inline(__always)
        static func < (left: Entry, right: Entry) -> Bool {
            left.time < right.time || left.time == right.time && left.actor < right.actor
        }
    }

    private var entries: [Entry] = []

    /// The earliest time and its actor.
    @inline(__always)
    var first: (time: Int64, actor: Int)? { entries.isEmpty ? nil : (entries[0].time, Int(entries[0].actor)) }

    mutating func insert(time: Int64, actor: Int) {
        entries.append(Entry(time: time, actor: Int32(actor)))
        var place = entries.count - 1
        while place > 0 {
            let parent = (place - 1) / 2
            guard entries[place] < entries[parent] else { return }
            entries.swapAt(place, parent)
            place = parent
        }
    }

    /// Gives the earliest actor its next time. Precondition: the queue is not empty.
    mutating func replaceFirst(time: Int64) {
        let moved = Entry(time: time, actor: entries[0].actor)
        var place = 0
        let count = entries.count
        while true {
            var child = 2 * place + 1
            guard child < count else { break }
            if child + 1 < count && entries[child + 1] < entries[child] { child += 1 }
            guard entries[child] < moved else { break }
            entries[place] = entries[child]
            place = child
        }
        entries[place] = moved
    }
}

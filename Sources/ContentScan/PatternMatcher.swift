// weir
// SPDX-License-Identifier: Apache-2.0

/// Finds a pattern in texts: all ways through its program at once, a step of each for every byte.
///
/// A thread is a step of the program and the place where its match began; of threads at the same step the one that began first is kept, so
/// that there are never more threads than steps. State: 24 bytes a step. Complexity: O(text × steps); no allocation per text.
struct PatternMatcher: Sendable {
    private let pattern: ScanPattern
    private var now: ThreadList
    private var then: ThreadList
    private var open: [Int] = []
    /// Steps taken since it was made, for the test that they are linear.
    private(set) var stepsTaken = 0

    init(_ pattern: ScanPattern) {
        self.pattern = pattern
        now = ThreadList(pattern.program.count)
        then = ThreadList(pattern.program.count)
        open.reserveCapacity(pattern.program.count + 1)
    }

    /// The longest of the matches that begin first, at `start` or behind it.
    mutating func firstMatch(in bytes: Span<UInt8>, from start: Int) -> Range<Int>? {
        now.removeAll()
        var best: Range<Int>?
        var position = start
        while position <= bytes.count {
            if now.count == 0 {
                if best != nil { return best }
                while position < bytes.count && !pattern.initials.contains(bytes[position]) { position &+= 1 }
                if position == bytes.count { return nil }
            }
            if best == nil { follow(0, began: position, at: position, bytes, isNow: true) }
            if let began = now.matched {
                if let found = best {
                    if began <= found.lowerBound { best = began..<position }
                } else {
                    best = began..<position
                }
            }
            guard position < bytes.count else { break }
            advance(over: bytes[position], to: position &+ 1, noLaterThan: best?.lowerBound ?? Int.max, bytes)
            position &+= 1
        }
        return best
    }

    /// One byte for every thread. Threads that began behind a match are given up: theirs would not be the first.
    private mutating func advance(over byte: UInt8, to position: Int, noLaterThan latest: Int, _ bytes: Span<UInt8>) {
        then.removeAll()
        for index in 0..<now.count {
            let thread = now[index]
            stepsTaken &+= 1
            if thread.began <= latest, case .bytes(let set) = pattern.program[thread.step], set.contains(byte) {
                follow(thread.step + 1, began: thread.began, at: position, bytes, isNow: false)
            }
        }
        swap(&now, &then)
    }

    /// Adds a step and all that it leads to without a byte.
    private mutating func follow(_ step: Int, began: Int, at position: Int, _ bytes: Span<UInt8>, isNow: Bool) {
        open.append(step)
        while let step = open.popLast() {
            stepsTaken &+= 1
            let isNew = isNow ? now.insert(step, began: began) : then.insert(step, began: began)
            guard isNew else { continue }
            switch pattern.program[step] {
            case .bytes: break
            case .match:
                if isNow { now.match(began) } else { then.match(began) }
            case .jump(let target): open.append(target)
            case .split(let first, let second):
                open.append(second)
                open.append(first)
            case .anchor(let anchor):
                if PatternMatcher.holds(anchor, at: position, bytes) { open.append(step + 1) }
            }
        }
    }

    private static func holds(_ anchor: PatternAnchor, at position: Int, _ bytes: Span<UInt8>) -> Bool {
        switch anchor {
        case .start: return position == 0
        case .end: return position == bytes.count
        case .wordBorder:
            let isBefore = position > 0 && Bytes.isWord(bytes[position - 1])
            let isBehind = position < bytes.count && Bytes.isWord(bytes[position])
            return isBefore != isBehind
        }
    }
}

/// The threads at one place of a text, each step at most once. Threads come in the order in which their matches began.
///
/// Source: Briggs and Torczon, "An efficient representation for sparse sets", LOPLAS 2 (1993).
struct ThreadList: Sendable {
    struct Thread: Sendable {
        var step: Int
        var began: Int
    }

    private var dense: [Thread]
    private var sparse: [Int]
    private(set) var count = 0
    /// Where the first match began that ends here.
    private(set) var matched: Int?

    init(_ steps: Int) {
        dense = [Thread](repeating: Thread(step: 0, began: 0), count: steps)
        sparse = [Int](repeating: 0, count: steps)
    }

    @inline(__always)
    subscript(index: Int) -> Thread { dense[index] }

    mutating func removeAll() {
        count = 0
        matched = nil
    }

    /// Whether a step is new, or began earlier than where it stands.
    mutating func insert(_ step: Int, began: Int) -> Bool {
        let place = sparse[step]
        if place < count && dense[place].step == step {
            guard began < dense[place].began else { return false }
            dense[place].began = began
            return true
        }
        sparse[step] = count
        dense[count] = Thread(step: step, began: began)
        count &+= 1
        return true
    }

    mutating func match(_ began: Int) { matched = min(matched ?? began, began) }
}

// weir
// SPDX-License-Identifier: Apache-2.0

/// Unpacks one member of an archive: what a library does, without what stands between members.
protocol MemberCodec: AnyObject {
    /// Goes to the start of another member.
    func restart()

    /// Unpacks from `input`, `range` of it, to `output`. Returns what it came to and how much of the input was used.
    func step(_ input: [UInt8], _ range: Range<Int>, into output: inout OutputRawSpan) -> (outcome: MemberOutcome, used: Int)
}

/// What one step of a ``MemberCodec`` came to.
enum MemberOutcome: Equatable {
    case progress
    /// The member has ended.
    case end
    case corrupt(String)
}

/// Reads archives that are members, one behind the other: gzip, bzip2 and xz. Zero bytes between members are padding; what begins in
/// another way than a member does is garbage, and everything behind it is.
final class MemberInflater: Inflater {
    private let codec: any MemberCodec
    /// What a member begins with.
    private let magic: [UInt8]
    private var isInMember = true
    /// Bytes of ``magic`` met behind the last member, which may be the next one's.
    private var matched = 0
    /// How many of ``magic`` are still to be given to the codec.
    private var owed = 0
    private var isFresh = true
    /// Garbage was met; whatever follows it is garbage too.
    private var isOver = false

    init(_ codec: any MemberCodec, magic: [UInt8]) {
        self.codec = codec
        self.magic = magic
    }

    /// A few bytes behind a member that might have begun another are no member that breaks off.
    var isComplete: Bool { !isInMember || isFresh }

    func inflate(_ input: [UInt8], count: Int, position: inout Int, into output: inout OutputRawSpan) -> InflateOutcome {
        if isOver { return position < count ? .trailing : .progress }
        if !isInMember {
            guard findMember(input, count, &position) else { return isOver ? .trailing : .progress }
        }
        while owed > 0 {
            let (outcome, used) = codec.step(magic, magic.count - owed..<magic.count, into: &output)
            owed -= used
            if outcome != .progress || used == 0 { return settle(outcome) }
        }
        // Without input, too: a library may hold plain bytes back for which there was no room, and bzip2 a whole block of them.
        if position < count { isFresh = false }
        let (outcome, used) = codec.step(input, position..<count, into: &output)
        position += used
        return settle(outcome)
    }

    /// Whether the next member begins. Steps over padding.
    private func findMember(_ input: [UInt8], _ count: Int, _ position: inout Int) -> Bool {
        if matched == 0 { while position < count && input[position] == 0 { position += 1 } }
        while position < count {
            guard input[position] == magic[matched] else {
                isOver = true
                return false
            }
            position += 1
            matched += 1
            guard matched == magic.count else { continue }
            codec.restart()
            isInMember = true
            matched = 0
            owed = magic.count
            return true
        }
        return false
    }

    private func settle(_ outcome: MemberOutcome) -> InflateOutcome {
        switch outcome {
        case .progress: return .progress
        case .end:
            isInMember = false
            owed = 0
            return .progress
        case .corrupt(let reason): return .corrupt(reason)
        }
    }
}

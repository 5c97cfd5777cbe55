// weir
// SPDX-License-Identifier: Apache-2.0

/// The plain bytes of a tar, from its start on.
protocol TarInput {
    /// Where the next bytes come from.
    var offset: UInt64 { get }
    /// The next bytes: fewer than `count` only at the end.
    mutating func take(_ count: Int) -> [UInt8]
    /// Goes on to an offset. False when the end comes before it.
    mutating func skip(to target: UInt64) -> Bool
}

/// A file in a tar.
struct TarMember: Equatable, Sendable {
    /// At most ``TarReader/nameLimit`` bytes, without the leading `./` of all.
    var name: String
    /// Where its bytes begin in the tar's.
    var start: UInt64
    var size: UInt64

    /// Where the next header is.
    var end: UInt64 { start + (size + 511) / 512 * 512 }
}

/// Which file of which tar.
struct TarPlace {
    /// The tar's path.
    var archive: String
    var member: TarMember
}

/// Goes through the headers of a tar. Pure: what it reads is handed to it.
///
/// State: the long name and the keywords of one member, at most ``payloadLimit``.
struct TarReader {
    /// Longer names are damage. PATH_MAX of Linux.
    static let nameLimit = 4096
    /// More keywords than this for one member are damage. Names and times take some hundred bytes.
    static let payloadLimit = 1_048_576

    enum Finding: Equatable {
        case member(TarMember)
        /// No regular file: its name, and whether it had content that is left out.
        case skipped(String, hasContent: Bool)
        /// What should be a header is none: so many bytes until the next one, or until the end.
        case damage(bytes: UInt64)
        /// The input ended behind blocks of zeros, as it should.
        case end
        /// The input ended in the middle.
        case cut
    }

    /// Where the next header is.
    private var next: UInt64 = 0
    private var longName: [UInt8]?
    private var ownSize: UInt64?
    private var isSparse = false
    /// Nothing but zeros came since the last member: another tar may follow, as when two were written behind each other.
    private var isEnded = false
    /// The block at ``next``, when it was read already.
    private var found: [UInt8]?

    /// The next thing in the tar. Not to be called again after `end` and `cut`.
    mutating func find(in input: inout some TarInput) -> Finding {
        while true {
            let start = next
            guard let block = nextBlock(&input) else { return .cut }
            next = start + UInt64(TarHeader.blockLength)
            guard block.count == TarHeader.blockLength else { return isEnded && block.allSatisfy { $0 == 0 } ? .end : .cut }
            if block[0] == 0 && block.allSatisfy({ $0 == 0 }) {
                isEnded = true
                continue
            }
            guard let header = TarHeader(block) else { return findNext(&input, from: start) }
            isEnded = false
            switch header.kind {
            case .longName, .extended, .longLink, .global:
                guard header.size <= TarReader.payloadLimit else { return findNext(&input, from: start) }
                let payload = input.take(Int(header.size))
                guard payload.count == header.size else { return .cut }
                next = TarMember(name: "", start: next, size: header.size).end
                guard note(payload, header.kind) else { return findNext(&input, from: start) }
            case .file, .folder, .sparse, .other:
                guard skipSparse(header, &input) else { return .cut }
                guard let finding = take(header) else { return findNext(&input, from: start) }
                if let finding { return finding }
            }
        }
    }

    /// The block at ``next``; fewer bytes at the end of the input, nil when it ends before.
    private mutating func nextBlock(_ input: inout some TarInput) -> [UInt8]? {
        if let block = found.take() { return block }
        guard input.offset == next || input.skip(to: next) else { return nil }
        return input.take(TarHeader.blockLength)
    }

    /// A GNU tar puts further headers behind that of a file with many holes. False when the input ends in them.
    private mutating func skipSparse(_ header: TarHeader, _ input: inout some TarInput) -> Bool {
        var isContinued = header.isContinued
        while isContinued {
            let block = input.take(TarHeader.blockLength)
            guard block.count == TarHeader.blockLength else { return false }
            next += UInt64(TarHeader.blockLength)
            isContinued = block[504] != 0
        }
        return true
    }

    /// What a header of a member comes to: a finding, or nothing to speak of, as a folder; nil when it is damage.
    private mutating func take(_ header: TarHeader) -> Finding?? {
        let size = header.kind == .file ? ownSize ?? header.size : header.size
        let name = TarReader.text(longName ?? header.name)
        let hasHoles = isSparse || header.kind == .sparse
        (longName, ownSize, isSparse) = (nil, nil, false)
        guard let name, size < TarHeader.sizeLimit else { return .none }
        let member = TarMember(name: name, start: next, size: size)
        next = member.end
        switch header.kind {
        case .folder: return .some(.none)
        case .file where !hasHoles: return .member(member)
        default: return .skipped(name, hasContent: hasHoles)
        }
    }

    /// Goes on to the next block that is a header.
    private mutating func findNext(_ input: inout some TarInput, from start: UInt64) -> Finding {
        (longName, ownSize, isSparse) = (nil, nil, false)
        next = start + UInt64(TarHeader.blockLength)
        // What was read of the damage as a payload is not looked at again where the input cannot go back.
        next = max(next, (input.offset + 511) / 512 * 512)
        let wasEnded = isEnded
        while let block = nextBlock(&input) {
            guard block.count == TarHeader.blockLength else {
                // The input's last bytes.
                found = block
                break
            }
            // Zeros that are the last are the end mark, as far as anybody can tell.
            isEnded = wasEnded || block[0] == 0 && block.allSatisfy { $0 == 0 }
            if TarHeader(block) != nil {
                found = block
                break
            }
            next += UInt64(TarHeader.blockLength)
        }
        return .damage(bytes: next - start)
    }

    /// Takes up what a header that belongs to the next member says. False when it makes no sense.
    private mutating func note(_ payload: [UInt8], _ kind: TarHeader.Kind) -> Bool {
        switch kind {
        case .longName: longName = Array(payload.prefix { $0 != 0 })
        case .extended: return noteKeywords(payload)
        default: break
        }
        return true
    }

    /// Lines of `length key=value`, each with its own length in front.
    private mutating func noteKeywords(_ payload: [UInt8]) -> Bool {
        var rest = payload[...]
        while let first = rest.first, first != 0 {
            let digits = rest.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
            guard digits.count < 8, let length = Int(String(decoding: digits, as: UTF8.self)), length > digits.count + 2,
                length <= rest.count,
                rest[digits.endIndex] == UInt8(ascii: " ")
            else { return false }
            let line = rest.prefix(length)
            guard line.last == UInt8(ascii: "\n"), let mark = line.firstIndex(of: UInt8(ascii: "=")) else { return false }
            let value = line[(mark + 1)..<(line.endIndex - 1)]
            let key = String(decoding: line[(digits.endIndex + 1)..<max(mark, digits.endIndex + 1)], as: UTF8.self)
            switch key {
            case "path": longName = Array(value)
            case "size":
                guard value.count < 20, let size = UInt64(String(decoding: value, as: UTF8.self)) else { return false }
                ownSize = size
            default: if key.hasPrefix("GNU.sparse.") { isSparse = true }
            }
            rest = rest.dropFirst(length)
        }
        return true
    }

    /// A name as text, or nil for one that is none.
    private static func text(_ name: [UInt8]) -> String? {
        var name = name[...]
        while name.starts(with: "./".utf8) { name = name.dropFirst(2) }
        guard !name.isEmpty, name.count <= TarReader.nameLimit, !name.contains(0) else { return name.isEmpty ? "." : nil }
        return String(decoding: name, as: UTF8.self)
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

/// Something that reads what strangers write, to be run on any bytes: by `make fuzz` for hours, and on what that found by every test run.
package struct FuzzTarget: Sendable {
    package let name: String
    /// Which dictionary of `Tests/Fuzzer/Dictionaries` has its words.
    package let family: String
    /// Inputs to begin with.
    package let seeds: [[UInt8]]
    private let body: @Sendable ([UInt8]) throws(FuzzFailure) -> Void

    init(_ name: String, family: String, seeds: [[UInt8]], _ body: @escaping @Sendable ([UInt8]) throws(FuzzFailure) -> Void) {
        self.name = name
        self.family = family
        self.seeds = seeds
        self.body = body
    }

    /// Runs it. Throws: ``FuzzFailure`` when a law is broken; what else goes wrong ends the process.
    package func run(_ input: [UInt8]) throws(FuzzFailure) { try body(input) }

    /// All of them.
    package static let all = formats + wrappers + texts + received + archives + states + lanes + tails

    package static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}

/// A law that an input breaks.
package struct FuzzFailure: Error, CustomStringConvertible {
    package var description: String

    init(_ description: String) { self.description = description }
}

/// Input, taken apart: a few choices first, then the bytes that are read.
struct FuzzInput {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    /// The next byte, 0 behind the end.
    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    mutating func word() -> Int { Int(byte()) | Int(byte()) << 8 }

    mutating func take(_ count: Int) -> [UInt8] {
        let taken = Array(rest.prefix(count))
        rest = rest.dropFirst(count)
        return taken
    }

    /// The rest, cut at most seven times where the input says.
    mutating func pieces() -> [[UInt8]] {
        let cuts = (0..<Int(byte() & 7)).map { _ in word() }
        let text = Array(rest)
        rest = []
        let places = [0] + cuts.map { $0 % (text.count + 1) }.sorted() + [text.count]
        return zip(places, places.dropFirst()).map { Array(text[$0..<$1]) }
    }

    /// An input that ``pieces()`` reads as this text, cut once in the middle.
    static func cut(_ text: [UInt8]) -> [UInt8] {
        [1, UInt8(truncatingIfNeeded: text.count / 2), UInt8(truncatingIfNeeded: text.count / 512)] + text
    }
}

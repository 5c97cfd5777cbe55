// weir
// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import LogSources

/// Messages of a syslog stream, told apart.
@Suite struct SyslogFramesTests {
    /// The lines of a stream that arrives in pieces of a size.
    private func lines(_ stream: [UInt8], pieces: Int = .max, nul: Bool = false) -> ReceivedLines {
        var frames = SyslogFrames(mayEndWithNUL: nul)
        var lines = ReceivedLines()
        var position = 0
        while position < stream.count {
            let end = min(stream.count, pieces == .max ? stream.count : position + pieces)
            frames.take(stream[position..<end], into: &lines)
            position = end
        }
        frames.finish(into: &lines)
        return lines
    }

    private func text(_ lines: ReceivedLines) -> String { String(decoding: lines.bytes, as: UTF8.self) }

    @Test(arguments: [1, 2, 3, 7, 100_000]) func `counted and terminated messages are the same lines in any pieces`(pieces: Int) {
        let messages = ["<13>1 - - - - - - a", "<13>x", "<190>1 2026-06-01T00:00:00Z h p - - - {\"a\":1}"]
        let expected = messages.map { $0 + "\n" }.joined()
        let counted = messages.map { "\($0.utf8.count) \($0)" }.joined()
        #expect(text(lines(Array(counted.utf8), pieces: pieces)) == expected)
        #expect(text(lines(Array(expected.utf8), pieces: pieces)) == expected)
        #expect(text(lines(Array(messages.map { $0 + "\0" }.joined().utf8), pieces: pieces, nul: true)) == expected)
    }

    @Test(arguments: [1, 8, 9, 100_000]) func `a line feed behind each counted message is no message, wherever the pieces end`(pieces: Int)
    {
        let stream = lines(Array("5 <13>a\n6 <13>bc\n".utf8), pieces: pieces)
        #expect(text(stream) == "<13>a\n<13>bc\n")
        #expect(stream.refused == 0)
    }

    @Test(arguments: [1, 100_000]) func `a count with a sign is none, wherever the pieces end`(pieces: Int) {
        let stream = lines(Array("5 <13>a+5 <13>b".utf8), pieces: pieces)
        #expect(text(stream) == "<13>a\n")
        #expect(stream.refused == 1)
    }

    @Test func `a line feed inside of a counted message is escaped, and NUL stays`() {
        let message = "<13>a\nb\0c\n"
        #expect(text(lines(Array("\(message.utf8.count) \(message)".utf8))) == "<13>a\\nb\0c\n")
    }

    @Test func `NUL stays in a stream whose messages end with line feeds`() {
        #expect(text(lines(Array("<13>a\n<13>b\0c\n".utf8), nul: true)) == "<13>a\n<13>b\0c\n")
    }

    @Test func `a line that begins with a number is no counted message`() {
        #expect(text(lines(Array("200 OK\n12 monkeys\n".utf8))) == "200 OK\n12 monkeys\n")
    }

    @Test(arguments: [3, 65_536]) func `a message over the limit is refused and the next one taken`(pieces: Int) {
        let long = [UInt8](repeating: 0x61, count: ReceivedLines.lineLimit + 1)
        let size = pieces == 3 ? 1 << 20 : pieces
        let counted = Array("\(long.count) <".utf8) + long.dropFirst() + Array("5 <13>b".utf8)
        let ended = lines(counted, pieces: size)
        #expect(text(ended) == "<13>b\n" && ended.refused == 1)
        let terminated = lines(Array("<1>a\n".utf8) + long + Array("\n<13>b\n".utf8), pieces: size)
        #expect(text(terminated) == "<1>a\n<13>b\n" && terminated.refused == 1)
    }

    @Test func `a stream whose counts are wrong is broken and refused once`() {
        var frames = SyslogFrames(mayEndWithNUL: false)
        var lines = ReceivedLines()
        frames.take(Array("5 <13>a<14>b\n6 <13>cc".utf8)[...], into: &lines)
        #expect(frames.isBroken && lines.refused == 1 && text(lines) == "<13>a\n")
        frames.take(Array("5 <13>d".utf8)[...], into: &lines)
        #expect(text(lines) == "<13>a\n")
    }

    @Test func `a counted message that breaks off is refused, an unterminated last line is taken`() {
        let broken = lines(Array("5 <13>a9 <13>b".utf8))
        #expect(text(broken) == "<13>a\n" && broken.refused == 1)
        #expect(text(lines(Array("<13>a\n<13>b".utf8))) == "<13>a\n<13>b\n")
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

@testable import LogSources

extension FuzzTarget {
    /// What comes over sockets: the same in one piece and in several.
    static let received = [
        FuzzTarget("http", family: "http", seeds: requests.map { FuzzInput.cut(Array($0.utf8)) }) { (bytes) throws(FuzzFailure) in
            var input = FuzzInput(bytes)
            let pieces = input.pieces()
            guard steps(pieces) == steps([pieces.flatMap { $0 }]) else { throw FuzzFailure("requests depend on how they arrive") }
        },
        FuzzTarget("collector", family: "json", seeds: collected.map { Array($0.utf8) }) {
            (bytes) throws(FuzzFailure) in
            var lines = ReceivedLines()
            do throws(HTTPRefusal) {
                try CollectorEvents.lines(of: bytes, timeKeys: ["ts", "event.created"], into: &lines)
            } catch { return }
            guard lines.bytes.count(where: { $0 == 0x0A }) == lines.count else { throw FuzzFailure("a line holds a line feed") }
        },
        syslog("syslog-stream", mayEndWithNUL: false), syslog("syslog-unix", mayEndWithNUL: true),
    ]

    private static func syslog(_ name: String, mayEndWithNUL: Bool) -> FuzzTarget {
        let seeds = ["5 <13>a6 <13>bc", "<13>one\n<13>two\n", "<13>one\0<13>two\0", "5 <13>a\n6 <13>bc\n"]
        return FuzzTarget(name, family: "http", seeds: seeds.map { FuzzInput.cut(Array($0.utf8)) }) { (bytes) throws(FuzzFailure) in
            var input = FuzzInput(bytes)
            let pieces = input.pieces()
            let (one, two) = (frames(pieces, mayEndWithNUL), frames([pieces.flatMap { $0 }], mayEndWithNUL))
            guard one.bytes == two.bytes, one.count == two.count, one.refused == two.refused else {
                throw FuzzFailure("messages depend on how they arrive: \(one.count) and \(one.refused), \(two.count) and \(two.refused)")
            }
        }
    }

    private static func frames(_ pieces: [[UInt8]], _ mayEndWithNUL: Bool) -> ReceivedLines {
        var frames = SyslogFrames(mayEndWithNUL: mayEndWithNUL)
        var lines = ReceivedLines()
        for piece in pieces { frames.take(piece[...], into: &lines) }
        frames.finish(into: &lines)
        return lines
    }

    /// All that a connection gives, up to the first request that is not understood.
    private static func steps(_ pieces: [[UInt8]]) -> [HTTPRequestReader.Step] {
        var reader = HTTPRequestReader()
        var steps: [HTTPRequestReader.Step] = []
        for piece in pieces {
            reader.take(piece[...])
            while true {
                let step = reader.advance()
                if step == .more { break }
                steps.append(step)
                if case .invalid = step { return steps }
            }
        }
        return steps
    }

    private static let collected = [
        #"{"event":{"a":[1,"x\n"]},"time":1}  {"event":"line"}"#, #"[{"time":"2","event":{"event":{"b":1}}},{"event":"line"}]"#,
    ]

    private static let requests = [
        "POST /services/collector/event HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nAuthorization: Splunk x\r\n\r\nabcdGET /health HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: v\r\n\r\n",
    ]
}

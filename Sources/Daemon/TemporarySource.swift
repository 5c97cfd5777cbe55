// weir
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Pipeline
import EventModel
struct TemporarySource: LaneSource {
    let paths: [String]
    var fds: [Int32] = []
    var announced = false
    init(paths: [String]) { self.paths = paths }
    mutating func scan() -> [StreamChange] {
        if announced { return [] }
        announced = true
        var r: [StreamChange] = []
        for (i, p) in paths.enumerated() { unsafe fds.append(open(p, O_RDONLY)); r.append(.opened(StreamID(rawValue: UInt32(i)), path: p, resumeOffset: 0, resumeState: [])) }
        return r
    }
    mutating func read(_ stream: StreamID, into output: inout OutputRawSpan) -> ReadOutcome {
        let fd = fds[Int(stream.rawValue)]
        var got = 0
        unsafe output.withUnsafeMutableBytes { buf, n in
            got = unsafe Glibc.read(fd, buf.baseAddress! + n, buf.count - n)
            n += max(got, 0)
        }
        return got > 0 ? .bytes : .ended
    }
    func position(of stream: StreamID, offset: UInt64, marker: TailMarker) -> StreamPosition {
        StreamPosition(stream: stream.rawValue, path: paths[Int(stream.rawValue)], device: 0, inode: 0, prefixHash: 0, prefixCount: 0, offset: offset, marker: marker, isFinished: false, formatState: [])
    }
    mutating func finish(_ stream: StreamID) {}
    mutating func wait(atMost limit: EventDuration) {}
    var isEndless: Bool { false }
}

// weir
// SPDX-License-Identifier: Apache-2.0

/// One connection of a receiver. State: at most a line and a half, or a request within its limits.
final class ReceiverConnection {
    enum Speech {
        case syslog(SyslogFrames)
        case http(HTTPRequestReader)
    }

    /// An answer, and whether it promises that lines are stored.
    struct Answer {
        var bytes: [UInt8]
        var needsStore: Bool
        var isLast: Bool
    }

    let descriptor: Int32
    var speech: Speech
    var answer: Answer?
    /// The route of the request whose body is being read; nil when it was refused by its head, and has its answer.
    var route: LogPush.Route?
    /// Bytes that are held of that body.
    var reserved = 0
    /// When that body's head had come. Units: monotonic milliseconds.
    var bodySince: Int64 = 0
    /// The peer sent everything. Closed once what it sent is stored, so that a sender who waits for the end knows.
    var isEnding = false
    /// Only read to its end, so that the peer sees the answer before the connection goes.
    var isLingering = false
    var isClosed = false
    /// When it is given up. Units: monotonic milliseconds.
    var deadline = Int64.max
    var lastHeard: Int64

    init(descriptor: Int32, speech: Speech, now: Int64) {
        self.descriptor = descriptor
        self.speech = speech
        lastHeard = now
    }

    var isSyslog: Bool {
        if case .syslog = speech { return true }
        return false
    }

    /// Whether more of it may be read now.
    func mayRead(hasRoom: Bool) -> Bool {
        if isLingering { return true }
        if isEnding || answer != nil { return false }
        return hasRoom || !isSyslog
    }

    deinit { ReceiverSocket.end(descriptor) }
}

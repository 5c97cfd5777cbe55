// weir
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What a receiver is made of.
package struct ReceiverOptions: Sendable {
    package var address: ReceiverAddress
    /// What HTTP senders must show.
    package var token: [UInt8]?
    /// Where a record of the source's format has its time, the best place first; empty for what is no record.
    package var timeKeys: [String]

    package init(address: ReceiverAddress, token: [UInt8]? = nil, timeKeys: [String] = []) {
        self.address = address
        self.token = token
        self.timeKeys = timeKeys
    }

    var isHTTP: Bool { address.speech != .syslog }
}

/// Takes lines from a socket and stores them in a spool before it answers.
///
/// One thread in turns: whatever is ready is read, what came is stored with one `fdatasync`, then the answers go out. What arrives
/// meanwhile waits in the system's buffers and is stored by the next turn, so that the rate does not depend on how long the disk takes.
/// While the spool has no room, streams and unix datagrams are not read, which holds their senders back; HTTP is answered 503, also what
/// could not be stored; UDP is read and counted as dropped. Beyond ``connectionLimit`` connections wait to be accepted.
/// Whoever sends is an attacker: everything has a limit.
package final class Receiver {
    static let connectionLimit = 256
    /// Bytes that one connection may hand over in a turn, and all together.
    static let connectionShare = 1_048_576
    static let turnShare = 8_388_608
    /// Bytes of all HTTP bodies that are being read.
    static let bodyRoom = 134_217_728
    /// The longest time for a head, for a body beside what came of it at ``slowestRate``, between two pieces of it, between requests, and
    /// for an answer. Milliseconds.
    static let headTime: Int64 = 10_000
    static let bodyTime: Int64 = 30_000
    static let stallTime: Int64 = 15_000
    static let idleTime: Int64 = 60_000
    static let storeTime: Int64 = 30_000
    static let lingerTime: Int64 = 2000
    /// How long what was sent is still taken at the end.
    static let drainTime: Int64 = 1000
    /// Bytes a second below which a body is given up.
    static let slowestRate: Int64 = 16_384
    /// How often it is said that connections wait.
    static let fullTime: Int64 = 3_600_000
    /// How often the counters are written.
    static let countersTime: Int64 = 2000

    private let options: ReceiverOptions
    let push: LogPush
    private let ledger: SpoolLedger
    let waker: SourceWaker
    let now: () -> Int64
    private let report: (String) -> Void
    private let listener: Int32
    var spool: Spool
    var connections: [ReceiverConnection] = []
    private var room: [UInt8]
    /// Bytes of bodies that are being read, of all connections.
    var reserved = 0
    private var systemDrops: UInt32 = 0
    private var listenerRestsUntil: Int64 = 0
    private var fullTold: Int64?
    private var countersWritten: (at: Int64, counters: ReceiverCounters)
    private var lastTrouble = ""
    /// What was taken and what was not.
    var counters: ReceiverCounters

    /// Listens from now on; ``turn(atMost:)`` reads.
    ///
    /// - Parameters:
    ///   - waker: ends the wait of a turn.
    ///   - now: monotonic milliseconds.
    ///   - report: takes a sentence about a trouble, or its end.
    /// Throws: ``ReceiverFailure`` when the address cannot be had.
    package init(
        _ options: ReceiverOptions, ledger: SpoolLedger, waker: SourceWaker, now: (() -> Int64)? = nil,
        report: @escaping (String) -> Void
    ) throws(ReceiverFailure) {
        self.options = options
        self.ledger = ledger
        self.waker = waker
        self.now = now ?? LinuxFileSystem.monotonic
        self.report = report
        var path = "/"
        if case .http(let own) = options.address.speech { path = own }
        push = LogPush(path: path, token: options.token, timeKeys: options.timeKeys)
        spool = Spool(ledger, isWhole: options.isHTTP)
        // A datagram is received whole; a byte more than a line tells one that is too long.
        room = [UInt8](repeating: 0, count: options.address.isDatagram ? ReceivedLines.lineLimit + 1 : 262_144)
        counters = ReceiverCounters.read(ledger.directory) ?? ReceiverCounters()
        countersWritten = (0, counters)
        listener = try ReceiverSocket.listen(options.address)
    }

    deinit {
        ReceiverSocket.end(listener)
        ReceiverSocket.forget(options.address)
    }

    /// One turn: waits for something to read, at most so long, stores it and answers. Units: milliseconds.
    ///
    /// Returns whether anything was there.
    @discardableResult package func turn(atMost limit: Int64) -> Bool {
        var entries = pollEntries()
        ReceiverSocket.wait(&entries, milliseconds: Int32(clamping: limit))
        // Of before the reading: however long the disk takes, nobody is called silent whose bytes wait here.
        let time = now()
        if entries[0].revents != 0 { waker.drain() }
        if entries[1].revents != 0 { if options.address.isDatagram { takeDatagrams() } else { takeConnections() } }
        for (connection, entry) in zip(connections, entries.dropFirst(2)) where entry.revents != 0 { read(connection) }
        storeAndAnswer()
        giveUpSlow(time)
        connections.removeAll(where: \.isClosed)
        // Whoever was first is last in the next turn, so that one who sends without pause keeps nobody from being read.
        if connections.count > 1 { connections.append(connections.removeFirst()) }
        writeCounters(isLast: false)
        return entries.dropFirst().contains { $0.revents != 0 }
    }

    /// Takes what was sent already, stores it, and writes the counters. Whoever has no answer by then knows that nothing is promised.
    package func finish() {
        drain()
        // Who is still connected learns that it is over; what was on its way is taken. Behind a TCP connection some may always be left.
        if case .unix = options.address.place, !options.isHTTP {
            if options.address.isDatagram { ReceiverSocket.endReceiving(listener) }
            for connection in connections { ReceiverSocket.endReceiving(connection.descriptor) }
        } else if !options.isHTTP {
            for connection in connections { ReceiverSocket.endSending(connection.descriptor) }
        }
        drain()
        connections.removeAll()
        writeCounters(isLast: true)
    }

    /// Turns until nothing is there; not for ever, for a sender may never stop.
    private func drain() {
        let end = LinuxFileSystem.monotonic() + Receiver.drainTime
        while turn(atMost: 0) && LinuxFileSystem.monotonic() < end {}
    }

    private func pollEntries() -> [pollfd] {
        let hasRoom = spool.hasRoom
        let time = now()
        let listens =
            options.address.isDatagram
            ? hasRoom || options.address.losesWhenFull : time >= listenerRestsUntil && (hasPlace || silent(time) != nil)
        var entries = [pollfd(fd: waker.readEnd, events: Int16(POLLIN), revents: 0)]
        entries.append(pollfd(fd: listens ? listener : -1, events: Int16(POLLIN), revents: 0))
        for connection in connections {
            let fd = connection.mayRead(hasRoom: hasRoom) ? connection.descriptor : -1
            entries.append(pollfd(fd: fd, events: Int16(POLLIN), revents: 0))
        }
        return entries
    }

    // MARK: Reading

    private func takeDatagrams() {
        let isLost = !spool.hasRoom
        var taken = 0
        while taken < Receiver.turnShare {
            switch ReceiverSocket.receive(listener, into: &room, isDatagram: true) {
            case .bytes(let count):
                taken += max(count, 64)
                if isLost { counters.dropped += 1 } else { addDatagram(count) }
            case .cut: spool.pending.refuse()
            case .none, .ended, .broken: return countDrops()
            }
        }
        countDrops()
    }

    private func addDatagram(_ count: Int) {
        // One terminator at the end belongs to the framing of some senders; every other NUL to the message.
        let end = count > 0 && room[count - 1] == 0 ? count - 1 : count
        spool.pending.add(room[..<end])
    }

    private func countDrops() {
        let drops = ReceiverSocket.dropped(listener)
        counters.dropped += UInt64(drops &- systemDrops)
        systemDrops = drops
    }

    private func takeConnections() {
        let time = now()
        for _ in 0..<64 {
            guard hasPlace || makeRoom(time) else { return }
            let (accepted, isExhausted) = ReceiverSocket.accept(listener)
            if isExhausted {
                listenerRestsUntil = time + 1000
                tell("no file descriptor is left for a connection: raise LimitNOFILE")
            }
            guard let accepted else { return }
            var speech = ReceiverConnection.Speech.http(HTTPRequestReader())
            if !options.isHTTP {
                if case .unix = options.address.place {
                    speech = .syslog(SyslogFrames(mayEndWithNUL: true))
                } else {
                    speech = .syslog(SyslogFrames(mayEndWithNUL: false))
                }
            }
            let connection = ReceiverConnection(descriptor: accepted, speech: speech, now: time)
            if !connection.isSyslog { connection.deadline = time + Receiver.headTime }
            connections.append(connection)
            if !hasPlace { tellFull(time) }
        }
    }

    private var hasPlace: Bool { connections.count { !$0.isClosed } < Receiver.connectionLimit }

    /// The connection that has been silent longest, if that is a while.
    private func silent(_ time: Int64) -> ReceiverConnection? {
        let silent = connections.filter { !$0.isClosed && $0.answer == nil }.min { $0.lastHeard < $1.lastHeard }
        return silent.flatMap { time - $0.lastHeard >= Receiver.idleTime ? $0 : nil }
    }

    private func makeRoom(_ time: Int64) -> Bool {
        guard let silent = silent(time) else { return false }
        end(silent)
        return true
    }

    private func tellFull(_ time: Int64) {
        if let fullTold, time - fullTold < Receiver.fullTime { return }
        fullTold = time
        report(
            "\(Receiver.connectionLimit) connections are open, the most there may be: others wait until one ends or is silent for a minute")
    }

    private func read(_ connection: ReceiverConnection) {
        var taken = 0
        while taken < Receiver.connectionShare, spool.pending.bytes.count < Receiver.turnShare, !connection.isClosed {
            switch ReceiverSocket.receive(connection.descriptor, into: &room, isDatagram: false) {
            case .bytes(let count):
                taken += count
                connection.lastHeard = now()
                if connection.isLingering { continue }
                take(room[..<count], from: connection)
                if connection.answer != nil { return }
            case .none: return
            case .ended: return finish(connection)
            case .broken, .cut:
                if !connection.isLingering && connection.isSyslog { spool.pending.refuse() }
                return end(connection)
            }
        }
    }

    private func take(_ bytes: ArraySlice<UInt8>, from connection: ReceiverConnection) {
        switch connection.speech {
        case .syslog(var frames):
            // The one reference: what is taken out is changed in place.
            connection.speech = .syslog(SyslogFrames(mayEndWithNUL: false))
            frames.take(bytes, into: &spool.pending)
            connection.speech = .syslog(frames)
            if frames.isBroken { connection.isEnding = true }
        case .http(var reader):
            connection.speech = .http(HTTPRequestReader())
            if reader.isIdle { connection.deadline = now() + Receiver.headTime }
            reader.take(bytes)
            serve(connection, &reader)
            connection.speech = .http(reader)
        }
    }

    /// The peer sends no more.
    private func finish(_ connection: ReceiverConnection) {
        guard !connection.isLingering, case .syslog(var frames) = connection.speech else { return end(connection) }
        frames.finish(into: &spool.pending)
        connection.isEnding = true
    }

    // MARK: Storing and answering

    private func storeAndAnswer() {
        let hadRoom = spool.trouble == nil
        let (isStored, lines) = spool.store()
        if isStored {
            counters.lines += UInt64(lines.count)
            counters.bytes += UInt64(lines.bytes.count)
            counters.refused += UInt64(lines.refused)
            if !hadRoom { tell("the spool is written again") }
        } else if let trouble = spool.trouble {
            tell("the spool \(ledger.directory) cannot be written (\(trouble)): senders wait, and nothing is acknowledged")
            if options.isHTTP && spool.takeBack() { deferAnswers() }
        }
        if isStored && !spool.hasRoom {
            tell("the spool is full (\(ledger.size) bytes): senders wait until the lane has read some of it")
        } else if isStored && hadRoom && !lastTrouble.isEmpty && spool.hasRoom {
            lastTrouble = ""
        }
        for connection in connections where !connection.isClosed {
            if let answer = connection.answer, isStored || !answer.needsStore { send(answer, connection) }
            if connection.isEnding && isStored { end(connection) }
        }
    }

    private func giveUpSlow(_ time: Int64) {
        for connection in connections where !connection.isClosed && time >= connection.deadline {
            var isIdle = connection.isLingering
            if case .http(let reader) = connection.speech, reader.isIdle { isIdle = true }
            if !isIdle {
                counters.refused += 1
                _ = ReceiverSocket.send(connection.descriptor, LogPush.answer(HTTPRefusal(status: 408), keepsAlive: false))
            }
            end(connection)
        }
    }

    func release(_ connection: ReceiverConnection) {
        reserved -= connection.reserved
        connection.reserved = 0
    }

    func end(_ connection: ReceiverConnection) {
        release(connection)
        connection.isClosed = true
    }

    private func tell(_ text: String) {
        guard text != lastTrouble else { return }
        lastTrouble = text
        report(text)
    }

    private func writeCounters(isLast: Bool) {
        let time = now()
        guard isLast || time - countersWritten.at >= Receiver.countersTime, counters != countersWritten.counters else { return }
        countersWritten = (time, counters)
        do throws(FileFailure) {
            try counters.write(ledger.directory)
        } catch {
            tell("the counters of \(ledger.directory) cannot be written (\(error.text))")
        }
    }
}

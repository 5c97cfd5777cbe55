// weir
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What a receiver is made of.
package struct ReceiverOptions: Sendable {
    package var address: ReceiverAddress
    /// What HTTP senders must show.
    package var token: [UInt8]?

    package init(address: ReceiverAddress, token: [UInt8]? = nil) {
        self.address = address
        self.token = token
    }
}

/// Takes lines from a socket and stores them in a spool before it answers.
///
/// One thread in turns: whatever is ready is read, what came is stored with one `fdatasync`, then the answers go out. What arrives
/// meanwhile waits in the system's buffers and is stored by the next turn, so that the rate does not depend on how long the disk takes.
/// While the spool has no room, streams and unix datagrams are not read, which holds their senders back; HTTP is answered 503; UDP is
/// read and counted as dropped. Whoever sends is an attacker: everything has a limit.
package final class Receiver {
    static let connectionLimit = 256
    /// Bytes that one connection may hand over in a turn, and all together.
    static let connectionShare = 1_048_576
    static let turnShare = 8_388_608
    /// Bytes of all HTTP bodies that are being read.
    static let bodyRoom = 134_217_728
    /// The longest time for a head, for a body beside its length at ``slowestRate``, between requests, and for an answer. Milliseconds.
    static let headTime: Int64 = 10_000
    static let bodyTime: Int64 = 30_000
    static let idleTime: Int64 = 60_000
    static let storeTime: Int64 = 30_000
    static let lingerTime: Int64 = 2000
    /// Bytes a second below which a body is given up.
    static let slowestRate: Int64 = 16_384
    /// How often the counters are written.
    static let countersTime: Int64 = 2000

    private let options: ReceiverOptions
    private let push: LogPush
    private let ledger: SpoolLedger
    private let waker: SourceWaker
    private let now: () -> Int64
    private let report: (String) -> Void
    private let listener: Int32
    private var spool: Spool
    private var connections: [ReceiverConnection] = []
    private var room: [UInt8]
    private var reserved = 0
    private var systemDrops: UInt32 = 0
    private var listenerRestsUntil: Int64 = 0
    private var countersWritten: (at: Int64, counters: ReceiverCounters)
    private var lastTrouble = ""
    /// What was taken and what was not.
    private(set) var counters: ReceiverCounters

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
        push = LogPush(path: path, token: options.token)
        spool = Spool(ledger)
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
    package func turn(atMost limit: Int64) {
        var entries = pollEntries()
        ReceiverSocket.wait(&entries, milliseconds: Int32(clamping: limit))
        if entries[0].revents != 0 { waker.drain() }
        if entries[1].revents != 0 { if options.address.isDatagram { takeDatagrams() } else { takeConnections() } }
        for (connection, entry) in zip(connections, entries.dropFirst(2)) where entry.revents != 0 { read(connection) }
        storeAndAnswer()
        giveUpSlow()
        connections.removeAll(where: \.isClosed)
        // Whoever was first is last in the next turn, so that one who sends without pause keeps nobody from being read.
        if connections.count > 1 { connections.append(connections.removeFirst()) }
        writeCounters(isLast: false)
    }

    /// Takes what is there already, stores it, and writes the counters. Whoever has no answer by then knows that nothing is promised.
    package func finish() {
        turn(atMost: 0)
        connections.removeAll()
        writeCounters(isLast: true)
    }

    private func pollEntries() -> [pollfd] {
        let hasRoom = spool.hasRoom
        let time = now()
        let listens = options.address.isDatagram ? hasRoom || options.address.losesWhenFull : time >= listenerRestsUntil
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
            let (accepted, isExhausted) = ReceiverSocket.accept(listener)
            if isExhausted {
                listenerRestsUntil = time + 1000
                tell("no file descriptor is left for a connection: raise LimitNOFILE")
            }
            guard let accepted else { return }
            var speech = ReceiverConnection.Speech.http(HTTPRequestReader())
            if options.address.speech == .syslog {
                if case .unix = options.address.place {
                    speech = .syslog(SyslogFrames(mayEndWithNUL: true))
                } else {
                    speech = .syslog(SyslogFrames(mayEndWithNUL: false))
                }
            }
            let connection = ReceiverConnection(descriptor: accepted, speech: speech, now: time)
            if !connection.isSyslog { connection.deadline = time + Receiver.headTime }
            guard connections.count < Receiver.connectionLimit || makeRoom(time) else {
                counters.refused += 1
                continue
            }
            connections.append(connection)
        }
    }

    /// Closes the connection that has been silent longest, if that is a while.
    private func makeRoom(_ time: Int64) -> Bool {
        let silent = connections.filter { !$0.isClosed && $0.answer == nil }.min { $0.lastHeard < $1.lastHeard }
        guard let silent, time - silent.lastHeard >= Receiver.idleTime else { return connections.contains(where: \.isClosed) }
        end(silent)
        return true
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

    private func serve(_ connection: ReceiverConnection, _ reader: inout HTTPRequestReader) {
        while connection.answer == nil {
            switch reader.advance() {
            case .more: return
            case .invalid(let status): refuse(connection, HTTPRefusal(status: status), keepsAlive: false)
            case .head(let head): begin(connection, head)
            case .request(let head, let body):
                // A request without a body that was refused ends with its head, and the connection goes on.
                guard let route = connection.route else { continue }
                let time = now()
                connection.deadline = time + Receiver.storeTime
                release(connection)
                do throws(HTTPRefusal) {
                    let lines = try push.lines(route, head, body)
                    spool.pending.add(lines)
                    connection.answer = ReceiverConnection.Answer(
                        bytes: LogPush.answer(route, lines, keepsAlive: head.keepsAlive),
                        needsStore: route != .health, isLast: !head.keepsAlive)
                } catch {
                    refuse(connection, error, keepsAlive: head.keepsAlive)
                }
            }
        }
    }

    /// Looks at a head before anything of its body is read.
    private func begin(_ connection: ReceiverConnection, _ head: HTTPHead) {
        connection.route = nil
        do throws(HTTPRefusal) {
            let route = try push.route(head)
            var size = 0
            switch head.body {
            case .none: break
            case .length(let length): size = length
            case .chunked: size = HTTPRequestReader.bodyLimit
            }
            guard route == .health || spool.hasRoom && reserved + size <= Receiver.bodyRoom else {
                counters.deferred += 1
                throw HTTPRefusal(status: 503, code: 9, text: "Server is busy")
            }
            connection.route = route
            reserved += size
            connection.reserved = size
            connection.deadline = now() + Receiver.bodyTime + Int64(size) * 1000 / Receiver.slowestRate
            if head.expectsContinue, head.body != .none, !ReceiverSocket.send(connection.descriptor, LogPush.goOn) { end(connection) }
        } catch {
            refuse(connection, error, keepsAlive: head.keepsAlive && head.body == .none)
        }
    }

    private func refuse(_ connection: ReceiverConnection, _ refusal: HTTPRefusal, keepsAlive: Bool) {
        if refusal.status != 503 { counters.refused += 1 }
        connection.answer = ReceiverConnection.Answer(
            bytes: LogPush.answer(refusal, keepsAlive: keepsAlive), needsStore: false, isLast: !keepsAlive)
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

    private func send(_ answer: ReceiverConnection.Answer, _ connection: ReceiverConnection) {
        connection.answer = nil
        guard ReceiverSocket.send(connection.descriptor, answer.bytes) else { return end(connection) }
        let time = now()
        if answer.isLast {
            release(connection)
            ReceiverSocket.endSending(connection.descriptor)
            connection.isLingering = true
            connection.deadline = time + Receiver.lingerTime
            return
        }
        connection.deadline = time + Receiver.idleTime
        // The next request may be here already, and then nothing more would announce it.
        guard case .http(var reader) = connection.speech, !reader.isIdle else { return }
        connection.deadline = time + Receiver.headTime
        serve(connection, &reader)
        connection.speech = .http(reader)
        if connection.answer != nil { waker.wake() }
    }

    private func giveUpSlow() {
        let time = now()
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

    private func release(_ connection: ReceiverConnection) {
        reserved -= connection.reserved
        connection.reserved = 0
    }

    private func end(_ connection: ReceiverConnection) {
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

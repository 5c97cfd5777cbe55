// weir
// SPDX-License-Identifier: Apache-2.0

/// Requests and their answers.
extension Receiver {
    func serve(_ connection: ReceiverConnection, _ reader: inout HTTPRequestReader) {
        while connection.answer == nil {
            switch reader.advance() {
            case .more: return weigh(connection, reader.held)
            case .invalid(let status): refuse(connection, HTTPRefusal(status: status), keepsAlive: false)
            case .head(let head): begin(connection, head)
            case .request(let head, let body):
                // A request without a body that was refused ends with its head, and the connection goes on.
                guard let route = connection.route else { continue }
                let time = now()
                connection.route = nil
                connection.deadline = time + Receiver.storeTime
                release(connection)
                do throws(HTTPRefusal) {
                    let lines = try push.lines(route, head, body)
                    spool.pending.add(lines)
                    connection.answer = ReceiverConnection.Answer(
                        bytes: LogPush.answer(route, head, lines), needsStore: route.takesLines, isLast: !head.keepsAlive)
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
            guard !route.takesLines || spool.hasRoom && reserved < Receiver.bodyRoom else { throw HTTPRefusal.busy }
            connection.route = route
            connection.bodySince = now()
            connection.deadline = connection.bodySince + Receiver.stallTime
            if head.expectsContinue, head.body != .none, !ReceiverSocket.send(connection.descriptor, LogPush.goOn) { end(connection) }
        } catch {
            refuse(connection, error, keepsAlive: head.keepsAlive && head.body == .none)
        }
    }

    /// Counts what is held of a body, while more of it is to come: what its head announces may never come, and keeps nobody waiting.
    private func weigh(_ connection: ReceiverConnection, _ held: Int) {
        guard connection.route != nil, connection.answer == nil else { return }
        reserved += held - connection.reserved
        connection.reserved = held
        guard reserved <= Receiver.bodyRoom else {
            release(connection)
            return refuse(connection, .busy, keepsAlive: false)
        }
        let earned = Receiver.bodyTime + Int64(held) * 1000 / Receiver.slowestRate
        connection.deadline = min(now() + Receiver.stallTime, connection.bodySince + earned)
    }

    /// Nothing of what was pushed could be stored: everybody is to come again with it.
    func deferAnswers() {
        for connection in connections where connection.answer?.needsStore == true {
            refuse(connection, .busy, keepsAlive: connection.answer?.isLast == false)
        }
    }

    private func refuse(_ connection: ReceiverConnection, _ refusal: HTTPRefusal, keepsAlive: Bool) {
        if refusal == .busy { counters.deferred += 1 } else { counters.refused += 1 }
        connection.answer = ReceiverConnection.Answer(
            bytes: LogPush.answer(refusal, keepsAlive: keepsAlive), needsStore: false, isLast: !keepsAlive)
    }

    func send(_ answer: ReceiverConnection.Answer, _ connection: ReceiverConnection) {
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
}

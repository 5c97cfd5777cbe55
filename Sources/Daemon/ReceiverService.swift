// weir
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import LogFormats
import LogSources
import Pipeline
import Settings
import Synchronization

/// The thread of a source that listens: takes what senders hand over and stores it in the spool, which the source's lane tails.
final class ReceiverService: Sendable {
    /// How long an idle receiver sleeps: how late a slow sender is given up, or a spool that could not be written tried again.
    static let pause: Int64 = 500
    /// The shortest token that is accepted: shorter ones can be tried.
    static let shortestToken = 16

    let name: String
    private let source: SourceSettings
    private let options: ReceiverOptions
    private let ledger: SpoolLedger
    private let waker = SourceWaker()
    private let isStopping = Atomic<Bool>(false)
    private let started = DispatchSemaphore(value: 0)
    private let finished = DispatchSemaphore(value: 0)
    private let failure = Mutex<ReceiverFailure?>(nil)

    /// Opens the spool, before its lane reads it.
    ///
    /// - Parameter positions: where the lane stands.
    /// Throws: ``DaemonFailure`` when spool or token cannot be used.
    init(_ source: SourceSettings, _ receiver: ReceiverSettings, positions: [StreamPosition]) throws(DaemonFailure) {
        self.source = source
        name = source.name
        options = ReceiverOptions(
            address: receiver.address, token: try ReceiverService.token(receiver), timeKeys: ReceiverService.timeKeys(source))
        do throws(ReceiverFailure) {
            ledger = try SpoolLedger(directory: source.paths[0], limit: receiver.spoolLimit, positions: positions)
        } catch {
            throw DaemonFailure(message: "the source \(source.name) cannot start: \(error.message)")
        }
    }

    /// Where a record of the source has its time. What stands inside of something else brings its own.
    private static func timeKeys(_ source: SourceSettings) -> [String] {
        guard source.wrapper == nil, let format = FormatCatalog.format(named: source.format) else { return [] }
        return source.fields["ts"].map { [$0] } ?? format.descriptor.timeKeys
    }

    private static func token(_ receiver: ReceiverSettings) throws(DaemonFailure) -> [UInt8]? {
        guard let path = receiver.tokenFile else { return nil }
        guard let text = System.contents(path) else { throw DaemonFailure(message: "the token_file \(path) cannot be read") }
        let token = text.utf8.filter { $0 > 0x20 }
        guard token.count >= shortestToken else {
            throw DaemonFailure(
                message: "the token in \(path) is shorter than \(shortestToken) characters: make one with openssl rand -hex 32")
        }
        return token
    }

    /// Listens. Throws: ``DaemonFailure`` when the address cannot be had.
    func start(report: @escaping @Sendable (String) -> Void) throws(DaemonFailure) {
        let name = self.name
        DispatchQueue(label: "weir.receiver.\(name)", qos: .userInitiated).async { [self] in
            do throws(ReceiverFailure) {
                let receiver = try Receiver(options, ledger: ledger, waker: waker, report: { report("\(name): \($0)") })
                started.signal()
                while !isStopping.load(ordering: .acquiring) { receiver.turn(atMost: ReceiverService.pause) }
                receiver.finish()
            } catch {
                failure.withLock { $0 = error }
                started.signal()
            }
            finished.signal()
        }
        started.wait()
        if let failure = failure.withLock({ $0 }) {
            throw DaemonFailure(message: "the source \(name) cannot listen on \(source.receiver?.listen ?? ""): \(failure.message)")
        }
    }

    /// Whether it already is what a source asks for, with the token that is in force now.
    func serves(_ source: SourceSettings) -> Bool {
        guard self.source == source, let receiver = source.receiver else { return false }
        do throws(DaemonFailure) {
            return try ReceiverService.token(receiver) == options.token
        } catch {
            return false
        }
    }

    /// Positions of the lane to go on with.
    func settled(_ positions: [StreamPosition]) -> [StreamPosition] { ledger.settled(positions) }

    /// A commit of the lane is stored: what it has read may go, and there may be room again.
    func release(_ positions: [StreamPosition]) {
        guard !positions.isEmpty else { return }
        ledger.release(positions)
        waker.wake()
    }

    func stop() {
        isStopping.store(true, ordering: .releasing)
        waker.wake()
    }

    func waitUntilFinished() { finished.wait() }
}

/// The receivers that run, by the source whose lane reads what they store.
final class ReceiverRegister: Sendable {
    private let services = Mutex<[String: ReceiverService]>([:])

    func add(_ service: ReceiverService) { services.withLock { $0[service.name] = service } }

    /// A commit of a lane is stored.
    func release(_ positions: [StreamPosition], of lane: String) { services.withLock { $0[lane] }?.release(positions) }

    /// The one that is what a source asks for; nil when none is.
    func running(_ source: SourceSettings) -> ReceiverService? {
        services.withLock { $0[source.name] }.flatMap { $0.serves(source) ? $0 : nil }
    }

    /// Ends those that are not what one of these sources asks for: what came until now is stored, and nothing more is taken. The others go
    /// on meanwhile: whoever is connected to them notices nothing.
    func stop(keeping sources: [SourceSettings]) {
        let kept = Set(sources.filter { running($0) != nil }.map(\.name))
        let ending = services.withLock { services in
            defer { services = services.filter { kept.contains($0.key) } }
            return services.filter { !kept.contains($0.key) }.map(\.value)
        }
        for service in ending { service.stop() }
        for service in ending { service.waitUntilFinished() }
    }
}

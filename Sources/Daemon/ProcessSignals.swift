// weir
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Glibc
import Synchronization

/// The signals that steer the daemon, as values in the order of their arrival.
final class ProcessSignals: Sendable {
    enum Request: Equatable, Sendable {
        /// SIGTERM or SIGINT.
        case stop
        /// SIGHUP.
        case reload
    }

    private let requests = Mutex<[Request]>([])
    private let arrivals = DispatchSemaphore(value: 0)
    private let sources = Mutex<[DispatchSourceSignal]>([])

    init() {
        for (number, request) in [(SIGTERM, Request.stop), (SIGINT, .stop), (SIGHUP, .reload)] {
            _ = signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: DispatchQueue(label: "weir.signals"))
            source.setEventHandler { [weak self] in self?.receive(request) }
            source.resume()
            nonisolated(unsafe) let kept = unsafe source
            sources.withLock { unsafe $0.append(kept) }
        }
    }

    private func receive(_ request: Request) {
        requests.withLock { $0.append(request) }
        arrivals.signal()
    }

    /// Waits for the next request.
    func next() -> Request {
        arrivals.wait()
        return requests.withLock { $0.removeFirst() }
    }
}

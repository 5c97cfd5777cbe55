// weir
// SPDX-License-Identifier: Apache-2.0

/// The signals that steer the daemon, as values in the order of their arrival.
///
/// They are blocked in every thread and fetched by one, so that nothing runs inside a signal handler.
enum ProcessSignals {
    enum Request: Equatable, Sendable {
        /// SIGTERM or SIGINT.
        case stop
        /// SIGHUP.
        case reload
    }

    /// To be called before any other thread starts: threads inherit what is blocked.
    static func block() { System.blockSteeringSignals() }

    /// Asks this process to stop, as SIGTERM does.
    static func requestStop() { System.terminateSelf() }

    /// Waits for the next request.
    static func next() -> Request { System.nextSteeringSignal() == System.hangUp ? .reload : .stop }
}

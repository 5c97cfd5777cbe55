// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What carries a request to a receiver. ``CurlTransport`` is the real one.
///
/// Used by one delivery thread at a time; blocks up to its own time limits.
protocol Transport: AnyObject, Sendable {
    /// Posts once: no redirect is followed, nothing is tried again.
    /// Throws: ``TransportFailure`` if there was no answer. Any answer, of whatever status, is a response.
    func post(_ request: TransportRequest) throws(TransportFailure) -> TransportResponse
}

/// A request to post.
struct TransportRequest: Sendable {
    /// Names and values, in order. Precondition: no line ends in either.
    var headers: [(name: String, value: String)]
    /// Precondition: not empty.
    var body: [UInt8]
}

/// What a receiver answered.
struct TransportResponse: Equatable, Sendable {
    var status: Int
    /// What `Retry-After` asked for, whether as seconds or as a date.
    var retryAfter: EventDuration?
    /// The first bytes of the answer, at most ``CurlTransport/bodyLimit``. Never shown: the receiver chose them.
    var bodyPrefix: [UInt8]
}

/// A request that got no answer.
struct TransportFailure: Error, Equatable, Sendable {
    enum Kind: Equatable, Sendable {
        case nameNotResolved, addressRefused, notConnected, timedOut, certificateRefused, tlsFailed, localFile, broken
    }

    var kind: Kind
    /// One sentence with the receiver's host and nothing else of its URL.
    var message: String
}

// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting

/// A receiver's URL, parsed by the same code that will connect, so that the check and the connection cannot disagree on its host.
struct WebAddress: Equatable, Sendable {
    /// The whole URL. Its path and query may be secrets: only the transport reads it.
    let text: String
    let isPlain: Bool
    /// Lower case, without the brackets of an IPv6 address.
    let host: String
    /// The host, and the port where the URL names one: all of the URL that is ever shown.
    let shown: String

    /// Throws: ``Problem`` with a sentence that repeats nothing of the URL but its host.
    init(_ text: String) throws(Problem) {
        guard CurlURL.isThere else {
            throw Problem(
                message:
                    "webhooks need libcurl.so.4, which this host lacks or has too old; install libcurl 7.85 or later (Debian: libcurl4)")
        }
        guard let parts = CurlURL.parts(of: text), !parts.host.isEmpty else {
            throw Problem(message: "url cannot be read as a URL; write it like https://hooks.example.com/weir")
        }
        let bare = parts.host.hasPrefix("[") ? String(parts.host.dropFirst().dropLast()) : parts.host
        let name = DisplayText.safe(parts.host.lowercased())
        shown = parts.port.map { "\(name):\(DisplayText.safe($0))" } ?? name
        guard parts.scheme == "https" || parts.scheme == "http" else {
            throw Problem(message: "url must begin with https:// (or http:// for a receiver on this host)")
        }
        if parts.hasUserInfo {
            throw Problem(message: "url of \(shown) must not hold a user name or password; put the header's value into authorization_file")
        }
        self.text = text
        isPlain = parts.scheme == "http"
        host = bare.lowercased()
    }

    /// What is wrong with the URL.
    struct Problem: Error, Equatable { var message: String }

    /// Tells while settings are read what the transport would refuse later: an address that is never contacted, or plain HTTP that would
    /// leave this host. The transport judges again, by the address that the name then has.
    func check(allowPlainHTTP: Bool) throws(Problem) {
        let literal = SocketAddressText.bytes(host)
        if let literal, case .refused(let reason) = AddressRule.verdict(literal) {
            throw Problem(message: "url points at \(shown), which is refused because it is \(reason)")
        }
        guard isPlain, !allowPlainHTTP else { return }
        let isLocal = literal.map { AddressRule.isLoopback($0) } ?? (host == "localhost" || host.hasSuffix(".localhost"))
        if !isLocal {
            throw Problem(
                message: "url sends alerts to \(shown) in the clear; use https://, or set allow_plain_http: true where the way is trusted")
        }
    }
}

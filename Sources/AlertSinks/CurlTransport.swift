// weir
// SPDX-License-Identifier: Apache-2.0

import CCurl
import EventModel
import Glibc
import Synchronization

/// How a receiver is reached.
struct TransportOptions: Sendable {
    var address: WebAddress
    /// Certificates of authorities to trust instead of the system's. PEM.
    var authoritiesFile: String?
    /// weir's own certificate and key, for receivers that ask for one. PEM.
    var certificateFile: String?
    var keyFile: String?
    /// Plain HTTP may leave this host.
    var allowPlainHTTP = false
    var connectLimit: EventDuration = .seconds(5)
    var totalLimit: EventDuration = .seconds(20)
}

/// Posts by libcurl: the one file of this target that calls it.
///
/// Certificates are verified always, TLS is at least 1.3, redirects are not followed and proxies of the environment are not used (a proxy
/// would connect to addresses that nobody checked). State: one handle, which keeps the connection open between posts.
final class CurlTransport: Transport {
    /// Bytes of an answer that are kept.
    static let bodyLimit = 512
    /// Bytes of an answer after which the connection is closed: an endless answer must not hold the delivery thread until the time limit.
    static let bodyReadLimit = 65_536

    /// libcurl loaded and set up once for the process. OpenSSL writes to sockets without MSG_NOSIGNAL, and libcurl leaves the signal to the
    /// program because no other signal may be used off the main thread: SIGPIPE must be ignored, or a receiver that hangs up ends weir.
    private static let isReady: Bool = {
        signal(SIGPIPE, SIG_IGN)
        return CurlURL.isThere && weir_curl_global_init(Int(CURL_GLOBAL_SSL)) == CURLE_OK
    }()

    private let options: TransportOptions
    private let handle: Mutex<CurlHandle>

    init(_ options: TransportOptions) {
        precondition(CurlTransport.isReady, "libcurl could not be set up")
        self.options = options
        handle = Mutex(CurlHandle())
    }

    func post(_ request: TransportRequest) throws(TransportFailure) -> TransportResponse {
        try handle.withLock { (handle) throws(TransportFailure) in try handle.post(request, options) }
    }
}

/// Owns an easy handle of libcurl.
@safe private struct CurlHandle: ~Copyable {
    private let pointer: UnsafeMutableRawPointer

    init() {
        guard let pointer = unsafe weir_curl_easy_init() else { preconditionFailure("libcurl gave no handle; is there no memory left?") }
        unsafe self.pointer = unsafe pointer
    }

    deinit { unsafe weir_curl_easy_cleanup(pointer) }

    mutating func post(_ request: TransportRequest, _ options: TransportOptions) throws(TransportFailure) -> TransportResponse {
        let exchange = Exchange(loopbackOnly: options.address.isPlain && !options.allowPlainHTTP)
        // Forgets options, and with them the pointers of the last exchange; keeps the connection.
        unsafe weir_curl_easy_reset(pointer)
        var list: UnsafeMutablePointer<curl_slist>? = nil
        defer { unsafe weir_curl_slist_free_all(list) }
        for header in request.headers {
            let longer = unsafe weir_curl_slist_append(list, "\(header.name): \(header.value)")
            guard let longer = unsafe longer else { preconditionFailure("there is no memory left") }
            unsafe list = unsafe longer
        }
        let code = unsafe request.body.withUnsafeBytes { body in
            var codes = setAddress(options)
            codes += unsafe setExchange(exchange, headers: list, body: body)
            if let failed = codes.first(where: { $0 != CURLE_OK }) { return failed }
            return withExtendedLifetime(exchange) { unsafe weir_curl_easy_perform(pointer) }
        }
        let isEnough = code == CURLE_WRITE_ERROR && exchange.hasReadEnough
        guard code == CURLE_OK || isEnough else { throw failure(code, exchange, options) }
        return response(exchange)
    }

    private func setAddress(_ options: TransportOptions) -> [CURLcode] {
        var codes = unsafe [
            weir_curl_set_text(pointer, CURLOPT_URL, options.address.text),
            weir_curl_set_text(pointer, CURLOPT_PROTOCOLS_STR, options.address.isPlain ? "http" : "https"),
            weir_curl_set_long(pointer, CURLOPT_FOLLOWLOCATION, 0),
            weir_curl_set_text(pointer, CURLOPT_PROXY, ""),
            weir_curl_set_long(pointer, CURLOPT_NOSIGNAL, 1),
            weir_curl_set_long(pointer, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_3),
            weir_curl_set_long(pointer, CURLOPT_SSL_VERIFYPEER, 1),
            weir_curl_set_long(pointer, CURLOPT_SSL_VERIFYHOST, 2),
            weir_curl_set_long(pointer, CURLOPT_CONNECTTIMEOUT_MS, Int(options.connectLimit.milliseconds)),
            weir_curl_set_long(pointer, CURLOPT_TIMEOUT_MS, Int(options.totalLimit.milliseconds)),
            weir_curl_set_long(pointer, CURLOPT_TCP_KEEPALIVE, 1),
            weir_curl_set_text(pointer, CURLOPT_USERAGENT, "weir"),
        ]
        if let file = options.authoritiesFile {
            codes.append(unsafe weir_curl_set_text(pointer, CURLOPT_CAINFO, file))
            // Instead of the system's authorities, not beside them.
            codes.append(unsafe weir_curl_set_text(pointer, CURLOPT_CAPATH, nil))
        }
        if let file = options.certificateFile { codes.append(unsafe weir_curl_set_text(pointer, CURLOPT_SSLCERT, file)) }
        if let file = options.keyFile { codes.append(unsafe weir_curl_set_text(pointer, CURLOPT_SSLKEY, file)) }
        return codes
    }

    private func setExchange(
        _ exchange: Exchange, headers: UnsafeMutablePointer<curl_slist>?, body: UnsafeRawBufferPointer
    ) -> [CURLcode] {
        let context = unsafe Unmanaged.passUnretained(exchange).toOpaque()
        return unsafe [
            weir_curl_set_long(pointer, CURLOPT_POST, 1),
            weir_curl_set_pointer(pointer, CURLOPT_HTTPHEADER, headers),
            weir_curl_set_size(pointer, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)),
            weir_curl_set_pointer(pointer, CURLOPT_COPYPOSTFIELDS, body.baseAddress),
            weir_curl_set_write(
                pointer,
                { bytes, size, count, context in
                    guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
                    let exchange = unsafe Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
                    return unsafe exchange.receive(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
                }, context),
            weir_curl_set_open_socket(
                pointer,
                { context, _, address in
                    guard let context = unsafe context, let address = unsafe address else { return CURL_SOCKET_BAD }
                    let exchange = unsafe Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
                    return unsafe exchange.open(address)
                }, context),
        ]
    }

    private func response(_ exchange: Exchange) -> TransportResponse {
        var status = 0
        var wait: curl_off_t = 0
        unsafe weir_curl_get_long(pointer, CURLINFO_RESPONSE_CODE, &status)
        unsafe weir_curl_get_size(pointer, CURLINFO_RETRY_AFTER, &wait)
        // Within a year, so that no arithmetic on it overflows.
        let seconds = min(max(Int64(wait), 0), 31_536_000)
        return TransportResponse(status: status, retryAfter: seconds > 0 ? .seconds(seconds) : nil, bodyPrefix: exchange.body)
    }

    private func failure(_ code: CURLcode, _ exchange: Exchange, _ options: TransportOptions) -> TransportFailure {
        let host = options.address.shown
        if let refusal = exchange.refusal {
            return TransportFailure(kind: .addressRefused, message: "\(host) was not contacted: its address \(refusal)")
        }
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST:
            return TransportFailure(kind: .nameNotResolved, message: "the name \(host) could not be resolved")
        case CURLE_COULDNT_CONNECT: return TransportFailure(kind: .notConnected, message: "\(host) does not accept connections")
        case CURLE_OPERATION_TIMEDOUT:
            return TransportFailure(kind: .timedOut, message: "\(host) did not answer within the time limit")
        case CURLE_PEER_FAILED_VERIFICATION:
            return TransportFailure(
                kind: .certificateRefused, message: "the certificate of \(host) could not be verified; ca_file names its authority")
        case CURLE_SSL_CONNECT_ERROR:
            return TransportFailure(kind: .tlsFailed, message: "\(host) does not speak TLS 1.3, or broke off the handshake")
        case CURLE_SSL_CACERT_BADFILE: return TransportFailure(kind: .localFile, message: "ca_file for \(host) cannot be read")
        case CURLE_SSL_CERTPROBLEM:
            return TransportFailure(kind: .localFile, message: "client_certificate_file or client_key_file for \(host) cannot be used")
        case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE:
            return TransportFailure(kind: .broken, message: "\(host) closed the connection before it answered")
        default:
            // libcurl's constant text for the code: its longer text would repeat the URL.
            let text = unsafe String(cString: weir_curl_easy_strerror(code))
            return TransportFailure(kind: .broken, message: "\(host) could not be used: \(text)")
        }
    }
}

/// What happens during one post, as the callbacks see it.
private final class Exchange {
    let loopbackOnly: Bool
    private(set) var body: [UInt8] = []
    private(set) var refusal: String?
    private var received = 0

    init(loopbackOnly: Bool) { self.loopbackOnly = loopbackOnly }

    var hasReadEnough: Bool { received > CurlTransport.bodyReadLimit }

    /// Takes bytes of the answer; false when enough was read.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        received += bytes.count
        unsafe body.append(contentsOf: bytes.prefix(max(CurlTransport.bodyLimit - body.count, 0)))
        return !hasReadEnough
    }

    /// Opens a socket for an address that may be connected to.
    func open(_ address: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
        let bytes = unsafe SocketAddressText.bytes(of: &address.pointee.addr)
        if case .refused(let reason) = AddressRule.verdict(bytes) {
            refusal = "is refused because it is \(reason)"
            return CURL_SOCKET_BAD
        }
        if loopbackOnly && !AddressRule.isLoopback(bytes) {
            refusal = "is not this host, and plain HTTP may not leave it"
            return CURL_SOCKET_BAD
        }
        refusal = nil
        let kind = unsafe address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
        return unsafe socket(address.pointee.family, kind, address.pointee.protocol)
    }
}

/// libcurl's parser of URLs.
enum CurlURL {
    struct Parts: Equatable {
        var scheme: String
        var host: String
        var port: String?
        var hasUserInfo: Bool
    }

    /// Whether this host has libcurl. Nothing of it may be called otherwise.
    static var isThere: Bool { weir_curl_load() != 0 }

    /// Precondition: libcurl is there. Nil if libcurl would not use the text as a URL, or it has no scheme.
    static func parts(of text: String) -> Parts? {
        guard let url = unsafe weir_curl_url() else { return nil }
        defer { unsafe weir_curl_url_cleanup(url) }
        guard unsafe weir_curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK,
            let scheme = unsafe part(url, CURLUPART_SCHEME), let host = unsafe part(url, CURLUPART_HOST)
        else { return nil }
        let hasUserInfo = unsafe part(url, CURLUPART_USER) != nil || part(url, CURLUPART_PASSWORD) != nil
        return Parts(scheme: scheme, host: host, port: unsafe part(url, CURLUPART_PORT), hasUserInfo: hasUserInfo)
    }

    private static func part(_ url: OpaquePointer, _ part: CURLUPart) -> String? {
        var text: UnsafeMutablePointer<CChar>? = nil
        guard unsafe weir_curl_url_get(url, part, &text, 0) == CURLUE_OK, let text = unsafe text else { return nil }
        defer { unsafe weir_curl_free(text) }
        return unsafe String(cString: text)
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import EventModel

/// Posts alerts to a URL, signed.
///
/// Source: Standard Webhooks 1.0.0. The id is the same at every attempt, so that a receiver can drop repetitions; the time stamp is new at
/// every attempt, so that it can refuse what somebody recorded and sends again.
package final class WebhookSink: ConfigurableSink {
    package static let descriptor = SinkDescriptor(
        type: "webhook",
        summary: "Posts each alert as JSON to a URL, signed as Standard Webhooks describes, over TLS 1.3.",
        options: [
            SinkOption(
                name: "url", kind: .text, isRequired: true,
                reason: "Where to post: https://…, or http://… for a receiver on this host. Redirects are not followed."),
            SinkOption(
                name: "secret_file", kind: .path, isRequired: true,
                reason: "A file only its owner may read, with whsec_ and Base64 of 24 to 64 bytes. While it changes, two lines: both sign."),
            SinkOption(
                name: "authorization_file", kind: .path,
                reason: "A file that only its owner may read, with the value of an Authorization header, for receivers behind a gateway."),
            SinkOption(
                name: "ca_file", kind: .path,
                reason: "The authority of the receiver's certificate, in PEM, in place of the system's authorities."),
            SinkOption(
                name: "client_certificate_file", kind: .path, reason: "weir's own certificate, in PEM, for receivers that ask for one."),
            SinkOption(
                name: "client_key_file", kind: .path, reason: "The key of client_certificate_file, in PEM, readable by its owner only."),
            SinkOption(
                name: "allow_plain_http", kind: .flag, defaultValue: "false",
                reason: "Lets http:// leave this host. Alerts name accounts: set it only where the way to the receiver is trusted."),
            SinkOption(
                name: "connect_timeout_seconds", kind: .number(0.1...60), defaultValue: "5",
                reason: "How long the connection and its handshake may take."),
            SinkOption(
                name: "timeout_seconds", kind: .number(0.1...60), defaultValue: "20",
                reason: "How long one attempt may take; Standard Webhooks asks for 15 to 30. The sink's other alerts wait that long."),
            .name(like: "webhook:hooks.example.com"),
            .only,
        ],
        example: "{ type: webhook, url: \"https://hooks.example.com/weir\", secret_file: /run/credentials/webhook }")

    package let name: String
    private let shownHost: String
    private let secrets: WebhookSecrets
    private let authorization: String?
    private let transport: any Transport

    package convenience init(options: SinkOptions) throws(SinkOptionsError) {
        var check = OptionCheck(options)
        let address = check.address()
        let secrets = check.secrets()
        let authorization = check.authorization()
        check.keyFile()
        guard check.problems.isEmpty, let address, let secrets else { throw SinkOptionsError(problems: check.problems) }
        let transport = CurlTransport(
            TransportOptions(
                address: address, authoritiesFile: options.text("ca_file"), certificateFile: options.text("client_certificate_file"),
                keyFile: options.text("client_key_file"), allowPlainHTTP: options.flag("allow_plain_http"),
                connectLimit: options.seconds("connect_timeout_seconds"), totalLimit: options.seconds("timeout_seconds")))
        self.init(
            host: address.shown, secrets: secrets, authorization: authorization, transport: transport, name: options.text("name"))
    }

    init(host: String, secrets: WebhookSecrets, authorization: String?, transport: any Transport, name: String?) {
        shownHost = host
        self.name = name ?? "webhook:\(host)"
        self.secrets = secrets
        self.authorization = authorization
        self.transport = transport
    }

    package func deliver(_ record: AlertRecord, messageID: String, now: EventTime) -> DeliveryOutcome {
        let body = WebhookPayload.body(of: record)
        let id = WebhookSink.identifier(messageID)
        let timestamp = now.milliseconds / 1000
        var headers = [
            (name: "content-type", value: "application/json"),
            (name: "webhook-id", value: id),
            (name: "webhook-timestamp", value: String(timestamp)),
            (name: "webhook-signature", value: secrets.signature(id: id, timestamp: timestamp, body: body)),
        ]
        if let authorization { headers.append((name: "authorization", value: authorization)) }
        do throws(TransportFailure) {
            return outcome(try transport.post(TransportRequest(headers: headers, body: body)))
        } catch {
            return .retry(reason: "\(name): \(error.message)", after: nil)
        }
    }

    /// An id that can stand in a header and be told from the time stamp: every character but letters, digits, `_`, `-` and `:` is a `-`.
    static func identifier(_ messageID: String) -> String {
        String(
            decoding: messageID.utf8.map { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: ":"),
                    UInt8(ascii: "_"), UInt8(ascii: "-"):
                    byte
                default: UInt8(ascii: "-")
                }
            }, as: UTF8.self)
    }

    /// What an answer means. Only success and what can never succeed are final; a redirect may be a page for the time of maintenance.
    private func outcome(_ response: TransportResponse) -> DeliveryOutcome {
        let says = "\(name): \(shownHost) answered \(response.status)"
        switch response.status {
        case 200...299: return .delivered
        case 410: return .disabled(reason: "\(says): the webhook is gone; restart weir when it is back")
        case 429: return .retry(reason: "\(says): too many requests", after: response.retryAfter)
        case 408, 425, 500...599: return .retry(reason: says, after: response.retryAfter)
        case 300...399:
            return .retry(reason: "\(says), a redirect, which is not followed: set url to where it leads", after: response.retryAfter)
        case 401, 403, 407:
            return .retry(
                reason: "\(says): it does not let weir in: look at secret_file and authorization_file", after: response.retryAfter)
        case 404: return .retry(reason: "\(says): nothing is there: look at url", after: response.retryAfter)
        case 400...499: return .refused(reason: "\(says): it does not take this alert")
        default: return .retry(reason: "\(says), which is no final answer", after: response.retryAfter)
        }
    }
}

/// Reads the options of a webhook and collects what is wrong with them, so that all is told at once.
private struct OptionCheck {
    private let options: SinkOptions
    private(set) var problems: [String]

    init(_ options: SinkOptions) {
        self.options = options
        problems = options.problems(WebhookSink.descriptor)
    }

    mutating func address() -> WebAddress? {
        guard let url = options.text("url") else { return nil }
        do throws(WebAddress.Problem) {
            let address = try WebAddress(url)
            try address.check(allowPlainHTTP: options.flag("allow_plain_http"))
            return address
        } catch {
            problems.append(error.message)
            return nil
        }
    }

    mutating func secrets() -> WebhookSecrets? {
        guard let lines = lines("secret_file") else { return nil }
        do throws(WebhookSecrets.Problem) {
            return try WebhookSecrets(lines: lines)
        } catch {
            problems.append("secret_file \(error.message)")
            return nil
        }
    }

    mutating func authorization() -> String? {
        guard let lines = lines("authorization_file") else { return nil }
        guard lines.count == 1, let line = lines.first, line.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            problems.append("authorization_file must hold one line of printable ASCII, such as Bearer and a token")
            return nil
        }
        return line
    }

    /// libcurl reads the key itself; here only whether others may.
    mutating func keyFile() {
        let hasCertificate = options.text("client_certificate_file") != nil
        let hasKey = options.text("client_key_file") != nil
        if hasCertificate != hasKey { problems.append("client_certificate_file and client_key_file need each other") }
        lines("client_key_file")
    }

    /// The lines of a file that an option names, if one does and only its owner may read it.
    @discardableResult
    private mutating func lines(_ option: String) -> [String]? {
        guard let path = options.text(option) else { return nil }
        do throws(SinkFileFailure) {
            return try OwnerOnlyFile.lines(path: path)
        } catch {
            problems.append("\(option) \(error.message)")
            return nil
        }
    }
}

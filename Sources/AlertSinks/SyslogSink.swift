// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import EventModel
import Synchronization

/// Sends alerts to a syslog receiver as RFC 5424 messages.
///
/// State: one connection, kept open and opened anew when the receiver hung up. Delivered means: taken by the socket (unix, UDP) or
/// acknowledged by the receiver's host (TCP); syslog has no answer of its own.
package final class SyslogSink: ConfigurableSink {
    package static let descriptor = SinkDescriptor(
        type: "syslog",
        summary: "Sends each alert as an RFC 5424 message to the local syslog socket, by UDP, or by TCP with octet counting (RFC 6587).",
        options: [
            SinkOption(
                name: "address", kind: .text, defaultValue: "unix:/dev/log",
                reason: "unix:/dev/log, udp:host:port or tcp:host:port, an IPv6 address in brackets. UDP may lose messages unnoticed."),
            SinkOption(
                name: "facility", kind: .choice(SyslogMessage.facilities.map { $0.name }), defaultValue: "authpriv",
                reason: "Where the receiver files the messages; authpriv is what other users of the host usually cannot read."),
            SinkOption(
                name: "app_name", kind: .text, defaultValue: "weir",
                reason: "APP-NAME of the messages; at most 48 printable ASCII characters."),
            SinkOption(
                name: "enterprise_number", kind: .number(1...4_294_967_295), defaultValue: "32473",
                reason: "The number behind weir@ in the structured data; 32473 is reserved for documentation, your own is IANA's to give."),
            SinkOption(
                name: "timeout_seconds", kind: .number(0.1...60), defaultValue: "5",
                reason: "How long connecting, and then sending, may take; the sink's other alerts wait that long."),
            .name(like: "syslog:logs.example.com:514"),
            .only,
        ],
        example: "{ type: syslog, address: \"unix:/dev/log\", facility: authpriv }")

    package let name: String
    private let address: SyslogAddress
    private let message: SyslogMessage
    private let limit: EventDuration
    private let connection = Mutex<Kept>(Kept())

    private struct Kept: ~Copyable {
        var connection: SocketConnection?
    }

    package convenience init(options: SinkOptions) throws(SinkOptionsError) {
        var problems = options.problems(SyslogSink.descriptor)
        let address = SyslogAddress(options.text("address") ?? "")
        if address == nil { problems.append("address must be unix:/path, udp:host:port or tcp:host:port") }
        let appName = options.text("app_name") ?? "weir"
        if appName != SyslogMessage.header(appName, limit: 48) {
            problems.append("app_name must be at most 48 printable ASCII characters without spaces")
        }
        guard problems.isEmpty, let address else { throw SinkOptionsError(problems: problems) }
        let facility = SyslogMessage.facilities.first { $0.name == options["facility"] }
        let message = SyslogMessage(
            facility: facility?.code ?? 10, hostName: HostIdentity.hostName, appName: appName, processID: HostIdentity.processID,
            enterpriseNumber: UInt32(options.number("enterprise_number") ?? 32473))
        self.init(address: address, message: message, limit: options.seconds("timeout_seconds"), name: options.text("name"))
    }

    init(address: SyslogAddress, message: SyslogMessage, limit: EventDuration, name: String?) {
        self.address = address
        self.message = message
        self.limit = limit
        switch address {
        case .unix: self.name = name ?? "syslog:unix"
        case .udp, .tcp: self.name = name ?? "syslog:\(address.shown)"
        }
    }

    package func deliver(_ record: AlertRecord, messageID: String, now: EventTime) -> DeliveryOutcome {
        let octets = message.octets(of: record, messageID: messageID, now: now)
        return connection.withLock { kept in
            do throws(SocketFailure) {
                // A receiver that restarted has hung up; nothing of this message was sent yet, so connecting anew loses and repeats
                // nothing.
                if kept.connection?.isOpen() != true { kept.connection = nil }
                if kept.connection == nil { kept.connection = try SocketConnection(to: address, limit: limit) }
                try kept.connection?.send(octets, limit: limit)
                return .delivered
            } catch {
                kept.connection = nil
                return .retry(reason: "\(name): \(address.shown) \(error.message)", after: nil)
            }
        }
    }
}

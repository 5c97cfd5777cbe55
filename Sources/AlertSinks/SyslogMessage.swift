// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import EventModel

/// An alert as a syslog message.
///
/// Source: RFC 5424 (Gerhards, 2009), section 6. Receivers should take 2048 octets (section 6.1): what would be longer loses the end of its
/// text, never its structured data.
struct SyslogMessage: Sendable {
    /// Octets of a whole message.
    static let sizeLimit = 2048

    /// The facilities by name, RFC 5424 table 1.
    static let facilities: [(name: String, code: Int)] = [
        ("kern", 0), ("user", 1), ("mail", 2), ("daemon", 3), ("auth", 4), ("syslog", 5), ("lpr", 6), ("news", 7), ("uucp", 8), ("cron", 9),
        ("authpriv", 10), ("ftp", 11), ("local0", 16), ("local1", 17), ("local2", 18), ("local3", 19), ("local4", 20), ("local5", 21),
        ("local6", 22), ("local7", 23),
    ]

    var facility: Int
    var hostName: String
    var appName: String
    var processID: String
    /// The private enterprise number behind the name of the structured data.
    var enterpriseNumber: UInt32

    /// The message's octets, without any framing. `now` is the time stamp: receivers file messages by when they were sent, and the alert's
    /// own times are in its data.
    func octets(of record: AlertRecord, messageID: String, now: EventTime) -> [UInt8] {
        let fields = [
            "<\(facility * 8 + SyslogMessage.severity(of: record))>1",
            CivilTime(now).rfc3339,
            SyslogMessage.header(hostName, limit: 255),
            SyslogMessage.header(appName, limit: 48),
            SyslogMessage.header(processID, limit: 128),
            SyslogMessage.header(record.name.uppercased().replacing("-", with: "_"), limit: 32),
            structuredData(of: record, messageID: messageID),
        ]
        // The BOM says that the text is UTF-8.
        let head = Array(fields.joined(separator: " ").utf8) + [0x20, 0xEF, 0xBB, 0xBF]
        return head + SyslogMessage.cut(DisplayText.safe(record.summary, limit: 2048), to: SyslogMessage.sizeLimit - head.count)
    }

    /// critical, error, warning, notice. The end of an alert is a notice: nothing should page for it.
    static func severity(of record: AlertRecord) -> Int {
        guard record.status != .resolved else { return 5 }
        switch record.severity {
        case .critical: return 2
        case .high: return 3
        case .medium: return 4
        case .low: return 5
        }
    }

    private func structuredData(of record: AlertRecord, messageID: String) -> String {
        let parameters = [
            ("message", messageID), ("alert", record.id), ("status", record.status.name), ("severity", record.severity.name),
            ("detector", record.detector), ("rule", record.name), ("account", record.account),
            ("opened", CivilTime(record.opened).rfc3339), ("last", CivilTime(record.time).rfc3339),
        ]
        let written = parameters.map { name, value in " \(name)=\"\(SyslogMessage.parameter(value))\"" }
        return "[weir@\(enterpriseNumber)\(written.joined())]"
    }

    /// A value of structured data: control and invisible characters made visible, 128 characters at most so that the data of an account
    /// with a long name leave room for the text; then `"`, `\` and `]` escaped, and nothing else (section 6.3.3).
    static func parameter(_ value: String) -> String {
        var result = ""
        for scalar in DisplayText.safe(value, limit: 128).unicodeScalars {
            if scalar == "\"" || scalar == "\\" || scalar == "]" { result.unicodeScalars.append("\\") }
            result.unicodeScalars.append(scalar)
        }
        return result
    }

    /// A field of the header: printable ASCII without spaces, or the nil value.
    static func header(_ value: String, limit: Int) -> String {
        let kept = value.utf8.prefix(limit).map { byte in (0x21...0x7E).contains(byte) ? byte : UInt8(ascii: "_") }
        return kept.isEmpty ? "-" : String(decoding: kept, as: UTF8.self)
    }

    /// The longest start of a text that fits, ending at a whole character and marked by an ellipsis.
    static func cut(_ text: String, to limit: Int) -> [UInt8] {
        if text.utf8.count <= limit { return Array(text.utf8) }
        let ellipsis = Array("…".utf8)
        var kept: [UInt8] = []
        for character in text {
            let bytes = String(character).utf8
            if kept.count + bytes.count + ellipsis.count > limit { break }
            kept += bytes
        }
        return limit >= ellipsis.count ? kept + ellipsis : []
    }
}

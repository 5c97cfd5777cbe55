// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Writes simulated events as lines of a log.
///
/// State: the names of all accounts and routes as bytes, and the date of the last event. Complexity: O(line), without `String`.
package struct EventText: Sendable {
    /// The formats it writes, by the names that `weir formats` knows.
    package enum Format: String, CaseIterable, Sendable {
        /// weir's own event, about 230 bytes a line.
        case json
        /// The combined log format of Apache and nginx, the account being the authenticated user. It knows no rows.
        case combined
        /// A Salesforce EventLogFile of event type RestApi: its 27 columns of 2020, everything quoted, the header first.
        case salesforceELF = "salesforce_elf"

        /// What a file of it is usually called.
        package var fileName: String {
            switch self {
            case .json: "access.json"
            case .combined: "access.log"
            case .salesforceELF: "RestApi.csv"
            }
        }
    }

    package let format: Format
    private let accounts: [[UInt8]]
    private let routes: [Route]
    private let agents: [[UInt8]]
    private let methods: [[UInt8]]
    private let words = Words()
    /// The day of the last event since 1970, and its date as the format writes it.
    private var day: Int64 = -1
    private var date: [UInt8] = []
    /// The same day in the second spelling of an EventLogFile.
    private var otherDate: [UInt8] = []

    private struct Route: Sendable {
        var head: [UInt8]
        var tail: [UInt8]
        var identifier: EndpointCatalog.Identifier
        var prefix: [UInt8]
        var object: [UInt8]
        var operation: [UInt8]
        var method: Int
    }

    /// - Parameter accountNames: ``FleetSimulation/accountNames``.
    package init(format: Format, accountNames: [String]) {
        self.format = format
        accounts = accountNames.enumerated().map { index, name in
            Array((format == .salesforceELF ? EventText.salesforceUser(index) : name).utf8)
        }
        routes = (0..<EndpointCatalog.count).map { EventText.route($0, format) }
        agents = ClientAgents.ofRoles.map { Array($0.before.utf8) }
        methods = EndpointCatalog.Method.allCases.map { Array($0.rawValue.utf8) }
    }

    /// The account as this format writes it: what labels and alerts call it.
    package func accountName(_ index: Int) -> String { String(decoding: accounts[index], as: UTF8.self) }

    /// What a file begins with: the header of a table, nothing for the others.
    package var header: [UInt8] { format == .salesforceELF ? Array((EventText.salesforceHeader + "\n").utf8) : [] }

    /// Appends one line with its end.
    package mutating func append(_ event: SimulatedEvent, to buffer: inout [UInt8]) {
        let number = event.time.milliseconds / FleetCalendar.day
        if number != day { turn(to: number) }
        switch format {
        case .json: appendJSON(event, to: &buffer)
        case .combined: appendCombined(event, to: &buffer)
        case .salesforceELF: appendSalesforce(event, to: &buffer)
        }
    }

    private func appendJSON(_ event: SimulatedEvent, to buffer: inout [UInt8]) {
        let route = routes[Int(event.endpoint)]
        buffer += words.ts
        buffer += date
        appendTime(event.time, to: &buffer)
        buffer += words.account
        buffer += accounts[Int(event.account)]
        buffer += words.action
        buffer += route.operation
        buffer += words.method
        buffer += methods[route.method]
        buffer += words.endpoint
        appendPath(route, event, to: &buffer)
        if !route.object.isEmpty {
            buffer += words.object
            buffer += route.object
        }
        buffer += words.status
        buffer.appendDecimal(UInt64(event.status))
        if let rows = event.rows {
            buffer += words.rows
            buffer.appendDecimal(rows)
        }
        buffer += words.bytes
        buffer.appendDecimal(event.bytes)
        buffer += words.ip
        buffer.appendAddress(event.address)
        if let detail = event.detail {
            appendDetail(detail, of: event, route.prefix, to: &buffer)
        } else {
            buffer += words.end
        }
    }

    private func appendCombined(_ event: SimulatedEvent, to buffer: inout [UInt8]) {
        let route = routes[Int(event.endpoint)]
        buffer.appendAddress(event.address)
        buffer += words.dash
        buffer += accounts[Int(event.account)]
        buffer += words.bracket
        buffer += date
        buffer.appendClock(event.time)
        buffer += words.request
        buffer += methods[route.method]
        buffer.append(0x20)
        appendPath(route, event, to: &buffer)
        buffer += words.protocol
        buffer.appendDecimal(UInt64(event.status))
        buffer.append(0x20)
        buffer.appendDecimal(event.bytes)
        buffer += words.referrer
        buffer += agents[Int(AccountRole.role(ofAccount: Int(event.account)).rawValue)]
        buffer += words.quoteEnd
    }

    private func appendSalesforce(_ event: SimulatedEvent, to buffer: inout [UInt8]) {
        let route = routes[Int(event.endpoint)]
        let user = accounts[Int(event.account)]
        let time = event.time.milliseconds
        buffer += words.restAPI
        buffer += date
        buffer.appendCompactClock(event.time)
        buffer += words.nextTID
        // The request's number: what makes two rows of one file different.
        buffer.appendHexadecimal(UInt64(time) << 16 ^ event.identifier >> 44, digits: 16)
        buffer += words.organization
        buffer += user
        buffer += words.next
        buffer.appendDecimal(20 + event.bytes / 4000 + event.identifier >> 8 & 63)
        buffer += words.next
        buffer.appendDecimal(8 + event.bytes / 16_000 + event.identifier >> 14 & 15)
        buffer += words.next
        appendPath(route, event, to: &buffer)
        buffer += words.keys
        buffer.append(event.status < 400 ? UInt8(ascii: "S") : UInt8(ascii: "F"))
        buffer += words.next
        buffer.appendDecimal(1_000_000 + event.bytes * 40)
        buffer += words.next
        buffer += methods[route.method]
        buffer += words.media
        buffer.appendDecimal(UInt64(event.status))
        buffer += words.userAgent
        if let rows = event.rows { buffer.appendDecimal(rows) }
        buffer += words.blocks
        buffer.appendDecimal(event.bytes)
        buffer += words.next
        buffer += route.object
        buffer += words.next
        buffer += otherDate
        appendTime(event.time, to: &buffer)
        buffer += words.next
        buffer += user
        buffer += EventText.salesforceSuffix(user)
        buffer += words.next
        buffer.appendAddress(event.address)
        buffer += words.last
    }

    /// `02:05:00.123Z`
    private func appendTime(_ time: EventTime, to buffer: inout [UInt8]) {
        buffer.appendClock(time)
        let millisecond = Int(time.milliseconds % 1000)
        buffer.append(UInt8(ascii: "."))
        buffer.append(UInt8(truncatingIfNeeded: 0x30 + millisecond / 100))
        buffer.appendPair(millisecond % 100)
        buffer.append(UInt8(ascii: "Z"))
    }

    private func appendPath(_ route: Route, _ event: SimulatedEvent, to buffer: inout [UInt8]) {
        buffer += route.head
        switch route.identifier {
        case .none: return
        case .crmRecord:
            // Fifteen characters, as the CRM gives them: type, instance, number. A million records of each kind.
            buffer += route.prefix
            buffer.appendBase62(event.identifier >> 20 & 0xF_FFFF, digits: 10)
        case .number: buffer.appendDecimal(100_000 + event.identifier >> 20 & 0xF_FFFF)
        case .cursor:
            buffer += route.prefix
            buffer.appendBase62(event.identifier >> 20 & 0xFFFF, digits: 10)
            buffer.append(UInt8(ascii: "-"))
            buffer.appendDecimal((event.identifier >> 40 & 15 + 1) * 2000)
        case .opaque: buffer.appendHexadecimal(event.identifier >> 16 & 0xFFFF_FFFF, digits: 16)
        }
        buffer += route.tail
    }

    private mutating func turn(to number: Int64) {
        day = number
        let civil = CivilTime(EventTime(milliseconds: number * FleetCalendar.day))
        var iso: [UInt8] = []
        iso.appendPair(civil.year / 100)
        iso.appendPair(civil.year % 100)
        switch format {
        case .json, .salesforceELF:
            var compact = iso
            compact.appendPair(civil.month)
            compact.appendPair(civil.day)
            iso.append(UInt8(ascii: "-"))
            iso.appendPair(civil.month)
            iso.append(UInt8(ascii: "-"))
            iso.appendPair(civil.day)
            iso.append(UInt8(ascii: "T"))
            date = format == .json ? iso : compact
            otherDate = iso
        case .combined:
            date = []
            date.appendPair(civil.day)
            date += Array("/\(EventText.months[civil.month - 1])/".utf8)
            date += iso
            date.append(UInt8(ascii: ":"))
        }
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func route(_ endpoint: Int, _ format: Format) -> Route {
        let place = endpoint % EndpointCatalog.objects.count
        let template = EndpointCatalog.templates[endpoint / EndpointCatalog.objects.count]
        var head = EndpointCatalog.path(UInt16(endpoint))
        // In a CRM's own log the shop's routes are its custom endpoints.
        if format == .salesforceELF && !head.hasPrefix("/services/") { head = "/services/apexrest" + head }
        let method: Int
        switch template.facts.method {
        case .get: method = 0
        case .post: method = 1
        case .patch: method = 2
        case .delete: method = 3
        }
        let prefix = template.identifier == .cursor ? "01gRO" : EventText.recordPrefixes[place]
        return Route(
            head: Array(head.utf8), tail: Array(template.tail.utf8), identifier: template.identifier,
            prefix: Array(prefix.utf8), object: template.objectStyle == .absent ? [] : Array(EndpointCatalog.objects[place].utf8),
            operation: Array(template.facts.operation.name.utf8), method: method)
    }

    /// The key prefixes of the CRM's standard objects, in the order of ``EndpointCatalog/objects``, and an instance.
    private static let recordPrefixes = [
        "003RO", "001RO", "500RO", "801RO", "00QRO", "006RO", "01tRO", "701RO", "00TRO", "005RO", "02iRO", "3ttRO",
    ]
}

/// The fixed parts of lines.
private struct Words: Sendable {
    let ts = Array(#"{"ts":""#.utf8)
    let account = Array(#"","account":""#.utf8)
    let action = Array(#"","kind":"service","action":""#.utf8)
    let method = Array(#"","method":""#.utf8)
    let endpoint = Array(#"","endpoint":""#.utf8)
    let object = Array(#"","object":""#.utf8)
    let status = Array(#"","status":"#.utf8)
    let rows = Array(#","rows":"#.utf8)
    let bytes = Array(#","bytes":"#.utf8)
    let ip = Array(#","ip":""#.utf8)
    let end = Array("\"}\n".utf8)

    let dash = Array(" - ".utf8)
    let bracket = Array(" [".utf8)
    let request = Array(" +0000] \"".utf8)
    let `protocol` = Array(" HTTP/1.1\" ".utf8)
    let referrer = Array(#" "-" ""#.utf8)
    let quoteEnd = Array("\"\n".utf8)

    let restAPI = Array(#""RestApi",""#.utf8)
    let next = Array(#"",""#.utf8)
    let nextTID = Array(#"","TID:"#.utf8)
    let organization = Array(#"","00DRO0000008weir",""#.utf8)
    let keys = Array(#"","","",""#.utf8)
    let media = Array(#"","application/json;charset=UTF-8",""#.utf8)
    let userAgent = Array(#"","9999",""#.utf8)
    let blocks = Array(#"","","460","10","8192",""#.utf8)
    let last = Array("\",\"\"\n".utf8)
}

// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import ContentScan
import Pipeline

/// Looks through what weir wrote for personal data that should not be there, and keeps of it what kind, where, and how much.
struct PersonalDataCheck {
    /// A shorter run of printable bytes between others is no text.
    static let shortestText = 6
    /// Bytes of an address, at least, that stands among bytes that are no text.
    static let shortestAddress = 8
    /// Bytes of a text that are scanned together, and how much of them the next piece begins with, so that a border hides nothing.
    static let longestPiece = 65_536
    static let overlap = 256

    /// One kind of personal data in one place.
    struct Finding: Equatable {
        var type: String
        /// `alerts.summary`, or the path of a file.
        var place: String
        var count = 0
        /// The row of the first one, from 1; nil in a file.
        var row: Int?
        /// Where the first one begins, in the value or in the file.
        var offset: Int
    }

    private(set) var findings: [Finding] = []
    /// Bytes that were looked at.
    private(set) var bytes = 0
    private var places: [String: Int] = [:]
    private var scanner: ContentScanner
    /// What the operator wrote down: an address of a sink in a message about it is nobody's.
    private let stated: [UInt8]
    /// Names that the operator says are programs'.
    private let services: ServiceAccounts
    private let surroundedServices: ServiceAccounts
    /// Whether what is looked at are the pages of a database, whose values lie side by side.
    var isPages = false
    /// Whether the text that is looked at stands among bytes that are none.
    private var isAmongOthers = false

    init(_ options: ScanOptions, stated: [String] = [], services: ServiceAccounts = ServiceAccounts()) {
        self.services = services
        surroundedServices = services.surrounded
        var options = options
        options.types = .all
        scanner = ContentScanner(options)
        self.stated = Array(stated.joined(separator: "\n").utf8)
    }

    /// Looks at one value, or at a piece of a file.
    ///
    /// - Parameter start: where the piece begins in the file.
    mutating func look(at bytes: [UInt8], place: String, row: Int? = nil, start: Int = 0) {
        self.bytes += bytes.count
        var index = 0
        while index < bytes.count {
            while index < bytes.count && !PersonalDataCheck.isText(bytes[index]) { index += 1 }
            let begin = index
            while index < bytes.count && PersonalDataCheck.isText(bytes[index]) { index += 1 }
            guard index - begin >= PersonalDataCheck.shortestText else { continue }
            isAmongOthers = begin > 0 || index < bytes.count
            scan(bytes, begin..<index, place: place, row: row, start: start)
        }
    }

    private mutating func scan(_ bytes: [UInt8], _ range: Range<Int>, place: String, row: Int?, start: Int) {
        var begin = range.lowerBound
        var seen = range.lowerBound
        while begin < range.upperBound {
            let end = min(begin + PersonalDataCheck.longestPiece, range.upperBound)
            let piece = Array(bytes[begin..<end])
            scanner.scan(piece.span)
            for match in scanner.matches where !match.isReserved && begin + match.offset >= seen {
                seen = begin + match.range.upperBound
                if isHarmless(match, piece) { continue }
                note(match, place: place, row: row, offset: start + begin + match.offset)
            }
            if end == range.upperBound { return }
            begin = end - PersonalDataCheck.overlap
        }
    }

    private mutating func note(_ match: ScanMatch, place: String, row: Int?, offset: Int) {
        let key = "\(match.type.rawValue) \(place)"
        let index = places[key] ?? findings.count
        if index == findings.count {
            places[key] = index
            findings.append(Finding(type: match.type.name, place: place, row: row, offset: offset))
        }
        findings[index].count += 1
    }

    /// A declared program is nobody, a network is not an address, what stands in the settings was put there, and an example of a refused
    /// line shows shapes only.
    private func isHarmless(_ match: ScanMatch, _ piece: [UInt8]) -> Bool {
        if PersonalDataCheck.isMasked(piece[match.range]) { return true }
        if (isPages ? surroundedServices : services).declare(Array(piece[match.range])) { return true }
        guard match.type == .networkAddress else { return false }
        // Two colons and a digit or two are what chance makes of the numbers of a model.
        if isAmongOthers && match.range.count < PersonalDataCheck.shortestAddress { return true }
        let behind = piece[match.range.upperBound...].prefix(3)
        if behind.elementsEqual("/24".utf8) || behind.elementsEqual("/48".utf8) { return true }
        return !stated.isEmpty && stated.firstRange(of: piece[match.range]) != nil
    }

    /// Letters and digits are all `a`, `A` and `9`: what ``MaskedExample`` makes of a line.
    private static func isMasked(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.allSatisfy { byte in
            let isWord = 0x30...0x39 ~= byte || 0x41...0x5A ~= byte || 0x61...0x7A ~= byte
            return !isWord || byte == UInt8(ascii: "a") || byte == UInt8(ascii: "A") || byte == UInt8(ascii: "9")
        }
    }

    static func isText(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7F }

    // MARK: Words

    /// A line a finding, without the value.
    var text: String {
        findings.map { finding in
            let place = DisplayText.safe(finding.place, limit: 200)
            let first = finding.row.map { "row \($0), byte \(finding.offset)" } ?? "byte \(finding.offset)"
            return "\(finding.type)  \(place)  \(finding.count), the first at \(first)\n"
        }.joined()
    }

    var json: String {
        var json = JSONText()
        json.beginObject()
        json.field("bytes", Int64(bytes))
        json.beginArray("findings")
        for finding in findings {
            json.beginObject()
            json.field("type", finding.type)
            json.field("place", finding.place)
            json.field("count", Int64(finding.count))
            if let row = finding.row { json.field("row", Int64(row)) }
            json.field("offset", Int64(finding.offset))
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.text + "\n"
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

/// A value as it may be shown: enough to recognise the kind of it, too little to know it.
package enum MaskedShape {
    /// `j***@e***.com`; of numbers and accounts the last two characters; of secrets what names the service; of the rest the initial.
    /// Nothing at all of values shorter than four bytes. Complexity: O(length).
    package static func text(_ match: ScanMatch, in bytes: Span<UInt8>) -> String {
        let range = match.range
        guard range.count >= 4 else { return "***" }
        switch match.type {
        case .email: return email(bytes, range)
        case .card, .iban, .phone: return lastTwo(bytes, range)
        case .secret: return match.confidence == 1 ? secret(bytes, range) : "***"
        case .personName: return String(Unicode.Scalar(initial(bytes, range))) + "***"
        default: return "***"
        }
    }

    private static func email(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
        var at = range.lowerBound
        while at < range.upperBound && bytes[at] != 0x40 && bytes[at] != 0x25 { at += 1 }
        var dot = range.upperBound
        while dot > at && bytes[dot - 1] != 0x2E { dot -= 1 }
        let first = at < range.upperBound && bytes[at] == 0x25 ? at + 3 : at + 1
        guard first < dot else { return "***" }
        var top = ""
        for index in dot..<range.upperBound { top.unicodeScalars.append(Unicode.Scalar(printable(bytes[index]))) }
        let local = Unicode.Scalar(initial(bytes, range))
        return "\(local)***@\(Unicode.Scalar(printable(bytes[first])))***.\(top)"
    }

    private static func lastTwo(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
        let end = range.upperBound
        return "****" + String(Unicode.Scalar(printable(bytes[end - 2]))) + String(Unicode.Scalar(printable(bytes[end - 1])))
    }

    /// The first four characters of a token whose form is known: they are its service's, not its owner's.
    private static func secret(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
        guard range.count >= 16 else { return "***" }
        var text = ""
        for index in range.lowerBound..<range.lowerBound + 4 { text.unicodeScalars.append(Unicode.Scalar(printable(bytes[index]))) }
        return text + "***"
    }

    private static func initial(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt8 { printable(bytes[range.lowerBound]) }

    private static func printable(_ byte: UInt8) -> UInt8 { 0x20..<0x7F ~= byte ? byte : 0x2E }
}

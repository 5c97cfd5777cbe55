// weir
// SPDX-License-Identifier: Apache-2.0

import ContentScan
import Glibc

/// The scanner for personal data over lines in memory, one thread.
///
/// Without a file: lines of about 280 bytes as an integration logs them, every hundredth with a value of a customer. With `--json FILE`:
/// the matches in a file, one JSON object each, for the comparison in `benchmarks/presidio`.
enum ScanBench {
    private static let options = ScanOptions(types: .standard, countries: Set(ScanCountry.allCases))

    static func run() {
        let bytes = lines(89_193)
        var scanner = ContentScanner(options)
        report("scan_lines", bytes, &scanner, isByLine: true)
        report("scan_chunks", bytes, &scanner, isByLine: false)
        var few = ContentScanner(ScanOptions(types: PersonalDataTypes([.email, .card, .iban, .phone].map { PersonalDataTypes($0) })))
        report("scan_four_types", bytes, &few, isByLine: true)
        var all = ContentScanner(ScanOptions(types: .all, countries: Set(ScanCountry.allCases)))
        report("scan_all_types", bytes, &all, isByLine: true)
    }

    /// The slowest that an attacker can make it.
    static func runWorst() {
        var all = ContentScanner(ScanOptions(types: .all, countries: Set(ScanCountry.allCases)))
        for (name, unit) in worst {
            let text = Array(String(repeating: unit, count: 2_000_000 / unit.utf8.count).utf8)
            report("scan_worst_\(name)", text, &all, isByLine: false)
        }
    }

    /// Texts in which as many places as possible want a look.
    private static let worst = [
        ("at", "a@"), ("dots", "a@b."), ("digits", "1 "), ("groups", "4111 "), ("keys", "a:"), ("names", "name=a"), ("hex", "1:"),
    ]

    private static func report(_ name: String, _ bytes: [UInt8], _ scanner: inout ContentScanner, isByLine: Bool) {
        var counts = ScanCounts()
        let pieces = pieces(of: bytes, isByLine: isByLine)
        let seconds = Stopwatch.best(of: 15) {
            counts.removeAll()
            scan(bytes.span, pieces, &scanner, &counts)
        }
        Stopwatch.report(name, Double(bytes.count) / seconds / 1e6, "MB/s")
        Stopwatch.report("\(name)_found", Double(counts.total), "matches")
    }

    /// Each line, or each piece of `step` bytes. Where lines end was found before: it is no work of the scanner.
    private static func scan(_ bytes: Span<UInt8>, _ pieces: [Range<Int>], _ scanner: inout ContentScanner, _ counts: inout ScanCounts) {
        for piece in pieces {
            scanner.scan(bytes.extracting(piece))
            counts.add(scanner.counts)
        }
    }

    private static func pieces(of bytes: [UInt8], isByLine: Bool) -> [Range<Int>] {
        guard isByLine else { return stride(from: 0, to: bytes.count, by: 65_536).map { $0..<min($0 + 65_536, bytes.count) } }
        var result: [Range<Int>] = []
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
            result.append(start..<end)
            start = end + 1
        }
        return result
    }

    /// Lines that look alike and differ: the same ones in every run.
    private static func lines(_ count: Int) -> [UInt8] {
        var state: UInt64 = 1
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let candidates = [
            "mail to anna.k@kunde-shop.de", "card 4929 1234 5678 9015", "konto DE02120300000000202051", "call +49 171 2345678",
        ]
        var text: [UInt8] = []
        text.reserveCapacity(count * 300)
        for line in 0..<count {
            let note = line % 100 == 0 ? candidates[line / 100 % 4] : "batch upsert of \(next(900)) records done"
            let hexadecimal = String(0xA000_0000_0000 + next(1 << 30) * 4099, radix: 16)
            text +=
                """
                {"ts":\(1_764_398_000_000 + line * 37),"account":"svc-crm-\(next(40))","op":"upsert","object":"Contact","route":"/services/data/v62.0/\
                composite/sobjects","status":20\(next(5)),"rows":\(next(200)),"bytes":\(next(90_000)),"ms":\(next(3_000)),"request_id":"\
                7f3a51c0-\(next(9000) + 1000)-4b1e-9c55-\(hexadecimal)","message":"\(note)"}

                """.utf8
        }
        return text
    }

    /// The matches of every line of a file, with the place of the line. Returns the exit status.
    static func list(path: String) -> Int32 {
        guard let bytes = DecodeBench.contents(path) else {
            Stopwatch.complain("weir-bench: no such file")
            return 2
        }
        var scanner = ContentScanner(ScanOptions(types: .all, countries: Set(ScanCountry.allCases)))
        var start = 0
        var line = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
            scanner.scan(bytes.span.extracting(start..<end))
            for match in scanner.matches {
                print(
                    "{\"line\":\(line),\"type\":\"\(match.type.name)\",\"offset\":\(match.offset),\"length\":\(match.length),"
                        + "\"confidence\":\(match.confidence),\"reserved\":\(match.isReserved)}")
            }
            start = end + 1
            line += 1
        }
        return 0
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import Settings

@testable import ContentScan
@testable import LogFormats

extension FuzzTarget {
    /// Texts without lines.
    static let texts = [
        FuzzTarget(
            "timestamp", family: "table",
            seeds: ["2026-06-01T02:05:00.25+02:00", "01/Jun/2026:02:05:00 +0000", "20260601020500.123", "1780279500.5"].map {
                Array($0.utf8)
            }
        ) { (bytes) throws(FuzzFailure) in
            let times = readTimes(bytes, before: 0x39, behind: 0x5A)
            // What stands around a time is no part of it.
            guard times == readTimes(bytes, before: 0, behind: 0x30) else { throw FuzzFailure("a time depends on its neighbours") }
        },
        FuzzTarget("json-unescape", family: "json", seeds: [Array(#"a\"\\\/\b\u00e9\ud83d\ude00\ud800x"#.utf8)]) {
            (bytes) throws(FuzzFailure) in
            var output: [UInt8] = []
            let isRight = ChunkBuffer(bytes).withBytes { JSONUnescape.append($0, 0, bytes.count, to: &output) }
            guard output.count <= bytes.count * 3 else { throw FuzzFailure("\(bytes.count) bytes became \(output.count)") }
            guard isRight || bytes.contains(UInt8(ascii: "\\")) else { throw FuzzFailure("a text without escapes is refused") }
        },
        FuzzTarget("detection", family: "json", seeds: FormatCatalog.all.map { Array($0.descriptor.example.utf8) + [0x0A] }) { bytes in
            _ = FormatDetection(Array(bytes.prefix(4096)), isWhole: bytes.count % 2 == 0)
        },
        FuzzTarget(
            "content", family: "content", seeds: [Array("jo@example.org 4111 1111 1111 1111 +49 30 901820 DE89370400440532013000".utf8)]
        ) {
            (bytes) throws(FuzzFailure) in
            var scanner = ContentScanner(ScanOptions(types: .all, countries: Set(ScanCountry.allCases)))
            let key = Array(bytes.prefix(Int(bytes.first ?? 0) % 16))
            let text = Array(bytes.dropFirst(key.count))
            scanner.scan(text.span, key: scanner.traits(ofKey: key.span))
            for match in scanner.matches where match.range.lowerBound < 0 || match.range.upperBound > text.count || match.range.isEmpty {
                throw FuzzFailure("a match at \(match.range) of \(text.count) bytes")
            }
        },
        FuzzTarget("pattern", family: "content", seeds: [Array("a[b-d]{2,5}(x|yz)*\\d+?\0aabbccxyz123".utf8)]) { bytes in
            let mark = bytes.firstIndex(of: 0) ?? bytes.endIndex
            let text = Array(bytes[mark...])
            do throws(PatternError) {
                let pattern = try ScanPattern(name: "p", text: String(decoding: bytes[..<mark], as: UTF8.self))
                var scanner = ContentScanner(ScanOptions(types: [], countries: [], patterns: [pattern]))
                let key: [UInt8] = []
                scanner.scan(text.span, key: scanner.traits(ofKey: key.span))
            } catch {
                // A pattern that is refused scans nothing.
                return
            }
        },
        FuzzTarget("settings", family: "settings", seeds: [settings]) { bytes in
            do throws(SettingsFailure) {
                _ = try SettingsFile.read(String(decoding: bytes, as: UTF8.self), folder: "/nowhere", catalogs: SettingsCatalogs())
            } catch {
                // A failure tells; that it can be told is part of the law.
                _ = error.problems.map { "\($0.line) \($0.path) \($0.message)" }
            }
        },
    ]

    private static func readTimes(_ bytes: [UInt8], before: UInt8, behind: UInt8) -> [Int64] {
        let end = bytes.count + 1
        return ChunkBuffer([before] + bytes + [behind]).withBytes { padded in
            [
                TimestampParser.rfc3339(padded, from: 1, to: end), TimestampParser.commonLog(padded, from: 1, to: end),
                TimestampParser.compact(padded, from: 1, to: end), TimestampParser.epoch(padded, from: 1, to: end),
            ]
        }
    }

    private static let settings = Array(
        """
        state_directory: /x
        sources:
          - { name: a, format: csv, paths: [/a], fields: { account: a, ts: b } }
          - name: b
            format: json
            listen: unix:/run/b
        detection: { model: default, alert_budget: { pages_per_day: 1 }, detectors: { D01: { score: 2 } } }
        alerts: { sinks: [{ type: ndjson, path: /y }] }
        """.utf8)
}

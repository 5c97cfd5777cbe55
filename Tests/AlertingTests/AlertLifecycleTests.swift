// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import RollingStatistics
import TestSupport
import Testing

@testable import Alerting

/// The life of an alert, written as tables: what comes in, what is to be recorded.
@Suite struct AlertLifecycleTests {
    /// One input: a finding in part or at the close, or a close without one.
    enum Input: Sendable {
        case partly(Severity)
        case closed(Severity)
        case quiet
    }

    private static let hour: [Input] = [.quiet, .quiet, .quiet, .quiet]

    private static let lives: [(String, [Input], String)] = [
        ("completed at the close, then resolved", [.partly(.high), .closed(.high)] + hour, "O U - - - R"),
        ("opened at the close", [.closed(.high)] + hour, "O - - - R"),
        ("opens once", [.partly(.high), .partly(.critical), .partly(.critical)], "O - -"),
        ("says when it gets worse", [.closed(.medium), .closed(.medium), .closed(.high), .closed(.medium)], "O - U -"),
        ("worse at the completing close is one update", [.partly(.medium), .closed(.critical), .closed(.critical)], "O U -"),
        ("a finding starts the quiet hour again", [.closed(.low)] + hour.dropLast() + [.closed(.low)] + hour, "O - - - - - - - R"),
        ("not found again at the close, it ends after the hour", [.partly(.high)] + hour, "O - - - R"),
        ("opens again after it was resolved", [.closed(.low)] + hour + [.closed(.low)], "O - - - R O"),
        ("quiet without an alert is nothing", [.quiet, .quiet], "- -"),
    ]

    @Test(arguments: AlertLifecycleTests.lives)
    func `the life of an alert is as the table says`(name: String, inputs: [Input], expected: String) {
        var lifecycle = AlertLifecycle()
        var bucket: Int64 = 100
        var shown: [String] = []
        for input in inputs {
            let transition = take(input, bucket, &lifecycle)
            if case .partly = input {} else { bucket += 1 }
            switch transition?.status {
            case .open: shown.append("O")
            case .update: shown.append("U")
            case .resolved: shown.append("R")
            case nil: shown.append("-")
            }
        }
        #expect(shown.joined(separator: " ") == expected, "\(name)")
    }

    @Test func `the transitions of an alert are numbered from zero and keep its id and opening`() {
        var lifecycle = AlertLifecycle()
        let inputs: [Input] = [.partly(.low), .closed(.low), .closed(.high), .quiet, .quiet, .quiet, .quiet]
        var transitions: [AlertLifecycle.Transition] = []
        for (index, input) in inputs.enumerated() {
            if let transition = take(input, 100 + Int64(max(index - 1, 0)), &lifecycle) { transitions.append(transition) }
        }
        #expect(transitions.map(\.alert.sequence) == [0, 1, 2, 3])
        #expect(Set(transitions.map(\.alert.id)).count == 1)
        #expect(Set(transitions.map(\.alert.opened)).count == 1)
        #expect(transitions.map(\.alert.severity) == [.low, .low, .high, .high])
    }

    @Test func `two detectors and two accounts have alerts of their own`() {
        var lifecycle = AlertLifecycle()
        for detector: UInt8 in 0..<2 {
            for account: UInt32 in 0..<2 {
                let key = AlertKey(detector: detector, account: AccountID(rawValue: account))
                let transition = lifecycle.found(
                    testFinding(), key: key, bucket: 1, at: EventTime(milliseconds: 0), isClosed: true, id: "\(detector)\(account)")
                #expect(transition?.status == .open)
            }
        }
        #expect(lifecycle.open.count == 4)
    }

    @Test func `an alert ended at once is resolved once`() {
        var lifecycle = AlertLifecycle()
        _ = take(.closed(.low), 1, &lifecycle)
        let first = lifecycle.resolve(key: AlertLifecycleTests.key, at: EventTime(milliseconds: 9))
        let second = lifecycle.resolve(key: AlertLifecycleTests.key, at: EventTime(milliseconds: 9))
        #expect(first?.status == .resolved)
        #expect(second == nil)
    }

    @Test(arguments: [1, 2] as [UInt64])
    func `open alerts are the same after encoding and decoding, and cut short they are refused`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var lifecycle = AlertLifecycle()
        for _ in 0..<12 {
            let account = AccountID(rawValue: .random(in: 0...9, using: &random))
            let key = AlertKey(detector: UInt8.random(in: 0...2, using: &random), account: account)
            _ = lifecycle.found(
                testFinding(peers: Bool.random(using: &random)), key: key, bucket: 5, at: EventTime(milliseconds: 1), isClosed: false,
                id: "A-\(random.next())")
        }
        var writer = StateWriter()
        lifecycle.encode(into: &writer)
        var reader = StateReader(writer.bytes)
        let decoded = try AlertLifecycle(from: &reader)
        #expect(decoded.open == lifecycle.open, "seed \(seed)")
        #expect(reader.isAtEnd)
        for count in 0..<writer.bytes.count {
            #expect(throws: StateError.truncated, "seed \(seed)") {
                var cut = StateReader(Array(writer.bytes.prefix(count)))
                _ = try AlertLifecycle(from: &cut)
            }
        }
    }

    /// A finding of a bucket in which so many rows moved, where ten are usual.
    private func volume(_ rows: Double, score: Double, severity: Severity = .high) -> Finding {
        var finding = testFinding(severity, observed: rows)
        finding.score = score
        finding.bucket.moved[0] = rows
        finding.bucket.usual[0] = 10
        return finding
    }

    @Test func `an alert tells its most unusual finding and all that moved, and once more at ten times as much`() throws {
        var lifecycle = AlertLifecycle()
        func found(_ finding: Finding, _ bucket: Int64, isClosed: Bool = true) -> AlertLifecycle.Transition? {
            lifecycle.found(
                finding, key: AlertLifecycleTests.key, bucket: bucket, at: EventTime(milliseconds: bucket * 900_000), isClosed: isClosed,
                id: "A")
        }
        #expect(found(volume(60, score: 2), 5, isClosed: false)?.status == .open)
        #expect(found(volume(100, score: 3), 5)?.status == .update)
        #expect(found(volume(800, score: 5), 6) == nil)
        let grown = try #require(found(volume(300, score: 4), 7))
        #expect(grown.status == .update && grown.alert.finding.observed == 800)
        #expect(found(volume(20, score: 2), 8) == nil)
        var writer = StateWriter()
        lifecycle.encode(into: &writer)
        var reader = StateReader(writer.bytes)
        lifecycle = try AlertLifecycle(from: &reader)
        var end: AlertLifecycle.Transition?
        for bucket in 9..<13 as Range<Int64> {
            end = lifecycle.quiet(key: AlertLifecycleTests.key, at: .init(milliseconds: bucket * 900_000), limit: 4)
        }
        let resolved = try #require(end)
        #expect(resolved.alert.finding.observed == 800)
        let total = try #require(resolved.alert.total.of(.rows))
        #expect(total.moved == 1220 && total.usual == 40)
        #expect(total.start == EventTime(milliseconds: 5 * 900_000) && total.end == EventTime(milliseconds: 9 * 900_000))
        let record = AlertRecord(
            resolved, account: "a", descriptor: ExportVolumeDetector.descriptor, details: AlertDetails(),
            model: ModelStamp(name: "m", hash: "h"))
        #expect(record.summary.contains("In all 1,220 rows in the unusual quarter hours from 1970-01-01T01:15:00Z to "))
        #expect(
            record.json.contains(#""total":{"start":"1970-01-01T01:15:00Z","end":"1970-01-01T02:15:00Z","observed":1220,"expected":40"#))
    }

    private static let key = AlertKey(detector: 0, account: AccountID(rawValue: 1))

    private func take(_ input: Input, _ bucket: Int64, _ lifecycle: inout AlertLifecycle) -> AlertLifecycle.Transition? {
        let time = EventTime(milliseconds: bucket * 900_000)
        switch input {
        case .partly(let severity):
            return lifecycle.found(
                testFinding(severity), key: AlertLifecycleTests.key, bucket: bucket, at: time, isClosed: false, id: "A-\(bucket)")
        case .closed(let severity):
            return lifecycle.found(
                testFinding(severity), key: AlertLifecycleTests.key, bucket: bucket, at: time, isClosed: true, id: "A-\(bucket)")
        case .quiet: return lifecycle.quiet(key: AlertLifecycleTests.key, at: time, limit: 4)
        }
    }
}

/// A finding as D01 makes them.
func testFinding(_ severity: Severity = .high, peers: Bool = true, observed: Double = 1_204_331) -> Finding {
    Finding(
        measure: .rows, severity: severity, score: 6.25, observed: observed, expected: 52_000, low: 38_000, high: 71_000, ratio: 23.16,
        z: 8.1,
        probability: 2.4e-7, windowStart: EventTime(milliseconds: 1_780_272_000_000), windowEnd: EventTime(milliseconds: 1_780_274_700_000),
        sampleBuckets: 2000, since: EventTime(milliseconds: 1_770_000_000_000), peers: peers ? Finding.Peers(count: 6, ratio: 1.2) : nil,
        phrase: "exported 1,204,331 rows in 45 min.")
}

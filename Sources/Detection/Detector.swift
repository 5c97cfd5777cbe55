// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// A rule that looks at closed buckets and sometimes has a finding.
///
/// A detector MUST be a pure function of what it is given, MUST NOT find anything while its warm-up lasts, and MUST find at the close of a
/// bucket what it found in a part of it. Called once per closed bucket and account, so `any Detector` is fine here.
package protocol Detector: Sendable {
    static var descriptor: DetectorDescriptor { get }

    init(options: DetectorOptions)

    /// Judges one account's bucket, given everything learnt *before* it.
    func judge(_ bucket: ClosedBucket, of account: borrowing AccountProfile) -> Finding?

    /// The sums at which ``judge(_:of:)`` is certain to have a finding when this bucket closes.
    func tripLevels(bucket: Int64, of account: borrowing AccountProfile, fleet: FleetView) -> TripLevels

    /// Judges a silence of the whole source.
    func judge(_ gap: SourceGap) -> Finding?
}

extension Detector {
    package func judge(_ bucket: ClosedBucket, of account: borrowing AccountProfile) -> Finding? { nil }
    package func tripLevels(bucket: Int64, of account: borrowing AccountProfile, fleet: FleetView) -> TripLevels { .never }
    package func judge(_ gap: SourceGap) -> Finding? { nil }
}

/// Sums of the running bucket that open an alert at once. Compared with `>=` for every event.
package struct TripLevels: Equatable, Sendable {
    package var rows: UInt64
    package var bytes: UInt64
    package var calls: UInt64

    package init(rows: UInt64, bytes: UInt64, calls: UInt64) {
        self.rows = rows
        self.bytes = bytes
        self.calls = calls
    }

    package static let never = TripLevels(rows: .max, bytes: .max, calls: .max)

    /// The lower of each pair.
    package func lowered(by other: TripLevels) -> TripLevels {
        TripLevels(rows: min(rows, other.rows), bytes: min(bytes, other.bytes), calls: min(calls, other.calls))
    }
}

/// What the catalogue says about a detector.
package struct DetectorDescriptor: Sendable {
    /// `D01` …: stable, in alerts, settings, reports and tests.
    package let id: String
    package let name: String
    package let family: String
    /// What it sees, what it misses, and how long it only learns.
    package let sees: String
    package let misses: String
    package let warmUp: String
    package let options: [DetectorOption]
    /// What the reader of an alert should do, in order.
    package let nextSteps: [String]

    package init(
        id: String, name: String, family: String, sees: String, misses: String, warmUp: String, options: [DetectorOption],
        nextSteps: [String]
    ) {
        self.id = id
        self.name = name
        self.family = family
        self.sees = sees
        self.misses = misses
        self.warmUp = warmUp
        self.options = options
        self.nextSteps = nextSteps
    }
}

/// One number that an operator may set.
package struct DetectorOption: Sendable {
    package let name: String
    package let defaultValue: Double
    package let range: ClosedRange<Double>
    package let reason: String

    package init(name: String, defaultValue: Double, range: ClosedRange<Double>, reason: String) {
        self.name = name
        self.defaultValue = defaultValue
        self.range = range
        self.reason = reason
    }
}

/// The values of a detector's options: what was set, else the default. Precondition of every read: the name is declared.
package struct DetectorOptions: Sendable {
    private let values: [String: Double]

    package init(_ descriptor: DetectorDescriptor, overrides: [String: Double] = [:]) {
        var values: [String: Double] = [:]
        for option in descriptor.options {
            let value = overrides[option.name] ?? option.defaultValue
            values[option.name] = min(max(value, option.range.lowerBound), option.range.upperBound)
        }
        self.values = values
    }

    package subscript(_ name: String) -> Double {
        guard let value = values[name] else { preconditionFailure("the option \(name) is not declared by its detector") }
        return value
    }
}

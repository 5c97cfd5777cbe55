// weir
// SPDX-License-Identifier: Apache-2.0

/// How soon somebody has to look. Only `high` and `critical` page.
public enum Severity: UInt8, Comparable, CaseIterable, Sendable {
    case low = 0
    case medium, high, critical

    /// The name in settings and in alerts.
    public var name: String {
        switch self {
        case .low: "low"
        case .medium: "medium"
        case .high: "high"
        case .critical: "critical"
        }
    }

    /// Whether the left one can wait longer.
    public static func < (left: Severity, right: Severity) -> Bool { left.rawValue < right.rawValue }
}

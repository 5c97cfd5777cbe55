// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import FoundationEssentials

/// What a stored transition says in schema `weir.alert/1`, taken apart: what its columns do not hold.
///
/// Only what a person needs to decide is read. Records of earlier versions lack some of it.
package struct AlertContent: Equatable, Sendable, Decodable {
    package var urgency: String?
    package var measure: String?
    package var total: Total?
    package var contributions: [Contribution]
    package var risk: Risk?
    package var evidence: [Evidence]
    package var completeness: Completeness
    package var related: [String]
    package var similar: [Similar]?
    package var next: [String]
    package var model: Model

    /// What moved in all unusual quarter hours.
    package struct Total: Equatable, Sendable, Decodable {
        package var start: String
        package var end: String
        package var observed: Double
        package var expected: Double
    }

    package struct Contribution: Equatable, Sendable, Decodable {
        package var kind: String
        package var value: String
        /// 0 to 1; those of a kind sum to 1.
        package var share: Double
    }

    package struct Risk: Equatable, Sendable, Decodable {
        package var points: Double
        package var families: [String]
    }

    package struct Evidence: Equatable, Sendable, Decodable {
        package var source: String
        package var file: String
        package var offset: UInt64
        package var time: String
    }

    package struct Completeness: Equatable, Sendable, Decodable {
        package var lagSeconds: Double
        package var late: UInt64
        package var malformed: UInt64
        package var learning: Bool

        private enum CodingKeys: String, CodingKey {
            case lagSeconds = "lag_seconds"
            case late, malformed, learning
        }
    }

    /// An alert of the account and the detector before this one.
    package struct Similar: Equatable, Sendable, Decodable {
        package var id: String
        package var opened: String
    }

    package struct Model: Equatable, Sendable, Decodable {
        package var name: String
        package var hash: String
    }

    /// Throws: ``JournalFailure`` for what weir never wrote. Complexity: O(text).
    package init(of record: AlertRecord) throws(JournalFailure) {
        do {
            self = try JSONDecoder().decode(AlertContent.self, from: Array(record.json.utf8).blob)
        } catch {
            throw JournalFailure(
                .database, "alert \(DisplayName.safe(record.id)) is stored in a form that weir does not write: somebody changed it.")
        }
    }
}

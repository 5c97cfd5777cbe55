// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import RollingStatistics

/// What is different since somebody was last told of an alert: what an update begins with.
package struct AlertChange: Equatable, Sendable {
    package enum Reason: String, Sendable {
        /// The quarter hour in which it opened is over: its numbers are whole.
        case completed
        /// It is more severe.
        case worse
        /// Somebody must look now.
        case page
        /// Something of the same kind was found beside what was told.
        case news
        /// Ten times as much has moved as was told.
        case grown
        /// It had been quiet for hours, and has begun again.
        case again
        /// It goes on, and its numbers have changed.
        case ongoing
    }

    package var reasons: [Reason]
    /// As somebody was last told.
    package var severityBefore: Severity
    package var observedBefore: Double
    package var measureBefore: Measure?

    package init(reasons: [Reason], severityBefore: Severity, observedBefore: Double, measureBefore: Measure?) {
        self.reasons = reasons
        self.severityBefore = severityBefore
        self.observedBefore = observedBefore
        self.measureBefore = measureBefore
    }

    /// `Update: critical, was high; its quarter hour is over.` Without a blank behind it.
    func words(_ alert: OpenAlert) -> String {
        var parts: [String] = []
        if reasons.contains(.page) { parts.append("it is a page now") }
        if alert.severity != severityBefore { parts.append("\(alert.severity.name), was \(severityBefore.name)") }
        let finding = alert.finding
        // Another measure of the same bucket may be the more unusual one now.
        if let measure = finding.measure, measure == measureBefore, finding.observed != observedBefore {
            parts.append("\(NumberText.amount(finding.observed, of: measure)), was \(NumberText.amount(observedBefore, of: measure))")
        }
        if reasons.contains(.grown), let measure = finding.measure, let total = alert.total.of(measure) {
            parts.append("\(NumberText.amount(total.moved, of: measure)) in all since \(CivilTime(total.start).rfc3339)")
        }
        if reasons.contains(.again) { parts.append("it has begun again after hours of quiet") }
        if reasons.contains(.news) { parts.append("there is more of its kind") }
        if reasons.contains(.ongoing) { parts.append("it goes on") }
        if reasons.contains(.completed) { parts.append("its quarter hour is over\(parts.isEmpty ? ", nothing else has changed" : "")") }
        return "Update: \(parts.joined(separator: "; "))."
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Jobs that export, and what a product's users may call a job beside: an advertisement of one, a visit of a technician.
extension ValueTable {
    /// Parts of words that say that a path is of bulk jobs.
    private static let bulk = ["bulk", "ingest", "async", "batch", "bigquery", "export", "extract", "download"]
    private static let jobs: Set<String> = ["job", "jobs"]

    /// Whether a name says more than `job` of what holds traces, or is of a product's bulk jobs.
    public func isEvidenceItself(_ route: RouteKey) -> Bool {
        [route.endpoint, route.object].contains { value in
            let words = ValueWords.split(name(value))
            return words.contains { ValueWords.isEvidence($0) && !ValueTable.jobs.contains($0) }
                || words.contains(where: ValueTable.jobs.contains)
                    && words.contains { word in ValueTable.bulk.contains { ValueWords.holds($0, in: word) } }
        }
    }

    /// Whether a route exports by the jobs of which another one names a single one: `/jobs/{id}/results` by those of `/jobs/{id}`.
    public func exports(_ route: RouteKey, byJobsOf other: RouteKey) -> Bool {
        guard [.bulk, .export, .report].contains(route.operation) else { return false }
        let words = ValueWords.split(name(other.endpoint))
        guard let last = words.lastIndex(where: ValueTable.jobs.contains) else { return false }
        return ValueWords.split(name(route.endpoint)).starts(with: words[...last])
    }
}

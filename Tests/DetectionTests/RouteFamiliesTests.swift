// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import Testing

struct RouteFamiliesTests {
    private let values = ValueTable()

    /// A route of an endpoint and an object, whose names are added to the table.
    private func route(_ endpoint: String, _ object: String, _ operation: Operation = .list) -> RouteKey {
        values.append(endpoint)
        values.append(object)
        let first = UInt64(values.names.count)
        return RouteKey(rawValue: first | (first + 1) << 16 | UInt64(operation.rawValue) << 32)
    }

    @Test func `one endpoint for many objects is one family, in every way to write an object`() {
        let family = values.family(of: route("/api/v3/opportunities", "Opportunity"))
        #expect(values.family(of: route("/api/v3/tasks", "Task")) == family)
        #expect(values.family(of: route("/api/v3/Product2", "Product2")) == family)
        #expect(values.family(of: route("/api/v3/tasks", "Task", .export)) != family)
        #expect(values.family(of: route("/api/v2/tasks", "Task")) != family)
        #expect(values.family(of: route("/api/v3/tasks/export", "Task")) != family)
        #expect(values.family(of: route("/api/v3/payroll", "Task")) != family)
    }

    @Test func `accounts are counted when the bucket has closed`() {
        let (one, other) = (route("/api/v3/tasks", "Task"), route("/api/v3/cases", "Case"))
        values.noteUser(ofFamily: values.family(of: one))
        #expect(values.users(ofFamilyOf: other) == nil)
        values.countNoted(bucket: 7)
        values.noteUser(ofFamily: values.family(of: other))
        values.countNoted(bucket: 9)
        let users = values.users(ofFamilyOf: one)
        #expect(users?.accounts == 2 && users?.firstBucket == 7)
    }
}

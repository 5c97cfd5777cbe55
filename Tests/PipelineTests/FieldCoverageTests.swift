// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import Testing

@testable import Pipeline

@Suite struct FieldCoverageTests {
    @Test func `every detector of behaviour is a control with the fields that it needs`() {
        let detectors = DetectorCatalog.all.map { $0.descriptor.id }.filter { $0.hasPrefix("D") }
        #expect(ControlNeeds.all.map(\.detector).sorted() == detectors.sorted())
        #expect(ControlNeeds.all.allSatisfy { !$0.control.isEmpty && $0.needs.allSatisfy { !$0.isEmpty } })
    }
}

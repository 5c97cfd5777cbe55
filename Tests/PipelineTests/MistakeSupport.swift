// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import Foundation
import Testing

@testable import Pipeline

typealias Stretch = SelfTest.Stretch
typealias Activity = SelfTest.Activity

extension RehearsalLane {
    /// Lives through a history and returns the alerts that opened in it.
    @discardableResult
    mutating func live(_ history: [Stretch]) -> [AlertRecord] {
        history.flatMap { live($0) }.filter { $0.status == .open }
    }

    /// The volume alerts that opened in a stretch.
    mutating func volumeAlerts(_ stretch: Stretch) -> [AlertRecord] {
        live([stretch]).filter { $0.detector == "D01" }
    }
}

extension AlertRecord {
    /// A number of the alert's JSON.
    func number(_ key: String) throws -> Double {
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        return try #require(object[key] as? NSNumber).doubleValue
    }
}

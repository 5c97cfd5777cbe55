// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import RollingStatistics

extension LaneCore {
    /// Accounts that must have the same finding at once, as a number and as a share of those that could, to be one case.
    private static var sharedAccounts: Int { 3 }
    private static var sharedPart: Double { 0.5 }

    /// A label, a disclosure or a parent that is gone from every account at once was lost where they all pass, in a parser or upstream: one
    /// alert for all of them, of the account with the lowest number. Precondition: `found` is in the order of accounts.
    func collapseShared(_ found: inout [(AccountID, UInt8, Finding)]) {
        guard found.count >= LaneCore.sharedAccounts else { return }
        for (number, descriptor) in descriptors.enumerated() where descriptor.collapsesWhenShared {
            guard let rule = (type(of: detectors[number]) as? any ShareDetector.Type)?.rule else { continue }
            let alike = found.indices.filter { found[$0].1 == UInt8(number) }
            guard alike.count >= LaneCore.sharedAccounts,
                Double(alike.count) >= LaneCore.sharedPart * Double(values.concerned[Int(rule.lack.rawValue)]), let first = alike.first
            else { continue }
            found[first].2.phrase +=
                " The same happened to \(alike.count - 1) other accounts at once: look at what they share, a parser or a release."
            let others = Set(alike.dropFirst())
            found = found.indices.filter { !others.contains($0) }.map { found[$0] }
        }
    }
}

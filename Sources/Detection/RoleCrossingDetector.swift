// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// D27: somebody who only ever changed one kind of records changes the other.
public struct RoleCrossingDetector: MovementDetector {
    public static let descriptor = DetectorDescriptor(
        id: "D27", name: "role-crossing", family: "separation",
        sees: "a person who writes customers' records after at least twenty writes on ten days to synthetic ones alone, or the reverse",
        misses: "people who did both from the start; writes whose label the log does not state",
        warmUp: "twenty writes on ten days",
        options: [],
        nextSteps: [
            "Ask the person; look at what was changed, and undo it if nobody asked for it.",
            "Give the role only the rights to the records that it is for.",
        ])
    public static let subject = "kinds of records a person changes"
    private static let neededWrites: UInt32 = 20
    private static let neededDays: UInt16 = 10

    public init(options: DetectorOptions) {}

    public func look(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> AccessLook {
        guard let tally = bucket.access.tally?.movement, tally.customerWrites > 0 || tally.syntheticWrites > 0 else { return .nothing }
        guard let memory = account.access?.facts.movement, memory.writeDays >= RoleCrossingDetector.neededDays else {
            return AccessLook(.learning)
        }
        if tally.customerWrites > 0 && memory.customerWrites == 0 && memory.syntheticWrites >= RoleCrossingDetector.neededWrites {
            return AccessLook(.fired, observed: Double(tally.customerWrites), variant: 0)
        }
        if tally.syntheticWrites > 0 && memory.syntheticWrites == 0 && memory.customerWrites >= RoleCrossingDetector.neededWrites {
            return AccessLook(.fired, observed: Double(tally.syntheticWrites), variant: 1)
        }
        return AccessLook(.excess)
    }

    public func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding {
        let memory = account.access?.facts.movement ?? MovementMemory()
        let (what, only, count) =
            look.variant == 0 ? ("customers'", "synthetic", memory.syntheticWrites) : ("synthetic", "customers'", memory.customerWrites)
        let phrase =
            "changed \(NumberText.grouped(look.observed)) \(what) record\(look.observed == 1 ? "" : "s"). "
            + "On \(NumberText.count(Double(memory.writeDays), "day")) before, all of "
            + "its \(NumberText.count(Double(count), "write")) were to \(only) ones."
        return finding(look, bucket, of: account, measure: .calls, severity: .high, score: 5, phrase: phrase)
    }

    public func reason(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String {
        switch look.gate {
        case .fired: "the first write to the other kind of records"
        case .learning: "writes, but on fewer than ten days before"
        case .excess: "writes to records of a kind that the person writes"
        default: "no write of a person to records whose kind the log states"
        }
    }
}

extension RoleCrossingDetector {
    public static var selfTests: [SelfTest] {
        func writes(_ synthetic: Marker) -> SelfTest.Activity {
            SelfTest.Activity(rows: 4, calls: 4, hours: 8..<10).with {
                $0.operation = .write
                $0.moves = .init { movement in
                    movement.synthetic = synthetic
                    movement.traits = [.person, .write]
                }
            }
        }
        let days = SelfTest.Stretch(days: 12, [writes(.yes)])
        return [
            SelfTest("a first write to customers", .fires, history: [days], last: SelfTest.Stretch(days: 1, [writes(.no)])),
            SelfTest("one more to synthetic ones", .staysSilent, history: [days], last: SelfTest.Stretch(days: 1, [writes(.yes)])),
        ]
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// D26: a person sees real and synthetic records in one session.
public struct MixedSessionDetector: MovementDetector {
    public static let descriptor = DetectorDescriptor(
        id: "D26", name: "mixed-session", family: "separation",
        sees: "a session of a person without the role synthetic_admin in which at least two records of either kind were seen; high where "
            + "something was exported in it",
        misses: "sessions that the log does not name, and records whose label it does not state",
        warmUp: "two weeks of the source",
        options: [],
        nextSteps: [
            "Ask the person what the session was for; look whether the console showed labels.",
            "If it is their work, give them the role synthetic_admin under estate.roles.",
        ])
    public static let subject = "sessions of people"

    public init(options: DetectorOptions) {}

    private func session(_ bucket: borrowing ClosedBucket) -> MovementTally.SessionViews? {
        bucket.access.tally?.movement?.sessions.first { $0.real >= 2 && $0.synthetic >= 2 }
    }

    public func look(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> AccessLook {
        guard let views = session(bucket) else { return .nothing }
        guard bucket.number - bucket.fleet.firstBucket >= 14 * Int64(BucketGrid.perDay) else { return AccessLook(.learning) }
        return AccessLook(.fired, observed: Double(views.real &+ views.synthetic), variant: views.exports > 0 ? 1 : 0)
    }

    public func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding {
        let views = session(bucket) ?? MovementTally.SessionViews(session: 0)
        let phrase =
            "saw \(views.real) customer and \(views.synthetic) synthetic records in one session"
            + (views.exports > 0 ? ", and exported \(views.exports == 1 ? "once" : "\(views.exports) times") in it." : ".")
            + " Its account does not have the role synthetic_admin."
        return finding(
            look, bucket, of: account, measure: .calls, severity: look.variant == 1 ? .high : .medium, score: 4 + Double(look.variant),
            phrase: phrase)
    }

    public func reason(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String {
        switch look.gate {
        case .fired: "both kinds of records in one session"
        case .learning: "both kinds in one session, within the source's first two weeks"
        default: "no session of a person saw two or more of both kinds"
        }
    }
}

extension MixedSessionDetector {
    public static var selfTests: [SelfTest] {
        func views(_ markers: [Marker]) -> SelfTest.Activity {
            SelfTest.Activity(rows: 8, calls: 8).with {
                $0.operation = .read
                $0.moves = .init { movement in
                    movement.session = 7
                    movement.traits = .person
                }
                $0.markers = markers
            }
        }
        let weeks = SelfTest.Stretch(days: 15, [views([.no])])
        return [
            SelfTest("both kinds in a session", .fires, history: [weeks], last: SelfTest.Stretch(buckets: 1, [views([.no, .yes])])),
            SelfTest("one kind", .staysSilent, history: [weeks], last: SelfTest.Stretch(buckets: 1, [views([.yes])])),
        ]
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import Detection

/// A detector as a shard asks it: behind a reference, so that no question copies the detector or counts references to it.
class AskedDetector {
    /// Its place in the catalogue.
    let number: UInt8
    /// Whether what an account does under its alerts is learnt with restraint.
    let restrainsLearning: Bool

    fileprivate init(number: UInt8, restrainsLearning: Bool) {
        self.number = number
        self.restrainsLearning = restrainsLearning
    }

    /// See ``Detector/judge(_:of:)``.
    func judge(_ bucket: ClosedBucket, of account: AccountProfile) -> Finding? { nil }

    static func make(_ detector: any Detector, number: Int) -> AskedDetector {
        func typed<Asked: Detector>(_ detector: Asked) -> AskedDetector { TypedDetector(detector, number: UInt8(number)) }
        return typed(detector)
    }
}

private final class TypedDetector<Asked: Detector>: AskedDetector {
    private let detector: Asked

    init(_ detector: Asked, number: UInt8) {
        self.detector = detector
        super.init(number: number, restrainsLearning: Asked.descriptor.restrainsLearning)
    }

    override func judge(_ bucket: ClosedBucket, of account: AccountProfile) -> Finding? { detector.judge(bucket, of: account) }
}

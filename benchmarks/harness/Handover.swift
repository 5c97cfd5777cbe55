// weir
// SPDX-License-Identifier: Apache-2.0

import RingBuffers
import Synchronization

/// Carries a ring's end into the closure of its thread.
final class Handover: Sendable {
    private let producer: Mutex<RingProducer<UInt64>?>

    init(_ producer: consuming RingProducer<UInt64>) { self.producer = Mutex(producer) }

    func take() -> RingProducer<UInt64> {
        guard let end = producer.withLock({ $0.take() }) else { preconditionFailure("an end is handed over once") }
        return end
    }
}

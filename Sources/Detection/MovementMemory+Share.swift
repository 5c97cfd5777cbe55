// weir
// SPDX-License-Identifier: Apache-2.0

import RollingStatistics

extension MovementMemory {
    /// How many had something and how many lacked it: of all time, halved now and then, and of the last three buckets.
    ///
    /// State: 8 bytes, and 16 a bucket of the last three.
    public struct Share: Equatable, Sendable {
        public private(set) var with: UInt32 = 0
        public private(set) var without: UInt32 = 0
        private var recent: [Recent] = []

        /// Counts of some time.
        public struct Counts: Equatable, Sendable {
            public var with: UInt64 = 0
            public var without: UInt64 = 0
            /// Sums of what lines claim may wrap.
            public var total: UInt64 { with &+ without }
            public var isAny: Bool { with | without > 0 }

            public init(with: UInt64 = 0, without: UInt64 = 0) {
                self.with = with
                self.without = without
            }
        }

        private struct Recent: Equatable, Sendable {
            var bucket: Int64
            var with: UInt32
            var without: UInt32
        }

        /// The usual share without, by what was learnt.
        public var usual: Double { with &+ without == 0 ? 0 : Double(without) / (Double(with) + Double(without)) }

        /// The counts of the hour that ends with `bucket`, whose own counts are given.
        public func hour(_ bucket: Int64, _ counts: Counts) -> Counts {
            recent.reduce(counts) { sum, counts in
                bucket - counts.bucket > 3
                    ? sum : Counts(with: sum.with &+ UInt64(counts.with), without: sum.without &+ UInt64(counts.without))
            }
        }

        mutating func learn(_ bucket: Int64, _ counts: Counts, isAlerted: Bool) {
            guard counts.isAny || !recent.isEmpty else { return }
            recent.removeAll { bucket - $0.bucket >= 3 }
            if counts.isAny {
                recent.append(Recent(bucket: bucket, with: UInt32(clamping: counts.with), without: UInt32(clamping: counts.without)))
                if recent.count > 3 { recent.removeFirst() }
            }
            // What was told of is not learnt as usual.
            guard !isAlerted else { return }
            let (more, less) = (UInt64(with) &+ min(counts.with, 1 << 30), UInt64(without) &+ min(counts.without, 1 << 30))
            let halves: UInt64 = more &+ less > 1_000_000 ? 2 : 1
            with = UInt32(clamping: more / halves)
            without = UInt32(clamping: less / halves)
        }

        func encode(into writer: inout StateWriter) {
            writer.write(with)
            writer.write(without)
            writer.write(UInt8(recent.count))
            for counts in recent {
                writer.write(counts.bucket)
                writer.write(counts.with)
                writer.write(counts.without)
            }
        }

        init() {}

        init(from reader: inout StateReader) throws(StateError) {
            with = try reader.read()
            without = try reader.read()
            for _ in 0..<(try reader.read(UInt8.self)) {
                recent.append(Recent(bucket: try reader.readBucket(), with: try reader.read(), without: try reader.read()))
            }
        }
    }
}

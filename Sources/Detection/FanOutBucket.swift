// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// How many accounts of a source are beyond their usual at once, with what is usual of that: the input of the fan-out detector.
public struct FanOutBucket: Sendable {
    /// The source's name.
    public var name: String
    public var number: Int64
    /// Mean excess of the accounts, how many have one, and how many were looked at.
    public var excess: Double
    public var accounts: Int
    public var count: Int
    /// Mean and deviation of the excess until now, how many accounts usually have one, and the buckets that this rests on.
    public var usual: Double
    public var deviation: Double
    public var usualAccounts: Double
    public var age: Int
    /// The common rise of the fleet: what everybody does is no fan-out.
    public var factor: Double
    /// Buckets since the source was last dead: what was held back comes in at once.
    public var sinceGap: Int64
    public var firstBucket: Int64
    /// The accounts that are furthest beyond their usual, at most a handful of them, the furthest first.
    public var furthest: [Account] = []

    /// An account beyond its usual, by its name and how many times its usual four hours it did.
    public struct Account: Sendable {
        public var name: String
        public var ratio: Double

        public init(name: String, ratio: Double) {
            self.name = name
            self.ratio = ratio
        }
    }

    public init(
        name: String, number: Int64, excess: Double, accounts: Int, count: Int, memory: FanOutMemory, factor: Double, firstBucket: Int64
    ) {
        self.name = name
        self.number = number
        self.excess = excess
        self.accounts = accounts
        self.count = count
        usual = memory.mean
        deviation = memory.variance.squareRoot()
        usualAccounts = memory.accounts
        age = Int(memory.age)
        self.factor = factor
        sinceGap = number - memory.lastMissing
        self.firstBucket = firstBucket
    }
}

/// What the excess of a source's accounts usually is. State: 36 bytes.
public struct FanOutMemory: Equatable, Sendable {
    public private(set) var mean = 0.0
    public private(set) var variance = 0.0
    public private(set) var accounts = 0.0
    public private(set) var age: Int32 = 0
    /// The last bucket in which the source was dead; far back while none was.
    public var lastMissing: Int64 = -1_000_000

    /// Four weeks. Source: design/statistics.md section 2.
    private static let span = 2688

    public init() {}

    /// Learns a bucket; one far beyond the usual counts as three deviations of it.
    public mutating func learn(excess: Double, accounts count: Int) {
        if age < Int32.max { age += 1 }
        let gain = gain(count: Int(age), span: FanOutMemory.span)
        let limit = Int(age) > FanOutDetector.warmUp ? 3 * max(variance.squareRoot(), 0.01) : .infinity
        let distance = min(excess - mean, limit)
        mean += gain * distance
        variance = (1 - gain) * (variance + gain * distance * distance)
        accounts += gain * (Double(count) - accounts)
    }

    public func encode(into writer: inout StateWriter) {
        for number in [mean, variance, accounts] { writer.write(number) }
        writer.write(age)
        writer.write(lastMissing)
    }

    public init(from reader: inout StateReader) throws(StateError) {
        mean = try reader.readDouble(in: 0...6, "fan-out")
        variance = try reader.readDouble(in: 0...36, "fan-out")
        accounts = try reader.readDouble(in: 0...1e10, "fan-out")
        age = try reader.read()
        lastMissing = try reader.read()
        guard age >= 0, (-1_000_000..<1 << 40).contains(lastMissing) else { throw StateError.implausible("fan-out") }
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import RollingStatistics
import TestSupport
import Testing

/// What every detector of the catalogue must keep, whoever adds one.
@Suite struct DetectorContractTests {
    @Test func `ids and names are unique, short and of one form`() {
        let descriptors = DetectorCatalog.all.map { $0.descriptor }
        #expect(Set(descriptors.map(\.id)).count == descriptors.count)
        #expect(Set(descriptors.map(\.name)).count == descriptors.count)
        for descriptor in descriptors {
            #expect(descriptor.id.count == 3 && "DH".contains(descriptor.id.prefix(1)) && Int(descriptor.id.dropFirst()) != nil)
            #expect(descriptor.name.allSatisfy { $0.isLowercase || $0 == "-" }, "\(descriptor.name)")
            #expect(!descriptor.family.isEmpty)
        }
    }

    @Test func `every detector says what it sees and misses, how long it learns, and what to do`() {
        for descriptor in DetectorCatalog.all.map({ $0.descriptor }) {
            for text in [descriptor.sees, descriptor.misses, descriptor.warmUp] { #expect(!text.isEmpty, "\(descriptor.id)") }
            #expect(!descriptor.nextSteps.isEmpty, "\(descriptor.id)")
            #expect(descriptor.nextSteps.allSatisfy { $0.hasSuffix(".") }, "\(descriptor.id)")
        }
    }

    @Test func `every detector ships a positive and a near miss, under names that tell them apart`() {
        for type in DetectorCatalog.all {
            let tests = type.selfTests
            #expect(tests.contains { $0.expectation == .fires }, "\(type.descriptor.id)")
            #expect(tests.contains { $0.expectation == .staysSilent }, "\(type.descriptor.id)")
            #expect(Set(tests.map(\.name)).count == tests.count, "\(type.descriptor.id)")
            #expect(tests.allSatisfy { $0.last.buckets > 0 && !$0.history.isEmpty }, "\(type.descriptor.id)")
        }
    }

    @Test func `every option has a reason and a default inside its range, and is held to the range`() {
        for descriptor in DetectorCatalog.all.map({ $0.descriptor }) {
            #expect(Set(descriptor.options.map(\.name)).count == descriptor.options.count, "\(descriptor.id)")
            for option in descriptor.options {
                #expect(option.range.contains(option.defaultValue), "\(descriptor.id) \(option.name)")
                #expect(!option.reason.isEmpty)
                #expect(option.name.allSatisfy { $0.isLowercase || $0 == "_" }, "\(option.name)")
                let beyond = DetectorOptions(descriptor, overrides: [option.name: .infinity])
                #expect(beyond[option.name] == option.range.upperBound)
                let below = DetectorOptions(descriptor, overrides: [option.name: -.infinity])
                #expect(below[option.name] == option.range.lowerBound)
            }
        }
    }

    @Test func `no detector finds anything in the first two days of an account in a new lane`() {
        let detectors = DetectorCatalog.make()
        var account = TestAccount(seed: 8)
        for _ in 0..<192 {
            for detector in detectors {
                let loud = account.bucket(MeasureSums(rows: 1 << 40, bytes: 1 << 50, calls: 1 << 20), from: Network(ipv4: 0x0808_0808))
                #expect(detector.judge(loud, of: account.profile) == nil)
                #expect(detector.judge(account.bucket(MeasureSums()), of: account.profile) == nil)
            }
            account.live(account.usual())
        }
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `below a trip level nothing is found, above it something is, and what a part has the close has`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let detectors = DetectorCatalog.make()
        var account = TestAccount.steady(days: 10, rows: [3, 400, 90_000, 20][Int(seed % 4)], seed: seed)
        var reached = 0
        for _ in 0..<200 {
            for detector in detectors {
                let trips = detector.tripLevels(bucket: account.number, of: account.profile, fleet: account.fleet)
                func opens(_ sums: MeasureSums, isClosed: Bool) -> Bool {
                    detector.judge(account.bucket(sums, isClosed: isClosed), of: account.profile)?.opens ?? false
                }
                // After days far above the usual there is something to find whatever the next bucket brings.
                guard !opens(MeasureSums(), isClosed: false) else { continue }
                for (level, measure) in zip([trips.rows, trips.bytes, trips.calls], [0, 1, 2]) where level < 1 << 50 && level > 0 {
                    func sums(_ amount: UInt64) -> MeasureSums {
                        MeasureSums(
                            rows: measure == 0 ? amount : 0, bytes: measure == 1 ? amount : 0, calls: measure == 2 ? amount : 0)
                    }
                    let seeded: Comment = "seed \(seed), bucket \(account.number), measure \(measure), level \(level)"
                    #expect(!opens(sums(level - 1), isClosed: false), seeded)
                    var amount = level
                    while amount < 1 << 50 && !opens(sums(amount), isClosed: false) { amount += amount / 8 + 1 }
                    // An account as wild as this one may never have too much.
                    guard amount < 1 << 50 else { continue }
                    let later = amount + UInt64.random(in: 0...(amount * 2), using: &random)
                    #expect(opens(sums(amount), isClosed: true) && opens(sums(later), isClosed: true), seeded)
                    reached += 1
                }
            }
            // Now and then a day far from the usual, so that the windows disagree.
            account.live(Int.random(in: 0..<12, using: &random) == 0 ? MeasureSums(rows: 4000, bytes: 1 << 30, calls: 80) : account.usual())
        }
        #expect(reached > 100)
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func `findings are finite and probabilities are probabilities for any sums`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let detectors = DetectorCatalog.make()
        var account = TestAccount.steady(days: 15, seed: seed)
        var found = 0
        for _ in 0..<150 {
            // Of every magnitude, up to the largest there is.
            let sizes = (0..<3).map { _ in random.next() >> UInt64.random(in: 0...63, using: &random) }
            let sums = MeasureSums(rows: sizes[0], bytes: sizes[1], calls: sizes[2])
            let bucket = account.bucket(sums, from: Network(ipv4: UInt32(truncatingIfNeeded: random.next())))
            for finding in detectors.compactMap({ $0.judge(bucket, of: account.profile) }) {
                found += 1
                let numbers = [finding.score, finding.observed, finding.expected, finding.low, finding.high, finding.ratio, finding.z]
                #expect(numbers.allSatisfy { $0.isFinite }, "seed \(seed): \(finding)")
                #expect((0...1).contains(finding.probability), "seed \(seed): \(finding)")
                #expect(finding.windowStart < finding.windowEnd)
            }
            account.live(account.usual())
        }
        #expect(found > 20)
    }

    @Test func `judging twice gives the same, for a detector remembers nothing`() {
        let detectors = DetectorCatalog.make()
        let account = TestAccount.steady(days: 16)
        let bucket = account.bucket(MeasureSums(rows: 90_000, bytes: 1 << 30, calls: 700), from: Network(ipv4: 0x0808_0808))
        let first = detectors.map { $0.judge(bucket, of: account.profile) }
        #expect(first.contains { $0 != nil })
        #expect(detectors.map { $0.judge(bucket, of: account.profile) } == first)
    }
}

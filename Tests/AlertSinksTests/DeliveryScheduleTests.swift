// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Pipeline
import Testing

struct `The schedule of delivery` {
    private let schedule = DeliverySchedule()

    @Test func `ten attempts are made, at the delays of Standard Webhooks give or take a tenth`() throws {
        let planned: [Int64] = [0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]
        for number in 0..<500 {
            for (attempts, seconds) in planned.enumerated() {
                let delay = try #require(schedule.delay(afterAttempts: attempts, messageID: "m-\(number)")).milliseconds
                #expect(delay >= seconds * 900 && delay <= seconds * 1100)
            }
            #expect(schedule.delay(afterAttempts: 10, messageID: "m-\(number)") == nil)
        }
    }

    @Test func `the jitter uses its whole range, and is the same each time`() throws {
        let delays = try (0..<500).map { try #require(schedule.delay(afterAttempts: 2, messageID: "m-\($0)")).milliseconds }
        let again = try (0..<500).map { try #require(schedule.delay(afterAttempts: 2, messageID: "m-\($0)")).milliseconds }
        #expect(delays == again)
        #expect(Set(delays).count > 480)
        #expect(try #require(delays.min()) < 272_000 && #require(delays.max()) > 328_000)
        let mean = delays.reduce(0, +) / 500
        #expect(mean > 297_000 && mean < 303_000)
    }

    @Test func `the receiver's wish is the least that is waited, up to a day`() {
        func delay(_ wish: EventDuration?) -> EventDuration? { schedule.delay(afterAttempts: 1, messageID: "m", retryAfter: wish) }
        #expect(delay(.seconds(120)) == .seconds(120))
        #expect(delay(.seconds(1)) == delay(nil))
        #expect(delay(.days(30)) == .hours(24))
        #expect(schedule.delay(afterAttempts: 10, messageID: "m", retryAfter: .seconds(5)) == nil)
    }
}

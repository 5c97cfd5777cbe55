// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import RollingStatistics
import TestSupport
import Testing

@testable import Pipeline

/// State that is not what was written, as after a disk that lies: refused or survived, never the end of the process.
@Suite struct DamagedStateTests {
    private static let options: LaneOptions = {
        var options = LaneOptions(name: "a", format: "json", lateness: .minutes(2))
        options.canaries = ["account-3"]
        options.series = SeriesSelection(groups: [SeriesSelection.EndpointGroup(name: "jobs", patterns: ["/j*"])], accounts: ["account-1"])
        options.budget = AlertBudget(pagesPerDay: 1, ticketsPerWeek: 10)
        return options
    }()

    /// Five weeks of three accounts of which each does something that some detector remembers.
    private func commit() -> LaneCommit {
        var core = LaneCore(options: DamagedStateTests.options)
        core.process(batch(from: 0, days: 35, isFirst: true))
        return core.takeCommit()
    }

    private func batch(from day: Int64, days: Int64, isFirst: Bool = false) -> EventBatch {
        var batch = EventBatch()
        if isFirst {
            batch.newAccounts = (1...3).map { "account-\($0)" }
            batch.newValues = ["/contacts", "/limits", "/jobs/{id}"]
        }
        for quarter in stride(from: day * 96, to: (day + days) * 96, by: isFirst ? 1 : 8) {
            for account in 1...3 as ClosedRange<UInt32> where !(account == 2 && (3..<34).contains(quarter / 96)) {
                let isOdd = quarter % 96 == 40 && quarter / 96 > 30
                var event = AccessEvent(
                    time: EventTime(milliseconds: 1_780_272_000_000 + quarter * 900_000 + Int64(account) * 1000), rows: isOdd ? 90_000 : 40,
                    bytes: 4000, offset: 0, rowKey: 0, account: AccountID(rawValue: account), stream: 0,
                    endpoint: ValueID(rawValue: isOdd ? 3 : 2), object: .unknown, network: Network(ipv4: isOdd ? 0xCB00_7101 : 0xC000_0201),
                    status: quarter % 31 == 0 ? 403 : 200, operation: isOdd ? .delete : .export, presence: [.rows, .bytes])
                if account == 1 {
                    event.presence.insert(.detail)
                    var detail = EventDetail()
                    (detail.limitUsed, detail.limitMax, detail.job, detail.agent) = (18, 50, UInt64(quarter), 5)
                    (detail.item, detail.query, detail.queryShape) = (UInt64(quarter) << 40, UInt64(quarter), 3)
                    batch.details.append(detail)
                }
                batch.events.append(event)
            }
        }
        return batch
    }

    /// What a byte becomes: all the others of it, its sign, the largest.
    @Test(arguments: [0xFF, 0x80, 0x7F] as [UInt8]) func `a byte of the state that is another ends nothing`(change: UInt8) {
        let good = commit()
        let more = batch(from: 35, days: 1)
        var survived = 0
        var refused = 0
        func go(_ header: [UInt8], _ accounts: [AccountState]) {
            do throws(StateError) {
                var core = try LaneCore(
                    options: DamagedStateTests.options, resume: LaneResume(header: header, accounts: accounts, positions: []))
                core.process(more)
                _ = core.takeCommit()
                survived += 1
            } catch {
                refused += 1
            }
        }
        let accounts = good.accounts.sorted { $0.id < $1.id }
        for place in stride(from: Int(change) % 211, to: min(good.header.count, 9000), by: 211) {
            var header = good.header
            header[place] ^= change
            go(header, accounts)
        }
        for number in accounts.indices {
            for place in stride(from: Int(change) % 97, to: accounts[number].bytes.count, by: 97) {
                var damaged = accounts
                damaged[number].bytes[place] ^= change
                go(good.header, damaged)
            }
        }
        #expect(survived > 5 && refused > 5, "\(survived) survived, \(refused) refused")
    }
}

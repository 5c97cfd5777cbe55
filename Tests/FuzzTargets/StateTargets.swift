// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import Pipeline
import RollingStatistics

extension FuzzTarget {
    /// What a checkpoint gives back: refused or survived, whatever it is.
    static let states = [
        formatState,
        FuzzTarget("state", family: "archive", seeds: [[0, 10, 0, 0xFF], [1, 10, 0, 0xFF, 90, 1, 3], [2], [3, 1, 2, 3, 4]]) { bytes in
            var input = FuzzInput(bytes)
            let good = StateSeed.commit
            var header = good.header
            var accounts = good.accounts.sorted { $0.id < $1.id }
            let choice = input.byte()
            switch choice & 3 {
            case 0: change(&header, &input)
            case 1: change(&accounts[Int(choice >> 2) % accounts.count].bytes, &input)
            case 2: header = Array(input.rest)
            default: accounts[Int(choice >> 2) % accounts.count].bytes = Array(input.rest)
            }
            do throws(StateError) {
                var core = try LaneCore(options: StateSeed.options, resume: LaneResume(header: header, accounts: accounts, positions: []))
                core.process(StateSeed.batch(from: 9, days: 1, isFirst: false))
                _ = core.takeCommit()
            } catch {
                // Refused, as it should be.
                return
            }
        },
    ]

    /// Other bytes at some places, where the input says.
    private static func change(_ bytes: inout [UInt8], _ input: inout FuzzInput) {
        while !input.rest.isEmpty && !bytes.isEmpty {
            let place = (input.word() | Int(input.byte() & 3) << 16) % bytes.count
            bytes[place] ^= input.byte()
        }
    }
}

/// A small state to begin with.
private enum StateSeed {
    static let options: LaneOptions = {
        var options = LaneOptions(name: "a", format: "json", lateness: .minutes(2))
        options.canaries = ["account-3"]
        options.series = SeriesSelection(groups: [SeriesSelection.EndpointGroup(name: "b", patterns: ["/*"])], accounts: ["account-1"])
        options.budget = AlertBudget(pagesPerDay: 1, ticketsPerWeek: 10)
        return options
    }()

    static let commit: LaneCommit = {
        var core = LaneCore(options: options)
        core.process(batch(from: 0, days: 9, isFirst: true))
        return core.takeCommit()
    }()

    static func batch(from day: Int64, days: Int64, isFirst: Bool) -> EventBatch {
        var batch = EventBatch()
        if isFirst {
            batch.newAccounts = (1...3).map { "account-\($0)" }
            batch.newValues = ["/contacts", "/limits", "/jobs/{id}"]
        }
        for quarter in stride(from: day * 96, to: (day + days) * 96, by: isFirst ? 1 : 32) {
            for account in 1...3 as ClosedRange<UInt32> {
                let isOdd = quarter % 96 == 40 && quarter / 96 > 6
                batch.events.append(
                    AccessEvent(
                        time: EventTime(milliseconds: 1_780_272_000_000 + quarter * 900_000 + Int64(account) * 1000),
                        rows: isOdd ? 90_000 : 40, bytes: 4000, offset: 0, rowKey: 0, account: AccountID(rawValue: account), stream: 0,
                        endpoint: ValueID(rawValue: isOdd ? 3 : 2), object: .unknown, network: Network(ipv4: 0xC000_0201), status: 200,
                        operation: isOdd ? .delete : .export, presence: [.rows, .bytes]))
            }
        }
        return batch
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics
import Testing

@testable import Alerting

@Suite struct RiskLedgerTests {
    private let account = AccountID(rawValue: 7)
    private func hour(_ hours: Int64) -> EventTime { EventTime(milliseconds: 1_780_272_000_000 + hours * 3_600_000) }

    @Test func `one critical alert is a page, one of high severity is not`() {
        var ledger = RiskLedger()
        #expect(!ledger.add(id: "a", family: "volume", severity: .high, account: account, at: hour(0)).isPage)
        #expect(ledger.add(id: "b", family: "volume", severity: .critical, account: account, at: hour(40)).isPage)
    }

    @Test func `two families within a day are a page, one family twice is not, nor are two of low severity`() {
        var ledger = RiskLedger()
        _ = ledger.add(id: "a", family: "volume", severity: .medium, account: account, at: hour(0))
        #expect(!ledger.add(id: "b", family: "volume", severity: .high, account: account, at: hour(1)).isPage)
        let standing = ledger.add(id: "c", family: "source", severity: .medium, account: account, at: hour(2))
        #expect(standing.isPage && standing.families == ["source", "volume"] && standing.siblings == ["a", "b"])
        var quiet = RiskLedger()
        _ = quiet.add(id: "a", family: "volume", severity: .low, account: account, at: hour(0))
        #expect(!quiet.add(id: "b", family: "evidence", severity: .low, account: account, at: hour(1)).isPage)
    }

    @Test func `what lies more than a day back counts no more, and other accounts never`() {
        var ledger = RiskLedger()
        _ = ledger.add(id: "a", family: "volume", severity: .high, account: account, at: hour(0))
        #expect(!ledger.add(id: "b", family: "source", severity: .high, account: account, at: hour(25)).isPage)
        #expect(!ledger.add(id: "c", family: "volume", severity: .high, account: AccountID(rawValue: 8), at: hour(25)).isPage)
    }

    @Test func `a worse turn of one alert counts the difference, and a day halves what there is`() {
        var ledger = RiskLedger()
        _ = ledger.add(id: "a", family: "volume", severity: .medium, account: account, at: hour(0))
        #expect(ledger.add(id: "a", family: "volume", severity: .high, account: account, at: hour(0)).points == 6)
        #expect(abs(ledger.standing(of: account, besides: "a", at: hour(24)).points - 3) < 1e-9)
        ledger.forget(before: hour(24 * 9))
        #expect(ledger.standing(of: account, besides: "", at: hour(0)) == RiskLedger.Standing())
    }

    @Test func `the ledger survives its encoding`() throws {
        var ledger = RiskLedger()
        _ = ledger.add(id: "a", family: "volume", severity: .medium, account: account, at: hour(0))
        var writer = StateWriter()
        ledger.encode(into: &writer)
        var reader = StateReader(writer.bytes)
        let restored = try RiskLedger(from: &reader)
        #expect(restored.standing(of: account, besides: "", at: hour(3)) == ledger.standing(of: account, besides: "", at: hour(3)))
        #expect(reader.isAtEnd)
    }

    @Test func `pages are counted for a day, tickets for a week`() throws {
        var use = BudgetUse()
        use.advance(to: hour(0))
        use.count(isPage: true)
        use.count(isPage: false)
        use.advance(to: hour(23))
        #expect(use.pagesToday == 1 && use.ticketsThisWeek == 1)
        use.advance(to: hour(24))
        #expect(use.pagesToday == 0 && use.ticketsThisWeek == 1)
        use.advance(to: hour(24 * 6))
        #expect(use.ticketsThisWeek == 1)
        var writer = StateWriter()
        use.encode(into: &writer)
        var reader = StateReader(writer.bytes)
        #expect(try BudgetUse(from: &reader) == use)
        use.advance(to: hour(24 * 7))
        #expect(use.ticketsThisWeek == 0)
    }
}

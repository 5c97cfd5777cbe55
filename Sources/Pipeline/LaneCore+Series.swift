// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel

extension LaneCore {
    /// Accounts named beside an alert about a total.
    private static var accountsShown: Int { 5 }

    /// The detector of series.
    private var seriesDetector: Int? { detectors.firstIndex { $0 is SeriesNoveltyDetector } }

    /// Judges and learns the lane's totals and its endpoint groups in the bucket that is closing. A bucket in which the source was dead
    /// does not come here.
    mutating func closeSeries(bucket: Int64) {
        guard let number = seriesDetector else { return }
        let key = AlertKey(detector: UInt8(number), account: LaneCore.sourceAccount)
        let sums = totals
        let taken = series.take(sums, bucket: bucket, of: .total, source: options.name, standing(of: key))
        let finding = series.judge(taken, by: detectors[number])
        let measure = finding?.measure ?? .calls
        close(key, finding, bucket: bucket, of: sums[measure]) { $0.sums[measure] }
        closeGroups(number, bucket: bucket)
        endUnnamed(number, bucket: bucket)
    }

    private mutating func closeGroups(_ number: Int, bucket: Int64) {
        guard named.watchesEndpoints else { return }
        let exporting = exporting([])
        for group in named.groups {
            let key = AlertKey(detector: UInt8(number), account: LaneCore.sourceAccount, series: named.members[group].number)
            let standing = standing(of: key, isSupported: exporting.contains { uses(group, $0) })
            let taken = named.take(group, nil, bucket: bucket, source: options.name, standing)
            let finding = named.judge(group, taken, by: detectors[number])
            let measure = finding?.measure ?? .calls
            let known = named
            close(key, finding, bucket: bucket, of: known.sums(group)[measure]) { known.part(group, of: $0)[measure] }
        }
    }

    /// Judges and learns the accounts that the settings pin; what is found is decided with what else was found of them.
    mutating func closePinned(_ found: inout [(AccountID, UInt8, Finding)], bucket: Int64) {
        guard !named.accounts.isEmpty, let number = seriesDetector else { return }
        let exporting = exporting(found)
        var added: [(AccountID, UInt8, Finding)] = []
        for index in named.accounts {
            guard let account = named.members[index].account, isBegun(index, account, bucket: bucket) else { continue }
            let key = AlertKey(detector: UInt8(number), account: account)
            let sums = shard(account).tally(account, position: 0)?.sums ?? MeasureSums()
            let taken = named.take(
                index, sums, bucket: bucket, source: options.name, standing(of: key, isSupported: exporting.contains(account)))
            if let finding = named.judge(index, taken, by: detectors[number]) { added.append((account, UInt8(number), finding)) }
        }
        guard !added.isEmpty else { return }
        found += added
        found.sort { ($0.0, $0.1) < ($1.0, $1.1) }
    }

    /// The series of the bucket that is closing as ``closeSeries(bucket:)`` and ``closePinned(_:bucket:)`` will see them, as far as they
    /// concern an account.
    func seriesBuckets(of account: AccountID, detector number: Int) -> [SeriesBucket] {
        var (series, named) = (self.series, self.named)
        let source = AlertKey(detector: UInt8(number), account: LaneCore.sourceAccount)
        var buckets = series.take(totals, bucket: oldestBucket, of: .total, source: options.name, standing(of: source))
        for group in named.groups {
            let key = AlertKey(detector: UInt8(number), account: LaneCore.sourceAccount, series: named.members[group].number)
            buckets += named.take(group, nil, bucket: oldestBucket, source: options.name, standing(of: key))
        }
        for index in named.accounts where named.members[index].account == account && isBegun(index, account, bucket: oldestBucket) {
            let key = AlertKey(detector: UInt8(number), account: account)
            let sums = shard(account).tally(account, position: 0)?.sums ?? MeasureSums()
            buckets += named.take(index, sums, bucket: oldestBucket, source: options.name, standing(of: key))
        }
        return buckets
    }

    // MARK: Parts

    /// What all accounts do in the bucket that is closing.
    private var totals: MeasureSums {
        var sums = MeasureSums()
        for shard in shards { shard.addTotals(to: &sums, position: 0) }
        return sums
    }

    /// A pinned account's series begins with the account: its number may be known before, from events that come later.
    private func isBegun(_ index: Int, _ account: AccountID, bucket: Int64) -> Bool {
        named.members[index].series != nil || shard(account).profile(account).firstBucket <= bucket
    }

    private func standing(of key: AlertKey, isSupported: Bool = false) -> LaneSeries.Standing {
        LaneSeries.Standing(isAlerted: lifecycle.open[key] != nil, isSupported: isSupported)
    }

    /// The accounts of which a detector that stands by D37 has an alert, or a finding that is about to be one.
    private func exporting(_ found: [(AccountID, UInt8, Finding)]) -> Set<AccountID> {
        let numbers = descriptors.indices.filter { SeriesNoveltyDetector.supporters.contains(descriptors[$0].id) }.map { UInt8($0) }
        let open = lifecycle.open.keys.filter { numbers.contains($0.detector) && $0.account != LaneCore.sourceAccount }.map(\.account)
        return Set(open + found.filter { numbers.contains($0.1) && $0.2.opens }.map(\.0))
    }

    private func uses(_ group: Int, _ account: AccountID) -> Bool {
        guard let tally = shard(account).tally(account, position: 0) else { return false }
        return named.part(group, of: tally).calls > 0
    }

    /// Takes what was found of a series of the source, or that nothing was.
    ///
    /// - Parameter total: what the series moved, and `amount` what an account has of it.
    private mutating func close(
        _ key: AlertKey, _ finding: Finding?, bucket: Int64, of total: UInt64, _ amount: (AccountTally) -> UInt64
    ) {
        let time = BucketGrid.start(of: bucket + 1)
        var transition: AlertLifecycle.Transition?
        if let finding {
            let made = substance(of: total, amount)
            transition = take(finding, of: key, bucket: bucket, at: time, isClosed: true, substance: made)
        } else {
            transition = lifecycle.quiet(key: key, at: time, limit: descriptors[Int(key.detector)].quietBuckets)
        }
        if let transition { emit(transition) }
    }

    /// The settings name a group no longer whose alert is open.
    private mutating func endUnnamed(_ number: Int, bucket: Int64) {
        let numbers = Set(named.members.map(\.number))
        let ended = lifecycle.open.keys.filter {
            $0.account == LaneCore.sourceAccount && Int($0.detector) == number && !numbers.contains($0.series) && $0.series != 0
        }
        for key in ended.sorted() { close(key, nil, bucket: bucket, of: 0) { _ in 0 } }
    }

    /// What a series of the source is made of: the accounts with the largest parts, and where the first of them moved most.
    ///
    /// - Parameter total: all of it; what no account is known to have moved is others'.
    private func substance(of total: UInt64, _ amount: (AccountTally) -> UInt64) -> AlertSubstance {
        var amounts: [(account: AccountID, amount: UInt64)] = []
        for shard in shards {
            for account in shard.activeAccounts(position: 0) {
                guard let tally = shard.tally(account, position: 0) else { continue }
                let part = amount(tally)
                if part > 0 { amounts.append((account, part)) }
            }
        }
        amounts.sort { ($0.amount, $1.account) > ($1.amount, $0.account) }
        var sums: [String: UInt64] = [:]
        var rest = total
        for (account, amount) in amounts.prefix(LaneCore.accountsShown) {
            sums[accountName(account), default: 0] &+= amount
            rest = rest > amount ? rest - amount : 0
        }
        if rest > 0 { sums["(other)", default: 0] += rest }
        var made = AlertSubstance(contributions: LaneCore.shares("account", sums))
        if let first = amounts.first, let tally = shard(first.account).tally(first.account, position: 0) {
            made.evidence = evidence(of: tally)
        }
        return made
    }
}

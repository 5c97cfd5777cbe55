// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import RollingStatistics

/// What accounts are called. A program's name is for ever; a person's pseudonym is of an epoch, and changes at the border of two.
///
/// The reader tells what a person is called in an epoch with the person's first event there, in whatever order events come. The name holds
/// from the first bucket of that epoch in which the account is active: from event time alone, so that neither the order in which files are
/// read nor a restart changes what an alert says. What was learnt stays with the account's number and is not touched.
struct AccountNamings: Sendable {
    /// Names to come of one account. More are the work of somebody who dates lines into the future: the farthest are let go, and the
    /// account keeps its name there until the daemon is started again.
    static let limit = 4

    private(set) var coming: [UInt32: [Naming]] = [:]

    init() {}

    /// Whether there is any name to come.
    var isEmpty: Bool { coming.isEmpty }

    /// The accounts with names to come, in order of number.
    var accounts: [AccountID] { coming.keys.sorted().map { AccountID(rawValue: $0) } }

    /// All of them, in the order of accounts and epochs.
    var all: [Naming] { coming.keys.sorted().flatMap { coming[$0] ?? [] } }

    mutating func add(_ naming: Naming) {
        var names = coming[naming.account.rawValue] ?? []
        guard !names.contains(where: { $0.epoch == naming.epoch }) else { return }
        names.append(naming)
        names.sort { $0.epoch < $1.epoch }
        coming[naming.account.rawValue] = Array(names.prefix(AccountNamings.limit))
    }

    /// Takes the name of an account in an epoch out; nil when it has been taken, or the account has no events there.
    mutating func take(_ account: AccountID, epoch: Int64) -> String? {
        guard let names = coming[account.rawValue], let found = names.first(where: { $0.epoch == epoch }) else { return nil }
        let rest = names.filter { $0.epoch > epoch }
        coming[account.rawValue] = rest.isEmpty ? nil : rest
        return found.name
    }

    /// Lets names of epochs go that are over.
    mutating func forget(before epoch: Int64) {
        for (account, names) in coming where names[0].epoch < epoch {
            let rest = names.filter { $0.epoch >= epoch }
            coming[account] = rest.isEmpty ? nil : rest
        }
    }

    func encode(into writer: inout StateWriter) {
        let all = self.all
        writer.write(UInt32(all.count))
        for naming in all {
            writer.write(naming.account.rawValue)
            writer.write(naming.epoch)
            writer.write(naming.name)
        }
    }

    init(from reader: inout StateReader, accounts: UInt32) throws(StateError) {
        for _ in 0..<(try reader.read(UInt32.self)) {
            let account = AccountID(rawValue: try reader.read())
            guard account.rawValue < accounts else { throw StateError.implausible("account of a name") }
            add(Naming(account: account, epoch: try reader.read(), name: try reader.readString()))
        }
    }
}

extension LaneCore {
    /// Names that accounts get in epochs of which the lane has not judged them yet: a reader resumes with them beside ``accountNames``.
    package var comingNames: [Naming] { namings.all }

    private func epoch(position: Int) -> Int64 { KeyEpoch.number(of: BucketGrid.start(of: oldestBucket + Int64(position))) }

    mutating func take(_ naming: Naming) {
        // An epoch whose buckets have closed names nobody any more.
        guard naming.epoch >= epoch(position: 0) else { return }
        namings.add(naming)
    }

    /// Names the accounts of the bucket that is closing. Complexity: O(names to come), which are few but for the first bucket of an epoch.
    mutating func nameActive() {
        guard !namings.isEmpty else { return }
        namings.forget(before: epoch(position: 0))
        for account in namings.accounts where shard(account).tally(account, position: 0) != nil { name(account, position: 0) }
    }

    /// Calls an account what it is called in the epoch of open bucket `position`. Precondition: it is active there.
    mutating func name(_ account: AccountID, position: Int) {
        guard !namings.isEmpty, let name = namings.take(account, epoch: epoch(position: position)) else { return }
        let former = names[Int(account.rawValue)]
        guard name != former else { return }
        names[Int(account.rawValue)] = name
        named.name(account, name)
        // A checkpoint in the making is of a moment before this one.
        if isCommitting && namesAtCommit[account.rawValue] == nil { namesAtCommit[account.rawValue] = former }
        shard(account).willRename(account)
        // Nothing that is told from now on may lead from one name to the other: once the older key is deleted, that link is all there is.
        lifecycle.rename(account, from: former, at: BucketGrid.start(of: oldestBucket + Int64(position)))
        budget.ledger.rename(account)
    }
}

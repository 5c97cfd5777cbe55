// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import RollingStatistics

extension LaneCore {
    /// Accounts that must have the same finding at once, as a number and as a share of those that could, to be one case.
    private static var sharedAccounts: Int { 3 }
    private static var sharedPart: Double { 0.5 }

    /// A label, a disclosure or a parent that is gone from every account at once was lost where they all pass, in a parser or upstream: one
    /// alert for all of them, of the account with the lowest number. Precondition: `found` is in the order of accounts.
    func collapseShared(_ found: inout [(AccountID, UInt8, Finding)]) {
        guard found.count >= LaneCore.sharedAccounts else { return }
        for (number, descriptor) in descriptors.enumerated() where descriptor.collapsesWhenShared {
            guard let rule = (type(of: detectors[number]) as? any ShareDetector.Type)?.rule else { continue }
            let alike = found.indices.filter { found[$0].1 == UInt8(number) }
            guard alike.count >= LaneCore.sharedAccounts,
                Double(alike.count) >= LaneCore.sharedPart * Double(values.concerned[Int(rule.lack.rawValue)]), let first = alike.first
            else { continue }
            found[first].2.phrase +=
                " The same happened to \(alike.count - 1) other accounts at once: look at what they share, a parser or a release."
            let others = Set(alike.dropFirst())
            found = found.indices.filter { !others.contains($0) }.map { found[$0] }
        }
    }

    // MARK: Networks

    /// A network that is new to most accounts which are active in the bucket was given to all of them, by a gateway that they share: one
    /// alert, of the account that came from it first, which counts the others. Who comes from it within a day joins them.
    ///
    /// Precondition: `found` is in the order of accounts; it is of open bucket `position`.
    mutating func collapseNetworks(_ found: inout [(AccountID, UInt8, Finding)], position: Int) {
        let bucket = oldestBucket + Int64(position)
        networkMoves.forget(before: bucket)
        var places: [Network: [Int]] = [:]
        for (place, entry) in found.enumerated() { if let network = entry.2.network { places[network, default: []].append(place) } }
        var absorbed: Set<Int> = []
        var added: [(AccountID, UInt8, Finding)] = []
        for (network, members) in places.sorted(by: { $0.value[0] < $1.value[0] }) {
            var move = networkMoves.move(network, at: bucket) ?? .init(network: network, holder: found[members[0]].0, bucket: bucket)
            move.bucket = bucket
            move.accounts &+= UInt32(members.count)
            move.isShared = move.isShared || isShared(move, by: members.count, position: position)
            if let own = members.first(where: { found[$0].0 == move.holder }) { move.phrase = found[own].2.phrase }
            if move.isShared {
                let entry = shared(&move, found[members[0]])
                noteAbsorbed(members.map { found[$0].0 }, entry, move, position: position)
                absorbed.formUnion(members)
                added.append(entry)
            }
            networkMoves.keep(move)
        }
        guard !absorbed.isEmpty else { return }
        found = found.indices.filter { !absorbed.contains($0) }.map { found[$0] } + added
        found.sort { ($0.0, $0.1) < ($1.0, $1.1) }
    }

    private func isShared(_ move: NetworkMoves.Move, by members: Int, position: Int) -> Bool {
        guard Int(move.accounts) >= LaneCore.sharedAccounts else { return false }
        var active = 0
        for shard in shards {
            active += shard.activeAccounts(position: position).count { shard.tally($0, position: position)?.networks[0] != .unknown }
        }
        return Double(members) >= LaneCore.sharedPart * Double(active)
    }

    /// The finding that stands for all, of the account whose alert is open, or of the first one where it is not.
    private func shared(
        _ move: inout NetworkMoves.Move, _ first: (AccountID, UInt8, Finding)
    ) -> (AccountID, UInt8, Finding) {
        var finding = first.2
        let key = AlertKey(detector: first.1, account: move.holder)
        if first.0 != move.holder {
            if let known = lifecycle.open[key]?.finding, !move.phrase.isEmpty {
                finding = known
            } else {
                move.holder = first.0
                move.phrase = finding.phrase
            }
        }
        let others = Int(move.accounts) - 1
        finding.phrase =
            move.phrase + " Within a day the same network was new to \(others) other \(others == 1 ? "account" : "accounts"): "
            + "a gateway that they share has changed, or somebody has the credentials of all. If the network is yours, name it in "
            + "detection.known_networks."
        finding.isNews = move.accounts >= 2 * move.told && move.told > 0
        if finding.isNews || move.told == 0 { move.told = move.accounts }
        return (move.holder, first.1, finding)
    }

    /// Where fewer than half of the lane's accounts moved it may still be somebody with some credentials: it weighs on each of them.
    private mutating func noteAbsorbed(
        _ members: [AccountID], _ entry: (AccountID, UInt8, Finding), _ move: NetworkMoves.Move, position: Int
    ) {
        guard 2 * Int(move.accounts) < fleet.matureCount else { return }
        let key = AlertKey(detector: entry.1, account: entry.0)
        let time = BucketGrid.start(of: move.bucket + 1)
        let id = lifecycle.open[key].map { RiskLedger.name(of: $0) } ?? identifier(key, openingTime(entry.0, position: position))
        for account in members where account != entry.0 {
            _ = budget.ledger.add(
                id: id, family: descriptors[Int(entry.1)].family, severity: entry.2.severity, account: account, at: time)
        }
    }
}

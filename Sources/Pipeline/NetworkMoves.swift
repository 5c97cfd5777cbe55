// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import RollingStatistics

/// Networks that were new to accounts of the lane within the last day, and to how many: when a gateway changes they all come from another
/// one, and that is one alert.
///
/// Bounded: beyond 64 networks the one that was new to somebody longest ago is forgotten. State: about 300 bytes a network.
struct NetworkMoves: Sendable {
    static let limit = 64
    private(set) var moves: [Move] = []

    struct Move: Equatable, Sendable {
        var network: Network
        /// Whose alert tells of it.
        var holder: AccountID
        /// Accounts that it was new to, in closed buckets, and how many of them were told.
        var accounts: UInt32 = 0
        var told: UInt32 = 0
        /// Whether so many share it that one alert tells of all.
        var isShared = false
        /// What is said of the holder alone.
        var phrase = ""
        var bucket: Int64
    }

    /// Whether an account's alert must wait until its bucket closes, because the network was new to another one lately. Else it holds it.
    mutating func mustWait(_ network: Network, _ account: AccountID, bucket: Int64) -> Bool {
        if let known = move(network, at: bucket) { return known.holder != account }
        keep(Move(network: network, holder: account, bucket: bucket))
        return false
    }

    func move(_ network: Network, at bucket: Int64) -> Move? {
        moves.first { $0.network == network && bucket - $0.bucket <= Int64(BucketGrid.perDay) }
    }

    mutating func keep(_ move: Move) {
        moves.removeAll { $0.network == move.network }
        moves.append(move)
        guard moves.count > NetworkMoves.limit else { return }
        if let oldest = moves.min(by: { ($0.bucket, $0.network) < ($1.bucket, $1.network) }) { moves.removeAll { $0 == oldest } }
    }

    mutating func forget(before bucket: Int64) {
        if !moves.isEmpty { moves.removeAll { bucket - $0.bucket > Int64(BucketGrid.perDay) } }
    }

    init() {}

    func encode(into writer: inout StateWriter) {
        writer.write(UInt8(moves.count))
        for move in moves {
            writer.write(move.network.rawValue)
            writer.write(move.holder.rawValue)
            writer.write(move.accounts)
            writer.write(move.told)
            writer.write(move.isShared)
            writer.write(move.phrase)
            writer.write(move.bucket)
        }
    }

    init(from reader: inout StateReader) throws(StateError) {
        for _ in 0..<(try reader.read(UInt8.self)) {
            var move = Move(
                network: Network(rawValue: try reader.read()), holder: AccountID(rawValue: try reader.read()), bucket: 0)
            move.accounts = try reader.read()
            move.told = try reader.read()
            move.isShared = try reader.readBool()
            move.phrase = try reader.readString()
            move.bucket = try reader.readBucket()
            moves.append(move)
        }
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Pipeline
import Synchronization

/// The secrets of this installation, in a folder of their own: `installation.key`, and `epoch-<number>.key` for each ``KeyEpoch``.
///
/// Each is 32 random bytes in a file of its user alone. Not in the state folder, so that a copy of the state, a backup of it or a stolen
/// disk image names nobody; whoever keeps the two together keeps neither. The key of the installation hashes what stays in the state and
/// is no name (jobs, items, queries, the gate); people's names get pseudonyms under the key of the event's epoch. An epoch's key is random
/// and not derived, because a derived key cannot be deleted while that from which it is derived lives.
///
/// Used by all lanes at once, under a lock: it is asked for when a name is met, not for each event.
package final class InstallationKeys: EpochKeys, Sendable {
    package static let length = 32
    package static let installationName = "installation.key"
    /// Epochs that can have a key: 1994 to the next one. A line dated elsewhere must not fill a folder with keys.
    package static let firstEpoch: Int64 = 100
    /// Keys of other epochs under which a person is looked for: two years.
    package static let neighbours = 8

    /// The key of the installation.
    package let installation: [UInt8]
    /// It was made by this call: nothing of an earlier run, if there was one, is recognised.
    package let isNew: Bool
    private let directory: String
    private let lastEpoch: Int64
    private let random: @Sendable (Int) -> [UInt8]
    private let report: @Sendable (String) -> Void
    private let known: Mutex<[Int64: [UInt8]]>

    /// Opens the folder of keys, and makes what is missing. Safe against two processes that start at once: both get the same keys.
    ///
    /// - Parameters:
    ///   - state: the state folder, in which the keys must not lie.
    ///   - now: the wall clock: epochs much later get no key of their own.
    ///   - random: bytes from the system's generator.
    ///   - report: takes one sentence when a key cannot be stored. It then lives in memory until it can.
    /// Throws: ``JournalFailure`` when the folder or a key cannot be made or read, has another length, lies in the state folder, or others
    /// may read it.
    package init(
        directory: String, state: String, now: EventTime, random: @escaping @Sendable (Int) -> [UInt8],
        report: @escaping @Sendable (String) -> Void
    ) throws(JournalFailure) {
        try KeyFolder.refuse(directory, inside: state)
        _ = try StateFolder.prepare(directory)
        try KeyFolder.refuse(directory, inside: state)
        if let rights = StateFolder.rights(directory), rights & 0o077 != 0 {
            throw JournalFailure(.folder, "Others may enter \(directory), where weir keeps its secrets: chmod 700 \(directory).")
        }
        self.directory = directory
        self.random = random
        self.report = report
        lastEpoch = KeyEpoch.number(of: now) + 1
        let path = StateFolder.path(directory, InstallationKeys.installationName)
        (installation, isNew) = try KeyFolder.loaded(path, orMade: random(InstallationKeys.length))
        var keys: [Int64: [UInt8]] = [:]
        for epoch in InstallationKeys.firstEpoch...max(lastEpoch, InstallationKeys.firstEpoch) {
            if let key = try KeyFolder.key(of: epoch, in: directory, installation: installation) { keys[epoch] = key }
        }
        known = Mutex(keys)
    }

    /// The keys of an installation that is there; nil where there is none. For commands that found nothing themselves.
    package static func existing(
        directory: String, state: String, now: EventTime, random: @escaping @Sendable (Int) -> [UInt8],
        report: @escaping @Sendable (String) -> Void
    ) throws(JournalFailure) -> InstallationKeys? {
        // What nobody may look into is there.
        if StateFolder.exists(directory) {
            let path = StateFolder.path(directory, installationName)
            guard try StateFolder.readPrivate(path, limit: 1) != nil else { return nil }
            return try InstallationKeys(directory: directory, state: state, now: now, random: random, report: report)
        }
        return nil
    }

    package func key(of epoch: Int64) -> [UInt8] {
        guard (InstallationKeys.firstEpoch...max(lastEpoch, InstallationKeys.firstEpoch)).contains(epoch) else {
            return SubstituteKey.of(epoch: epoch, installation: installation)
        }
        return known.withLock { keys in
            if let key = keys[epoch] { return key }
            let key = made(epoch)
            keys[epoch] = key
            return key
        }
    }

    package func others(than epoch: Int64) -> [[UInt8]] {
        known.withLock { keys in
            keys.filter { $0.key != epoch }.sorted { (($0.key - epoch).magnitude, $0.key) < (($1.key - epoch).magnitude, $1.key) }
                .prefix(InstallationKeys.neighbours).map(\.value)
        }
    }

    /// Nobody may be named under a key that cannot be deleted because a disk was full: what cannot be stored is used all the same.
    private func made(_ epoch: Int64) -> [UInt8] {
        let fresh = random(InstallationKeys.length)
        do throws(JournalFailure) {
            if let key = try KeyFolder.key(of: epoch, in: directory, installation: installation) { return key }
            return try KeyFolder.loaded(StateFolder.path(directory, KeyFolder.keyName(epoch)), orMade: fresh).bytes
        } catch {
            report(
                "the key of epoch \(epoch) cannot be stored, and people are named under one that is forgotten at the next start: "
                    + error.message)
            return fresh
        }
    }
}

/// How an epoch stands.
package struct EpochStanding: Equatable, Sendable {
    package enum Key: Equatable, Sendable {
        /// Its pseudonyms can be linked to people.
        case kept
        /// They cannot, since then.
        case deleted(EventTime)
    }

    package var epoch: Int64
    package var key: Key
}

/// The files in the folder of keys.
package enum KeyFolder {
    static func keyName(_ epoch: Int64) -> String { "epoch-\(epoch).key" }
    /// Stands where a key was deleted, so that no new one is made for the epoch.
    static func markName(_ epoch: Int64) -> String { "epoch-\(epoch).deleted" }

    /// The epochs that have a key or had one, oldest first.
    ///
    /// Throws: ``JournalFailure`` when there is no folder of keys, or it cannot be read.
    package static func epochs(in directory: String, now: EventTime) throws(JournalFailure) -> [EpochStanding] {
        try requireInstallation(directory)
        var found: [EpochStanding] = []
        for epoch in InstallationKeys.firstEpoch...max(KeyEpoch.number(of: now) + 1, InstallationKeys.firstEpoch) {
            if let time = StateFolder.modified(StateFolder.path(directory, markName(epoch))) {
                found.append(EpochStanding(epoch: epoch, key: .deleted(time)))
            } else if StateFolder.exists(StateFolder.path(directory, keyName(epoch))) {
                found.append(EpochStanding(epoch: epoch, key: .kept))
            }
        }
        return found
    }

    /// Deletes the key of an epoch: from then on its pseudonyms are nobody's. False when there was none; the epoch gets none any more.
    ///
    /// The mark is on the disk before the key goes: after a crash in between the key is not used, and the next opening deletes it.
    package static func shred(_ epoch: Int64, in directory: String) throws(JournalFailure) -> Bool {
        try requireInstallation(directory)
        _ = try StateFolder.createPrivate(StateFolder.path(directory, markName(epoch)), [])
        try StateFolder.synchronize(directory)
        let wasThere = try StateFolder.destroyPrivate(StateFolder.path(directory, keyName(epoch)))
        try StateFolder.synchronize(directory)
        return wasThere
    }

    private static func requireInstallation(_ directory: String) throws(JournalFailure) {
        guard try StateFolder.readPrivate(StateFolder.path(directory, InstallationKeys.installationName), limit: 1) != nil else {
            throw JournalFailure(.absent, "\(directory) holds no keys: no weir has run with this key_directory yet.")
        }
    }

    /// The key of an epoch, or what stands for one that was deleted; nil where there never was one.
    static func key(of epoch: Int64, in directory: String, installation: [UInt8]) throws(JournalFailure) -> [UInt8]? {
        let path = StateFolder.path(directory, keyName(epoch))
        guard !StateFolder.exists(StateFolder.path(directory, markName(epoch))) else {
            if StateFolder.exists(path) { _ = try StateFolder.destroyPrivate(path) }
            return SubstituteKey.of(epoch: epoch, installation: installation)
        }
        return try read(path)
    }

    /// Reads a key, or stores `fresh` as it.
    static func loaded(_ path: String, orMade fresh: [UInt8]) throws(JournalFailure) -> (bytes: [UInt8], isNew: Bool) {
        precondition(fresh.count == InstallationKeys.length, "a key has \(InstallationKeys.length) bytes")
        if let known = try read(path) { return (known, false) }
        let isNew = try StateFolder.createPrivate(path, fresh)
        try StateFolder.synchronize(parent(of: path))
        guard let stored = try read(path) else { throw JournalFailure(.folder, "\(path) vanished while it was created: start weir again.") }
        return (stored, isNew)
    }

    private static func read(_ path: String) throws(JournalFailure) -> [UInt8]? {
        guard let bytes = try StateFolder.readPrivate(path, limit: InstallationKeys.length + 1) else { return nil }
        guard bytes.count == InstallationKeys.length else {
            throw JournalFailure(
                .folder,
                "\(path) does not hold \(InstallationKeys.length) bytes: restore it from a backup, or remove it, and what was named under it "
                    + "starts without history.")
        }
        return bytes
    }

    private static func parent(of path: String) -> String { path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "." }

    /// Throws when the keys would lie where the state lies.
    static func refuse(_ directory: String, inside state: String) throws(JournalFailure) {
        guard !state.isEmpty else { return }
        let (keys, folder) = (StateFolder.resolved(directory), StateFolder.resolved(state))
        guard keys == folder || keys.hasPrefix(folder.hasSuffix("/") ? folder : folder + "/") else { return }
        throw JournalFailure(
            .folder,
            "The keys may not lie in the state folder \(state), whose copies would then name people: set key_directory to another folder.")
    }
}

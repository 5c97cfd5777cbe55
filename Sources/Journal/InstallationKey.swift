// weir
// SPDX-License-Identifier: Apache-2.0

/// The secret of this installation under which people's names become pseudonyms: 32 random bytes in `pseudonym.key`, 0600.
///
/// Beside the database and not in it, so that a copy of the database alone names nobody. Deleting the file makes every old pseudonym
/// meaningless, which is a way to forget; people then start without history.
package struct InstallationKey: Equatable, Sendable {
    package static let length = 32
    package static let fileName = "pseudonym.key"

    package let bytes: [UInt8]
    /// The key was made by this call: pseudonyms of an earlier run, if there was one, no longer match.
    package let isNew: Bool

    /// Reads the key, or creates it from `random` when there is none. Safe against two processes that start at once: both get the same key.
    ///
    /// Precondition: `random` has ``length`` bytes, from the system's generator.
    /// Throws: ``JournalFailure`` when the file cannot be made or read, has another length, or others may read it.
    package static func load(directory: String, random: [UInt8]) throws(JournalFailure) -> InstallationKey {
        precondition(random.count == length, "an installation key has \(length) bytes")
        _ = try StateFolder.prepare(directory)
        let path = StateFolder.path(directory, fileName)
        if let known = try read(path) { return InstallationKey(bytes: known, isNew: false) }
        let isNew = try StateFolder.createPrivate(path, random)
        try StateFolder.synchronize(directory)
        guard let stored = try read(path) else { throw JournalFailure(.folder, "\(path) vanished while it was created: start weir again.") }
        return InstallationKey(bytes: stored, isNew: isNew)
    }

    private static func read(_ path: String) throws(JournalFailure) -> [UInt8]? {
        guard let bytes = try StateFolder.readPrivate(path, limit: length + 1) else { return nil }
        guard bytes.count == length else {
            throw JournalFailure(
                .folder, "\(path) does not hold \(length) bytes: restore it from a backup, or remove it, and people start without history.")
        }
        return bytes
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import Digest
import EventModel
import LogFormats

/// Names of people, which become pseudonyms.
extension Attribution {
    /// A person.
    mutating func person(_ line: DecodedLine, _ bytes: PaddedBytes, hash: UInt64, _ batch: inout EventBatch) -> AccountID {
        let salted = hash ^ salt(line)
        let (start, count) = (Int(line.account.start), line.account.count)
        if let known = people.find(bytes, start, count, hash: salted) { return AccountID(rawValue: known) }
        // The log calls a person what the settings call a program: those know better.
        let known = services.isAny ? accounts.find(bytes, start, count, hash: hash) : nil
        if let known, declared.contains(known) { return AccountID(rawValue: known) }
        let raw = bytes.copy(start..<start + count)
        guard services.declare(raw) else { return newPerson(line, bytes, raw, hash: salted, &batch) }
        if let known {
            declared.insert(known)
            return AccountID(rawValue: known)
        }
        var line = line
        line.kind = .service
        let account = newProgram(line, bytes, raw, hash: hash, &batch)
        if account != .overflow { declared.insert(account.rawValue) }
        return account
    }

    /// What is added to the hash of a name that gets pseudonyms: by epoch, and by whether the line calls it a person's.
    mutating func salt(_ line: DecodedLine) -> UInt64 {
        let event = KeyEpoch.number(of: line.time)
        if event != epoch {
            epoch = event
            epochSalt = UInt64(bitPattern: event) &* 0x9E37_79B9_7F4A_7C15
        }
        return line.kind == .human ? epochSalt : ~epochSalt
    }

    /// A person who is met for the first time in the present epoch, or a program whose name is a person's.
    mutating func newPerson(
        _ line: DecodedLine, _ bytes: PaddedBytes, _ raw: [UInt8], hash: UInt64, _ batch: inout EventBatch
    ) -> AccountID {
        let shown = Pseudonym.text(raw, key: epochs.key(of: epoch))
        if let number = number(of: shown) ?? known(raw, as: shown, &batch) {
            // The same person under the name that a checkpoint kept, or in another epoch. Not remembered beyond the limit: names are free.
            if Int(accountCount) < limits.accounts { remember(raw, hash: hash, number: number) }
            call(number, raw)
            return AccountID(rawValue: number)
        }
        guard Int(accountCount) < limits.accounts, mayEnter(line, bytes, key: gateKeys.secret(at: line.time), &batch) else {
            return .overflow
        }
        let number = accountCount
        remember(raw, hash: hash, number: number)
        addAccount(Array(shown.utf8))
        call(number, raw)
        batch.newAccounts.append(shown)
        batch.namings.append(Naming(account: AccountID(rawValue: number), epoch: epoch, name: shown))
        return AccountID(rawValue: number)
    }

    /// Remembers what an account is called by settings, and whether these call it a canary.
    private mutating func call(_ number: UInt32, _ raw: [UInt8]) {
        accountNames[Int(number)] = Pseudonym.text(raw, key: pseudonymKey)
        canaries.learn(person: raw, number)
    }

    /// The number of a person who is known from another epoch and gets a name in this one; nil for one who is not, or whose key is gone.
    mutating func known(_ raw: [UInt8], as shown: String, _ batch: inout EventBatch) -> UInt32? {
        for key in epochs.others(than: epoch) {
            guard let number = number(of: Pseudonym.text(raw, key: key)) else { continue }
            batch.namings.append(Naming(account: AccountID(rawValue: number), epoch: epoch, name: shown))
            addName(Array(shown.utf8), of: number)
            return number
        }
        return nil
    }

    /// Remembers what a person is called in logs in the present epoch. A memory that was filled with every name in many epochs is emptied.
    mutating func remember(_ raw: [UInt8], hash: UInt64, number: UInt32) {
        if people.count > 2 * limits.accounts { people = NameDirectory(key: hashKey) }
        people.insert(raw, hash: hash, number: number)
    }

    borrowing func number(of name: String) -> UInt32? {
        let text = Array(name.utf8)
        return ChunkBuffer(text).withBytes { accounts.find($0, 0, text.count, hash: $0.hash(from: 0, count: text.count, key: hashKey)) }
    }
}

/// What alerts call a person.
package enum Pseudonym {
    package static func text(_ name: [UInt8], key: [UInt8]) -> String {
        "u-\(Hexadecimal.text(Array(HMACSHA256.code(for: name, key: key).prefix(6))))"
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What a log shows of who does what, as far as an incident has to look like the rest of it.
///
/// State: about 1 KB an account, at most ``accountLimit`` of them, and ``sampleLimit`` hashes and addresses. Complexity: O(1) an event.
package struct LogSurvey: Sendable {
    /// Accounts beyond these are not remembered, and nothing is injected on them.
    package static let accountLimit = 10_000
    /// Content hashes and addresses that are remembered, spread over what was seen.
    package static let sampleLimit = 512
    /// Bytes of a line that an incident's lines may be made from.
    package static let lineLimit = 8192
    /// What stands for a row in a log that states only bytes.
    static let bytesOfRow: UInt64 = 512

    /// One account.
    package struct Account: Sendable {
        /// The call that stands for its others: the first that moved rows out, or else the first.
        package var sample: EstateEvent
        package var events = 0
        /// Rows and bytes moved out in each hour of the day.
        package var rows: [Double] = Array(repeating: 0, count: 24)
        package var bytes: [Double] = Array(repeating: 0, count: 24)
        /// The line of ``sample``, where it was handed over and is short enough.
        package var line: [UInt8]?
        /// Without, how much it moves is known by bytes. An account that moved nothing yet may begin with rows.
        var statesRows: Bool { rows.contains { $0 > 0 } || !bytes.contains { $0 > 0 } }
        package var marksSynthetic = false
        package var sendsWebhooks = false
        package var writesTexts = false
    }

    package private(set) var accounts: [String: Account] = [:]
    package private(set) var first: EventTime?
    package private(set) var last: EventTime?
    package private(set) var events = 0
    /// Content hashes of labelled records, each with when it was seen.
    private(set) var hashes: [(time: EventTime, text: String)] = []
    /// E-mails in texts that no machine wrote.
    private(set) var mails: [(time: EventTime, text: String)] = []
    /// The keys of weir's event that the log states.
    package var stated: Set<String> = []
    private var hashesSeen = 0
    private var mailsSeen = 0

    package init() {}

    /// Days that the log covers, at least one.
    var days: Double {
        guard let first, let last else { return 1 }
        return max(Double((last - first).milliseconds) / Double(FleetCalendar.day), 1)
    }

    /// Takes in one event of the log.
    ///
    /// - Parameter line: its line, where lines like it may have to be written.
    package mutating func note(_ event: EstateEvent, line: ArraySlice<UInt8> = []) {
        events += 1
        first = min(first ?? event.time, event.time)
        last = max(last ?? event.time, event.time)
        if accounts[event.account] == nil {
            guard accounts.count < LogSurvey.accountLimit else { return }
            accounts[event.account] = Account(sample: event)
        }
        note(event, line, of: &accounts[event.account, default: Account(sample: event)])
        if let hash = event.provenance, event.isSynthetic == true {
            LogSurvey.sample((event.time, hash), &hashes, &hashesSeen)
        }
        if let text = event.text, event.contents != .aiContent {
            for word in text.split(separator: " ") where word.contains("@") {
                LogSurvey.sample((event.time, String(word)), &mails, &mailsSeen)
            }
        }
    }

    private func note(_ event: EstateEvent, _ line: ArraySlice<UInt8>, of account: inout Account) {
        account.events += 1
        func take() {
            account.sample = event
            account.line = line.isEmpty || line.count > LogSurvey.lineLimit ? nil : Array(line)
        }
        if account.events == 1 || account.line == nil && !line.isEmpty && line.count <= LogSurvey.lineLimit { take() }
        let hour = Int(event.time.milliseconds / FleetCalendar.hour % 24)
        if event.action.movesDataOut && event.bytes > 0 {
            account.bytes[hour] += Double(event.bytes)
            if !account.sample.action.movesDataOut { take() }
        }
        if event.action.movesDataOut, let rows = event.rows, rows > 0 {
            account.rows[hour] += Double(rows)
            if account.sample.rows == nil || !account.sample.action.movesDataOut { take() }
        }
        if event.isSynthetic == true { account.marksSynthetic = true }
        if event.action == .webhook { account.sendsWebhooks = true }
        if event.text != nil && event.contents == .aiContent { account.writesTexts = true }
    }

    /// Keeps every one at first; later every second, fourth … place is taken over by a newer one.
    private static func sample(
        _ value: (time: EventTime, text: String), _ values: inout [(time: EventTime, text: String)], _ seen: inout Int
    ) {
        seen += 1
        if values.count < sampleLimit {
            values.append(value)
        } else if seen % (seen / sampleLimit) == 0 {
            values[seen / (seen / sampleLimit) % sampleLimit] = value
        }
    }

    /// Rows that an account moves out in an hour of the day, the mean over the days of the log.
    func usualRows(_ account: String, hour: Int) -> Double {
        guard let account = accounts[account] else { return 0 }
        return (account.statesRows ? account.rows[hour] : account.bytes[hour] / Double(LogSurvey.bytesOfRow)) / days
    }

    /// What an incident at some time can take from the log's past.
    func material(before time: EventTime) -> EstateMaterial {
        EstateMaterial(
            hashes: hashes.filter { $0.time < time }.map(\.text), mails: mails.filter { $0.time < time }.map(\.text))
    }
}

/// What an incident repeats of a log that no estate has made. Empty: it repeats what the estate's own days have.
struct EstateMaterial: Sendable {
    var hashes: [String] = []
    var mails: [String] = []

    init(hashes: [String] = [], mails: [String] = []) {
        self.hashes = hashes
        self.mails = mails
    }
}

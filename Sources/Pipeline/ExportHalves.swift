// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import RollingStatistics

/// The halves of exports that a log tells in two rows, often of two files: one says that rows were taken away, the other how many.
///
/// What moved is a *run*, that it was taken away a *mark*. A run that says itself that it was an export counts at once, and its mark, when
/// it comes, is nothing new. A mark, and a run that does not say so, wait for each other until their bucket closes; then each counts by
/// itself. Halves belong together one to one, because clients choose the request that a row names: a hundred exports that all name one
/// request are a hundred exports.
///
/// State: at most ``limit`` halves, about 5 MB; beyond them a half counts at once. Complexity: O(``findable``) a half, O(waiting halves) a
/// bucket that closes.
struct ExportHalves: Sendable {
    /// Halves that wait: an export or a report every three seconds, for the six hours that Salesforce may be late.
    static let limit = 8192
    /// Halves that name the same request, or the same report, among which a counterpart is looked for.
    static let findable = 32
    /// How far apart the rows of one request may be dated: a report may run for as long, and be sent afterwards.
    static let requestWindow = EventDuration.hours(1)
    /// The same where one of the rows names no request, and an account has run and exported the same report.
    static let reportWindow = EventDuration.minutes(10)

    /// What becomes of a half that has come.
    enum Outcome {
        /// It waits for its counterpart.
        case waits
        /// It counts as it is.
        case counts
        /// Its counterpart has counted for both.
        case isTold
        /// Both are there, and this is how they count.
        case isWhole(DetailedEvent)
    }

    fileprivate struct Half: Sendable {
        var key: UInt64
        var account: AccountID
        var time: EventTime
        var isMark: Bool
        /// Nil for a run that has counted and only waits for its mark.
        var event: DetailedEvent?
        /// Whether it can be found by its request, and by its report.
        var isListed = (request: false, report: false)

        init(_ detailed: DetailedEvent, isMark: Bool, hasCounted: Bool) {
            key = detailed.event.rowKey
            account = detailed.event.account
            time = detailed.event.time
            self.isMark = isMark
            event = hasCounted ? nil : detailed
        }
    }

    /// By number, in the order in which they came.
    private var halves: [UInt64: Half] = [:]
    private var nextNumber: UInt64 = 0
    /// The numbers of those that name a request or a report.
    private var lists: [UInt64: [UInt64]] = [:]

    init() {}

    var isEmpty: Bool { halves.isEmpty && lists.isEmpty }

    /// Takes a half, whose bucket is open.
    mutating func take(_ detailed: DetailedEvent) -> Outcome {
        let event = detailed.event
        let isMark = !event.presence.contains(.rows)
        let half = Half(detailed, isMark: isMark, hasCounted: !isMark && event.operation == .export)
        if let number = counterpart(of: half), let other = halves[number] {
            remove(number)
            guard var run = isMark ? other.event : detailed else { return .isTold }
            run.event.operation = .export
            if run.event.network == .unknown { run.event.network = isMark ? event.network : other.event?.event.network ?? .unknown }
            return .isWhole(run)
        }
        guard halves.count < ExportHalves.limit else { return .counts }
        insert(half, nextNumber)
        nextNumber &+= 1
        return half.event == nil ? .counts : .waits
    }

    /// Hands out those that waited in vain, up to and including a bucket, in the order in which they came. Runs that have counted wait for
    /// one bucket more: their marks are dated a moment later.
    mutating func release(upTo bucket: Int64) -> [DetailedEvent] {
        guard !halves.isEmpty else { return [] }
        var released: [DetailedEvent] = []
        for (number, half) in halves.sorted(by: { $0.key < $1.key }) {
            guard BucketGrid.number(of: half.time) <= bucket - (half.event == nil ? 1 : 0) else { continue }
            remove(number)
            if let event = half.event { released.append(event) }
        }
        return released
    }

    // MARK: Counterparts

    /// The half that belongs to another one: of the same request, else of the same report; the nearest in time, else the first.
    private func counterpart(of half: Half) -> UInt64? {
        var best: (rank: (Int, Int64, UInt64), number: UInt64)?
        for list in [ExportHalves.requestList(half), ExportHalves.reportList(half)] {
            for number in list.flatMap({ lists[$0] }) ?? [] {
                guard let other = halves[number], let kind = ExportHalves.kinship(half, other) else { continue }
                let rank = (kind, abs((half.time - other.time).milliseconds), number)
                if best.map({ rank < $0.rank }) ?? true { best = (rank, number) }
            }
        }
        return best?.number
    }

    /// 0 for halves of one request, 1 for those of one report, nil for those that do not belong together: whatever both state is the same.
    private static func kinship(_ one: Half, _ other: Half) -> Int? {
        guard one.isMark != other.isMark, one.account == other.account else { return nil }
        let requests = (HalfKey.request(one.key), HalfKey.request(other.key))
        let reports = (HalfKey.report(one.key), HalfKey.report(other.key))
        if reports.0 != reports.1 && reports.0 != 0 && reports.1 != 0 { return nil }
        let distance = EventDuration(milliseconds: abs((one.time - other.time).milliseconds))
        if requests.0 != 0 && requests.1 != 0 { return requests.0 == requests.1 && distance <= requestWindow ? 0 : nil }
        return reports.0 != 0 && reports.0 == reports.1 && distance <= reportWindow ? 1 : nil
    }

    private static func requestList(_ half: Half) -> UInt64? {
        let request = HalfKey.request(half.key)
        return request == 0 ? nil : UInt64(half.account.rawValue) << 32 | request
    }

    private static func reportList(_ half: Half) -> UInt64? {
        let report = HalfKey.report(half.key)
        return report == 0 ? nil : UInt64(half.account.rawValue) << 32 | 1 << 31 | report
    }

    // MARK: Lists

    private mutating func insert(_ half: Half, _ number: UInt64) {
        var half = half
        half.isListed.request = ExportHalves.requestList(half).map { list($0, number) } ?? false
        half.isListed.report = ExportHalves.reportList(half).map { list($0, number) } ?? false
        halves[number] = half
    }

    /// False when so many of them are there that this one is not looked for: it waits in vain.
    private mutating func list(_ list: UInt64, _ number: UInt64) -> Bool {
        guard lists[list, default: []].count < ExportHalves.findable else { return false }
        lists[list, default: []].append(number)
        return true
    }

    private mutating func remove(_ number: UInt64) {
        guard let half = halves.removeValue(forKey: number) else { return }
        for list in [ExportHalves.requestList(half), ExportHalves.reportList(half)] {
            guard let list else { continue }
            lists[list]?.removeAll { $0 == number }
            if lists[list]?.isEmpty == true { lists[list] = nil }
        }
    }

    // MARK: State

    func encode(into writer: inout StateWriter) {
        writer.write(UInt32(halves.count))
        for (number, half) in halves.sorted(by: { $0.key < $1.key }) {
            writer.write(number)
            writer.write(half.key)
            writer.write(half.account.rawValue)
            writer.write(half.time.milliseconds)
            for flag in [half.isMark, half.isListed.request, half.isListed.report, half.event != nil] { writer.write(flag) }
            half.event?.encode(into: &writer)
        }
        writer.write(nextNumber)
    }

    init(from reader: inout StateReader) throws(StateError) {
        for _ in 0..<(try reader.read(UInt32.self)) {
            let number = try reader.read(UInt64.self)
            var half = try Half(from: &reader)
            half.isListed.request = half.isListed.request && ExportHalves.requestList(half).map { list($0, number) } ?? false
            half.isListed.report = half.isListed.report && ExportHalves.reportList(half).map { list($0, number) } ?? false
            halves[number] = half
        }
        guard halves.count <= ExportHalves.limit else { throw StateError.implausible("halves of exports") }
        nextNumber = try reader.read()
    }
}

extension ExportHalves.Half {
    init(from reader: inout StateReader) throws(StateError) {
        key = try reader.read()
        account = AccountID(rawValue: try reader.read())
        time = try reader.readTime()
        isMark = try reader.readBool()
        isListed = (request: try reader.readBool(), report: try reader.readBool())
        event = try reader.readBool() ? try DetailedEvent(from: &reader) : nil
    }
}

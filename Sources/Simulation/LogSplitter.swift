// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Which file of an archive a line belongs to, and what that file is called: a pure function of the line's number and time.
package struct LogSplitter: Equatable, Sendable {
    /// How a log is cut into files.
    package enum Policy: Equatable, Sendable {
        case oneFile
        case hourly
        case daily
        /// That many files of the same number of lines, the newest taking what the division leaves.
        case equalLines(files: Int, lines: Int)
    }

    /// How the files are called.
    package enum Naming: Equatable, Sendable {
        /// `access.json`, `access.json.1`, …: the oldest has the highest number, as logrotate leaves them.
        case rotated
        /// `2026-06-01-RestApi.csv`, `2026-06-01T02-RestApi.csv`: what downloads of EventLogFiles are called. Files of equal lines are
        /// called by their numbers.
        case dated
    }

    package let policy: Policy
    package let naming: Naming
    package let name: String
    package let calendar: FleetCalendar
    /// Files that the policy makes at most; one that would hold no line is not there.
    package let fileCount: Int

    /// - Parameter name: the newest file's name, ``EventText/Format/fileName`` as a rule.
    ///
    /// Precondition: at least one file; lines not negative.
    package init(policy: Policy, naming: Naming, name: String, calendar: FleetCalendar) {
        self.policy = policy
        self.naming = naming
        self.name = name
        self.calendar = calendar
        switch policy {
        case .oneFile: fileCount = 1
        case .hourly: fileCount = calendar.days * 24
        case .daily: fileCount = calendar.days
        case .equalLines(let files, let lines):
            precondition(files >= 1 && lines >= 0, "an archive has at least one file")
            fileCount = max(min(files, lines), 1)
        }
    }

    /// The file of a line, 0 being the oldest. `line` counts from 0.
    package func file(ofLine line: Int, at time: EventTime) -> Int {
        let span = time.milliseconds - calendar.start.milliseconds
        switch policy {
        case .oneFile: return 0
        case .hourly: return Int(span / FleetCalendar.hour)
        case .daily: return Int(span / FleetCalendar.day)
        case .equalLines(_, let lines): return min(line / max(lines / fileCount, 1), fileCount - 1)
        }
    }

    /// The name of a file, without a suffix for compression.
    package func name(ofFile file: Int) -> String {
        switch naming {
        case .rotated:
            return file == fileCount - 1 ? name : "\(name).\(fileCount - 1 - file)"
        case .dated:
            switch policy {
            case .oneFile: return name
            case .daily: return "\(date(Int64(file) * FleetCalendar.day))-\(name)"
            case .hourly:
                let hour = file % 24
                return "\(date(Int64(file) * FleetCalendar.hour))T\(hour < 10 ? "0" : "")\(hour)-\(name)"
            case .equalLines:
                let digits = String(file + 1)
                return "\(String(repeating: "0", count: max(4 - digits.count, 0)))\(digits)-\(name)"
            }
        }
    }

    /// Whether it is the file that would still be written: the only one that is left uncompressed by rotation.
    package func isNewest(_ file: Int) -> Bool { file == fileCount - 1 }

    private func date(_ sinceStart: Int64) -> String {
        String(CivilTime(EventTime(milliseconds: calendar.start.milliseconds + sinceStart)).rfc3339.prefix(10))
    }
}

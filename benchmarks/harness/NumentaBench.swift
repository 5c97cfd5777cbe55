// weir
// SPDX-License-Identifier: Apache-2.0

import Evaluation
import FoundationEssentials

/// Scores every series of a folder in the layout of the Numenta Anomaly Benchmark with the detector and the parameters of production.
enum NumentaBench {
    /// Reads `folder/data/<category>/<file>.csv`, writes `results/<category>/<file>.csv`. Returns the exit code.
    static func run(folder: String, results: String) -> Int32 {
        let data = "\(folder)/data"
        do {
            let files = try FileManager.default.subpathsOfDirectory(atPath: data).filter { $0.lowercased().hasSuffix(".csv") }.sorted()
            guard !files.isEmpty else {
                Stopwatch.complain("nab: there is no .csv file below \(data). It holds <category>/<file>.csv.")
                return 1
            }
            return score(files, data: data, results: results)
        } catch {
            Stopwatch.complain("nab: \(data) cannot be read (\(reason(error))). Name the folder that holds data/<category>/<file>.csv.")
            return 2
        }
    }

    private static func score(_ files: [String], data: String, results: String) -> Int32 {
        var rows = 0
        var refused = 0
        var failures = 0
        for file in files {
            guard let bytes = FileManager.default.contents(atPath: "\(data)/\(file)") else {
                Stopwatch.complain("nab: \(file) cannot be read")
                failures += 1
                continue
            }
            let series = NumentaSeries([UInt8](bytes))
            rows += series.rows
            refused += series.refusals.values.reduce(0, +)
            report(series, file)
            if !write(series.text, to: "\(results)/\(file)") { failures += 1 }
        }
        Stopwatch.complain("nab: \(files.count - failures) of \(files.count) series, \(rows) rows, \(refused) of them unreadable")
        return failures == 0 ? 0 : 1
    }

    /// Says what could not be read of a series, and where it begins.
    private static func report(_ series: NumentaSeries, _ file: String) {
        guard let line = series.firstRefusedLine else { return }
        var reasons: [String] = []
        for reason in NumentaSeries.Refusal.allCases {
            if let count = series.refusals[reason] { reasons.append("\(count) with \(reason.rawValue)") }
        }
        Stopwatch.complain("nab: \(file): rows left out: \(reasons.joined(separator: ", ")); the first is line \(line)")
    }

    /// The system's words for it, without the rest of a Foundation error.
    private static func reason(_ error: any Error) -> String {
        guard let error = error as? CocoaError, let underlying = error.underlying as? POSIXError else { return "\(error)" }
        return "\(underlying.code)"
    }

    private static func write(_ text: String, to path: String) -> Bool {
        do {
            let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            Stopwatch.complain("nab: the folder of \(path) cannot be made (\(reason(error)))")
            return false
        }
        guard FileManager.default.createFile(atPath: path, contents: Data(text.utf8)) else {
            Stopwatch.complain("nab: \(path) cannot be written")
            return false
        }
        return true
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import Daemon
import Glibc

/// Times the parts of weir alone, in memory: `weir-bench decode FORMAT FILE [KEY=PLACE]... | ring | scan | detect ACCOUNTS |
/// checkpoint ACCOUNTS | movements HASHES`.
///
/// Prints one line `name value unit` for each figure. Each is the best of several rounds: the machine is shared, and noise only adds.
/// `weir-bench nab FOLDER RESULTS` scores the series of the Numenta Anomaly Benchmark instead.
@main
enum Main {
    nonisolated static func main() {
        // As the daemon does.
        System.returnLargeBlocks()
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch arguments.first {
        case "decode" where arguments.count >= 3:
            DecodeBench.run(format: arguments[1], path: arguments[2], fields: arguments.dropFirst(3))
        case "ring": RingBench.run()
        case "scan" where arguments.count == 1: ScanBench.run()
        case "scan" where arguments == ["scan", "--worst"]: ScanBench.runWorst()
        case "scan" where arguments.count == 3 && arguments[1] == "--json": exit(ScanBench.list(path: arguments[2]))
        case "detect" where arguments.count == 2: DetectBench.run(accounts: Int(arguments[1]) ?? 400)
        case "checkpoint" where arguments.count == 2: CheckpointBench.run(accounts: Int(arguments[1]) ?? 100_000)
        case "movements" where arguments.count == 2: MovementBench.run(hashes: Int(arguments[1]) ?? 10_000_000, identifiers: 0)
        case "movements" where arguments.count == 3 && arguments[2] == "--identifiers":
            MovementBench.run(hashes: Int(arguments[1]) ?? 10_000_000, identifiers: 2)
        case "nab" where arguments.count == 3: exit(NumentaBench.run(folder: arguments[1], results: arguments[2]))
        default:
            Stopwatch.complain(
                "usage: weir-bench decode FORMAT FILE [KEY=PLACE]... | ring | scan [--worst | --json FILE] | detect ACCOUNTS | checkpoint ACCOUNTS"
                    + " | movements HASHES [--identifiers] | nab FOLDER RESULTS"
            )
            exit(2)
        }
    }
}

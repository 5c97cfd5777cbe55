// weir
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Time and memory of this process.
enum Stopwatch {
    /// Seconds of a monotonic clock.
    static func now() -> Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// The shortest of some rounds of `body`, in seconds.
    static func best(of rounds: Int, _ body: () -> Void) -> Double {
        var shortest = Double.infinity
        for _ in 0..<rounds {
            let start = now()
            body()
            shortest = min(shortest, now() - start)
        }
        return shortest
    }

    /// Resident bytes now.
    static func residentBytes() -> Double {
        guard let file = unsafe fopen("/proc/self/statm", "r") else { return 0 }
        defer { unsafe fclose(file) }
        var text = [CChar](repeating: 0, count: 128)
        guard unsafe fgets(&text, 128, file) != nil else { return 0 }
        let fields = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(separator: " ")
        return fields.count > 1 ? (Double(fields[1]) ?? 0) * Double(sysconf(Int32(_SC_PAGESIZE))) : 0
    }

    /// One line on standard error.
    static func complain(_ text: String) {
        let line = Array((text + "\n").utf8)
        _ = unsafe write(2, line, line.count)
    }

    static func report(_ name: String, _ value: Double, _ unit: String) { print(name, (value * 1000).rounded() / 1000, unit) }
}

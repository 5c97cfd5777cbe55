// weir
// SPDX-License-Identifier: Apache-2.0

import Glibc
import LogFormats

/// A format's decoder over a file in memory, one thread: bytes to decoded lines, nothing else.
enum DecodeBench {
    /// - Parameter fields: weir's keys and where they stand, each as `KEY=PLACE`.
    static func run(format name: String, path: String, fields: some Sequence<String>) {
        var options = FormatOptions()
        for field in fields {
            let parts = field.split(separator: "=", maxSplits: 1).map(String.init)
            options.fields[parts[0]] = parts.last
        }
        guard let type = FormatCatalog.format(named: name), let bytes = contents(path) else {
            Stopwatch.complain("weir-bench: no such format or file")
            exit(2)
        }
        let buffer = ChunkBuffer(bytes)
        var count = 0
        let seconds = Stopwatch.best(of: 5) { count = decodeAll(buffer, type, options) }
        Stopwatch.report("decode_\(name)", Double(bytes.count) / seconds / 1e9, "GB/s")
        Stopwatch.report("decode_\(name)_lines", Double(count) / seconds / 1e6, "million/s")
    }

    private static func decodeAll(_ buffer: borrowing ChunkBuffer, _ type: any LineFormat.Type, _ options: FormatOptions) -> Int {
        guard var format = made(type, options) else { return 0 }
        var lines = DecodedLines()
        var position = 0
        var count = 0
        while true {
            lines.removeAll()
            let next = buffer.withBytes { format.decode($0, from: position, isFinal: true, into: &lines) }
            count += lines.lines.count
            if next == position || next >= buffer.count { return count }
            position = next
        }
    }

    private static func made(_ type: any LineFormat.Type, _ options: FormatOptions) -> (any LineFormat)? {
        do {
            return try type.init(options: options)
        } catch {
            Stopwatch.complain("weir-bench: \(error)")
            return nil
        }
    }

    static func contents(_ path: String) -> [UInt8]? {
        guard let file = unsafe fopen(path, "r") else { return nil }
        defer { unsafe fclose(file) }
        unsafe fseek(file, 0, SEEK_END)
        let size = unsafe min(ftell(file), 1 << 30)
        unsafe rewind(file)
        var bytes = [UInt8](repeating: 0, count: size)
        return unsafe fread(&bytes, 1, size, file) == size ? bytes : nil
    }
}

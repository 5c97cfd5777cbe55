// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Pipeline

/// The first plain bytes of a file, unpacked as a replay unpacks it; of a tar, those of its first file.
package struct FileSample: Sendable {
    /// At most as many as were asked for.
    package let bytes: [UInt8]
    /// The file holds no more.
    package let isWhole: Bool
    /// What broke off the reading, in a sentence.
    package let trouble: String?

    /// - Parameter path: a file, or `-` for standard input.
    ///
    /// Complexity: O(limit). A file that cannot be read gives no bytes and a trouble.
    package init(path: String, limit: Int) {
        if path == "-" {
            (bytes, isWhole, trouble) = FileSample.read(StandardInputSource(), limit)
            return
        }
        do throws(FileFailure) {
            let file = try OpenFile(path: path)
            var sample = FileSample.read(try ByteStream(file: file), limit)
            if TarArchive.isTar(sample.0) {
                let archive = TarArchive(try ByteStream(file: file), size: file.status()?.size ?? 0, limit: 1)
                guard let first = archive.files.first else {
                    (bytes, isWhole, trouble) = ([], true, "no file is in this tar")
                    return
                }
                let stream = ByteStream(first.member, first.head.compression, of: try ByteStream(file: file), ratio: Unpacker.bombRatio)
                sample = FileSample.read(stream, limit)
            }
            (bytes, isWhole, trouble) = sample
        } catch {
            (bytes, isWhole, trouble) = ([], true, error.text)
        }
    }

    private static func read(_ source: StandardInputSource, _ limit: Int) -> ([UInt8], Bool, String?) {
        var source = source
        var result: [UInt8] = []
        while result.count < limit {
            let (outcome, piece) = withScratch(count: 65_536) { scratch in
                let outcome = source.read(StreamID(rawValue: 0), into: &scratch)
                return (outcome, scratch.copy(0..<scratch.byteCount))
            }
            result += piece.prefix(limit - result.count)
            switch outcome {
            case .bytes: continue
            case .idle: source.wait(atMost: .seconds(60))
            case .ended: return (result, true, nil)
            case .failed(let trouble): return (result, false, trouble.message)
            }
        }
        return (result, false, nil)
    }

    private static func read(_ stream: ByteStream, _ limit: Int) -> ([UInt8], Bool, String?) {
        var result: [UInt8] = []
        while result.count < limit {
            let (outcome, piece) = withScratch(count: 65_536) { scratch in
                let outcome = stream.read(into: &scratch)
                return (outcome, scratch.copy(0..<scratch.byteCount))
            }
            result += piece.prefix(limit - result.count)
            switch outcome {
            case .bytes: continue
            case .end: return (result, true, nil)
            case .changed: return (result, true, "it changed while it was read")
            case .failed(_, let message): return (result, false, message)
            case .unreadable(let failure): return (result, false, failure.text)
            }
        }
        return (result, false, nil)
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Pipeline

/// The first plain bytes of a file, unpacked as a replay unpacks it.
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
            (bytes, isWhole, trouble) = FileSample.read(try ByteStream(file: try OpenFile(path: path)), limit)
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

// weir
// SPDX-License-Identifier: Apache-2.0

import LogFormats
import TestSupport
import Testing

/// The lists of Loki.
extension WrapperTests {
    @Test(arguments: [
        #"{"status":"success","data":{"resultType":"streams","result":[{"stream":{"job":"a","log":"b"},"values":[["1780279500697000000","A"],["1780279500697000001","B",{"k":"v"}]]},"#
            + #"{"stream":{},"values":[["1780279500697000002","C"]]}],"stats":{"summary":{"n":[1]}}}}"#,
        #"{"streams":[{"stream":{"job":"a"},"values":[["1780279500697000000","A"],["1780279500697000001","B"],["1780279500697000002","C"]]}]}"#,
        #"{ "data" : { "result" : [ { "values" : [ [ "1780279500697000000" , "A" ] , [ "1780279500697000001" , "B" , { "k" : [ "x" ] } ] ] } ] } }"#
            + "\n" + #"{"streams":[{"values":[["1780279500697000002","C"]]}]}"#,
    ]) func `what Loki answers, and what it is sent, holds lines`(text: String) throws {
        let log = ["A", "B", "C"].reduce(text) { text, name in
            text.replacing("\"\(name)\"", with: #""10.0.4.7 - svc-\#(name) [01/Jun/2026:02:05:00 +0000] \"GET /x HTTP/1.1\" 200 5""#)
        }
        let seen = try Self.seen("combined", .json, log)
        #expect(seen.accounts == ["svc-A", "svc-B", "svc-C"] && seen.malformed.isEmpty, "\(seen)")
        let bytes = Array(log.utf8)
        for size in [1, 5, 100] {
            let pieces = stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
            #expect(decode(try Self.wrapped("combined", .json), pieces: pieces) == seen, "\(size)")
        }
        let best = try #require(FormatDetection(bytes, isWhole: true).best)
        #expect(best.format == "combined" && best.options.wrapper == .json && best.events == 3)
    }
}

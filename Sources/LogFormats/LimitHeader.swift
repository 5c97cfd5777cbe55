// weir
// SPDX-License-Identifier: Apache-2.0

/// API limits as services send them in a header and gateways log them: `18/5000`, `api-usage=18/5000; per-app-api-usage=17/250(…)`.
///
/// Source: Salesforce `Sforce-Limit-Info`, Shopify `X-Shopify-Shop-Api-Call-Limit`. More used than allowed is legal.
enum LimitHeader {
    /// The first two numbers with a slash between them; nil when there are none. Complexity: O(length).
    static func parse(_ bytes: PaddedBytes, from start: Int, to end: Int) -> (used: UInt64, limit: UInt64)? {
        var position = start
        while position < end {
            let slash = bytes.firstIndex(of: UInt8(ascii: "/"), from: position, to: end)
            guard slash < end else { return nil }
            var first = slash
            while first > start && bytes[first - 1] &- 0x30 < 10 { first -= 1 }
            let used = NumberParser.digits(bytes, from: first, to: slash)
            let limit = NumberParser.digits(bytes, from: slash + 1, to: end)
            let isPair = used.count > 0 && used.count == slash - first && limit.count > 0
            if isPair && used.count <= NumberParser.longest && limit.count <= NumberParser.longest { return (used.value, limit.value) }
            position = slash + 1
        }
        return nil
    }
}

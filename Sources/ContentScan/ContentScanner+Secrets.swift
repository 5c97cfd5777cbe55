// weir
// SPDX-License-Identifier: Apache-2.0

/// The beginnings by which the keys of services are known.
///
/// Source: the services' own pages on their token formats (GitHub, GitLab, Slack, Stripe, Shopify, AWS, Google, npm, Salesforce), as
/// collected by GitHub's "Supported secret scanning patterns".
struct SecretForms: Sendable {
    struct Form: Sendable {
        let prefix: [UInt8]
        /// Bytes of the whole token, of letters, digits, `-` and `_`.
        let lengths: ClosedRange<Int>
        /// The service's test mode: the token opens nothing real.
        let isTest: Bool
    }

    private let forms: [Form]
    /// Where the forms of an initial begin: `forms[first[byte] ..< first[byte + 1]]`.
    private let first: [Int]

    init() {
        func form(_ prefix: String, _ lengths: ClosedRange<Int>, isTest: Bool = false) -> Form {
            Form(prefix: Array(prefix.utf8), lengths: lengths, isTest: isTest)
        }
        let any = 20...255
        let all =
            [
                form("AKIA", 20...20), form("ASIA", 20...20), form("AIza", 39...39), form("github_pat_", 40...255),
                form("glpat-", any), form("npm_", 40...40), form("sk_live_", any), form("rk_live_", any),
                form("sk_test_", any, isTest: true),
                form("rk_test_", any, isTest: true), form("whsec_", 32...255), form("shpat_", 38...38), form("shpss_", 38...38),
                form("shpca_", 38...38), form("shppa_", 38...38), form("sk-proj-", 40...255), form("sk-ant-", 40...255),
                form("dop_v1_", 71...71), form("hf_", 37...37), form("pypi-AgEI", 50...255),
            ] + ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"].map { form($0, 40...255) }
            + ["xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xapp-"].map { form($0, any) }
        forms = all.sorted { ($0.prefix.first ?? 0) < ($1.prefix.first ?? 0) }
        let initials = forms.map { Int($0.prefix.first ?? 0) }
        first = (0...256).map { byte in initials.firstIndex { $0 >= byte } ?? initials.count }
    }

    /// The form of the token that the bytes are; nil when they are none. Complexity: O(forms of the initial).
    func form(of bytes: Span<UInt8>, from start: Int, to end: Int) -> Form? {
        let initial = Int(bytes[start])
        for index in first[initial]..<first[initial + 1] where forms[index].lengths.contains(end - start) {
            var isEqual = true
            for (offset, byte) in forms[index].prefix.enumerated() where bytes[start + offset] != byte {
                isEqual = false
                break
            }
            if isEqual { return forms[index] }
        }
        return nil
    }

    /// Whether a token looks drawn at random rather than written: letters of both cases or with digits, and many different ones.
    static func looksRandom(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Bool {
        var seen = (UInt64(0), UInt64(0))
        var classes = 0
        for index in start..<end {
            let byte = bytes[index]
            if byte < 64 { seen.0 |= 1 << UInt64(byte) } else { seen.1 |= 1 << UInt64(byte & 63) }
            if Bytes.isDigit(byte) { classes |= 1 } else if byte &- 0x61 < 26 { classes |= 2 } else if byte &- 0x41 < 26 { classes |= 4 }
        }
        return classes.nonzeroBitCount >= 2 && seen.0.nonzeroBitCount + seen.1.nonzeroBitCount >= 8
    }
}

extension ContentScanner {
    /// Bytes of a token that are read.
    private static let longestToken = 4096

    /// Looks at a run of token characters whose sixteenth stands at a position.
    mutating func visitToken(sixteenthAt position: Int, _ bytes: Span<UInt8>) {
        var start = position - 15
        while start < position && bytes[start] == 0x2D { start += 1 }
        guard start >= free else { return }
        let end = tokenEnd(from: position, bytes)
        if bytes[start] == 0x65 && Bytes.has("eyJ", bytes, at: start) && reportWebToken(start, end, bytes) { return }
        if start > 15 && bytes[start - 1] == 0x21 && reportSession(keyAt: start, end, bytes) { return }
        if let form = secrets.form(of: bytes, from: start, to: end) {
            // `AKIAIOSFODNN7EXAMPLE` and its like are what AWS's manuals print.
            let isReserved = form.isTest || Bytes.has("EXAMPLE", bytes, at: end - 7)
            report(.secret, start, end, 1, isReserved: isReserved, bytes)
            return
        }
        if isBehindScheme(start, bytes) {
            let last = credentialEnd(from: end, bytes)
            if SecretForms.looksRandom(bytes, from: start, to: last) { report(.secret, start, last, 0.8, isReserved: false, bytes) }
        }
    }

    private func tokenEnd(from start: Int, _ bytes: Span<UInt8>) -> Int {
        var end = start
        let most = min(bytes.count, start + ContentScanner.longestToken)
        while end < most && Bytes.isToken(bytes[end]) { end += 1 }
        return end
    }

    /// Credentials of the `Bearer` and `Basic` schemes may hold `. ~ + / =` too. Source: RFC 6750, section 2.1; RFC 7617.
    private func credentialEnd(from start: Int, _ bytes: Span<UInt8>) -> Int {
        var end = start
        let most = min(bytes.count, start + ContentScanner.longestToken)
        while end < most {
            switch bytes[end] {
            case 0x2E, 0x7E, 0x2B, 0x2F, 0x3D: end += 1
            case let byte where Bytes.isToken(byte): end += 1
            default: return end
            }
        }
        return end
    }

    /// Whether `Bearer ` or `Basic ` stands before a position, in any case, the space plain or encoded.
    private func isBehindScheme(_ start: Int, _ bytes: Span<UInt8>) -> Bool {
        guard start >= 6, bytes[start - 1] == 0x20 else { return false }
        func ends(_ word: StaticString) -> Bool {
            var index = start - 1 - word.utf8CodeUnitCount
            guard index >= 0 else { return false }
            for byte in word.description.utf8 {
                if Bytes.small(bytes[index]) != byte { return false }
                index += 1
            }
            return true
        }
        return ends("bearer") || ends("basic")
    }

    /// A JSON web token: two objects in base64url, which begin with `{"`, and a signature. Source: RFC 7519, RFC 7515 section 3.1.
    private mutating func reportWebToken(_ start: Int, _ end: Int, _ bytes: Span<UInt8>) -> Bool {
        guard end < bytes.count, bytes[end] == 0x2E, Bytes.has("eyJ", bytes, at: end + 1) else { return false }
        let claims = tokenEnd(from: end + 1, bytes)
        guard claims < bytes.count, bytes[claims] == 0x2E else { return false }
        report(.secret, start, tokenEnd(from: claims + 1, bytes), 1, isReserved: false, bytes)
        return true
    }

    /// A session of Salesforce: the organisation's id (15 or 18 characters from `00D` on), `!`, the key.
    /// Source: Salesforce, "Session ID" in the REST API Developer Guide; the form is that of its access tokens.
    private mutating func reportSession(keyAt start: Int, _ end: Int, _ bytes: Span<UInt8>) -> Bool {
        for length in [15, 18] {
            let first = start - 1 - length
            guard first >= free, Bytes.has("00D", bytes, at: first), Bytes.opens(bytes, at: first) else { continue }
            for index in first..<start - 1 where !Bytes.isAlphanumeric(bytes[index]) { return false }
            let last = credentialEnd(from: end, bytes)
            guard last - start >= 30 else { return false }
            report(.secret, first, last, 1, isReserved: false, bytes)
            return true
        }
        return false
    }

    /// Looks behind five dashes for the head of a private key. Source: RFC 7468, section 10; OpenSSH's PROTOCOL.key.
    mutating func visitRule(fifthAt position: Int, _ bytes: Span<UInt8>) {
        guard position >= 4, Bytes.has("BEGIN ", bytes, at: position + 1) else { return }
        var end = position + 7
        let most = min(bytes.count, end + 40)
        while end < most && bytes[end] != 0x2D { end += 1 }
        guard Bytes.has("PRIVATE KEY-----", bytes, at: end - 11) || Bytes.has("PRIVATE KEY BLOCK-----", bytes, at: end - 17) else { return }
        report(.secret, position - 4, end + 5, 1, isReserved: false, bytes)
    }
}

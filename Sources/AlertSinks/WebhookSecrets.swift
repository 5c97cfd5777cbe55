// weir
// SPDX-License-Identifier: Apache-2.0

import Digest

/// The secrets that sign a webhook's requests.
///
/// Source: Standard Webhooks 1.0.0 (2023), "Signature scheme": HMAC-SHA-256 over `id.timestamp.body`, written `v1,` and Base64.
struct WebhookSecrets: Sendable {
    /// While a secret is changed, both sign; more than a few are a mistake, and each lengthens a header.
    static let countLimit = 8

    /// Newest first, as in the file.
    private let keys: [[UInt8]]

    /// Reads a file's lines, each `whsec_` and the Base64 of 24 to 64 bytes.
    /// Throws: ``Problem`` with a sentence that repeats nothing of the lines.
    init(lines: [String]) throws(Problem) {
        let prefix = "whsec_"
        var keys: [[UInt8]] = []
        for (index, line) in lines.enumerated() {
            guard line.hasPrefix(prefix), let key = Base64.bytes(String(line.dropFirst(prefix.count))) else {
                throw Problem(message: "line \(index + 1) is not whsec_ followed by Base64")
            }
            guard (24...64).contains(key.count) else {
                throw Problem(
                    message: "line \(index + 1) holds \(key.count) bytes; a secret has 24 to 64: openssl rand -base64 32 makes one")
            }
            keys.append(key)
        }
        guard (1...WebhookSecrets.countLimit).contains(keys.count) else {
            throw Problem(message: "holds \(keys.count) secrets; it must hold 1, or a few while one is changed, each in its line")
        }
        self.keys = keys
    }

    /// What is wrong with a secret file. Completes "secret_file …".
    struct Problem: Error, Equatable { var message: String }

    /// The value of `webhook-signature`: one signature for each secret.
    func signature(id: String, timestamp: Int64, body: [UInt8]) -> String {
        let signed = Array("\(id).\(timestamp).".utf8) + body
        return keys.map { "v1,\(Base64.text(HMACSHA256.code(for: signed, key: $0)))" }.joined(separator: " ")
    }
}

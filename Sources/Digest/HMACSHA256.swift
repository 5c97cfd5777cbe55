// weir
// SPDX-License-Identifier: Apache-2.0

/// HMAC with SHA-256, for pseudonyms and signatures.
///
/// Source: RFC 2104 (Krawczyk, Bellare, Canetti, 1997); computed by libcrypto.
package enum HMACSHA256 {
    /// Bytes of a code.
    package static let size = 32

    /// The 32 bytes of the code. A key longer than 64 bytes is hashed first, as the standard says. Complexity: linear.
    package static func code(for bytes: [UInt8], key: [UInt8]) -> [UInt8] { LibCrypto.hmacSHA256(bytes, key: key) }

    /// Whether `code` belongs to the bytes. Takes the same time wherever the first difference is, so that a forger cannot find a code byte
    /// by byte.
    package static func isValid(_ code: [UInt8], for bytes: [UInt8], key: [UInt8]) -> Bool {
        ConstantTime.areEqual(code, HMACSHA256.code(for: bytes, key: key))
    }
}

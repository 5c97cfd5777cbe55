// weir
// SPDX-License-Identifier: Apache-2.0

/// SHA-256, for hashes that are stored or compared between machines.
///
/// Source: NIST FIPS 180-4 (2015), section 6.2; computed by libcrypto.
package enum SHA256 {
    /// Bytes of a hash.
    package static let size = 32

    /// The 32 bytes of the hash. Complexity: linear.
    package static func hash(_ bytes: [UInt8]) -> [UInt8] { LibCrypto.sha256(bytes) }
}

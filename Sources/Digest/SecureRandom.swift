// weir
// SPDX-License-Identifier: Apache-2.0

/// Bytes nobody can guess: keys and tokens.
package enum SecureRandom {
    /// Precondition: libcrypto's generator is seeded. It is on every Linux that has `getrandom`; without it no key may be made.
    package static func bytes(_ count: Int) -> [UInt8] { LibCrypto.randomBytes(count) }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import CCrypto

/// The calls into libcrypto: the one file of this target that hands memory to C.
enum LibCrypto {
    static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: SHA256.size)
        var count: UInt32 = 0
        let status = unsafe EVP_Digest(bytes, bytes.count, &code, &count, EVP_sha256(), nil)
        precondition(status == 1 && Int(count) == SHA256.size, "libcrypto could not compute SHA-256; is a provider missing?")
        return code
    }

    static func hmacSHA256(_ bytes: [UInt8], key: [UInt8]) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: HMACSHA256.size)
        var count: UInt32 = 0
        let result = unsafe HMAC(EVP_sha256(), key, Int32(key.count), bytes, bytes.count, &code, &count)
        precondition(unsafe result != nil && Int(count) == HMACSHA256.size, "libcrypto could not compute HMAC; is a provider missing?")
        return code
    }

    static func randomBytes(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let status = unsafe RAND_bytes(&bytes, Int32(count))
        precondition(status == 1, "libcrypto's random generator is not seeded; no key may be made")
        return bytes
    }
}

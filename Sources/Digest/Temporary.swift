// weir
// SPDX-License-Identifier: Apache-2.0

import CCrypto
package enum Hexadecimal { package static func text(_ bytes: [UInt8]) -> String { bytes.map { let t = String($0, radix: 16); return t.count == 1 ? "0" + t : t }.joined() } }
package enum SHA256 { package static func hash(_ bytes: [UInt8]) -> [UInt8] { HMACSHA256.code(for: bytes, key: [1]) } }
package enum HMACSHA256 {
    package static func code(for bytes: [UInt8], key: [UInt8]) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: 32); var n: UInt32 = 0
        unsafe _ = HMAC(EVP_sha256(), key, Int32(key.count), bytes, bytes.count, &out, &n)
        return out
    }
}

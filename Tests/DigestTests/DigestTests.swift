// weir
// SPDX-License-Identifier: Apache-2.0

import Digest
import Testing

struct `Digest functions` {
    @Test(
        arguments: [
            // NIST FIPS 180-4 examples and the empty message of the NIST CAVP short-message set.
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func `SHA-256 gives the published hashes`(message: String, hash: String) {
        #expect(Hexadecimal.text(SHA256.hash(Array(message.utf8))) == hash)
    }

    @Test func `SHA-256 of a million letters is the published hash`() {
        let hash = SHA256.hash([UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000))
        #expect(Hexadecimal.text(hash) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    /// RFC 4231 (2005), section 4: cases 1, 2, 3, 4, 6 and 7.
    static let codes: [(key: [UInt8], message: [UInt8], code: String)] = [
        (
            [UInt8](repeating: 0x0B, count: 20), Array("Hi There".utf8),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xAA, count: 20), [UInt8](repeating: 0xDD, count: 50),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        ),
        (
            [UInt8](1...25), [UInt8](repeating: 0xCD, count: 50),
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
        ),
        (
            [UInt8](repeating: 0xAA, count: 131), Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
        (
            [UInt8](repeating: 0xAA, count: 131),
            Array(
                ("This is a test using a larger than block-size key and a larger than block-size data. "
                    + "The key needs to be hashed before being used by the HMAC algorithm.").utf8),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
        ),
    ]

    @Test(arguments: 0..<6) func `HMAC-SHA-256 gives the codes of RFC 4231`(number: Int) {
        let vector = `Digest functions`.codes[number]
        #expect(Hexadecimal.text(HMACSHA256.code(for: vector.message, key: vector.key)) == vector.code)
    }

    @Test func `an HMAC with an empty key is defined`() {
        // Computed with Python's hmac module.
        #expect(
            Hexadecimal.text(HMACSHA256.code(for: [], key: []))
                == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
    }

    @Test func `a code with any bit changed is not valid`() {
        let key = Array("Jefe".utf8)
        let message = Array("what do ya want for nothing?".utf8)
        let code = HMACSHA256.code(for: message, key: key)
        #expect(HMACSHA256.isValid(code, for: message, key: key))
        #expect(!HMACSHA256.isValid(Array(code.dropLast()), for: message, key: key))
        for bit in 0..<256 {
            var forged = code
            forged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(!HMACSHA256.isValid(forged, for: message, key: key))
        }
    }

    @Test(arguments: [
        // RFC 4648 (2006), section 10.
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ])
    func `Base64 gives the texts of RFC 4648 and reads them back`(plain: String, text: String) {
        #expect(Base64.text(Array(plain.utf8)) == text)
        #expect(Base64.bytes(text) == Array(plain.utf8))
    }

    @Test func `every digit of Base64 is read back`() {
        for count in 0..<70 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 151 &+ count &* 37) }
            #expect(Base64.bytes(Base64.text(bytes)) == bytes)
        }
        #expect(Base64.text([0xFB, 0xFF, 0xBF]) == "+/+/")
    }

    @Test(arguments: ["Zg", "Zg=", "Zh==", "Zm9=", "Zg==\n", "Z===", "====", "Zm 9", "Zm-_", "=Zg=", "Zg==Zg==", "Zm8é"])
    func `text that is not strict Base64 is refused`(text: String) {
        #expect(Base64.bytes(text) == nil)
    }

    @Test func `hexadecimal digits are read in either case, and nothing else is`() {
        #expect(Hexadecimal.text([0x00, 0x0F, 0xA9, 0xFF]) == "000fa9ff")
        #expect(Hexadecimal.bytes("000fA9Ff") == [0x00, 0x0F, 0xA9, 0xFF])
        for text in ["0", "0g", "0x", " 0", "é0"] { #expect(Hexadecimal.bytes(text) == nil) }
    }

    @Test func `random bytes differ from call to call`() {
        let first = SecureRandom.bytes(32)
        #expect(first.count == 32)
        #expect(first != SecureRandom.bytes(32))
        #expect(SecureRandom.bytes(0).isEmpty)
    }

    @Test func `bytes are equal only if all are`() {
        #expect(ConstantTime.areEqual([], []))
        #expect(ConstantTime.areEqual([1, 2], [1, 2]))
        #expect(!ConstantTime.areEqual([1, 2], [1, 3]))
        #expect(!ConstantTime.areEqual([1], [1, 2]))
    }

    /// Of the key 00…0F and the bytes 00, 01, …, as many as the number says. Source: the vectors of the reference implementation.
    @Test(
        arguments: [
            (0, 0x726F_DB47_DD0E_0E31), (1, 0x74F8_39C5_93DC_67FD), (15, 0xA129_CA61_49BE_45E5),
        ] as [(Int, UInt64)]) func `SipHash gives the published hashes`(count: Int, hash: UInt64)
    {
        #expect(SipHash(key: Array(0..<16)).hash((0..<count).map { UInt8($0) }) == hash)
    }

    @Test func `SipHash differs with every byte of its key and of the text, and uses no more of a key`() {
        let (key, text) = (Array(UInt8(0)..<32), Array("750A0000001x".utf8))
        let whole = SipHash(key: key).hash(text)
        for place in 0..<16 {
            var other = key
            other[place] ^= 1
            #expect(SipHash(key: other).hash(text) != whole, "byte \(place) of the key")
        }
        #expect(SipHash(key: Array(key[..<16])).hash(text) == whole)
        for place in text.indices {
            var other = text
            other[place] ^= 1
            #expect(SipHash(key: key).hash(other) != whole, "byte \(place) of the text")
        }
        #expect(SipHash(key: key).hash(text + [0]) != whole)
    }
}

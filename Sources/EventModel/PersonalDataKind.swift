// weir
// SPDX-License-Identifier: Apache-2.0

/// Kinds of personal data as bits of ``PersonalDataFound/kinds``, with the names that people read.
public enum PersonalDataKind {
    /// By bit.
    private static let words = [
        "e-mail addresses", "payment cards", "IBANs", "telephone numbers", "national numbers", "dates of birth", "addresses", "names",
        "IP addresses", "secrets", "values of the settings' patterns",
    ]

    /// The bits.
    public static let email: UInt32 = 1
    public static let card: UInt32 = 2
    public static let iban: UInt32 = 4
    public static let phone: UInt32 = 8
    public static let nationalID: UInt32 = 16
    public static let birthDate: UInt32 = 32
    public static let address: UInt32 = 64
    public static let name: UInt32 = 128
    public static let network: UInt32 = 256
    public static let secret: UInt32 = 512
    public static let pattern: UInt32 = 1024

    /// What the bits stand for, in their order.
    public static func names(_ kinds: UInt32) -> [String] {
        words.indices.filter { kinds & (1 << UInt32($0)) != 0 }.map { words[$0] }
    }
}

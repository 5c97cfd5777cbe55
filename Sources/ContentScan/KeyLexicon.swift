// weir
// SPDX-License-Identifier: Apache-2.0

/// What the name of a field says about its value.
package struct KeyTraits: OptionSet, Hashable, Sendable {
    package let rawValue: UInt32
    /// Traits from their bits.
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    static let email = KeyTraits(rawValue: 1 << 0)
    static let card = KeyTraits(rawValue: 1 << 1)
    static let bank = KeyTraits(rawValue: 1 << 2)
    static let phone = KeyTraits(rawValue: 1 << 3)
    /// A national number, of whatever country.
    static let national = KeyTraits(rawValue: 1 << 4)
    static let birth = KeyTraits(rawValue: 1 << 5)
    static let address = KeyTraits(rawValue: 1 << 6)
    /// The name of a person, not of a thing.
    static let personName = KeyTraits(rawValue: 1 << 7)
    static let secret = KeyTraits(rawValue: 1 << 8)
    /// An identity or a time: no number in it is anything else.
    static let identity = KeyTraits(rawValue: 1 << 9)
    /// A count, an order, a version: no number in it is anything else unless the key says so too.
    static let measure = KeyTraits(rawValue: 1 << 10)
    /// Of machines: their addresses are no postal ones.
    static let technical = KeyTraits(rawValue: 1 << 11)

    // Words that say something only beside another.
    static let name = KeyTraits(rawValue: 1 << 12)
    static let ofPerson = KeyTraits(rawValue: 1 << 13)
    static let token = KeyTraits(rawValue: 1 << 14)
    static let ofSecret = KeyTraits(rawValue: 1 << 15)

    static let code = KeyTraits(rawValue: 1 << 26)
    static let ofPost = KeyTraits(rawValue: 1 << 27)

    // Words for the number of one country.
    static let german = KeyTraits(rawValue: 1 << 16)
    static let spanish = KeyTraits(rawValue: 1 << 17)
    static let italian = KeyTraits(rawValue: 1 << 18)
    static let polish = KeyTraits(rawValue: 1 << 19)
    static let britishHealth = KeyTraits(rawValue: 1 << 20)
    static let britishInsurance = KeyTraits(rawValue: 1 << 21)
    static let american = KeyTraits(rawValue: 1 << 22)
    static let french = KeyTraits(rawValue: 1 << 23)
    static let dutch = KeyTraits(rawValue: 1 << 24)
    static let belgian = KeyTraits(rawValue: 1 << 25)
    static let anyCountry: KeyTraits = [
        german, spanish, italian, polish, britishHealth, britishInsurance, american, french, dutch, belgian,
    ]

    /// What a word farther away than the last one of a key says against a value is not held against it.
    static let reservations: KeyTraits = [identity, measure, technical]

    /// Whether a number cannot be of the type that `wanted` stands for: the key says that it is something else.
    func exclude(_ wanted: KeyTraits) -> Bool {
        if contains(.identity) { return wanted.isDisjoint(with: .national) || isDisjoint(with: .national) }
        return contains(.measure) && isDisjoint(with: wanted)
    }
}

/// Words of keys and what they say, looked up without a `String`.
///
/// Whole words count, never parts of them: `lic` is not found in `duplicate`. A key is split at everything that is no letter, and where
/// capitals begin (`customerEMail`, `IPAddress`). State: 8 KiB. Complexity: a look-up is O(1).
struct KeyLexicon: Sendable {
    private struct Entry: Sendable {
        var low: UInt64 = 0
        var high: UInt64 = 0
        var traits: KeyTraits = []
    }

    static let longestWord = 16
    private static let places = 512
    private var entries = [Entry](repeating: Entry(), count: KeyLexicon.places)
    /// For each initial, the lengths of the words that begin with it, a bit each: most words are refused here.
    private var lengths = [UInt32](repeating: 0, count: 26)

    /// The same for words with which a key may end whose value is personal by its key alone: the one question that every key is asked.
    private var fieldLengths = [UInt32](repeating: 0, count: 26)

    init() {
        for (words, traits) in KeyLexicon.vocabulary {
            let endsField = !traits.isDisjoint(with: [.personName, .address, .secret, .name, .token])
            for word in words.split(separator: " ") { add(word, traits, endsField: endsField) }
        }
        for word in ["code", "line", "number", "value", "text"] { noteFieldEnd(Array(word.utf8)) }
    }

    private mutating func noteFieldEnd(_ word: [UInt8]) { fieldLengths[Int(word[0] - 0x61)] |= 1 << UInt32(word.count) }

    /// Whether a word of this initial and length may be the last of such a key. Precondition: the initial is a small letter.
    @inline(__always)
    func mayEndField(_ initial: UInt8, length: Int) -> Bool {
        length <= KeyLexicon.longestWord && fieldLengths[Int(initial &- 0x61)] & (1 << UInt32(length)) != 0
    }

    private mutating func add(_ word: Substring, _ traits: KeyTraits, endsField: Bool) {
        if endsField { noteFieldEnd(Array(word.utf8)) }
        var packed = KeyWord()
        for byte in word.utf8.reversed() { packed.prepend(byte) }
        precondition(packed.isWhole, "a word of the vocabulary has at most 16 letters")
        var place = KeyLexicon.place(packed)
        while entries[place].low != 0 && (entries[place].low != packed.low || entries[place].high != packed.high) {
            place = (place + 1) % KeyLexicon.places
        }
        entries[place].low = packed.low
        entries[place].high = packed.high
        entries[place].traits.formUnion(traits)
        lengths[packed.initial] |= 1 << UInt32(packed.length)
    }

    @inline(__always)
    private static func place(_ word: KeyWord) -> Int {
        let mixed = (word.low ^ word.high &* 0x9E37_79B9_7F4A_7C15) &* 0xD6E8_FEB8_6659_FD93
        return Int(truncatingIfNeeded: mixed &>> 55)
    }

    @inline(__always)
    func traits(of word: KeyWord) -> KeyTraits {
        guard word.isWhole, lengths[word.initial] & (1 << UInt32(word.length)) != 0 else { return [] }
        var place = KeyLexicon.place(word)
        while entries[place].low != 0 {
            if entries[place].low == word.low && entries[place].high == word.high { return entries[place].traits }
            place = (place &+ 1) % KeyLexicon.places
        }
        return []
    }

    private static let vocabulary: [(String, KeyTraits)] = [
        ("email emails mail emailaddress mailaddress correo courriel contact", .email),
        ("card cards pan cc ccn ccnum cardnumber cardno creditcard visa mastercard amex maestro kreditkarte kartennummer carte", .card),
        ("iban bank bankaccount konto kontonummer ibannumber", .bank),
        ("phone tel mobile telephone telefon phonenumber mobilephone homephone workphone cell cellphone msisdn handy mobil fax", .phone),
        ("whatsapp telefono telefonnummer phones sms", .phone),
        ("national nationalid identity fiscal taxid tin tax taxnumber personalid idcard insurance", .national),
        ("steuerid steuer idnr steuernummer steueridnr", [.national, .german]),
        ("dni nif nie", [.national, .spanish]),
        ("codicefiscale codfiscale codice", [.national, .italian]),
        ("pesel", [.national, .polish]),
        ("nhs nhsnumber", [.national, .britishHealth]),
        ("nino ninumber", [.national, .britishInsurance]),
        ("ssn social socialsecurity itin", [.national, .american]),
        ("nir insee secu", [.national, .french]),
        ("bsn burgerservice sofinummer", [.national, .dutch]),
        ("rijksregister rrn niss insz", [.national, .belgian]),
        ("dob birth birthday birthdate dateofbirth born geburtsdatum geburtstag geboren naissance nacimiento nascita", .birth),
        ("address street zip zipcode plz postcode postal postalcode strasse streetaddress addressline adresse anschrift", .address),
        ("indirizzo direccion housenumber hausnummer", .address),
        ("code", .code),
        ("post", .ofPost),
        ("ip ipv mac url uri web host remote server client network memory peer local source src dst destination wallet", .technical),
        ("website node socket request redirect upstream listen bind forwarded", .technical),
        ("firstname lastname fullname surname givenname familyname vorname nachname prenom cognome apellido apellidos", .personName),
        ("forename middlename maidenname cardholdername contactname customername nombre", .personName),
        ("name names", .name),
        ("first last full given family sur middle maiden contact customer holder cardholder recipient patient person", .ofPerson),
        ("billing shipping buyer payer employee", .ofPerson),
        ("password passwd pwd passphrase secret secretkey apikey privatekey accesskey clientsecret authorization", .secret),
        ("credential credentials accesstoken refreshtoken authtoken sessiontoken passwort kennwort", .secret),
        ("token key", .token),
        ("access refresh auth bearer oauth security api private secret client encryption signing", .ofSecret),
        ("id ids uuid guid ts timestamp time epoch millis hash sha checksum digest etag fingerprint", .identity),
        ("order orders trace span request version seq sequence offset size bytes count duration latency port status pid", .measure),
        ("amount price total invoice ticket sku ean gtin isbn tracking parcel date created updated expires exp iat nbf rows", .measure),
    ]
}

/// A word in small letters, packed: letters go in from the last to the first.
struct KeyWord {
    private(set) var low: UInt64 = 0
    private(set) var high: UInt64 = 0
    private(set) var length = 0

    /// Whether all letters are in it, and there is at least one.
    @inline(__always)
    var isWhole: Bool { length > 0 && length <= KeyLexicon.longestWord }

    /// 0…25 for the first letter. Precondition: a letter is in it, and nothing else.
    @inline(__always)
    var initial: Int { Int(low & 0xFF) &- 0x61 }

    @inline(__always)
    mutating func prepend(_ letter: UInt8) {
        high = high &<< 8 | low &>> 56
        low = low &<< 8 | UInt64(letter)
        length &+= 1
    }
}

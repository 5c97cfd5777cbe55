// weir
// SPDX-License-Identifier: Apache-2.0

/// Sentences that an assistant writes, and personal data that nobody has: all of it is made from numbers.
enum EstateProse {
    /// People the estate knows by e-mail.
    static let customers = 4000

    /// The e-mail of a customer by number, the same every time.
    static func email(_ customer: Int, seed: UInt64) -> String {
        var random = SimulationRandom(seed: seed ^ 0xE5A1, part: UInt64(customer))
        let name = pick(given, &random) + (random.chance(0.5) ? "." : "_") + pick(surnames, &random)
        return "\(name)\(10 + random.below(990))@\(pick(domains, &random))"
    }

    /// A card number with the right check digit, in groups. Source: Hans Peter Luhn, US patent 2,950,048.
    static func card(_ random: inout SimulationRandom) -> String {
        var digits = [random.chance(0.5) ? 4 : 5, 1 + random.below(5)]
        while digits.count < 15 { digits.append(random.below(10)) }
        var sum = 0
        for (place, digit) in digits.enumerated() {
            let doubled = place % 2 == 0 ? digit * 2 : digit
            sum += doubled > 9 ? doubled - 9 : doubled
        }
        digits.append((10 - sum % 10) % 10)
        let text = digits.map(String.init)
        return (0..<4).map { text[$0 * 4..<$0 * 4 + 4].joined() }.joined(separator: " ")
    }

    /// A German account number with the right check digits. Source: ISO 13616-1 (IBAN), ISO/IEC 7064 mod 97-10.
    static func iban(_ random: inout SimulationRandom) -> String {
        let digits = [1 + random.below(8)] + (1..<18).map { _ in random.below(10) }
        // D is 13 and E is 14, and the check digits count as zeros.
        let rest = (digits + [1, 3, 1, 4, 0, 0]).reduce(0) { ($0 * 10 + $1) % 97 }
        let check = 98 - rest
        return "DE\(check < 10 ? "0" : "")\(check)" + digits.map(String.init).joined()
    }

    /// What the assistant answers a shopper.
    static func answer(_ random: inout SimulationRandom) -> String {
        "\(pick(openings, &random)) \(pick(products, &random)) \(pick(facts, &random)). \(pick(closings, &random))"
    }

    /// What a machine writes about a product.
    static func description(_ random: inout SimulationRandom) -> String {
        "This \(pick(products, &random)) \(pick(facts, &random)), and it goes well with a \(pick(products, &random))."
    }

    /// What a parcel service is told of an order: a customer's address belongs there.
    static func order(_ customer: Int, seed: UInt64, _ random: inout SimulationRandom) -> String {
        "Order \(10_000 + random.below(80_000)) for \(email(customer, seed: seed)) \(pick(states, &random))."
    }

    private static func pick(_ words: [String], _ random: inout SimulationRandom) -> String { words[random.below(words.count)] }

    private static let given = [
        "anna", "ben", "clara", "dario", "edda", "felix", "greta", "henrik", "ida", "jan", "karla", "leo", "mona", "nils", "olga",
        "paul", "rosa", "sven", "tilda", "ugo", "vera", "willem", "yara", "zoe",
    ]
    private static let surnames = [
        "albers", "berg", "costa", "dahl", "ekman", "fuchs", "grau", "holm", "ivanov", "jansen", "kovac", "lang", "meyer", "nowak",
        "olsen", "peeters", "rossi", "sommer", "toth", "urban", "vogel", "winter", "zeman",
    ]
    private static let domains = ["nordpost-mail.eu", "brieffach.de", "correo-azul.es", "kuvert.net", "lettera24.it", "postbox-one.com"]
    private static let openings = [
        "Thank you for asking: the", "Good choice, the", "From what you describe, the", "From what most people say, the", "Yes, the",
        "For long days outside, the", "I looked it up: the", "If you like light things, the",
    ]
    private static let products = [
        "trail running shoe", "rain jacket", "wool blanket", "desk lamp", "hiking backpack", "coffee grinder", "cotton shirt",
        "garden chair", "kettle", "winter boot", "travel mug", "yoga mat", "bread knife", "reading chair", "bicycle bag",
    ]
    private static let facts = [
        "runs a little small, so take one size up", "comes in olive and in navy", "is back in stock next week",
        "has a warranty of two years",
        "is washable at thirty degrees", "weighs less than the one before", "is made of recycled material", "ships within two days",
        "can be returned for thirty days", "fits most frames", "stays warm for six hours",
    ]
    private static let closings = [
        "Shall I put it into your cart?", "Is there anything else?", "I can compare it with another one.", "Delivery is free this week.",
        "You can pick it up in a store as well.", "Tell me the size and I will check.",
    ]
    private static let states = ["was packed", "left the warehouse", "is out for delivery", "was delivered", "waits at the pick-up point"]
}

// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Testing

struct NetworkTests {
    @Test func `an IPv4 address belongs to its /24`() {
        #expect(Network(ipv4: 0xCB00_7107).text == "203.0.113.0/24")
        #expect(Network(ipv4: 0xCB00_7107) == Network(ipv4: 0xCB00_71FF))
        #expect(Network(ipv4: 0xCB00_7107) != Network(ipv4: 0xCB00_7207))
    }

    @Test func `an IPv6 address belongs to its /48`() {
        #expect(Network(ipv6First: 0x2001, second: 0xDB8, third: 7).text == "2001:db8:7::/48")
        #expect(Network(ipv6First: 0x2001, second: 0xDB8, third: 7) != Network(ipv6First: 0x2001, second: 0xDB8, third: 8))
    }

    @Test func `0.0.0.0 is a network, and unknown is none`() {
        #expect(Network(ipv4: 0).text == "0.0.0.0/24")
        #expect(Network(ipv6First: 0, second: 0, third: 0).text == "0:0:0::/48")
        #expect(Network.unknown.text == "unknown")
        #expect(Set([Network(ipv4: 0), Network(ipv6First: 0, second: 0, third: 0), .unknown]).count == 3)
    }

    @Test func `a range holds the networks of its prefix and no others`() throws {
        let ten = try #require(NetworkRange([10, 1, 0, 0], prefix: 16))
        #expect(ten.contains(Network(ipv4: 0x0A01_FF07)) && !ten.contains(Network(ipv4: 0x0A02_0001)))
        let six = try #require(NetworkRange([0x20, 0x01, 0x0D, 0xB8] + Array(repeating: 0, count: 12), prefix: 32))
        #expect(six.contains(Network(ipv6First: 0x2001, second: 0xDB8, third: 7)))
        #expect(!six.contains(Network(ipv6First: 0x2001, second: 0xDB9, third: 7)) && !six.contains(Network(ipv4: 0x0A01_0000)))
        let narrow = try #require(NetworkRange([203, 0, 113, 7], prefix: 32))
        #expect(narrow.first == narrow.last && narrow.first == Network(ipv4: 0xCB00_7101))
        #expect(NetworkRange([1, 2, 3], prefix: 8) == nil && NetworkRange([1, 2, 3, 4], prefix: 33) == nil)
    }
}

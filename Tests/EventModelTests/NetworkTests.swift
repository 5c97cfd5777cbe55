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
}

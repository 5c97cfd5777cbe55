// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Testing

struct NumberTextTests {
    @Test(
        arguments: [
            (0.0, "0"), (7, "7"), (999, "999"), (1000, "1,000"), (1_204_331, "1,204,331"), (0.5, "1"), (-1500, "−1,500"), (1e18, "∞"),
            (-.infinity, "−∞"),
        ] as [(Double, String)])
    func `thousands are grouped`(value: Double, text: String) {
        #expect(NumberText.grouped(value) == text)
    }

    @Test func `one of something is not many`() {
        #expect([0, 1, 2, 12_345].map { NumberText.count($0, "source") } == ["0 sources", "1 source", "2 sources", "12,345 sources"])
        #expect([1, 3].map { NumberText.count($0, "entry", "entries") } == ["1 entry", "3 entries"])
    }

    @Test func `a number that rounds to nothing has no sign`() {
        #expect(NumberText.grouped(-0.3) == "0")
        #expect(NumberText.decimal(-0.01, places: 1) == "0")
    }

    @Test(
        arguments: [
            (4.75, 1, "4.8"), (4.0, 2, "4"), (4.05, 2, "4.05"), (-2.5, 1, "-2.5"), (0.001, 2, "0"), (12.999, 1, "13"), (3.7, 0, "4"),
        ] as [(Double, Int, String)])
    func `decimals are rounded and lose their zeros`(value: Double, places: Int, text: String) {
        #expect(NumberText.decimal(value, places: places) == text)
    }

    @Test func `any number of places is survived`() {
        #expect(NumberText.decimal(999_999_999_999, places: 12).hasPrefix("999999999999"))
    }

    @Test(arguments: [(23.4, "23×"), (4.71, "4.7×"), (1.149, "1.15×"), (2.0, "2×")] as [(Double, String)])
    func `ratios get coarser as they grow`(value: Double, text: String) {
        #expect(NumberText.ratio(value) == text)
    }

    @Test func `amounts carry the unit of their measure`() {
        #expect(NumberText.amount(1, of: .rows) == "1 row")
        #expect(NumberText.amount(1_204_331, of: .rows) == "1,204,331 rows")
        #expect(NumberText.amount(312, of: .calls) == "312 calls")
        #expect(NumberText.amount(1, of: .calls) == "1 call")
        #expect(NumberText.amount(4.2 * 1_073_741_824, of: .bytes) == "4.2 GiB")
    }

    @Test(arguments: [(512.0, "512 B"), (31_744, "31 KiB"), (1536, "1.5 KiB"), (1.2e18, "1066 PiB")] as [(Double, String)])
    func `bytes are counted in powers of 1024`(value: Double, text: String) {
        #expect(NumberText.bytes(value) == text)
    }

    @Test(
        arguments: [(Int64(0), "1 min"), (12, "12 min"), (180, "3 h"), (200, "3 h 20 min"), (2880, "2 days"), (4400, "3 days")]
            as [(Int64, String)])
    func `spans are told in the unit people use`(minutes: Int64, text: String) {
        #expect(NumberText.span(.minutes(minutes)) == text)
    }

    @Test func `names of operations are distinct, and only changes and visits move nothing out`() {
        #expect(Set(Operation.allCases.map(\.name)).count == Operation.allCases.count)
        #expect(Operation.allCases.filter { !$0.movesDataOut } == [.write, .delete, .login, .admin])
    }
}

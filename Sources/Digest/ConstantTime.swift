// weir
// SPDX-License-Identifier: Apache-2.0

/// Comparison of secrets.
package enum ConstantTime {
    /// Whether both hold the same bytes. The time depends on the lengths only, never on where the bytes differ.
    package static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for index in left.indices { difference |= left[index] ^ right[index] }
        return difference == 0
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

/// The gain of an exponentially weighted mean that starts as a plain mean: max(1/n, 1/N), where n counts the value being added.
@inline(__always)
public func gain(count: Int, span: Int) -> Double { 1 / Double(min(max(count, 1), span)) }

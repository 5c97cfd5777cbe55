// weir
// SPDX-License-Identifier: Apache-2.0

import RollingStatistics

/// What an element of a ``SmallestSet`` is known by.
public protocol SmallestSetElement {
    associatedtype Key: Comparable

    /// Never changes while the element is in a set.
    var key: Key { get }
}

/// Of all elements that were ever added, those with the smallest keys, in their order.
///
/// What is kept, and what was added up in it, does not depend on the order of additions: an element that is among the smallest in the end
/// was so from its first addition on, and one that had to make room never comes back. State: the elements, at most ``limit``.
/// Complexity: O(log n) a look, O(n) an addition of a new one. Source: bottom-k sampling (Cohen and Kaplan, 2007).
public struct SmallestSet<Element: SmallestSetElement> {
    public let limit: Int
    private var elements: [Element] = []

    /// Precondition: at most 65,535 elements, so that two bytes count them.
    public init(limit: Int) {
        precondition((1...65_535).contains(limit), "a set of the smallest keeps 1 to 65,535 elements")
        self.limit = limit
    }

    /// What became of an addition.
    public enum Addition: Sendable {
        case new, known
        /// There are as many with smaller keys as there is room for.
        case noRoom
    }

    /// Changes the element of a key, which `make` makes where there is none.
    @discardableResult
    mutating func change(_ key: Element.Key, orAdd make: @autoclosure () -> Element, _ body: (inout Element) -> Void) -> Addition {
        let place = self.place(of: key)
        if place < elements.count && elements[place].key == key {
            body(&elements[place])
            return .known
        }
        if elements.count == limit {
            guard place < limit else { return .noRoom }
            elements.removeLast()
        }
        elements.insert(make(), at: place)
        body(&elements[place])
        return .new
    }

    /// Where the first element stands whose key is not less.
    private func place(of key: Element.Key) -> Int {
        var (low, high) = (0, elements.count)
        while low < high {
            let middle = (low + high) / 2
            if elements[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func encode(into writer: inout StateWriter, _ write: (Element, inout StateWriter) -> Void) {
        writer.write(UInt16(elements.count))
        for element in elements { write(element, &writer) }
    }

    /// Takes up what ``encode(into:_:)`` wrote. Throws: ``StateError`` also where the order or the number is damaged.
    init(limit: Int, from reader: inout StateReader, _ read: (inout StateReader) throws(StateError) -> Element) throws(StateError) {
        self.init(limit: limit)
        let count = Int(try reader.read(UInt16.self))
        guard count <= limit else { throw StateError.implausible("number of the smallest") }
        for _ in 0..<count { elements.append(try read(&reader)) }
        guard zip(elements, elements.dropFirst()).allSatisfy({ $0.key < $1.key }) else {
            throw StateError.implausible("order of the smallest")
        }
    }
}

extension SmallestSet: RandomAccessCollection {
    public var startIndex: Int { 0 }
    public var endIndex: Int { elements.count }
    public subscript(position: Int) -> Element { elements[position] }
}

extension SmallestSet: Equatable where Element: Equatable {}
extension SmallestSet: Sendable where Element: Sendable {}

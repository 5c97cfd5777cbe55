// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import FoundationEssentials
import GRDB

/// GRDB's type for bytes is `Data`; this file is the one place where it shows.
extension [UInt8] {
    /// The bytes as a statement's argument. Complexity: O(count), one copy.
    var blob: Data { Data(self) }
}

extension Row {
    /// The value of a column. Unlike the subscript it throws, instead of trapping, when the database holds something that weir never wrote.
    func value<Value: DatabaseValueConvertible & StatementColumnConvertible>(_ index: Int) throws -> Value {
        try decode(atIndex: index)
    }

    /// A moment in milliseconds.
    func time(_ index: Int) throws -> EventTime { EventTime(milliseconds: try value(index)) }

    /// A number that takes all 64 bits, stored with a sign.
    func bits(_ index: Int) throws -> UInt64 { UInt64(bitPattern: try value(index)) }

    /// The bytes of a column; none for NULL. Complexity: O(count), one copy.
    func bytes(_ index: Int) throws -> [UInt8] {
        try withUnsafeData(atIndex: index) { data in data.map { [UInt8]($0) } ?? [] }
    }
}

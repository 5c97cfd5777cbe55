// weir
// SPDX-License-Identifier: Apache-2.0

/// Rows of a table as JSON objects, whose keys are the names of the columns: what a product's records are when somebody has exported them
/// from a database or a search as a table.
///
/// An empty field is none. What is a number, `true`, `false`, an object or a list as it stands is one; anything else is a text, in which
/// control characters become blanks. Complexity: O(bytes). State: the names.
struct RowObjects: Sendable {
    /// The names, a line end behind each.
    private(set) var header: [UInt8] = []
    /// The same as JSON keys with their colons.
    private var keys: [[UInt8]] = []

    var width: Int { keys.count }

    /// A table without columns.
    init() {}

    /// The columns that a record names. Precondition: each is the name of a column, see ``WrappedRows``, without a quote or backslash.
    init(_ bytes: PaddedBytes, _ record: CSVRecord, count: Int) {
        for column in 0..<count {
            let field = record.field(column)
            add(bytes.copy(Int(field.start)..<Int(field.start) + field.count))
        }
    }

    /// The columns that ``header`` named; nil when it is none.
    init?(header: [UInt8]) {
        guard header.last == UInt8(ascii: "\n"), !header.contains(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) else {
            return nil
        }
        for name in header.dropLast().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) { add(Array(name)) }
    }

    /// Adds a column; what portals put behind its name, `TimeGenerated [UTC]`, is none of it.
    private mutating func add(_ name: [UInt8]) {
        let zone = Array(" [UTC]".utf8)
        let name = name.count > zone.count && name.suffix(zone.count).elementsEqual(zone) ? name.dropLast(zone.count) : name[...]
        header += name + [UInt8(ascii: "\n")]
        keys.append([UInt8(ascii: "\"")] + name + Array("\":".utf8))
    }

    /// Whether one of each group of names is there.
    func hold(_ marks: [[String]]) -> Bool { RecordMarks(keys.flatMap { $0 }).hold(marks) }

    /// The object that a row is. Precondition: the row has as many fields as there are columns.
    func object(of row: CSVRecord, _ bytes: PaddedBytes) -> [UInt8] {
        var object = [UInt8(ascii: "{")]
        var value: [UInt8] = []
        for (column, key) in keys.enumerated() {
            let field = row.field(column)
            guard field.count > 0 else { continue }
            value.removeAll(keepingCapacity: true)
            if field.isDoubled {
                CSVRecord.appendText(of: field, bytes, to: &value)
            } else {
                value += bytes.copy(Int(field.start)..<Int(field.start) + field.count)
            }
            if object.count > 1 { object.append(UInt8(ascii: ",")) }
            object += key
            RowObjects.append(value, to: &object)
        }
        object.append(UInt8(ascii: "}"))
        return object
    }

    private static func append(_ value: [UInt8], to object: inout [UInt8]) {
        let isNumber = value.count <= 18 && (value[0] != 0x30 || value.count == 1) && value.allSatisfy { $0 &- 0x30 < 10 }
        if isNumber || isJSON(value) {
            object += value.map { $0 < 0x20 ? 0x20 : $0 }
            return
        }
        if value.count == 4 || value.count == 5 {
            let word = value.map { $0 | 0x20 }
            if word == Array("true".utf8) || word == Array("false".utf8) {
                object += word
                return
            }
        }
        object.append(UInt8(ascii: "\""))
        for byte in value {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { object.append(UInt8(ascii: "\\")) }
            object.append(byte < 0x20 ? 0x20 : byte)
        }
        object.append(UInt8(ascii: "\""))
    }

    /// Whether a text is an object or a list, whole.
    private static func isJSON(_ value: [UInt8]) -> Bool {
        guard value[0] == UInt8(ascii: "{") || value[0] == UInt8(ascii: "[") else { return false }
        return ChunkBuffer(value).withBytes { JSONSkip.value($0, 0, $0.count, depth: 1) == $0.count }
    }
}

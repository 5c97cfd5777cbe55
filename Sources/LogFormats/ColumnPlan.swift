// weir
// SPDX-License-Identifier: Apache-2.0

/// Which column holds which of weir's fields.
///
/// A name stands for a column whatever its case and without spaces, dashes, underscores and brackets: `cs(User-Agent)` is `cs_user_agent`.
/// One that starts with a dash stands for none, so that a column which only happens to be named like a key of weir's can be left out.
struct ColumnPlan: Sendable {
    struct Step: Sendable, Equatable {
        var column: Int
        var field: JSONField
    }

    /// In the order of ``JSONField``.
    private(set) var steps: [Step] = []
    /// The last column that is read, or −1.
    private(set) var last = -1

    /// The columns of a table whose names are known.
    ///
    /// - Parameters:
    ///   - names: the columns' names, in their order.
    ///   - usual: where a field is looked for unless the map says so: the first of these names that is a column.
    init(names: [String], usual: [JSONField: [String]], map: [String: String]) {
        var places: [String: Int] = [:]
        for (index, name) in names.enumerated() where places[ColumnPlan.plain(name)] == nil { places[ColumnPlan.plain(name)] = index }
        for field in JSONField.allCases {
            let candidates = map[field.name].map { $0.hasPrefix("-") ? [] : [$0] } ?? usual[field] ?? []
            guard let column = candidates.lazy.compactMap({ places[ColumnPlan.plain($0)] }).first else { continue }
            add(column, field)
        }
    }

    /// The columns of a table without names: the map gives their numbers, from 1.
    init(numbers: [String: String]) {
        for field in JSONField.allCases {
            if let column = numbers[field.name].flatMap({ Int($0) }) { add(column - 1, field) }
        }
    }

    private mutating func add(_ column: Int, _ field: JSONField) {
        steps.append(Step(column: column, field: field))
        last = max(last, column)
    }

    /// The column of a field, or nil.
    func column(of field: JSONField) -> Int? { steps.first { $0.field == field }?.column }

    /// A name in lower case, letters and digits only; other scripts stay as they are.
    static func plain(_ name: some StringProtocol) -> String {
        let kept = name.utf8.filter { byte in
            byte >= 0x80 || byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26
        }
        return String(decoding: kept.map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    // MARK: Options

    /// Whether a map gives columns by their numbers.
    static func isNumbered(_ map: [String: String]) -> Bool {
        !map.isEmpty && map.values.allSatisfy { number($0) != nil }
    }

    private static func number(_ text: String) -> Int? {
        guard text.utf8.count <= 3, text.utf8.allSatisfy({ $0 &- 0x30 < 10 }), let number = Int(text) else { return nil }
        return (1...CSVRecord.limit).contains(number) ? number : nil
    }

    /// The keys that a map may name.
    static let mappableKeys = JSONField.allCases.map(\.name)

    /// What is wrong with a map, whatever the columns are.
    static func problems(_ map: [String: String], format: String) -> [String] {
        var problems: [String] = []
        var readers: [String: String] = [:]
        for key in map.keys.sorted() {
            guard mappableKeys.contains(key) else {
                problems.append("fields.\(key): \(format) reads no such key; use one of \(mappableKeys.joined(separator: ", "))")
                continue
            }
            let column = map[key] ?? ""
            if column.hasPrefix("-") {
                if key == "ts" || key == "account" { problems.append("fields.\(key): every event needs one: name a column") }
                continue
            }
            if column.utf8.allSatisfy({ $0 &- 0x30 < 10 }) && !column.isEmpty && number(column) == nil {
                problems.append("fields.\(key): columns have numbers from 1 to \(CSVRecord.limit)")
            } else if plain(column).isEmpty || column.utf8.count > 128 {
                problems.append("fields.\(key): name a column, by at most 128 bytes")
            } else if let other = readers.updateValue(key, forKey: plain(column)) {
                problems.append("fields.\(key): \(other) is read from the same column; a value has one meaning")
            }
        }
        if !isNumbered(map), map.values.contains(where: { number($0) != nil }) {
            problems.append("fields: name every column by its header, or every one by its number")
        }
        return problems
    }

    /// What is wrong with a map of a format whose columns are always the same ones.
    static func problems(_ map: [String: String], format: String, columns: [String]) -> [String] {
        let known = Set(columns.map { plain($0) })
        return problems(map, format: format)
            + map.keys.sorted().filter {
                mappableKeys.contains($0) && map[$0]?.hasPrefix("-") != true && !known.contains(plain(map[$0] ?? ""))
            }.map { key in
                "fields.\(key): \(format) has no column \(map[key] ?? ""); it has \(columns.joined(separator: ", "))"
            }
    }
}

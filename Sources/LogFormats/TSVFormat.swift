// weir
// SPDX-License-Identifier: Apache-2.0

/// `tsv`: tab-separated values, otherwise like `csv`.
public typealias TSVFormat = TableFormat<TSVDialect>

/// Tabs between values. A quote inside a field that did not begin with one is a character like others.
public enum TSVDialect: TableDialect {
    /// What the catalogue says.
    public static let descriptor = TSVFormat.descriptor(
        "tsv", "tab-separated values, with or without a header, otherwise like csv",
        example: "2026-06-01 02:05:00.123\tsvc-orders\texport\tContact\t2000\t10.0.4.7")
    /// A tab.
    public static let separator: UInt8 = 0x09
    /// Such a quote is a character.
    public static let allowsInnerQuotes = true
}

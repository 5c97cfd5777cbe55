// weir
// SPDX-License-Identifier: Apache-2.0

/// `csv_semicolon`: values separated by semicolons, otherwise like `csv`.
public typealias CSVSemicolonFormat = TableFormat<CSVSemicolonDialect>

/// Semicolons between values: what spreadsheets and CRM exports write where the comma is the decimal sign.
public enum CSVSemicolonDialect: TableDialect {
    /// What the catalogue says.
    public static let descriptor = CSVSemicolonFormat.descriptor(
        "csv_semicolon", "values separated by semicolons, with or without a header, otherwise like csv",
        example: "2026-06-01 02:05:00.123;svc-orders;export;Contact;2000;10.0.4.7")
    /// A semicolon.
    public static let separator = UInt8(ascii: ";")
}

// weir
// SPDX-License-Identifier: Apache-2.0

/// `csv`: comma-separated values.
public typealias CSVFormat = TableFormat<CSVDialect>

/// Commas between values.
public enum CSVDialect: TableDialect {
    /// What the catalogue says.
    public static let descriptor = CSVFormat.descriptor(
        "csv", "comma-separated values with a header (a field map gives the columns' names), or without (their numbers)",
        example: "2026-06-01 02:05:00.123,svc-orders,export,Contact,2000,10.0.4.7")
    /// A comma.
    public static let separator = UInt8(ascii: ",")
}

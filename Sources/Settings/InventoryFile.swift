// weir
// SPDX-License-Identifier: Apache-2.0

import Yams

/// The endpoints that a file lists: the paths of an OpenAPI (or Swagger) document in JSON or YAML, or a list with a path a line or in the
/// first column of a table, with or without its method.
enum InventoryFile {
    static func endpoints(of text: String) -> [String] {
        openAPI(text) ?? list(text)
    }

    private static func openAPI(_ text: String) -> [String]? {
        guard text.contains("openapi") || text.contains("swagger") else { return nil }
        do throws(SettingsFailure) {
            let root = try SettingsDocument.parse(text)
            guard let paths = root.mapping?["paths"]?.mapping else { return nil }
            let base = base(of: root)
            return paths.keys.compactMap { $0.string }.filter { $0.hasPrefix("/") }.map { base + $0 }
        } catch {
            // No document: its lines may still be a list.
            return nil
        }
    }

    /// What stands before every path: `basePath` of Swagger 2, the path of the first server's address of OpenAPI 3.
    private static func base(of root: Node) -> String {
        var base = root.mapping?["basePath"]?.string ?? ""
        if let address = root.mapping?["servers"]?.sequence?.first?.mapping?["url"]?.string {
            base = address
            if let scheme = address.firstRange(of: "://") {
                let rest = address[scheme.upperBound...]
                base = rest.firstIndex(of: "/").map { String(rest[$0...]) } ?? ""
            }
        }
        while base.hasSuffix("/") { base.removeLast() }
        return base
    }

    private static func list(_ text: String) -> [String] {
        text.split(whereSeparator: \.isNewline).compactMap { line in
            let cell = line.split(whereSeparator: { ",;\t".contains($0) }).first ?? ""
            let words = cell.split(whereSeparator: { $0 == " " || $0 == "\"" || $0 == "'" })
            return words.first { $0.hasPrefix("/") }.map(String.init)
        }
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

/// The endpoints there should be, as an OpenAPI document or a list gives them: paths in which `{…}` or `:name` stands for any one segment.
///
/// Complexity: O(paths) a look, made once for each endpoint that a log shows.
public struct EndpointInventory: Sendable {
    /// Paths as segments; nil is any one segment.
    private let paths: [[Substring?]]

    public init(_ paths: [String]) {
        self.paths = Set(paths).sorted().map { path in
            EndpointInventory.segments(path).map { $0.hasPrefix("{") || $0.hasPrefix(":") ? nil : $0 }
        }
    }

    public var isEmpty: Bool { paths.isEmpty }
    public var count: Int { paths.count }

    /// Whether an endpoint's template is one of the paths.
    public func contains(_ template: String) -> Bool {
        let segments = EndpointInventory.segments(template)
        return paths.contains { path in
            path.count == segments.count && zip(path, segments).allSatisfy { wanted, segment in wanted == nil || wanted == segment }
        }
    }

    private static func segments(_ path: String) -> [Substring] { path.split(separator: "/") }
}

// weir
// SPDX-License-Identifier: Apache-2.0

/// The endpoints there should be, as an OpenAPI document or a list gives them: paths in which `{…}` or `:name` stands for any one segment.
///
/// Complexity: O(paths) a look, made once for each endpoint that a log shows.
public struct EndpointInventory: Sendable {
    /// Paths as segments; nil is any one segment.
    private let paths: [[Substring?]]
    /// The same as they were given, in order.
    public let texts: [String]

    public init(_ paths: [String]) {
        texts = Set(paths).sorted()
        self.paths = texts.map { path in
            EndpointInventory.segments(path).map { $0.hasPrefix("{") || $0.hasPrefix(":") ? nil : $0 }
        }
    }

    public var isEmpty: Bool { paths.isEmpty }
    public var count: Int { paths.count }

    /// Whether an endpoint's template is one of the paths.
    public func contains(_ template: String) -> Bool {
        let segments = EndpointInventory.segments(template)
        return paths.contains { EndpointInventory.isLike($0, segments) }
    }

    /// The numbers of the paths that an endpoint's template may be, in ``texts``.
    public func places(of template: String) -> [Int] {
        let segments = EndpointInventory.segments(template)
        return paths.indices.filter { EndpointInventory.isLike(paths[$0], segments) }
    }

    private static func isLike(_ path: [Substring?], _ segments: [Substring]) -> Bool {
        path.count == segments.count && zip(path, segments).allSatisfy { wanted, segment in wanted == nil || wanted == segment }
    }

    private static func segments(_ path: String) -> [Substring] { path.split(separator: "/") }
}

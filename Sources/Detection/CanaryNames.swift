// weir
// SPDX-License-Identifier: Apache-2.0

/// Canaries among names as they are kept: of endpoints, which are templates of paths, and of objects.
///
/// What lies below a canary is one, and so is a path with a canary among its segments: few logs say of which record a path is. Whole
/// segments are compared, in small letters: `/vip-customers-old` lies beside `/vip-customers`. Complexity: O(length), for new names.
struct CanaryNames {
    private let names: Set<String>

    init(_ canaries: [String]) { names = Set(canaries.map { $0.lowercased() }) }

    func contains(_ name: String) -> Bool {
        guard !names.isEmpty else { return false }
        let name = name.lowercased()
        if names.contains(name) { return true }
        var segment = name.startIndex
        for place in name.indices where name[place] == "/" {
            if names.contains(String(name[..<place])) || names.contains(String(name[segment..<place])) { return true }
            segment = name.index(after: place)
        }
        return segment > name.startIndex && names.contains(String(name[segment...]))
    }
}

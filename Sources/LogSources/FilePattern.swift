// weir
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A path of the settings, which may have wildcards: what is read, and so also what is checked.
package enum FilePattern {
    /// The paths that exist and match, sorted. A pattern without wildcards matches itself if it exists.
    package static func paths(_ pattern: String) -> [String] {
        var found = unsafe glob_t()
        defer { unsafe globfree(&found) }
        // Sorted below, by bytes: the C library would sort by the language of whoever starts weir.
        guard unsafe glob(pattern, GLOB_NOSORT, nil, &found) == 0 else { return [] }
        var result: [String] = []
        for index in unsafe 0..<Int(found.gl_pathc) {
            if let path = unsafe found.gl_pathv[index] { result.append(unsafe String(cString: path)) }
        }
        return result.sorted()
    }

    /// Whether a pattern stands for a path, which need not exist; a wildcard stands for no slash and for no dot that a name begins with.
    package static func isMatch(_ path: String, pattern: String) -> Bool {
        unsafe fnmatch(pattern, path, FNM_PATHNAME | FNM_PERIOD) == 0
    }
}

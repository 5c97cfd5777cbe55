// weir
// SPDX-License-Identifier: Apache-2.0

/// The files that a source's paths stand for, at this moment.
///
/// A path is a file or a pattern of files, with their rotated siblings when the source follows, also beside the file that a symbolic link
/// leads to; or a directory, with everything in it.
struct CandidateFiles: Sendable {
    /// Folders are looked into this deep.
    static let folderDepth = 8
    /// More files than this are not looked at; that is reported.
    static let limit = 100_000

    let paths: [String]
    /// Whether rotated siblings of a file belong to it.
    let includesSiblings: Bool

    init(paths: [String], includesSiblings: Bool) {
        self.paths = paths.map(FilePath.normalized)
        self.includesSiblings = includesSiblings
    }

    struct File: Sendable {
        var path: String
        var status: FileStatus
        /// The path behind a symbolic link, where the system reports changes.
        var target: String?
        /// Beside a path that was asked for, and not named as rotation names files: may continue a known file, is never a new one.
        var isHint = false
        /// By its name; whether it is in truth, its bytes tell.
        var isPacked: Bool { FilePath.unpacked(path) != nil }
    }

    struct Refused: Sendable {
        var path: String
        var counter: String
        var message: String
    }

    /// What one look found.
    struct Listing: Sendable {
        /// Regular files, one for each device and inode, in the order of the paths and then of names.
        var files: [File] = []
        /// Which file stands under each path; several paths may lead to one file.
        var keys: [String: FileKey] = [:]
        var refused: [Refused] = []
        fileprivate var seen: Set<FileKey> = []
        /// Files that symbolic links lead to.
        fileprivate var targets: Set<String> = []
        fileprivate var folders: Set<FileKey> = []
    }

    /// Looks at everything. `enter` is called with each directory before its names are read.
    func list(enter: (String) -> Void) -> Listing {
        var listing = Listing()
        for path in paths {
            if FilePath.isPattern(path) {
                let parent = FilePath.parent(of: path)
                let folders = FilePath.isPattern(parent) ? FilePattern.paths(parent) : [parent]
                for folder in folders { enter(folder) }
                let matches = FilePattern.paths(path)
                for match in matches { take(match, .match, &listing, enter) }
                if matches.isEmpty {
                    listing.refused.append(
                        Refused(path: path, counter: "missing_file", message: "nothing matches \(path): check the path."))
                }
                if includesSiblings { for folder in folders { takeSiblings(of: path, in: folder, &listing, enter) } }
            } else {
                enter(FilePath.parent(of: path))
                take(path, .named, &listing, enter)
                if includesSiblings { takeSiblings(of: path, in: FilePath.parent(of: path), &listing, enter) }
            }
        }
        for target in listing.targets.sorted() { takeSiblings(of: target, in: FilePath.parent(of: target), &listing, enter) }
        if listing.files.count >= CandidateFiles.limit {
            listing.refused.append(
                Refused(
                    path: "", counter: "file_limit",
                    message: "more than \(CandidateFiles.limit) files match: the others are not read; split the source into several."))
        }
        return listing
    }

    /// Whether a path is one that ``list(enter:)`` may return.
    func mayHold(_ path: String) -> Bool {
        paths.contains { own in
            if own == path || path.hasPrefix(own + "/") { return true }
            if FilePath.isPattern(own) && FilePattern.isMatch(path, pattern: own) { return true }
            return includesSiblings && FilePath.isSibling(path, of: own)
        }
    }

    /// Whether a path is above one of the paths: a directory that was not there, or a link that leads there.
    func leadsThrough(_ path: String) -> Bool {
        paths.contains { own in
            guard FilePath.isPattern(own) else { return own.hasPrefix(path + "/") }
            // Of a pattern, any directory above may be meant.
            return own.split(separator: "/").count > path.split(separator: "/").count
        }
    }

    /// Whether a path is a rotated sibling of a path that was asked for, by name or by a pattern that does not stand for it itself.
    func isSibling(_ path: String) -> Bool { includesSiblings && paths.contains { FilePath.isSibling(path, of: $0) } }

    /// How a path came to be looked at.
    private enum Origin {
        case named, match, sibling, folder(depth: Int)
    }

    private func takeSiblings(of path: String, in directory: String, _ listing: inout Listing, _ enter: (String) -> Void) {
        do throws(FileFailure) {
            for name in try LinuxFileSystem.names(in: directory) {
                let sibling = FilePath.join(directory, name)
                if FilePath.isSibling(sibling, of: path) { take(sibling, .sibling, &listing, enter) }
            }
        } catch {
            refuse(directory, error, .named, &listing)
        }
    }

    private func take(_ path: String, _ origin: Origin, _ listing: inout Listing, _ enter: (String) -> Void) {
        guard listing.files.count < CandidateFiles.limit else { return }
        do throws(FileFailure) {
            var status = try LinuxFileSystem.linkStatus(path: path)
            var target: String?
            if status.isLink {
                status = try LinuxFileSystem.status(path: path)
                target = LinuxFileSystem.realPath(path)
                if let target { enter(FilePath.parent(of: target)) }
            }
            if status.isDirectory {
                takeFolder(path, status, origin, &listing, enter)
            } else if status.isRegular {
                let key = FileKey(status)
                listing.keys[path] = key
                if includesSiblings, let target { listing.targets.insert(target) }
                var isHint = false
                if case .sibling = origin { isHint = !FilePath.looksRotated(path) }
                if listing.seen.insert(key).inserted {
                    listing.files.append(File(path: path, status: status, target: target, isHint: isHint))
                }
            } else {
                listing.refused.append(
                    Refused(
                        path: path, counter: "not_a_regular_file",
                        message: "\(path) is a pipe, a socket or a device and is not read: name log files, or use standard input."))
            }
        } catch {
            refuse(path, error, origin, &listing)
        }
    }

    private func takeFolder(_ path: String, _ status: FileStatus, _ origin: Origin, _ listing: inout Listing, _ enter: (String) -> Void) {
        var depth = 0
        switch origin {
        case .named: break
        case .folder(let above): depth = above + 1
        case .sibling: return
        case .match:
            listing.refused.append(
                Refused(
                    path: path, counter: "not_a_regular_file",
                    message:
                        "\(path) is a directory that a pattern matches, and is not read: name the directory itself to read what is in it."))
            return
        }
        // A directory may be reached twice through links, or contain itself.
        guard depth < CandidateFiles.folderDepth, listing.folders.insert(FileKey(status)).inserted else { return }
        enter(path)
        let before = listing.keys.count
        do throws(FileFailure) {
            for name in try LinuxFileSystem.names(in: path) where !name.hasPrefix(".") {
                take(FilePath.join(path, name), .folder(depth: depth), &listing, enter)
            }
            guard case .named = origin, listing.keys.count == before else { return }
            // What stands in it may be asked for by its own name as well.
            let start = path == "." ? "" : FilePath.join(path, "")
            guard !listing.keys.keys.contains(where: { $0.hasPrefix(start) }) else { return }
            listing.refused.append(Refused(path: path, counter: "missing_file", message: "\(path) holds no file: check the path."))
        } catch {
            refuse(path, error, origin, &listing)
        }
    }

    private func refuse(_ path: String, _ failure: FileFailure, _ origin: Origin, _ listing: inout Listing) {
        if failure.isMissing {
            // What was in a listing a moment ago and is gone now is no news.
            guard case .named = origin else { return }
            listing.refused.append(Refused(path: path, counter: "missing_file", message: "\(path) is not there: check the path."))
        } else {
            listing.refused.append(
                Refused(
                    path: path, counter: "unreadable_file",
                    message:
                        "\(path) cannot be looked at (\(failure.text)): check the path and the rights of weir's user; it is tried again."))
        }
    }
}

/// Paths as text.
enum FilePath {
    /// Without doubled and trailing slashes.
    static func normalized(_ path: String) -> String {
        let parts = path.split(separator: "/")
        guard !parts.isEmpty else { return path.isEmpty ? "." : "/" }
        return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }

    static func isPattern(_ path: String) -> Bool { path.contains { $0 == "*" || $0 == "?" || $0 == "[" } }

    /// Whether a path is another one, or one that a pattern stands for, with `.` or `-` and more behind it. What the pattern itself stands
    /// for is none.
    static func isSibling(_ path: String, of own: String) -> Bool {
        guard isPattern(own) else { return path.hasPrefix(own + ".") || path.hasPrefix(own + "-") }
        let start = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        let ends = path[start...].indices.dropFirst().filter { path[$0] == "." || path[$0] == "-" }
        guard !ends.isEmpty, !FilePattern.isMatch(path, pattern: own) else { return false }
        return ends.contains { FilePattern.isMatch(String(path[..<$0]), pattern: own) }
    }

    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func name(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return path }
        return String(path[path.index(after: slash)...])
    }

    static func join(_ directory: String, _ name: String) -> String {
        if directory == "." { return name }
        return directory == "/" ? "/" + name : directory + "/" + name
    }

    /// The path that a packed file has when it is unpacked, or nil for a name without such an ending.
    static func unpacked(_ path: String) -> String? {
        for suffix in Compression.suffixes where path.hasSuffix(suffix) { return String(path.dropLast(suffix.count)) }
        return nil
    }

    /// Whether a name is one that rotation gives: `.1`, `.2.gz`, `-20260601`, `.2026-06-01`, `.20260601-02`, `.old`.
    static func looksRotated(_ path: String) -> Bool {
        var name = Substring(name(of: path))
        for suffix in Compression.suffixes + [".log", ".json", ".csv"] where name.hasSuffix(suffix) { name = name.dropLast(suffix.count) }
        for suffix in [".old", ".prev", ".last", ".bak"] where name.hasSuffix(suffix) { return true }
        guard let mark = name.lastIndex(where: { $0 == "." || $0 == "-" || $0 == "_" }) else { return false }
        let digits = name[name.index(after: mark)...]
        return !digits.isEmpty && digits.allSatisfy { $0.isNumber || $0 == "T" || $0 == "Z" } && digits.contains(where: \.isNumber)
    }
}

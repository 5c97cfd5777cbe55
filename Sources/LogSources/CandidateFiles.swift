// weir
// SPDX-License-Identifier: Apache-2.0

extension FileTreeSource {
    /// Whether a path or pattern stands for something at this moment.
    package static func isAnythingThere(_ path: String) -> Bool { !LinuxFileSystem.matches(path).isEmpty }
}

/// The files that a source's paths stand for, at this moment.
struct CandidateFiles: Sendable {
    /// Folders are looked into this deep.
    static let folderDepth = 8
    /// More files than this are not looked at; that is reported.
    static let limit = 100_000

    let paths: [String]
    /// Whether rotated siblings of a plain path belong to it.
    let includesSiblings: Bool

    struct File: Sendable {
        var path: String
        var status: FileStatus
    }

    struct Refused: Sendable {
        var path: String
        var counter: String
        var message: String
    }

    /// Regular files, one for each device and inode, in the order of the paths and then of names; and what could not be taken.
    func list() -> (files: [File], refused: [Refused]) {
        var files: [File] = []
        var refused: [Refused] = []
        var seen: Set<FileKey> = []
        for path in paths {
            for candidate in expand(path) { take(candidate, depth: 0, &files, &refused, &seen) }
        }
        return (files, refused)
    }

    /// The directories to watch for changes.
    var directories: [String] {
        var result: Set<String> = []
        for path in paths {
            let parent = CandidateFiles.parent(of: path)
            result.formUnion(CandidateFiles.isPattern(parent) ? LinuxFileSystem.matches(parent) : [parent])
            if !CandidateFiles.isPattern(path) { result.insert(path) }
        }
        return result.sorted()
    }

    private func expand(_ path: String) -> [String] {
        if CandidateFiles.isPattern(path) { return LinuxFileSystem.matches(path) }
        guard includesSiblings else { return [path] }
        let directory = CandidateFiles.parent(of: path)
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let siblings = LinuxFileSystem.names(in: directory).filter { $0.hasPrefix(name + ".") || $0.hasPrefix(name + "-") }
        return [path] + siblings.map { directory == "/" ? "/" + $0 : directory + "/" + $0 }
    }

    private func take(_ path: String, depth: Int, _ files: inout [File], _ refused: inout [Refused], _ seen: inout Set<FileKey>) {
        guard files.count < CandidateFiles.limit else { return }
        do throws(FileFailure) {
            let status = try LinuxFileSystem.status(path: path)
            if status.isDirectory {
                guard depth < CandidateFiles.folderDepth else { return }
                for name in LinuxFileSystem.names(in: path) { take(path + "/" + name, depth: depth + 1, &files, &refused, &seen) }
            } else if status.isRegular {
                if seen.insert(FileKey(status)).inserted { files.append(File(path: path, status: status)) }
            } else {
                refused.append(
                    Refused(path: path, counter: "not_a_regular_file", message: "\(path) is no regular file and is not read: name log files only."))
            }
        } catch {
            refused.append(
                Refused(path: path, counter: "missing_file", message: "\(path) cannot be looked at (\(error.text)): it is tried again."))
        }
    }

    static func isPattern(_ path: String) -> Bool { path.contains { $0 == "*" || $0 == "?" || $0 == "[" } }

    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Whether a name is one that rotation gives: `.1`, `.2.gz`, `-20260601`, `.20260601-02`.
    static func looksRotated(_ path: String) -> Bool {
        var name = Substring(path.split(separator: "/").last ?? "")
        for suffix in [".gz", ".zst", ".log", ".json", ".csv"] where name.hasSuffix(suffix) { name = name.dropLast(suffix.count) }
        guard let mark = name.lastIndex(where: { $0 == "." || $0 == "-" || $0 == "_" }) else { return false }
        let digits = name[name.index(after: mark)...]
        return !digits.isEmpty && digits.allSatisfy(\.isNumber)
    }
}

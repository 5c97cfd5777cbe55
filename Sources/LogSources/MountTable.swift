// weir
// SPDX-License-Identifier: Apache-2.0

/// The mounted file systems, as `/proc/self/mounts` lists them: a line each, a later one over an earlier one.
struct MountTable: Sendable {
    /// File systems whose changes on other machines, or behind the kernel's back, inotify does not report. FUSE reports what goes through
    /// this machine's kernel only, and most of what it stands for does not. Source: `inotify(7)`, section "Limitations and caveats".
    static let silentTypes: Set<String> = [
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "afs", "coda", "glusterfs", "lustre", "gpfs", "gfs2", "ocfs2", "beegfs",
        "orangefs", "vboxsf", "prl_fs", "vmhgfs", "virtiofs", "fuse",
    ]

    private var mounts: [(point: String, type: String)] = []

    init(_ text: String) {
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ", maxSplits: 3)
            if fields.count > 2 { mounts.append((MountTable.unescaped(fields[1]), String(fields[2]))) }
        }
    }

    /// The name of the file system that a path lies on, if inotify does not report its changes.
    ///
    /// - Parameter path: without symbolic links. Complexity: O(mounts).
    func silentType(of path: String) -> String? {
        guard let type = type(of: path) else { return nil }
        return MountTable.silentTypes.contains(type) || type.hasPrefix("fuse.") ? type : nil
    }

    /// Of several mounts on one point the last one covers the others: `autofs` stands before the share that it mounted.
    func type(of path: String) -> String? {
        var best: (point: String, type: String)?
        for mount in mounts where path == mount.point || mount.point == "/" || path.hasPrefix(mount.point + "/") {
            if mount.point.utf8.count >= best?.point.utf8.count ?? 0 { best = mount }
        }
        return best?.type
    }

    /// The kernel writes blank, tab, newline and backslash of a mount point as `\\` and three octal digits.
    private static func unescaped(_ field: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = field.utf8[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == UInt8(ascii: "\\"), digits.count == 3, let code = UInt8(Substring(digits), radix: 8) {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Files and folders as the settings name them.
enum SettingsPaths {
    enum Contents {
        case text(String)
        case failure(String)
    }

    static func contents(_ path: String, limit: Int) -> Contents {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return .failure(unsafe String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        var count = 0
        while count <= limit {
            let got = unsafe bytes.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress! + count, limit + 1 - count) }
            if got < 0 { return .failure(unsafe String(cString: strerror(errno))) }
            if got == 0 { return .text(String(decoding: bytes[..<count], as: UTF8.self)) }
            count += got
        }
        return .failure("it is larger than \(limit) bytes")
    }

    /// The absolute folder of a file.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return current() }
        let folder = slash == path.startIndex ? "/" : String(path[..<slash])
        return folder.hasPrefix("/") ? folder : "\(current())/\(folder)"
    }

    private static func current() -> String {
        guard let name = unsafe getcwd(nil, 0) else { return "." }
        defer { unsafe free(name) }
        return unsafe String(cString: name)
    }
}

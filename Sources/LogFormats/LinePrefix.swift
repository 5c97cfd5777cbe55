// weir
// SPDX-License-Identifier: Apache-2.0

/// Finds the end of what tools put before each line of a container or a stream: `nginx-1  | ` (Compose), `[pod/gw-1/nginx] ` (kubectl), a
/// time and a blank (`docker logs -t`, `kubectl logs --timestamps`, CloudWatch's export to S3), a time and a tab (Grafana's texts) or a
/// time, a tag and tabs (Fluentd).
///
/// Where an event of several lines is exported as it stands, whoever wrote it chose how its other lines begin: nothing tells them from
/// lines of their own.
enum LinePrefix {
    /// Where the line starts, or nil when `start ..< end` begins with none of these. Complexity: O(bytes of the prefix).
    static func end(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Int? {
        if let behind = time(bytes, from: start, to: end) { return behind }
        guard let behind = bytes[start] == UInt8(ascii: "[") ? pod(bytes, from: start, to: end) : service(bytes, from: start, to: end)
        else { return nil }
        return time(bytes, from: behind, to: end, isLast: true) ?? behind
    }

    /// An RFC 3339 time and a blank or a tab, behind which a tag may stand and one more tab.
    private static func time(_ bytes: PaddedBytes, from start: Int, to end: Int, isLast: Bool = false) -> Int? {
        let stop = bytes.firstIndex(of: 0x20, or: 0x09, from: start, to: min(start &+ 40, end))
        guard stop < end, bytes[stop] == 0x20 || bytes[stop] == 0x09, TimestampParser.rfc3339(bytes, from: start, to: stop) != .min
        else { return nil }
        if bytes[stop] == 0x20 { return stop &+ 1 }
        // Behind another prefix it is the line's own, a table's say.
        guard !isLast else { return nil }
        var tag = stop &+ 1
        while tag < end, isNamePart(bytes[tag]) { tag &+= 1 }
        return tag < end && tag > stop &+ 1 && bytes[tag] == 0x09 ? tag &+ 1 : stop &+ 1
    }

    /// `[pod/gw-1/nginx] `
    private static func pod(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Int? {
        guard end &- start > 8, bytes.hasASCII("[pod/", at: start) else { return nil }
        let close = bytes.firstIndex(of: UInt8(ascii: "]"), or: 0x20, from: start, to: end)
        guard close &+ 1 < end, bytes[close] == UInt8(ascii: "]"), bytes[close &+ 1] == 0x20 else { return nil }
        return close &+ 2
    }

    /// A name of letters, digits and `-_.@`, blanks that fill it up, `|` and a blank.
    private static func service(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Int? {
        var position = start
        while position < end, isNamePart(bytes[position]) { position &+= 1 }
        guard position > start else { return nil }
        let bar = bytes.firstIndex(of: UInt8(ascii: "|"), from: position, to: min(position &+ 64, end))
        guard bar &+ 1 < end, bytes[bar] == UInt8(ascii: "|"), bar > position, bytes[bar &+ 1] == 0x20 else { return nil }
        for index in position..<bar where bytes[index] != 0x20 { return nil }
        return bar &+ 2
    }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
            || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "@")
    }
}

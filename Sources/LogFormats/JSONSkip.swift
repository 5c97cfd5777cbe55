// weir
// SPDX-License-Identifier: Apache-2.0

/// Steps over JSON, holding it to its grammar, and tells an error from bytes that have not come yet.
///
/// Records that end where a bracket closes need both: a line that was cut off must not swallow the lines behind it until brackets happen to
/// pair, so a line end inside a string is an error, and so is whatever cannot stand where it does. Lenient in two things only, each because
/// real samples have it: a comma before a closing bracket, and other control characters in strings. Complexity: O(bytes), each looked at
/// once, strings 32 a step.
enum JSONSkip {
    /// The bytes end before the value does.
    static let more = -1
    /// The bytes cannot be JSON.
    static let syntax = -2
    /// Nested deeper than ``depth``.
    static let tooDeep = -3
    /// Levels of brackets in a record.
    static let depth = 32

    static let quote = UInt8(ascii: "\"")

    @inline(__always)
    static func space(_ bytes: PaddedBytes, _ start: Int, _ end: Int) -> Int {
        var position = start
        while position < end && JSONCursor.isSpace(bytes[position]) { position &+= 1 }
        return position
    }

    /// The position behind the closing quote of a string whose text starts at `start`, or a failure.
    @inline(__always)
    static func string(_ bytes: PaddedBytes, _ start: Int, _ end: Int, hasEscape: inout Bool) -> Int {
        var position = start
        while true {
            position = bytes.textEnd(from: position, to: end)
            guard position < end else { return more }
            switch bytes[position] {
            case quote: return position &+ 1
            case UInt8(ascii: "\\"):
                hasEscape = true
                guard position &+ 1 < end else { return more }
                if bytes[position &+ 1] == UInt8(ascii: "\n") { return syntax }
                position &+= 2
            default: return syntax
            }
        }
    }

    /// The position behind `true`, `false`, `null` or a number, or a failure.
    @inline(__always)
    static func bare(_ bytes: PaddedBytes, _ start: Int, _ end: Int) -> Int {
        switch bytes[start] {
        case UInt8(ascii: "t"): return word("true", 4, bytes, start, end)
        case UInt8(ascii: "f"): return word("false", 5, bytes, start, end)
        case UInt8(ascii: "n"): return word("null", 4, bytes, start, end)
        default:
            let behind = JSONCursor.skipNumber(bytes, start, end)
            return behind == start ? syntax : behind == end ? more : behind
        }
    }

    @inline(__always)
    private static func word(_ text: StaticString, _ count: Int, _ bytes: PaddedBytes, _ start: Int, _ end: Int) -> Int {
        guard start &+ count <= end else { return more }
        return bytes.hasASCII(text, at: start) ? start &+ count : syntax
    }

    /// The position of a member's value, given where its key's quote stands, or a failure. The value's first byte is there to be read.
    @inline(__always)
    static func key(_ bytes: PaddedBytes, _ start: Int, _ end: Int) -> Int {
        guard bytes[start] == quote else { return syntax }
        var hasEscape = false
        let behind = string(bytes, start &+ 1, end, hasEscape: &hasEscape)
        return behind < 0 ? behind : colon(bytes, behind, end)
    }

    /// The same, given the position behind its key.
    @inline(__always)
    static func colon(_ bytes: PaddedBytes, _ start: Int, _ end: Int) -> Int {
        let colon = space(bytes, start, end)
        guard colon < end else { return more }
        guard bytes[colon] == UInt8(ascii: ":") else { return syntax }
        let value = space(bytes, colon &+ 1, end)
        return value < end ? value : more
    }

    /// The position behind the value at `start`, or a failure. Precondition: start < end.
    static func value(_ bytes: PaddedBytes, _ start: Int, _ end: Int, depth outer: Int) -> Int {
        // One bit a level: whether it is an object.
        var objects: UInt64 = 0
        var level = 0
        var position = start
        while true {
            switch bytes[position] {
            case quote:
                var hasEscape = false
                position = string(bytes, position &+ 1, end, hasEscape: &hasEscape)
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                let isObject = bytes[position] == UInt8(ascii: "{")
                guard outer &+ level < depth else { return tooDeep }
                level &+= 1
                objects = objects &<< 1 | (isObject ? 1 : 0)
                position = space(bytes, position &+ 1, end)
                guard position < end else { return more }
                if bytes[position] != (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                    if isObject { position = key(bytes, position, end) }
                    guard position >= 0 else { return position }
                    continue
                }
            default: position = bare(bytes, position, end)
            }
            guard position >= 0 else { return position }
            position = afterValue(bytes, position, end, &objects, &level)
            guard position >= 0, level > 0 else { return position }
        }
    }

    /// Closes what ends behind a value and goes to the next one. Returns its position, or that behind the last bracket, or a failure.
    @inline(__always)
    private static func afterValue(
        _ bytes: PaddedBytes, _ start: Int, _ end: Int, _ objects: inout UInt64, _ level: inout Int
    ) -> Int {
        var position = start
        while level > 0 {
            position = space(bytes, position, end)
            guard position < end else { return more }
            var byte = bytes[position]
            let isObject = objects & 1 != 0
            let closing = isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
            if byte == UInt8(ascii: ",") {
                position = space(bytes, position &+ 1, end)
                guard position < end else { return more }
                byte = bytes[position]
                if byte != closing { return isObject ? key(bytes, position, end) : position }
            }
            guard byte == closing else { return syntax }
            level &-= 1
            objects &>>= 1
            position &+= 1
        }
        return position
    }
}

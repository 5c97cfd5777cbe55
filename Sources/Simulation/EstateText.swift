// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Writes the events of an estate as lines of weir's own json, with all keys or with some, in weir's words or in others.
package struct EstateText: Sendable {
    /// The keys that say how data moves: what many real logs lack.
    package enum Key: String, CaseIterable, Sendable {
        case env, `class`, synthetic, provenance, parent, disclosed
        case destinationEnvironment = "dest_env"
        case destinationRegion = "dest_region"
        case region, tls, scheme, text, session
    }

    /// Keys that stand on no line.
    package let dropped: Set<Key>
    /// Whether environments, classes and the synthetic label are written in other words.
    package let isRenamed: Bool

    /// - Parameter sparse: the share of ``Key`` that is left out, the same keys on every line; the seed says which.
    ///
    /// Precondition: the share is 0 to 1.
    package init(seed: UInt64, sparse: Double = 0, isRenamed: Bool = false) {
        precondition((0...1).contains(sparse), "a share is 0 to 1")
        self.isRenamed = isRenamed
        var keys = Key.allCases
        var random = SimulationRandom(seed: seed, part: 0x5BA7_5E00)
        for place in 0..<keys.count { keys.swapAt(place, place + random.below(keys.count - place)) }
        dropped = Set(keys.prefix(Int((sparse * Double(keys.count)).rounded())))
    }

    /// Appends one line with its end. Complexity: O(line).
    package func append(_ event: EstateEvent, to buffer: inout [UInt8]) {
        buffer += "{\"ts\":\"".utf8
        buffer += CivilTime(event.time).rfc3339.utf8
        buffer.append(UInt8(ascii: "\""))
        put("account", event.account, to: &buffer)
        put("kind", event.kind == .human ? "human" : event.kind == .app ? "app" : "service", to: &buffer)
        put("action", event.action.name, to: &buffer)
        put("method", event.method, to: &buffer)
        put("endpoint", event.endpoint, to: &buffer)
        put("object", event.object, to: &buffer)
        put("status", event.status, to: &buffer)
        put("rows", event.rows, to: &buffer)
        put("bytes", event.bytes, to: &buffer)
        buffer += ",\"ip\":\"".utf8
        buffer.appendAddress(event.address)
        buffer.append(UInt8(ascii: "\""))
        put("agent", event.agent, to: &buffer)
        put(.session, event.session, to: &buffer)
        put("job", event.job, to: &buffer)
        buffer += ",\"request\":\"".utf8
        buffer.appendHexadecimal(event.request, digits: 16)
        buffer.append(UInt8(ascii: "\""))
        appendMovement(event, to: &buffer)
        if let item = event.item { put("item", "P-\(item)", to: &buffer) }
        put("query", event.query, to: &buffer)
        put(.text, event.text, to: &buffer)
        buffer += "}\n".utf8
    }

    private func appendMovement(_ event: EstateEvent, to buffer: inout [UInt8]) {
        put(.env, event.environment.map(word), to: &buffer)
        put(.class, event.contents.flatMap { contents in contents.word.map { isRenamed ? contents.otherWord : $0 } }, to: &buffer)
        if isRenamed {
            put(.synthetic, event.isSynthetic.map { $0 ? "y" : "n" }, to: &buffer)
        } else {
            put(.synthetic, event.isSynthetic, to: &buffer)
        }
        put(.provenance, event.provenance, to: &buffer)
        put(.parent, event.parent, to: &buffer)
        put(.disclosed, event.isDisclosed, to: &buffer)
        put("dest", event.destination, to: &buffer)
        put(.destinationEnvironment, event.destinationEnvironment.map(word), to: &buffer)
        put(.destinationRegion, event.destinationRegion, to: &buffer)
        put(.region, event.region, to: &buffer)
        put(.tls, event.tls, to: &buffer)
        put(.scheme, event.scheme, to: &buffer)
    }

    private func word(_ environment: EstateEnvironment) -> String { isRenamed ? environment.otherWord : environment.rawValue }

    private func isWritten(_ key: Key) -> Bool { !dropped.contains(key) }

    private func put(_ key: Key, _ value: String?, to buffer: inout [UInt8]) {
        if isWritten(key) { put(key.rawValue, value, to: &buffer) }
    }

    private func put(_ key: Key, _ value: Bool?, to buffer: inout [UInt8]) {
        guard let value, isWritten(key) else { return }
        putName(key.rawValue, to: &buffer)
        buffer += (value ? "true" : "false").utf8
    }

    private func put(_ name: String, _ value: String?, to buffer: inout [UInt8]) {
        guard let value else { return }
        putName(name, to: &buffer)
        buffer.append(UInt8(ascii: "\""))
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): buffer += [UInt8(ascii: "\\"), byte]
            case 0..<0x20:
                // Names of a log that somebody else wrote may have one; ours do not.
                buffer += "\\u".utf8
                buffer.appendHexadecimal(UInt64(byte), digits: 4)
            default: buffer.append(byte)
            }
        }
        buffer.append(UInt8(ascii: "\""))
    }

    private func put(_ name: String, _ value: Int?, to buffer: inout [UInt8]) {
        guard let value else { return }
        putName(name, to: &buffer)
        buffer.appendDecimal(UInt64(value))
    }

    private func putName(_ name: String, to buffer: inout [UInt8]) {
        buffer += ",\"".utf8
        buffer += name.utf8
        buffer += "\":".utf8
    }
}

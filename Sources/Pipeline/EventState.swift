// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import RollingStatistics

extension AccessEvent {
    func encode(into writer: inout StateWriter) {
        writer.write(time.milliseconds)
        for number in [rows, bytes, offset, rowKey, network.rawValue] { writer.write(number) }
        writer.write(account.rawValue)
        writer.write(stream)
        writer.write(endpoint.rawValue)
        writer.write(object.rawValue)
        writer.write(status)
        writer.write(operation.rawValue)
        writer.write(presence.rawValue)
    }

    init(from reader: inout StateReader) throws(StateError) {
        let time = try reader.readTime()
        let rows = try reader.read(UInt64.self)
        let bytes = try reader.read(UInt64.self)
        let offset = try reader.read(UInt64.self)
        let rowKey = try reader.read(UInt64.self)
        let network = Network(rawValue: try reader.read())
        let account = AccountID(rawValue: try reader.read())
        let stream = try reader.read(UInt32.self)
        let endpoint = ValueID(rawValue: try reader.read())
        let object = ValueID(rawValue: try reader.read())
        let status = try reader.read(UInt16.self)
        guard let operation = Operation(rawValue: try reader.read()) else { throw StateError.implausible("operation") }
        self.init(
            time: time, rows: rows, bytes: bytes, offset: offset, rowKey: rowKey, account: account, stream: stream, endpoint: endpoint,
            object: object, network: network, status: status, operation: operation, presence: Presence(rawValue: try reader.read()))
    }
}

extension DetailedEvent {
    func encode(into writer: inout StateWriter) {
        event.encode(into: &writer)
        if let detail { detail.encode(into: &writer) }
        if let movement { movement.encode(into: &writer) }
    }

    init(from reader: inout StateReader) throws(StateError) {
        let event = try AccessEvent(from: &reader)
        let detail = event.presence.contains(.detail) ? try EventDetail(from: &reader) : nil
        self.init(event: event, detail: detail, movement: event.presence.contains(.movement) ? try DataMovement(from: &reader) : nil)
    }
}

extension EventDetail {
    fileprivate func encode(into writer: inout StateWriter) {
        writer.write(limitUsed)
        writer.write(limitMax)
        for hash in [job, agent, item, query, queryShape] { writer.write(hash) }
        writer.write(agentVersion)
        writer.write(position ?? 0)
        writer.write(traits.rawValue)
    }

    fileprivate init(from reader: inout StateReader) throws(StateError) {
        self.init()
        limitUsed = try reader.read()
        limitMax = try reader.read()
        job = try reader.read()
        agent = try reader.read()
        item = try reader.read()
        query = try reader.read()
        queryShape = try reader.read()
        agentVersion = try reader.read()
        let place = try reader.read(UInt64.self)
        traits = Traits(rawValue: try reader.read())
        if traits.contains(.positioned) { position = place }
    }
}

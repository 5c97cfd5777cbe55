// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

extension EventText {
    /// Appends the keys of a detail that state something, and the end of the line. The address's closing quote is open.
    func appendDetail(_ detail: SimulatedDetail, of event: SimulatedEvent, _ prefix: [UInt8], to buffer: inout [UInt8]) {
        buffer.append(UInt8(ascii: "\""))
        if detail.limitMax > 0 {
            buffer += DetailWords.limitUsed
            buffer.appendDecimal(UInt64(detail.limitUsed))
            buffer += DetailWords.limitMax
            buffer.appendDecimal(UInt64(detail.limitMax))
        }
        if detail.job != 0 {
            buffer += DetailWords.job
            buffer += prefix
            buffer.appendBase62(UInt64(detail.job), digits: 10)
            buffer.append(UInt8(ascii: "\""))
        }
        if detail.session != 0 {
            buffer += DetailWords.session
            buffer.appendHexadecimal(UInt64(detail.session), digits: 8)
            buffer.append(UInt8(ascii: "\""))
        }
        if detail.agent != 0 {
            buffer += DetailWords.agent
            buffer += ClientAgents.all[Int(detail.agent) - 1]
            buffer.append(UInt8(ascii: "\""))
        }
        if detail.item != 0 {
            buffer += DetailWords.item
            buffer.appendDecimal(UInt64(detail.item))
            buffer.append(UInt8(ascii: "\""))
        }
        if !detail.query.isEmpty {
            buffer += DetailWords.query
            detail.query.append(at: event.time, to: &buffer)
            buffer.append(UInt8(ascii: "\""))
        }
        buffer += DetailWords.end
    }
}

/// The keys of details.
private enum DetailWords {
    static let limitUsed = Array(#","limit_used":"#.utf8)
    static let limitMax = Array(#","limit_max":"#.utf8)
    static let job = Array(#","job":""#.utf8)
    static let session = Array(#","session":""#.utf8)
    static let agent = Array(#","agent":""#.utf8)
    static let item = Array(#","item":"P-"#.utf8)
    static let query = Array(#","query":""#.utf8)
    static let end = Array("}\n".utf8)
}

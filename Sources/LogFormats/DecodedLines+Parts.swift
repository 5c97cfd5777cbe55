// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

extension DecodedLines {
    /// Appends what was decoded apart from the same bytes, in its order. Complexity: O(lines).
    mutating func append(contentsOf part: DecodedLines) {
        let base = scratch.count
        scratch += part.scratch
        func moved(_ range: TextRange) -> TextRange {
            range.isScratch ? TextRange(start: base + Int(range.start), count: range.count, isScratch: true) : range
        }
        var runs = part.ignoredRuns[...]
        for (index, line) in part.lines.enumerated() {
            while let run = runs.first, run.linesBefore <= index {
                ignored += run.count
                runs.removeFirst()
            }
            var line = line
            var detail = line.presence.contains(.detail) ? part.details[Int(line.detail)] : nil
            var movement = line.presence.contains(.movement) ? part.movements[Int(line.movement)] : nil
            line.presence.subtract([.detail, .movement])
            line.moveTexts(moved)
            detail?.moveTexts(moved)
            movement?.moveTexts(moved)
            append(line, detail, movement)
        }
        for run in runs { ignored += run.count }
        malformed += part.malformed
    }
}

extension DecodedLine {
    /// Says where its texts are now.
    mutating func moveTexts(_ moved: (TextRange) -> TextRange) {
        account = moved(account)
        endpoint = moved(endpoint)
        object = moved(object)
        address = moved(address)
    }
}

extension LineDetail {
    /// Says where its texts are now.
    mutating func moveTexts(_ moved: (TextRange) -> TextRange) {
        job = moved(job)
        agent = moved(agent)
        item = moved(item)
        query = moved(query)
    }
}

extension LineMovement {
    /// Says where its texts are now.
    mutating func moveTexts(_ moved: (TextRange) -> TextRange) {
        for key in Key.allCases { self[key] = moved(self[key]) }
    }
}

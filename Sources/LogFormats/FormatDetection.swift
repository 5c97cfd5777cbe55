// weir
// SPDX-License-Identifier: Apache-2.0

/// Finds out which format of the catalogue, in which wrapper and with which field map, reads a log.
///
/// Every format is tried on the first lines as it is; `json`, `csv`, `tsv` and `logfmt` also with the map that the names in the log
/// propose, and formats of logs that name no account with a column that stands for one. What reads half of the lines fits, unless the
/// log lacks the keys that only the format's own log has (``FormatDescriptor/marks``); among those a format that knows its log comes
/// before one that reads any, then what understands more lines, then what finds more fields.
///
/// Not for the hot path. Complexity: O(bytes × formats).
public struct FormatDetection: Sendable {
    /// Bytes of a log that are looked at.
    public static let sampleLength = 262_144
    /// A format fits that understands this share of the lines.
    public static let threshold = 0.5

    /// The trial of each format, the best first; of several trials of one format only its best.
    public private(set) var trials: [FormatTrial] = []
    /// What is wrong with the log itself, in one sentence, where that can be said.
    public private(set) var remark: String?

    /// The best, if it fits.
    public var best: FormatTrial? {
        trials.first.flatMap { $0.fits ? $0 : nil }
    }

    /// Looks at a sample.
    ///
    /// - Parameter isWhole: the sample is the whole log; otherwise its last line is left out, because it may have been cut.
    public init(_ sample: [UInt8], isWhole: Bool, formats: [any LineFormat.Type] = FormatCatalog.all) {
        var sample = sample
        if !isWhole, let last = sample.lastIndex(of: UInt8(ascii: "\n")) { sample.removeSubrange((last + 1)...) }
        let buffer = ChunkBuffer(sample)
        var best: [String: (trial: FormatTrial, rank: Rank)] = [:]
        var wrappers = LineWrapper.allCases.filter { FormatDetection.wraps($0, sample) }
        // containerd's header reads like a syslog daemon's: a time and a name.
        if wrappers.contains(.cri) { wrappers.removeAll { $0 == .syslog } }
        var readings: [(LineWrapper?, [UInt8], [any LineFormat.Type])] = [(nil, sample, formats)]
        readings += wrappers.map { ($0, FormatDetection.unwrapped(sample, $0), formats) }
        // A table's rows may be a product's records.
        if let rows = WrappedRows.objects(of: sample) { readings.append((.csv, rows, formats.filter { !$0.descriptor.marks.isEmpty })) }
        for (wrapper, inner, formats) in readings {
            let objects = FieldOutline(objects: inner)
            let keys = RecordMarks(inner)
            for (order, type) in formats.enumerated() where FormatDetection.isThinkable(type, inner) {
                for var trial in FormatDetection.trials(of: type, wrapper, inner, objects, buffer) {
                    trial.isForeign = !keys.hold(type.descriptor.marks)
                    let rank = Rank(trial, type.descriptor, order)
                    if let other = best[trial.format], !(other.rank < rank) { continue }
                    best[trial.format] = (trial, rank)
                }
            }
        }
        trials = best.values.sorted { $1.rank < $0.rank }.map(\.trial)
        remark = FormatDetection.remark(on: sample)
    }

    // MARK: Trials

    /// CloudFront's logs say in their header whose they are: any other of the kind is for `w3c`. Semicolons stand in the agents of many
    /// logs: of a table there are more of them than blanks, and no fewer than commas.
    private static func isThinkable(_ type: any LineFormat.Type, _ text: [UInt8]) -> Bool {
        if type.descriptor.name == "csv_semicolon" {
            let first = text.prefix { $0 != UInt8(ascii: "\n") }
            let semicolons = first.count { $0 == UInt8(ascii: ";") }
            return semicolons > first.count { $0 == UInt8(ascii: " ") } && semicolons >= first.count { $0 == UInt8(ascii: ",") }
        }
        guard type.descriptor.name == "cloudfront" else { return true }
        let head = String(decoding: text.prefix(16_384), as: UTF8.self)
        return !head.contains("#Fields:") || head.contains("x-edge-")
    }

    private static func trials(
        of type: any LineFormat.Type, _ wrapper: LineWrapper?, _ inner: [UInt8], _ objects: FieldOutline, _ bytes: borrowing ChunkBuffer
    ) -> [FormatTrial] {
        var maps: [(fields: [String: String], standIn: Bool, lacks: [String])] = [([:], false, [])]
        let outline = outline(type.descriptor.name, inner, objects)
        if let outline {
            let map = FieldNames.proposal(for: outline)
            let lacks = ["ts", "account"].filter { key in map[key] == nil && !outline.places.contains { $0.name == key && $0.texts > 0 } }
            maps[0].lacks = lacks
            if !map.isEmpty { maps.append((map, false, lacks)) }
            // Nobody is named: the address stands for the account, and is none any more.
            let cutsPorts = type.descriptor.name == "json"
            if lacks == ["account"], let address = FieldNames.standIn(in: outline, isRecord: false, cutsPorts: cutsPorts) {
                var fields = map
                fields["account"] = address
                if (fields["ip"] ?? "ip") == address { fields["ip"] = nil }
                maps.append((fields, true, []))
            }
        }
        let hasKeys = type.descriptor.example.first == "{" && resembles(type.descriptor, objects)
        var trials: [FormatTrial] = []
        for map in maps {
            guard var trial = trial(type, FormatOptions(fields: map.fields, wrapper: wrapper), bytes) else { continue }
            trial.lacks = map.lacks
            trial.hasStandIn = map.standIn
            trial.hasKeys = hasKeys
            if let outline { trial.hasShape = outline.hasShape(lines: trial.total) }
            trials.append(trial)
            guard trial.events == 0, trial.ignored > 0 else { continue }
            for column in standIns(type.descriptor, objects) {
                let options = FormatOptions(fields: map.fields.merging(["account": column]) { $1 }, wrapper: wrapper)
                guard var standIn = self.trial(type, options, bytes), standIn.isWorth(of: type.descriptor) else { continue }
                standIn.hasStandIn = true
                standIn.hasKeys = hasKeys
                trials.append(standIn)
                break
            }
        }
        return trials
    }

    /// What may stand for the account in a log that names none: a column that the format knows, or where objects keep their address.
    private static func standIns(_ format: FormatDescriptor, _ objects: FieldOutline) -> [String] {
        guard format.standIns.isEmpty, format.columns.isEmpty, format.mappableKeys.contains("account") else { return format.standIns }
        return objects.count == 0 ? [] : FieldNames.standIn(in: objects, isRecord: true, cutsPorts: true).map { [$0] } ?? []
    }

    /// Whether the log has most of the keys that the format's example has.
    private static func resembles(_ format: FormatDescriptor, _ objects: FieldOutline) -> Bool {
        let example = FieldOutline(objects: Array(format.example.utf8))
        // Shippers put the whole object under a key of theirs.
        let known = example.places.count { place in
            objects.places.contains { $0.name == place.name || $0.name.hasSuffix(".\(place.name)") }
        }
        return example.places.count > 1 && known * 5 >= example.places.count * 3
    }

    private static func trial(
        _ type: any LineFormat.Type, _ options: FormatOptions, _ bytes: borrowing ChunkBuffer
    ) -> FormatTrial? {
        do throws(FormatOptionsError) {
            return try FormatTrial(type, options, on: bytes)
        } catch {
            // A name in the log is none that a map can hold: then there is nothing to propose.
            return nil
        }
    }

    private static func outline(_ format: String, _ text: [UInt8], _ objects: FieldOutline) -> FieldOutline? {
        switch format {
        case "json": objects
        case "csv": FieldOutline(table: text, separator: UInt8(ascii: ","))
        case "csv_semicolon": FieldOutline(table: text, separator: UInt8(ascii: ";"))
        case "tsv": FieldOutline(table: text, separator: 0x09)
        case "logfmt": FieldOutline(pairs: text)
        default: nil
        }
    }

    /// What decides between two trials.
    private struct Rank: Comparable {
        var fits: Bool
        /// Nothing is refused for its shape: what is missing is a name.
        var isNear: Bool
        /// 4: a table that names time and account as weir does, whatever a column of it holds; 3: the format knows the log and finds
        /// events; 2: it knows the log, or reads its objects; 1: it reads any log, and finds events.
        var kind: Int
        var understood: Int
        var hasEvents: Bool
        /// The log names who did it.
        var isNamed: Bool
        var fields: Int
        var isSpecial: Bool
        var mapped: Int
        var isWrapped: Bool
        var order: Int

        init(_ trial: FormatTrial, _ format: FormatDescriptor, _ order: Int) {
            let isOwn = trial.format == "json" && trial.options.fields.isEmpty
            fits = trial.fits
            hasEvents = trial.events > 0
            isNear = trial.hasShape
            let isObject = format.example.first == "{"
            let isGeneric = ["csv", "csv_semicolon", "tsv", "logfmt"].contains(trial.format) || (trial.format == "json" && !isOwn)
            let isTable = ["csv", "csv_semicolon", "tsv"].contains(trial.format)
            if hasEvents && isTable && trial.options == FormatOptions() {
                kind = 4
            } else if hasEvents {
                // A table in which a product's format finds nobody is any table.
                let isAnybodys = isObject && trial.format != "json" && trial.hasStandIn && trial.options.wrapper == .csv
                kind = isAnybodys ? 1 : isObject ? (isOwn ? 3 : 2) : isGeneric ? 1 : 3
            } else {
                // A format of objects may step over any; the others know their logs by their shape.
                kind = isObject || isGeneric ? 0 : 2
            }
            understood = Int(trial.understood * 100)
            isNamed = !trial.hasStandIn
            fields = trial.stated.count
            // Of two that find as much, objects belong to the format whose keys they have.
            isSpecial = isObject ? trial.format != "json" && trial.hasKeys : !isGeneric
            mapped = trial.options.fields.count
            isWrapped = trial.options.wrapper != nil
            self.order = -order
        }

        private var values: [Int] {
            [
                fits ? 1 : 0, fits || !isNear ? 0 : 1, kind, hasEvents ? 1 : 0, isNamed ? 1 : 0, understood, fields, isSpecial ? 1 : 0,
                mapped,
                isWrapped ? 1 : 0, order,
            ]
        }
        static func < (left: Rank, right: Rank) -> Bool { left.values.lexicographicallyPrecedes(right.values) }
    }

    // MARK: Wrappers

    /// Whether most of the first lines stand inside of a wrapper.
    private static func wraps(_ wrapper: LineWrapper, _ sample: [UInt8]) -> Bool {
        if wrapper == .csv { return WrappedRows.lines(of: Array(sample.prefix(65_536))) != nil }
        if wrapper == .json { return WrappedObjects.lines(of: Array(sample.prefix(65_536))) != nil }
        var lines = 0
        var wrapped = 0
        ChunkBuffer(Array(sample.prefix(65_536))).withBytes { bytes in
            var position = 0
            while position < bytes.count && lines < 100 {
                let end = bytes.firstIndex(of: UInt8(ascii: "\n"), from: position, to: bytes.count)
                let last = end > position && bytes[end - 1] == UInt8(ascii: "\r") ? end - 1 : end
                if last > position {
                    lines += 1
                    if wrapper.inner(bytes, from: position, to: last) != nil { wrapped += 1 }
                }
                position = end + 1
            }
        }
        return wrapped * 2 > lines
    }

    /// The lines inside of a wrapper, pieces left out: only for a look at their names.
    private static func unwrapped(_ sample: [UInt8], _ wrapper: LineWrapper) -> [UInt8] {
        if wrapper == .csv { return WrappedRows.lines(of: sample) ?? [] }
        if wrapper == .json { return WrappedObjects.lines(of: sample) ?? [] }
        var result: [UInt8] = []
        ChunkBuffer(sample).withBytes { bytes in
            var position = 0
            while position < bytes.count {
                let end = bytes.firstIndex(of: UInt8(ascii: "\n"), from: position, to: bytes.count)
                let last = end > position && bytes[end - 1] == UInt8(ascii: "\r") ? end - 1 : end
                if let inner = wrapper.inner(bytes, from: position, to: last), !inner.isPartial {
                    let before = result.count
                    if wrapper == .syslog, let line = SyslogEscapes.undone(bytes, from: inner.start, to: inner.end) {
                        result += line
                    } else if !inner.isEscaped {
                        result += bytes.copy(inner.start..<inner.end)
                    } else if !JSONUnescape.append(bytes, inner.start, inner.end, to: &result) {
                        result.removeLast(result.count - before)
                    }
                    result.append(UInt8(ascii: "\n"))
                }
                position = end + 1
            }
        }
        return result
    }

    // MARK: Remarks

    /// What can be said of a log that no format reads.
    private static func remark(on sample: [UInt8]) -> String? {
        let start = sample.firstIndex { $0 > 0x20 && $0 != 0xEF && $0 != 0xBB && $0 != 0xBF } ?? sample.endIndex
        guard start < sample.endIndex else { return "it is empty, or holds nothing but blanks" }
        if sample.starts(with: [0xFF, 0xFE]) || sample.starts(with: [0xFE, 0xFF]) {
            return "it is UTF-16: iconv -f utf-16 -t utf-8 makes it readable"
        }
        let lineEnd = sample[start...].firstIndex(of: UInt8(ascii: "\n")) ?? sample.endIndex
        let first = sample[start..<lineEnd]
        if first.first == UInt8(ascii: "<") && first.dropFirst().first.map({ ($0 | 0x20) &- 0x61 < 26 || $0 == 0x3F }) == true {
            return "it is XML: weir reads lines"
        }
        if lineEnd + 1 >= sample.endIndex, let names = WrappedRows.names(in: Array(first)), names > 2 {
            return "it is the header of a table, of \(names) columns, and no row: look again when there are some"
        }
        let words = first.split(whereSeparator: { $0 == 0x20 || $0 == 0x09 })
        if words.count >= 8 && !first.contains(0x09) && words[0].count == 10 && words[1].count == 8 {
            let time = Array(words[0]) + [0x20] + Array(words[1])
            if ChunkBuffer(time).withBytes({ TimestampParser.zoneless($0, from: 0, to: time.count) }) != .min {
                return
                    "it looks like a log of IIS without its #Fields line: w3c reads it by the numbers of the columns, fields: { account: 8 }"
            }
        }
        return nil
    }
}

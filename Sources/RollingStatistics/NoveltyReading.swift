// weir
// SPDX-License-Identifier: Apache-2.0

/// The seven kinds of newness that ``SeriesNovelty`` tells apart. Each counts once, by the strongest of its channels.
public enum NoveltyGroup: Int, CaseIterable, Sendable {
    case level = 0
    case rhythm, jump, trend, sequence, magnitudeSequence, hour

    /// The group's channels, numbered as in design/statistics.md section 6.
    public var channels: Range<Int> {
        switch self {
        case .level: 0..<3
        case .rhythm: 3..<5
        case .jump: 5..<6
        case .trend: 6..<9
        case .sequence: 9..<11
        case .magnitudeSequence: 11..<13
        case .hour: 13..<15
        }
    }
}

/// What ``SeriesNovelty`` says to one row.
public struct NoveltyReading: Equatable, Sendable {
    /// The score to report: ``strength`` if it is above that of each of the last 96 rows, else 0.
    public internal(set) var score = 0.0
    /// The sum of the groups' margins.
    public private(set) var strength = 0.0
    /// What is usual at this hour of the week: its mean before this row; while the hour is unseen, that of the series.
    public internal(set) var usual = 0.0
    /// The range of the values before this row, in which old extremes count for less.
    public internal(set) var low = 0.0
    public internal(set) var high = 0.0
    private var channels = InlineArray<7, UInt8>(repeating: 0)
    private var margins = InlineArray<7, Double>(repeating: 0)

    public init() {}

    /// A reading with what these groups found, as for a test of those who read it.
    public init(parts: [Part], usual: Double, low: Double, high: Double) {
        self.usual = usual
        self.low = low
        self.high = high
        for part in parts { add(part) }
        score = strength
    }

    /// What one group found.
    public struct Part: Equatable, Sendable {
        public var group: NoveltyGroup
        /// The winning channel's number.
        public var channel: Int
        /// How far outside its range so far the channel lies, in widths of that range.
        public var margin: Double

        public init(group: NoveltyGroup, channel: Int, margin: Double) {
            self.group = group
            self.channel = channel
            self.margin = margin
        }
    }

    /// The groups in the order of their numbers; those that found nothing new have a margin of 0.
    public subscript(_ group: NoveltyGroup) -> Part {
        Part(group: group, channel: Int(channels[group.rawValue]), margin: margins[group.rawValue])
    }

    /// The groups that found something new, the strongest first.
    public var found: [Part] {
        let parts = NoveltyGroup.allCases.map { self[$0] }.filter { $0.margin > 0 }
        return parts.sorted { ($0.margin, $1.group.rawValue) > ($1.margin, $0.group.rawValue) }
    }

    mutating func add(_ part: Part) {
        channels[part.group.rawValue] = UInt8(part.channel)
        margins[part.group.rawValue] = part.margin
        strength += part.margin
    }

    public static func == (left: NoveltyReading, right: NoveltyReading) -> Bool {
        left.score == right.score && left.strength == right.strength && left.usual == right.usual && left.low == right.low
            && left.high == right.high && NoveltyGroup.allCases.allSatisfy { left[$0] == right[$0] }
    }
}

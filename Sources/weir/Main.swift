// weir
// SPDX-License-Identifier: Apache-2.0

import Daemon
import LogFormats
import Pipeline
import EventModel
import Alerting

@main
enum Main {
    static func main() throws {
        let f = try JSONFormat(options: FormatOptions())
        let r = Replay(lane: LaneOptions(name: "replay", format: "json", lateness: .minutes(2)), format: f, paths: Array(CommandLine.arguments.dropFirst()))
        var n = 0
        let o = r.run { print($0.json); n += 1 }
        print("#", o)
    }
}

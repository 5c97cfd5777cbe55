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
        let r = Replay(lane: LaneSpecification(options: LaneOptions(name: "replay", format: "json", lateness: .minutes(2)), format: f, paths: Array(CommandLine.arguments.dropFirst())))
        let o = r.run(alert: { print($0.json) }, progress: { _ in })
        print("#", o.counters.events, o.messages, o.elapsed)
    }
}

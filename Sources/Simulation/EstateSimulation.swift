// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// The estate of a company that sells things: a CRM wired to shops, to a data lake, and to features that write and train with what a
/// machine made, in four environments and two jurisdictions. A pure function of its arguments.
///
/// State: the planned incidents and one day. Complexity: O(events × log(events of a day)).
package struct EstateSimulation: Sendable {
    package let calendar: FleetCalendar
    /// What was planted, in the order of time.
    package let labels: [EstateLabel]

    private let scene: EstateScene
    private let planted: [EstateEvent]
    private var plantedPlace = 0
    private var day = 0

    /// - Parameter incidents: what to plant; without it, one of each kind in the last third.
    package init(days: Int, seed: UInt64, start: EventTime, incidents: EstateIncidentList? = nil) {
        precondition(days >= 1, "an estate lives for a day at least")
        calendar = FleetCalendar(start: start, days: days)
        scene = EstateScene(seed: seed, calendar: calendar)
        var events: [EstateEvent] = []
        var labels: [EstateLabel] = []
        for (place, incident) in (incidents ?? EstateIncidentList.usual(calendar, seed: seed)).incidents.enumerated() {
            var stage = EstateStage(scene: scene, incident: incident, place: place)
            stage.play()
            events += stage.events
            labels.append(incident.label)
        }
        self.labels = labels.sorted { $0.start < $1.start }
        planted = EstateSimulation.inOrder(events)
    }

    /// The events of the next day in the order of time; nil after the last day.
    package mutating func nextDay() -> [EstateEvent]? {
        guard day < calendar.days else { return nil }
        var events: [EstateEvent] = []
        for routine in EstateRoutine.usual.indices { events += scene.events(ofRoutine: routine, day: day) }
        scene.generate(day: day, into: &events)
        scene.runJobs(day: day, into: &events)
        scene.work(day: day, into: &events)
        day += 1
        while plantedPlace < planted.count && planted[plantedPlace].time.milliseconds < calendar.midnight(day) {
            events.append(planted[plantedPlace])
            plantedPlace += 1
        }
        return EstateSimulation.inOrder(events)
    }

    /// By time; what happens at once stays in its order.
    private static func inOrder(_ events: [EstateEvent]) -> [EstateEvent] {
        events.indices.sorted { (events[$0].time, $0) < (events[$1].time, $1) }.map { events[$0] }
    }
}

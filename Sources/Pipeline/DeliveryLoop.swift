// stub until merge
import Alerting
import EventModel
package struct DeliveryLoop {
    package init(outbox: any Outbox, sinks: [any AlertSink], now: @escaping () -> EventTime) {}
    package mutating func step() -> EventTime? { nil }
    package mutating func takeMessages() -> [String] { [] }
}

// weir
// SPDX-License-Identifier: Apache-2.0

/// An event with what only some logs state of it.
public struct DetailedEvent: Sendable {
    /// The event.
    public var event: AccessEvent
    /// Its detail, if ``AccessEvent/presence`` says that there is one.
    public var detail: EventDetail?

    /// An event and its detail.
    public init(event: AccessEvent, detail: EventDetail?) {
        self.event = event
        self.detail = detail
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

/// An event with what only some logs state of it.
public struct DetailedEvent: Sendable {
    /// The event.
    public var event: AccessEvent
    /// Its detail, if ``AccessEvent/presence`` says that there is one.
    public var detail: EventDetail?
    /// Its movement, likewise.
    public var movement: DataMovement?

    /// An event with what belongs to it.
    public init(event: AccessEvent, detail: EventDetail?, movement: DataMovement? = nil) {
        self.event = event
        self.detail = detail
        self.movement = movement
    }
}

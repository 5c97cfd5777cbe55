// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Digest
import EventModel
import Testing

@testable import AlertSinks

struct `Webhook requests` {
    static let key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    /// A sink that posts to a responder by plain HTTP, and the folder of its secret.
    private func webhook(_ port: UInt16, in folder: Folder, _ more: [String: String] = [:]) throws -> WebhookSink {
        let secret = try folder.file("secret", `Webhook requests`.key + "\n")
        let values = ["url": "http://127.0.0.1:\(port)/hook", "secret_file": secret, "timeout_seconds": "5"]
        return try sink(WebhookSink.self, values.merging(more) { $1 })
    }

    private func outcome(_ replies: HTTPResponder.Reply, _ more: [String: String] = [:]) throws -> DeliveryOutcome {
        let responder = HTTPResponder(replies)
        defer { responder.stop() }
        return try webhook(responder.port, in: Folder(), more).deliver(record(), messageID: "m", now: instant)
    }

    @Test func `the published test vector of Standard Webhooks is reproduced`() throws {
        let secrets = try WebhookSecrets(lines: [`Webhook requests`.key])
        let signature = secrets.signature(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330, body: Array("{\"test\": 2432232314}".utf8))
        #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test func `while a secret is changed, both sign in the order of the file`() throws {
        let other = "whsec_" + Base64.text([UInt8](repeating: 7, count: 32))
        let both = try WebhookSecrets(lines: [other, `Webhook requests`.key]).signature(id: "m", timestamp: 1, body: [1])
        let first = try WebhookSecrets(lines: [other]).signature(id: "m", timestamp: 1, body: [1])
        let second = try WebhookSecrets(lines: [`Webhook requests`.key]).signature(id: "m", timestamp: 1, body: [1])
        #expect(first != second)
        #expect(both == "\(first) \(second)")
    }

    @Test func `a receiver gets the signed headers and the record as data`() throws {
        let responder = HTTPResponder(.status(200))
        let folder = try Folder()
        let webhook = try webhook(responder.port, in: folder)
        #expect(webhook.deliver(record(), messageID: "A-01-0-hooks", now: instant) == .delivered)
        let request = try #require(responder.requests.first)
        #expect(request.head.hasPrefix("POST /hook HTTP/1.1\r\n"))
        #expect(request.header("content-type") == "application/json")
        #expect(request.header("webhook-id") == "A-01-0-hooks")
        #expect(request.header("webhook-timestamp") == "1795485900")
        let key = try #require(Base64.bytes("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        let code = HMACSHA256.code(for: Array("A-01-0-hooks.1795485900.".utf8) + request.body, key: key)
        #expect(request.header("webhook-signature") == "v1,\(Base64.text(code))")
        let expected = #"{"type":"anomaly.opened","timestamp":"2026-11-24T02:04:00Z","data":{"schema":"weir.alert/1"}}"#
        #expect(String(decoding: request.body, as: UTF8.self) == expected)
        #expect(request.header("authorization") == nil)
        responder.stop()
    }

    @Test func `a retry has a new timestamp and the same id`() throws {
        let responder = HTTPResponder(.status(500), .status(200))
        let webhook = try webhook(responder.port, in: Folder())
        #expect(webhook.deliver(record(), messageID: "m-1", now: instant).isRetry)
        #expect(webhook.deliver(record(), messageID: "m-1", now: instant + .seconds(5)) == .delivered)
        let requests = responder.requests
        try #require(requests.count == 2)
        #expect(requests.map { $0.header("webhook-id") } == ["m-1", "m-1"])
        #expect(requests.map { $0.header("webhook-timestamp") } == ["1795485900", "1795485905"])
        #expect(requests[0].header("webhook-signature") != requests[1].header("webhook-signature"))
        #expect(requests[0].body == requests[1].body)
        responder.stop()
    }

    @Test func `posts share one connection`() throws {
        let responder = HTTPResponder(.status(200))
        let webhook = try webhook(responder.port, in: Folder())
        for number in 0..<3 { #expect(webhook.deliver(record(), messageID: "m\(number)", now: instant) == .delivered) }
        #expect(responder.requests.map { $0.connection } == [0, 0, 0])
        responder.stop()
    }

    @Test(arguments: [(AlertRecord.Status.open, "opened"), (.update, "updated"), (.resolved, "resolved")])
    func `the type says what became of the anomaly`(status: AlertRecord.Status, word: String) {
        let body = String(decoding: WebhookPayload.body(of: record(status: status)), as: UTF8.self)
        #expect(body.hasPrefix("{\"type\":\"anomaly.\(word)\","))
    }

    @Test func `a record that is too large is sent without its details`() {
        let large = record(json: "{\"evidence\":\"\(String(repeating: "x", count: 20_000))\"}")
        let body = WebhookPayload.body(of: large)
        let text = String(decoding: body, as: UTF8.self)
        #expect(body.count < WebhookPayload.sizeLimit)
        #expect(text.contains("\"summary\":\"svc-data-005 moved") && text.contains("\"shortened\":true"))
        let fits = record(json: "{\"evidence\":\"\(String(repeating: "x", count: 19_000))\"}")
        #expect(!String(decoding: WebhookPayload.body(of: fits), as: UTF8.self).contains("shortened"))
    }

    @Test func `an id cannot be mistaken for the timestamp, nor end its header`() {
        #expect(WebhookSink.identifier("A-01:3_hooks.example.com\r\nx: y") == "A-01:3_hooks-example-com--x:-y")
    }

    @Test(arguments: [200, 201, 202, 204, 299]) func `every 2xx is success`(status: Int) throws {
        #expect(try outcome(.text("HTTP/1.1 \(status) Text\r\n\(status == 204 ? "" : "content-length: 0\r\n")\r\n")) == .delivered)
    }

    @Test func `410 disables the sink`() throws {
        let outcome = try outcome(.status(410))
        #expect(outcome == .disabled(reason: try #require(outcome.reason)))
    }

    @Test(arguments: [400, 413, 422]) func `an answer that will not change refuses the message`(status: Int) throws {
        let outcome = try outcome(.status(status))
        #expect(outcome == .refused(reason: try #require(outcome.reason)))
        #expect(outcome.reason?.contains("\(status)") == true)
    }

    /// A token that has expired, or a gateway that is being set up, must not cost the alerts of that time.
    @Test(arguments: [401, 403, 404, 407])
    func `an answer that somebody can mend is tried again, and says where to look`(status: Int) throws {
        let outcome = try outcome(.status(status))
        #expect(outcome.isRetry && outcome.reason?.contains("look at") == true)
    }

    @Test(arguments: [408, 425, 429, 500, 501, 502, 503, 504, 599, 300, 301, 302, 307, 308])
    func `an answer that may change is tried again`(status: Int) throws {
        #expect(try outcome(.status(status, "location: http://127.0.0.1:1/elsewhere")).isRetry)
    }

    @Test(arguments: [429, 503, 502, 504]) func `Retry-After is honoured`(status: Int) throws {
        #expect(try outcome(.status(status, "retry-after: 37")).after == .seconds(37))
        #expect(try outcome(.status(status)).after == nil)
    }

    @Test func `a Retry-After in the past or beyond reason does no harm`() throws {
        #expect(try outcome(.status(429, "retry-after: Wed, 21 Oct 2015 07:28:00 GMT")).after == nil)
        #expect(try outcome(.status(429, "retry-after: -5")).after == nil)
        let after = try outcome(.status(429, "retry-after: 99999999999999999999")).after
        #expect(after.map { $0 <= .days(365) } ?? true)
    }

    @Test func `a redirect is not followed`() throws {
        let target = HTTPResponder(.status(200))
        let outcome = try outcome(.status(302, "location: http://127.0.0.1:\(target.port)/"))
        #expect(outcome.isRetry)
        #expect(outcome.reason?.contains("redirect") == true)
        #expect(target.requests.isEmpty)
        target.stop()
    }

    @Test func `a closed port is tried again`() throws {
        let outcome = try webhook(Loopback.closedPort(), in: Folder()).deliver(record(), messageID: "m", now: instant)
        #expect(outcome.isRetry)
        #expect(outcome.reason?.contains("does not accept connections") == true)
    }

    @Test func `a receiver that does not answer in time is tried again`() throws {
        let start = ContinuousClock.now
        let outcome = try outcome(.silence, ["timeout_seconds": "0.2"])
        #expect(ContinuousClock.now - start < .seconds(5))
        #expect(outcome.isRetry)
        #expect(outcome.reason?.contains("time limit") == true)
    }

    @Test func `a receiver that hangs up is tried again`() throws {
        #expect(try outcome(.hangUp).isRetry)
    }

    @Test func `an answer without end does not hold the delivery`() throws {
        // With the limit broken this takes the five seconds of the time limit and is a retry.
        #expect(try outcome(.endless) == .delivered)
    }

    @Test func `the value of authorization_file is sent`() throws {
        let responder = HTTPResponder(.status(200))
        let folder = try Folder()
        let file = try folder.file("authorization", "Bearer abc def\n")
        let webhook = try webhook(responder.port, in: folder, ["authorization_file": file])
        #expect(webhook.deliver(record(), messageID: "m", now: instant) == .delivered)
        #expect(responder.requests.first?.header("authorization") == "Bearer abc def")
        responder.stop()
    }
}

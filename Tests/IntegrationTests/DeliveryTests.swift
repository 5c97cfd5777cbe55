// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Testing

/// The release binary against receivers that are not ours: a webhook that checks signatures with the reference implementation, and rsyslog.
@Suite(.serialized) struct DeliveryTests {
    private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    /// A receiver on loopback; returns its port once it listens.
    private func startWebhookReceiver(_ bench: Workbench) throws -> String {
        let script = Workbench.root.appendingPathComponent("Tests/IntegrationTests/Fixtures/webhook_receiver.py").path
        let packages = Workbench.root.appendingPathComponent(".build/python").path
        let arguments = ["python3", script, bench.path("port"), DeliveryTests.secret, bench.path("received")]
        _ = try bench.start("/usr/bin/env", arguments, name: "receiver", environment: ["PYTHONPATH": packages])
        let isUp = bench.wait(atMost: 20) { !bench.text("port").isEmpty }
        try #require(isUp, "the receiver did not start: \(bench.text("receiver.log"))")
        return bench.text("port")
    }

    /// rsyslog on a loopback port and a unix socket, writing what it gets to a file; returns the port.
    private func startRsyslog(_ bench: Workbench) throws -> Int {
        let port = 20_000 + Int(getpid()) % 20_000
        try bench.write(
            """
            module(load="imtcp")
            module(load="imuxsock" SysSock.Use="off")
            input(type="imtcp" port="\(port)" address="127.0.0.1")
            input(type="imuxsock" Socket="\(bench.path("log.socket"))" CreatePath="on" UseSpecialParser="off" ParseHostname="on")
            template(name="fields" type="string" string="%inputname% %syslogfacility-text% %syslogseverity-text% %app-name% %msgid% %structured-data% %msg%\\n")
            *.* action(type="omfile" file="\(bench.path("syslog"))" template="fields" asyncWriting="off")
            """, to: "rsyslog.conf")
        _ = try bench.start(
            "/usr/sbin/rsyslogd", ["-n", "-f", bench.path("rsyslog.conf"), "-i", bench.path("rsyslog.pid")], name: "rsyslogd")
        let isUp = bench.wait(atMost: 20) { FileManager.default.fileExists(atPath: bench.path("log.socket")) }
        try #require(isUp, "rsyslog did not start: \(bench.text("rsyslogd.log"))")
        return port
    }

    private func prepare(_ bench: Workbench, port: String, syslog: Int, _ more: String...) throws {
        try bench.write(DeliveryTests.secret + "\n", to: "secret")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: bench.path("secret"))
        let sinks = [
            "type: webhook, url: \"http://127.0.0.1:\(port)/weir\", secret_file: secret",
            "type: syslog, address: \"tcp:127.0.0.1:\(syslog)\", facility: local3",
            "type: syslog, address: \"unix:\(bench.path("log.socket"))\", facility: authpriv", "type: ndjson, path: alerts.ndjson",
        ]
        try bench.prepareFleet(sinks: sinks, more)
    }

    @Test func `alerts reach the webhook signed and syslog parsed, each once, across a kill`() throws {
        let bench = try Workbench()
        let port = try startWebhookReceiver(bench)
        let syslog = try startRsyslog(bench)
        try prepare(bench, port: port, syslog: syslog, "--split", "daily", "--packing", "gzip")
        let expected = try bench.transitions()
        var daemon = try bench.follow()
        #expect(bench.wait(atMost: 30) { !bench.lines("received").isEmpty }, "\(bench.text("daemon.log").suffix(2000))")
        #expect(bench.end(daemon, signal: SIGKILL) != 0)
        daemon = try bench.follow()
        let isComplete = bench.wait(atMost: 60) {
            bench.lines("received").count >= expected && bench.lines("alerts.ndjson").count >= expected
                && bench.lines("syslog").count >= 2 * expected
        }
        let counts = "\(bench.lines("received").count) \(bench.lines("alerts.ndjson").count) \(bench.lines("syslog").count)"
        #expect(isComplete, "expected \(expected) each, twice in syslog: \(counts): \(bench.text("daemon.log").suffix(2000))")
        #expect(bench.end(daemon, signal: SIGTERM) == 0)

        try checkWebhook(bench, expected: expected)
        let messages = bench.lines("syslog")
        #expect(messages.allSatisfy { $0.contains("[weir@32473 ") }, "\(messages.first ?? "")")
        #expect(messages.contains { $0.hasPrefix("imtcp local3 ") } && messages.contains { $0.hasPrefix("imuxsock authpriv ") })
        #expect(try bench.mode("state/weir.sqlite") == 0o600)
    }

    private func checkWebhook(_ bench: Workbench, expected: Int) throws {
        var identifiers: Set<String> = []
        for line in bench.lines("received") {
            let entry = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            #expect(entry["verified"] as? Bool == true, "the reference implementation refuses the signature: \(line)")
            identifiers.insert(entry["id"] as? String ?? "")
            let body = try #require(try JSONSerialization.jsonObject(with: Data((entry["body"] as? String ?? "").utf8)) as? [String: Any])
            #expect(["anomaly.opened", "anomaly.updated", "anomaly.resolved"].contains(body["type"] as? String ?? ""))
            #expect((body["data"] as? [String: Any])?["schema"] as? String == "weir.alert/1")
        }
        // At least once: a kill may repeat a message, but with its id, so that the receiver can tell.
        #expect(identifiers.count == expected)
    }

    @Test func `a receiver that is down gets everything when it is back`() throws {
        let bench = try Workbench()
        let port = try startWebhookReceiver(bench)
        try prepare(bench, port: port, syslog: 1)
        try bench.write("", to: "received.fail")
        let expected = try bench.transitions()
        let daemon = try bench.follow()
        // Alerts are found and kept while nobody takes them.
        #expect(bench.wait(atMost: 30) { bench.lines("alerts.ndjson").count >= expected }, "\(bench.text("daemon.log").suffix(2000))")
        #expect(bench.lines("received").isEmpty)
        let status = try bench.weir("status", "--settings", bench.path("weir.yaml"))
        #expect(status.output.contains("\(expected) waiting"), "\(status.output)")
        try FileManager.default.removeItem(atPath: bench.path("received.fail"))
        #expect(bench.wait(atMost: 60) { bench.lines("received").count >= expected }, "\(bench.text("daemon.log").suffix(2000))")
        #expect(bench.end(daemon, signal: SIGTERM) == 0)
    }

    @Test func `what waits when weir is ended is delivered before it ends`() throws {
        let bench = try Workbench()
        let port = try startWebhookReceiver(bench)
        try prepare(bench, port: port, syslog: 1)
        try bench.write("", to: "received.hold")
        let expected = try bench.transitions()
        let daemon = try bench.follow()
        // The webhook answers nothing while the file has everything.
        #expect(bench.wait(atMost: 30) { bench.lines("alerts.ndjson").count >= expected }, "\(bench.text("daemon.log").suffix(2000))")
        #expect(bench.lines("received").isEmpty)
        kill(daemon.processIdentifier, SIGTERM)
        #expect(bench.wait(atMost: 30) { bench.text("daemon.log").contains("stopping") })
        try FileManager.default.removeItem(atPath: bench.path("received.hold"))
        daemon.waitUntilExit()
        #expect(daemon.terminationStatus == 0)
        // More than one step of the delivery; the second sink, which nobody listens for, holds up neither it nor the end.
        #expect(bench.lines("received").count == expected, "\(bench.text("daemon.log").suffix(2000))")
    }
}

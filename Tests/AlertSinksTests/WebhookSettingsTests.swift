// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Digest
import EventModel
import Testing

@testable import AlertSinks

struct `Webhook settings` {
    private func problems(_ url: String, _ secret: String, _ more: [String: String] = [:]) -> [String] {
        AlertSinksTests.problems(WebhookSink.self, ["url": url, "secret_file": secret].merging(more) { $1 })
    }

    @Test func `the name shows the host and a port, and nothing else`() throws {
        let folder = try Folder()
        let secret = try folder.file("secret", `Webhook requests`.key)
        func name(_ url: String, _ more: [String: String] = [:]) throws -> String {
            try sink(WebhookSink.self, ["url": url, "secret_file": secret].merging(more) { $1 }).name
        }
        #expect(try name("https://Hooks.Example.com/T0/B0/secret?token=x") == "webhook:hooks.example.com")
        #expect(try name("https://hooks.example.com:8443/") == "webhook:hooks.example.com:8443")
        #expect(try name("https://[2001:db8::1]:8443/") == "webhook:[2001:db8::1]:8443")
        #expect(try name("https://hooks.example.com/", ["name": "security-team"]) == "security-team")
    }

    @Test(arguments: [
        "http://127.0.0.1/", "http://127.9.9.9:8080/x", "http://localhost:80/", "http://[::1]/", "https://10.0.0.5/",
        "https://192.168.1.9/",
        "https://hooks.example.com/", "https://[fd12::1]/",
    ])
    func `a usable URL has no problem`(url: String) throws {
        let folder = try Folder()
        #expect(try problems(url, folder.file("secret", `Webhook requests`.key)) == [])
    }

    @Test(arguments: [
        ("http://hooks.example.com/", "in the clear"), ("http://10.0.0.5/", "in the clear"),
        ("http://localhost.example.com/", "in the clear"),
        ("ftp://hooks.example.com/", "https://"), ("hooks.example.com/weir", "cannot be read"), ("https://", "cannot be read"),
        ("https://user@hooks.example.com/", "authorization_file"), ("https://:word@hooks.example.com/", "authorization_file"),
        ("https://169.254.169.254/latest", "link-local"), ("https://2852039166/", "link-local"), ("https://0xA9FEA9FE/", "link-local"),
        ("https://0251.0376.0251.0376/", "link-local"), ("https://[::ffff:169.254.169.254]/", "link-local"),
        ("https://[fe80::1]/", "link-local"), ("https://[fd00:ec2::254]/", "metadata"), ("https://0.0.0.0/", "no address"),
    ])
    func `a URL that must not be used is one problem`(url: String, word: String) throws {
        let folder = try Folder()
        let found = try problems(url, folder.file("secret", `Webhook requests`.key))
        #expect(found.count == 1)
        #expect(found.first?.contains(word) == true, "\(found)")
    }

    @Test func `allow_plain_http lets plain HTTP leave the host, but never to a metadata address`() throws {
        let folder = try Folder()
        let secret = try folder.file("secret", `Webhook requests`.key)
        #expect(problems("http://hooks.example.com/", secret, ["allow_plain_http": "true"]) == [])
        #expect(problems("http://169.254.169.254/", secret, ["allow_plain_http": "true"]).count == 1)
    }

    @Test func `every problem is told at once`() {
        let found = problems(
            "ftp://x/", "/nowhere/secret",
            ["timeout_seconds": "0", "allow_plain_http": "yes", "client_certificate_file": "/nowhere/c", "connect_timeout_seconds": "x"])
        for word in ["url", "secret_file", "timeout_seconds", "allow_plain_http", "client_key_file", "connect_timeout_seconds"] {
            #expect(found.contains { $0.contains(word) }, "\(word): \(found)")
        }
        #expect(AlertSinksTests.problems(WebhookSink.self, [:]).count == 2)
    }

    @Test(arguments: [
        ("", "holds 0 secrets"), ("\n \n", "holds 0 secrets"), ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "line 1"), ("whsec_!!!!", "line 1"),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\nwhsec_YWJj", "line 2"), ("whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "line 1"),
    ])
    func `a secret that is none is a problem which does not repeat it`(content: String, word: String) throws {
        let folder = try Folder()
        let found = try problems("https://hooks.example.com/", folder.file("secret", content))
        #expect(found.count == 1)
        #expect(found.first?.contains(word) == true, "\(found)")
        #expect(found.first?.contains("MfKQ") == false && found.first?.contains("YWJj") == false)
    }

    @Test func `a secret has 24 to 64 bytes`() {
        for (count, isTaken) in [(23, false), (24, true), (64, true), (65, false)] {
            let line = "whsec_" + Base64.text([UInt8](repeating: 1, count: count))
            let isRead: Bool
            do {
                _ = try WebhookSecrets(lines: [line])
                isRead = true
            } catch {
                isRead = false
            }
            #expect(isRead == isTaken, "\(count) bytes")
        }
    }

    @Test func `spaces and line ends around a secret do not count`() throws {
        let folder = try Folder()
        #expect(try problems("https://hooks.example.com/", folder.file("secret", "  \(`Webhook requests`.key) \r\n\n")) == [])
    }

    @Test(arguments: [0o644, 0o604, 0o622, 0o602, 0o606]) func `a secret file that others can read or change is a problem`(mode: Int) throws
    {
        let folder = try Folder()
        let found = try problems("https://hooks.example.com/", folder.file("secret", `Webhook requests`.key, mode: mode))
        #expect(found.count == 1)
        #expect(found.first?.contains("secret_file can be read by others") == true, "\(found)")
    }

    @Test func `a file is private if nobody but its owner has rights`() {
        func isPrivate(_ mode: UInt32, owner: UInt32 = 1000, group: UInt32 = 1000) -> Bool {
            OwnerOnlyFile.isPrivate(mode: mode, owner: owner, group: group, own: 1000)
        }
        #expect(isPrivate(0o600) && isPrivate(0o400) && isPrivate(0o400, owner: 0))
        #expect(!isPrivate(0o640) && !isPrivate(0o604) && !isPrivate(0o620) && !isPrivate(0o601))
        #expect(!isPrivate(0o600, owner: 1001))
        // A credential of systemd: root's, with an access list whose mask shows as the group's right.
        #expect(isPrivate(0o440, owner: 0, group: 0) && !isPrivate(0o440, owner: 0, group: 1000) && !isPrivate(0o460, owner: 0, group: 0))
    }

    @Test func `a key of weir's certificate that others can read is a problem`() throws {
        let folder = try Folder()
        let key = try folder.file("key", "x", mode: 0o644)
        let certificate = try folder.file("certificate", "x")
        let found = try problems(
            "https://hooks.example.com/", folder.file("secret", `Webhook requests`.key),
            ["client_certificate_file": certificate, "client_key_file": key])
        #expect(found == ["client_key_file can be read by others; run chmod 600 on it, as the user that weir runs as"])
    }

    @Test func `an authorization of two lines, or with control characters, is a problem`() throws {
        let folder = try Folder()
        let secret = try folder.file("secret", `Webhook requests`.key)
        for (index, content) in ["Bearer a\nX-Other: b", "Bearer \u{1}", ""].enumerated() {
            let file = try folder.file("authorization\(index)", content)
            #expect(problems("https://hooks.example.com/", secret, ["authorization_file": file]).count == 1)
        }
    }

    @Test func `no secret is in any sentence`() throws {
        let folder = try Folder()
        let words = ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "hunter2", "s3cr3tpath", "t0ken", "querysecret"]
        let secret = try folder.file("secret", `Webhook requests`.key)
        let authorization = try folder.file("authorization", "Bearer t0ken")
        var sentences: [String] = []
        let replies: [HTTPResponder.Reply] = [.status(302), .status(404), .status(410), .status(429), .status(500), .hangUp, .silence]
        for reply in replies {
            let responder = HTTPResponder(reply)
            let webhook = try sink(
                WebhookSink.self,
                [
                    "url": "http://127.0.0.1:\(responder.port)/s3cr3tpath?key=querysecret", "secret_file": secret,
                    "authorization_file": authorization, "timeout_seconds": "0.2",
                ])
            sentences.append(try #require(webhook.deliver(record(), messageID: "m", now: instant).reason))
            responder.stop()
        }
        for url in [
            "http://127.0.0.1:\(Loopback.closedPort())/s3cr3tpath?querysecret", "http://nowhere.localhost.invalid/s3cr3tpath?querysecret",
            "https://169.254.169.254/s3cr3tpath?querysecret",
        ] {
            let transport = CurlTransport(TransportOptions(address: try WebAddress(url), allowPlainHTTP: true, totalLimit: .seconds(2)))
            let webhook = WebhookSink(
                host: try WebAddress(url).shown, secrets: try WebhookSecrets(lines: [`Webhook requests`.key]), authorization: nil,
                transport: transport, name: nil)
            sentences.append(try #require(webhook.deliver(record(), messageID: "m", now: instant).reason))
        }
        for url in [
            "https://me:hunter2@hooks.example.com/s3cr3tpath?querysecret", "http://hooks.example.com/s3cr3tpath?querysecret",
            "https://169.254.169.254/s3cr3tpath?querysecret", "gopher://me:hunter2@h/s3cr3tpath",
            "https://me:hunter2@/s3cr3tpath?querysecret",
        ] {
            sentences += problems(url, secret)
        }
        #expect(sentences.count == replies.count + 3 + 5)
        for sentence in sentences {
            #expect(!sentence.contains("\n"))
            for word in words { #expect(!sentence.contains(word), "\(sentence)") }
        }
    }
}

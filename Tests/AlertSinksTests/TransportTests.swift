// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Foundation
import Testing

@testable import AlertSinks

struct `The guard of addresses` {
    @Test(arguments: [
        "169.254.169.254", "169.254.0.1", "fe80::1", "febf::1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "100.100.100.200",
        "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "0.0.0.0", "0.1.2.3", "::", "::ffff:0.0.0.0", "224.0.0.1", "255.255.255.255",
        "ff02::1",
    ])
    func `refuses link-local, metadata and group addresses`(text: String) throws {
        #expect(!AddressRule.verdict(try #require(SocketAddressText.bytes(text))).isAllowed)
    }

    @Test(arguments: [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "100.64.0.1", "8.8.8.8", "169.253.1.1", "169.255.1.1", "::1", "fd12::1",
        "fec0::1", "2001:db8::1", "::ffff:10.0.0.1", "fd00:ec2::253", "223.255.255.1",
    ])
    func `allows public and private addresses`(text: String) throws {
        #expect(AddressRule.verdict(try #require(SocketAddressText.bytes(text))).isAllowed)
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.255.0.9", true), ("::1", true), ("::ffff:127.0.0.1", true), ("10.0.0.1", false), ("128.0.0.1", false),
        ("::2", false), ("1::1", false), ("::ffff:10.0.0.1", false),
    ])
    func `knows this host`(text: String, isLoopback: Bool) throws {
        #expect(AddressRule.isLoopback(try #require(SocketAddressText.bytes(text))) == isLoopback)
    }

    @Test func `refuses what is no address`() {
        #expect(!AddressRule.verdict([]).isAllowed && !AddressRule.verdict([127, 0, 0]).isAllowed)
        #expect(!AddressRule.isLoopback([]))
        #expect(SocketAddressText.bytes("localhost") == nil && SocketAddressText.bytes("127.1") == nil)
    }

    private func failure(_ url: String, allowPlainHTTP: Bool) throws -> TransportFailure? {
        let options = TransportOptions(
            address: try WebAddress(url), allowPlainHTTP: allowPlainHTTP, connectLimit: .seconds(2), totalLimit: .seconds(2))
        do throws(TransportFailure) {
            _ = try CurlTransport(options).post(TransportRequest(headers: [], body: [1]))
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        "http://169.254.169.254/latest/meta-data", "https://169.254.169.254/", "http://[::ffff:169.254.169.254]/", "http://[fe80::1%251]/",
        "http://0.0.0.0/", "http://2852039166/",
    ])
    func `stands before the connection, whatever the settings allow`(url: String) throws {
        #expect(try failure(url, allowPlainHTTP: true)?.kind == .addressRefused)
    }

    @Test func `keeps plain HTTP on this host by the address, not by the name`() throws {
        // 192.0.2.0/24 is reserved for documentation; nothing is sent there.
        let refused = try failure("http://192.0.2.1/", allowPlainHTTP: false)
        #expect(refused?.kind == .addressRefused)
        #expect(refused?.message.contains("plain HTTP may not leave it") == true)
        let responder = HTTPResponder(.status(200))
        #expect(try failure("http://127.0.0.1:\(responder.port)/", allowPlainHTTP: false) == nil)
        responder.stop()
    }

    @Test(arguments: [(HTTPResponder.Reply.status(418), [UInt8]("body".utf8)), (.endless, [UInt8](repeating: 0x61, count: 512))])
    func `lets through, and only the beginning of an answer is kept`(reply: HTTPResponder.Reply, kept: [UInt8]) throws {
        let responder = HTTPResponder(reply)
        defer { responder.stop() }
        let transport = CurlTransport(TransportOptions(address: try WebAddress("http://127.0.0.1:\(responder.port)/")))
        #expect(try transport.post(TransportRequest(headers: [], body: [1])).bodyPrefix == kept)
    }

    @Test func `is not asked by a proxy of the environment`() throws {
        let proxy = HTTPResponder(.status(200))
        defer { proxy.stop() }
        Loopback.setEnvironment("http_proxy", "http://127.0.0.1:\(proxy.port)")
        #expect(try failure("http://169.254.169.254/", allowPlainHTTP: true)?.kind == .addressRefused)
        #expect(proxy.requests.isEmpty)
    }
}

/// `openssl s_server` on a free port of loopback, for one connection, with an answer ready behind the handshake.
private final class TLSReceiver {
    let port: UInt16
    private let process = Process()

    init(_ folder: Folder, _ arguments: [String]) throws {
        let output = Pipe()
        let input = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let certificate = ["-cert", "\(folder.path)/certificate.pem", "-key", "\(folder.path)/key.pem"]
        process.arguments = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-naccept", "1"] + certificate + arguments
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        input.fileHandleForWriting.write(Data("HTTP/1.1 200 Text\r\ncontent-length: 0\r\n\r\n".utf8))
        // The first words of the server are "ACCEPT 127.0.0.1:port"; its end would end the output.
        var said = ""
        while !(said.contains("ACCEPT ") && said.hasSuffix("\n")) {
            let more = output.fileHandleForReading.availableData
            if more.isEmpty { break }
            said += String(decoding: more, as: UTF8.self)
        }
        let digits = said.split(separator: "ACCEPT ").last?.split(separator: "\n").first?.split(separator: ":").last
        port = try #require(digits.flatMap { UInt16($0) }, "openssl s_server said: \(said)")
    }

    deinit { process.terminate() }

    /// Makes a self-signed certificate for a name or address.
    static func makeCertificate(for name: String, in folder: Folder) throws {
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        openssl.arguments = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
            "/CN=weir test",
            "-addext", "subjectAltName=\(name)", "-keyout", "\(folder.path)/key.pem", "-out", "\(folder.path)/certificate.pem",
        ]
        openssl.standardError = FileHandle.nullDevice
        try openssl.run()
        openssl.waitUntilExit()
        try #require(openssl.terminationStatus == 0, "these tests need openssl on the PATH")
    }
}

struct `Transport over TLS` {
    private func post(
        to port: UInt16, trusting authorities: String?, certificate: String? = nil, key: String? = nil
    ) throws -> Result<Int, TransportFailure> {
        let options = TransportOptions(
            address: try WebAddress("https://127.0.0.1:\(port)/hook"), authoritiesFile: authorities, certificateFile: certificate,
            keyFile: key,
            totalLimit: .seconds(10))
        do throws(TransportFailure) {
            return .success(try CurlTransport(options).post(TransportRequest(headers: [], body: [1])).status)
        } catch {
            return .failure(error)
        }
    }

    private func kind(_ result: Result<Int, TransportFailure>) -> TransportFailure.Kind? {
        if case .failure(let failure) = result { return failure.kind }
        return nil
    }

    @Test func `TLS 1.3 is spoken, and TLS 1.2 is refused`() throws {
        let folder = try Folder()
        try TLSReceiver.makeCertificate(for: "IP:127.0.0.1", in: folder)
        let authority = "\(folder.path)/certificate.pem"
        let modern = try TLSReceiver(folder, ["-tls1_3"])
        #expect(try post(to: modern.port, trusting: authority) == .success(200))
        let old = try TLSReceiver(folder, ["-tls1_2"])
        #expect(try kind(post(to: old.port, trusting: authority)) == .tlsFailed)
    }

    @Test func `a certificate that no trusted authority signed is refused`() throws {
        let folder = try Folder()
        try TLSReceiver.makeCertificate(for: "IP:127.0.0.1", in: folder)
        let receiver = try TLSReceiver(folder, [])
        #expect(try kind(post(to: receiver.port, trusting: nil)) == .certificateRefused)
    }

    @Test func `a certificate of another name is refused`() throws {
        let folder = try Folder()
        try TLSReceiver.makeCertificate(for: "DNS:other.example.com", in: folder)
        let receiver = try TLSReceiver(folder, [])
        #expect(try kind(post(to: receiver.port, trusting: "\(folder.path)/certificate.pem")) == .certificateRefused)
    }

    @Test func `a ca_file that cannot be read is told as such`() throws {
        let folder = try Folder()
        try TLSReceiver.makeCertificate(for: "IP:127.0.0.1", in: folder)
        let receiver = try TLSReceiver(folder, [])
        #expect(try kind(post(to: receiver.port, trusting: "/nowhere/authority.pem")) == .localFile)
    }

    @Test func `weir's certificate is shown to a receiver that asks for one`() throws {
        let folder = try Folder()
        try TLSReceiver.makeCertificate(for: "IP:127.0.0.1", in: folder)
        let certificate = "\(folder.path)/certificate.pem"
        let asking = ["-Verify", "1", "-verify_return_error", "-CAfile", certificate]
        let first = try TLSReceiver(folder, asking)
        #expect(try post(to: first.port, trusting: certificate, certificate: certificate, key: "\(folder.path)/key.pem") == .success(200))
        let second = try TLSReceiver(folder, asking)
        #expect(try kind(post(to: second.port, trusting: certificate)) != nil)
    }
}

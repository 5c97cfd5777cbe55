// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import EventModel
import Foundation
import Testing

@testable import AlertSinks

struct `NDJSON files` {
    private func ndjson(_ folder: Folder) throws -> NDJSONSink { try sink(NDJSONSink.self, ["path": "\(folder.path)/alerts.ndjson"]) }

    private func deliver(_ text: String, to sink: NDJSONSink) -> DeliveryOutcome {
        sink.deliver(record(json: text), messageID: "m", now: instant)
    }

    @Test func `each record is its JSON on one line, in a file for its owner only`() throws {
        let folder = try Folder()
        let sink = try ndjson(folder)
        #expect(deliver("{\"a\":1}", to: sink) == .delivered)
        #expect(deliver("{\"b\":2}", to: sink) == .delivered)
        #expect(try folder.text("alerts.ndjson") == "{\"a\":1}\n{\"b\":2}\n")
        let mode = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/alerts.ndjson")[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func `a file that is there already is continued`() throws {
        let folder = try Folder()
        _ = try folder.file("alerts.ndjson", "{\"old\":0}\n")
        #expect(deliver("{\"a\":1}", to: try ndjson(folder)) == .delivered)
        #expect(try folder.text("alerts.ndjson") == "{\"old\":0}\n{\"a\":1}\n")
    }

    @Test func `after rotation the next line goes to a new file`() throws {
        let folder = try Folder()
        let sink = try ndjson(folder)
        #expect(deliver("{\"a\":1}", to: sink) == .delivered)
        try FileManager.default.moveItem(atPath: "\(folder.path)/alerts.ndjson", toPath: "\(folder.path)/alerts.ndjson.1")
        #expect(deliver("{\"b\":2}", to: sink) == .delivered)
        #expect(try folder.text("alerts.ndjson.1") == "{\"a\":1}\n")
        #expect(try folder.text("alerts.ndjson") == "{\"b\":2}\n")
    }

    @Test func `after removal the next line goes to a new file`() throws {
        let folder = try Folder()
        let sink = try ndjson(folder)
        #expect(deliver("{\"a\":1}", to: sink) == .delivered)
        try FileManager.default.removeItem(atPath: "\(folder.path)/alerts.ndjson")
        #expect(deliver("{\"b\":2}", to: sink) == .delivered)
        #expect(try folder.text("alerts.ndjson") == "{\"b\":2}\n")
    }

    @Test func `a line that a crash tore stays alone`() throws {
        let folder = try Folder()
        _ = try folder.file("alerts.ndjson", "{\"old\":0}\n{\"to")
        let sink = try ndjson(folder)
        #expect(deliver("{\"a\":1}", to: sink) == .delivered)
        #expect(deliver("{\"b\":2}", to: sink) == .delivered)
        #expect(try folder.text("alerts.ndjson") == "{\"old\":0}\n{\"to\n{\"a\":1}\n{\"b\":2}\n")
    }

    @Test func `a link or a folder in the file's place is not written to, and is tried again`() throws {
        let folder = try Folder()
        let target = try folder.file("target", "")
        try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/alerts.ndjson", withDestinationPath: target)
        #expect(deliver("{}", to: try ndjson(folder)).isRetry)
        #expect(try folder.text("target") == "")
        let other = try Folder()
        try FileManager.default.createDirectory(atPath: "\(other.path)/alerts.ndjson", withIntermediateDirectories: false)
        #expect(deliver("{}", to: try ndjson(other)).isRetry)
    }

    @Test func `a FIFO is refused at once, and no descriptor stays behind`() throws {
        let folder = try Folder()
        #expect(Loopback.makeFIFO("\(folder.path)/alerts.ndjson"))
        let sink = try ndjson(folder)
        let outcome = deliver("{}", to: sink)
        #expect(outcome.isRetry)
        #expect(outcome.reason?.contains("is not a regular file") == true)
        var open: [String] = []
        for number in 0..<1024 {
            do {
                open.append(try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(number)"))
            } catch {
                continue
            }
        }
        #expect(!open.isEmpty)
        #expect(!open.contains { $0.hasPrefix(folder.path) })
    }

    @Test func `a folder that is missing is tried again, and no path is told`() throws {
        let sink = try sink(NDJSONSink.self, ["path": "/nowhere/secret/alerts.ndjson"])
        let outcome = sink.deliver(record(), messageID: "m", now: instant)
        #expect(outcome.isRetry)
        #expect(outcome.reason?.contains("nowhere") == false)
    }

    @Test func `a file knows whether its path still names it`() throws {
        let folder = try Folder()
        let file = try AppendOnlyFile(path: "\(folder.path)/f")
        let atFirst = file.isCurrent()
        try FileManager.default.removeItem(atPath: "\(folder.path)/f")
        let afterRemoval = file.isCurrent()
        _ = try folder.file("f", "")
        let besideAnother = file.isCurrent()
        #expect(atFirst && !afterRemoval && !besideAnother)
    }

    @Test func `a line on standard output is whole, though a pipe takes it in parts`() throws {
        let pipe = Pipe()
        let line = String(repeating: "x", count: 300_000)
        let output = pipe.fileHandleForWriting
        Thread {
            do {
                try AppendOnlyFile.print(line: line, to: output.fileDescriptor)
                try output.close()
            } catch {
                Issue.record(error)
            }
        }.start()
        #expect(try pipe.fileHandleForReading.readToEnd() == Data("\(line)\n".utf8))
    }

    @Test func `the name shows the file or standard output`() throws {
        #expect(try sink(NDJSONSink.self, ["path": "/var/lib/weir/alerts.ndjson"]).name == "ndjson:alerts.ndjson")
        #expect(try sink(NDJSONSink.self, ["path": "-"]).name == "ndjson:stdout")
        #expect(try sink(NDJSONSink.self, ["path": "/etc/weir/-"]).name == "ndjson:stdout")
        #expect(problems(NDJSONSink.self, [:]).count == 1)
    }
}

struct `The catalogue of sinks` {
    @Test func `every sink has one line, and every option a reason`() throws {
        #expect(SinkCatalog.all.map { $0.descriptor.type } == ["webhook", "syslog", "ndjson"])
        for sink in SinkCatalog.all {
            let descriptor = sink.descriptor
            #expect(SinkCatalog.sink(ofType: descriptor.type) != nil)
            #expect(descriptor.example.hasPrefix("{ type: \(descriptor.type), "))
            #expect(Set(descriptor.options.map { $0.name }).count == descriptor.options.count)
            for option in descriptor.options {
                #expect(option.reason.hasSuffix("."))
                if let value = option.defaultValue {
                    let options = SinkOptions(
                        SinkDescriptor(type: "x", summary: "", options: [option], example: ""), values: [option.name: value])
                    #expect(options.problems(SinkDescriptor(type: "x", summary: "", options: [option], example: "")) == [])
                }
            }
        }
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import Settings
import Testing

/// The folder of this file: settings with a relative model start from it.
private let folder = "\(#filePath)".split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/Fixtures"

private func settings(_ detection: String, folder: String = folder) throws -> WeirSettings {
    try SettingsFile.read(
        "state_directory: /x\nsources: [{ name: a, format: json, paths: [/a] }]\ndetection: \(detection)", folder: folder)
}

private func problems(_ body: () throws -> Void) -> [String] {
    do {
        try body()
    } catch let failure as SettingsFailure {
        return failure.problems.map { $0.text(file: "weir.yaml") }
    } catch {
        Issue.record(error)
    }
    return []
}

@Suite struct DetectionModelTests {
    @Test func `a model's name and options are taken from its folder`() throws {
        let settings = try settings("{ model: quiet }")
        #expect(settings.modelName == "quiet")
        #expect(settings.detectorOptions == ["D01": ["score": 2.5, "minimum_rows": 1000], "D13": ["minimum_age_days": 30]])
    }

    @Test func `what the settings say of a detector goes before its model`() throws {
        let settings = try settings("{ model: quiet, detectors: { D01: { score: 3 }, D02: { cusum: 9 } } }")
        #expect(settings.detectorOptions["D01"] == ["score": 3, "minimum_rows": 1000] && settings.detectorOptions["D02"] == ["cusum": 9])
    }

    @Test func `a model that is handed over stands in for the one that is named`() throws {
        let quiet = try DetectionModel.load("models/quiet", from: folder)
        #expect(quiet.name == "quiet" && quiet.options["D01"]?["score"] == 2.5)
        #expect(try DetectionModel.load("quiet", from: folder) == quiet)
        #expect(try DetectionModel.load("default", from: "/nowhere") == .builtIn)
    }

    @Test func `every problem of a model is told with the model's file and line`() {
        let found = problems { _ = try settings("{ model: broken }") }
        let joined = found.joined(separator: "\n")
        #expect(found.count == 4 && found.allSatisfy { $0.hasPrefix("weir.yaml:3: detection.model:") }, "\(joined)")
        for part in ["model.json:3: detectors.D01.scoer", "model.json:4: detectors.D02.cusum", "model.json:6: period", "has no name"] {
            #expect(joined.contains(part), "\(part) is not in \(joined)")
        }
    }

    @Test func `a model that is not there is told with where it was looked for`() {
        let found = problems { _ = try settings("{ model: nobody }", folder: "/nowhere") }
        #expect(found.count == 1 && found[0].contains("/nowhere/models/nobody/model.json"), "\(found)")
    }

    @Test func `the model that is shipped is the one that is built in`() throws {
        let root = folder.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }
        let shipped = try DetectionModel.load("models/default", from: root)
        #expect(shipped.name == DetectionModel.builtIn.name)
        for (id, options) in shipped.options {
            let descriptor = try #require(DetectorCatalog.all.first { $0.descriptor.id == id }).descriptor
            for option in descriptor.options { #expect(options[option.name] == option.defaultValue, "\(id).\(option.name)") }
        }
    }
}

// swift-tools-version: 6.2
// weir
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

/// `make fuzz` sets WEIR_FUZZ: everything under libFuzzer and AddressSanitizer, in release, where loads through pointers are seen.
let isFuzzing = Context.environment["WEIR_FUZZ"] != nil
let sanitizers = ["-sanitize=fuzzer,address"]
let fuzzing: [SwiftSetting] = isFuzzing ? [.unsafeFlags(sanitizers + ["-parse-as-library", "-enable-testing"])] : []

/// Every target of ours: Swift 6 mode, unsafe constructs marked, warnings are errors.
let house: [SwiftSetting] =
    fuzzing + [
        .swiftLanguageMode(.v6),
        .strictMemorySafety(),
        .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        // The hot path crosses module borders for every event; without this nothing there is inlined. Exclusivity is enforced by the debug
        // build, in which all tests run.
        .unsafeFlags(["-cross-module-optimization", "-enforce-exclusivity=unchecked"], .when(configuration: .release)),
    ]

func floor(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: house)
}

func suite(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: house)
}

let package = Package(
    name: "weir",
    products: [.executable(name: "weir", targets: ["weir"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // Floor 0
        floor("RingBuffers", []),
        floor("EventModel", []),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        floor("Digest", ["CCrypto"]),

        // Floor 1
        .systemLibrary(name: "CByteMask"),
        .systemLibrary(name: "CMalloc"),
        .systemLibrary(name: "CPrefetch"),
        .systemLibrary(name: "CVectorMath"),
        floor("LogFormats", ["EventModel", "CByteMask"]),
        floor("ContentScan", ["EventModel", "Digest", "CByteMask"]),
        floor("RollingStatistics", ["EventModel", "RingBuffers", "CVectorMath"]),

        // Floor 2
        floor("Detection", ["EventModel", "ContentScan", "RollingStatistics"]),
        floor("Alerting", ["EventModel", "RollingStatistics", "Detection"]),

        // Floor 3
        floor(
            "Pipeline",
            [
                "EventModel", "RingBuffers", "Digest", "LogFormats", "ContentScan", "RollingStatistics", "Detection", "Alerting",
                "CPrefetch",
            ]),

        // Floor 4: edges, which never import each other
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .target(name: "CCodecs", linkerSettings: [.linkedLibrary("dl")]),
        .target(name: "CCurl", linkerSettings: [.linkedLibrary("dl")]),
        floor("LogSources", ["EventModel", "Pipeline", "CZlib", "CZstd", "CCodecs"]),
        floor("AlertSinks", ["EventModel", "Alerting", "Pipeline", "Digest", "CCurl"]),
        floor("Journal", ["EventModel", "Detection", "Alerting", "Pipeline", .product(name: "GRDB", package: "GRDB.swift")]),
        floor("Simulation", ["EventModel", "RollingStatistics"]),
        floor("Evaluation", ["EventModel", "RollingStatistics"]),

        // Floor 5
        floor(
            "Settings",
            [
                "EventModel", "LogFormats", "ContentScan", "Detection", "Alerting", "Pipeline", "LogSources", "AlertSinks",
                .product(name: "Yams", package: "Yams"),
            ]),
        floor(
            "Daemon",
            [
                "CMalloc",
                "EventModel", "RingBuffers", "Digest", "LogFormats", "RollingStatistics", "Detection", "Alerting", "Pipeline",
                "LogSources", "AlertSinks", "Journal", "Simulation", "Settings",
                .product(name: "Logging", package: "swift-log"),
            ]),
        .executableTarget(
            name: "weir",
            dependencies: [
                "Daemon", "LogFormats", "ContentScan", "Detection", "Pipeline", "EventModel", "Alerting", "Settings", "LogSources",
                "AlertSinks", "Journal", "RollingStatistics", "Simulation",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: house),

        // Measurements; built by `make bench` only
        .executableTarget(
            name: "weir-bench",
            dependencies: [
                "EventModel", "RingBuffers", "LogFormats", "RollingStatistics", "Pipeline", "Evaluation", "ContentScan", "Daemon",
            ],
            path: "benchmarks/harness", swiftSettings: house),

        // Tests
        .target(
            name: "FuzzTargets",
            dependencies: [
                "EventModel", "LogFormats", "ContentScan", "RollingStatistics", "Alerting", "Pipeline", "LogSources", "Settings",
            ],
            path: "Tests/FuzzTargets", swiftSettings: house),
        suite("FuzzCorpusTests", ["FuzzTargets"], exclude: ["Corpus"]),
        .target(name: "TestSupport", dependencies: ["EventModel"], path: "Tests/TestSupport", swiftSettings: house),
        suite("EventModelTests", ["EventModel", "TestSupport"]),
        suite("RingBuffersTests", ["RingBuffers", "TestSupport"]),
        suite("LogFormatsTests", ["LogFormats", "EventModel", "TestSupport"], exclude: ["Golden"]),
        suite("ContentScanTests", ["ContentScan", "EventModel", "TestSupport"]),
        suite("RollingStatisticsTests", ["RollingStatistics", "EventModel", "TestSupport"], exclude: ["Fixtures"]),
        suite("DetectionTests", ["Detection", "RollingStatistics", "EventModel", "TestSupport"]),
        suite("AlertingTests", ["Alerting", "Detection", "RollingStatistics", "EventModel", "TestSupport"]),
        suite(
            "PipelineTests",
            [
                "Pipeline", "LogFormats", "ContentScan", "Detection", "Alerting", "RollingStatistics", "Simulation", "EventModel",
                "TestSupport",
            ]),
        suite("DigestTests", ["Digest", "TestSupport"]),
        suite("LogSourcesTests", ["LogSources", "LogFormats", "Pipeline", "EventModel", "TestSupport"]),
        suite("AlertSinksTests", ["AlertSinks", "Alerting", "Pipeline", "Digest", "EventModel", "TestSupport"]),
        suite(
            "JournalTests",
            ["Journal", "Detection", "Alerting", "Pipeline", "EventModel", "TestSupport", .product(name: "GRDB", package: "GRDB.swift")]),
        suite("SimulationTests", ["Simulation", "Pipeline", "LogFormats", "Detection", "Alerting", "EventModel", "TestSupport"]),
        suite("EvaluationTests", ["Evaluation", "EventModel", "TestSupport"]),
        suite(
            "SettingsTests", ["Settings", "ContentScan", "AlertSinks", "Alerting", "LogFormats", "Detection", "EventModel", "TestSupport"],
            exclude: ["Fixtures"]),
        suite(
            "GoldenReplayTests", ["Daemon", "Settings", "Simulation", "LogFormats", "Alerting", "Pipeline", "EventModel", "TestSupport"],
            exclude: ["Golden"]),
        suite("RepositoryTests", []),
        suite("IntegrationTests", ["TestSupport", .product(name: "GRDB", package: "GRDB.swift")], exclude: ["Fixtures"]),
    ]
)

if isFuzzing {
    package.targets.append(
        .executableTarget(
            name: "weir-fuzz", dependencies: ["FuzzTargets"], path: "Tests/Fuzzer", exclude: ["Dictionaries"], swiftSettings: house,
            linkerSettings: [.unsafeFlags(sanitizers)]))
}

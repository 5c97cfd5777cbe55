// weir
// SPDX-License-Identifier: Apache-2.0

/// Which module may import which: the table of ARCHITECTURE.md.
enum AllowedImports {
    static let pureFloors: Set<String> = [
        "RingBuffers", "EventModel", "Digest", "LogFormats", "ContentScan", "RollingStatistics", "Detection", "Alerting", "Pipeline",
    ]

    /// Modules that touch the world, each on its own.
    static let edges: Set<String> = ["LogSources", "AlertSinks", "Journal", "Dashboard", "Evaluation", "Reports"]

    private static let system: Set<String> = ["Glibc", "Synchronization"]

    private static let everything: Set<String> = pureFloors.union(edges).union(system).union([
        "Simulation", "Settings", "Daemon", "CMalloc", "Dispatch", "Logging", "Metrics", "ServiceLifecycle", "ArgumentParser",
    ])

    static let table: [String: Set<String>] = [
        "RingBuffers": ["Synchronization"],
        "EventModel": [],
        "Digest": ["CCrypto"],
        "LogFormats": ["EventModel", "CByteMask"],
        "ContentScan": ["EventModel", "Digest", "CByteMask"],
        "RollingStatistics": ["EventModel", "RingBuffers", "CVectorMath"],
        "Detection": ["EventModel", "ContentScan", "RollingStatistics"],
        "Alerting": ["EventModel", "RollingStatistics", "Detection"],
        "Pipeline": [
            "EventModel", "RingBuffers", "Digest", "LogFormats", "ContentScan", "RollingStatistics", "Detection", "Alerting", "CPrefetch",
        ],
        "LogSources": system.union(["EventModel", "Pipeline", "CZlib", "CZstd", "CCodecs", "Dispatch"]),
        "AlertSinks": system.union(["EventModel", "Alerting", "Pipeline", "Digest", "CCurl"]),
        "Journal": system.union(["EventModel", "Detection", "Alerting", "Pipeline", "FoundationEssentials", "GRDB"]),
        "Dashboard": system.union(["EventModel", "Alerting", "Pipeline", "FlyingFox"]),
        "Evaluation": ["EventModel", "RollingStatistics", "Detection", "Alerting", "Pipeline"],
        "Reports": ["EventModel", "Alerting", "Pipeline"],
        "Simulation": ["EventModel", "RollingStatistics"],
        "Settings": system.union([
            "EventModel", "LogFormats", "ContentScan", "Detection", "Alerting", "Pipeline", "LogSources", "AlertSinks", "Yams",
        ]),
        "Daemon": everything,
        "weir": everything,
    ]
}

/// The exceptions, each with its reason.
enum AllowedPlaces {
    static let unsafeFiles: [String: String] = [
        "Package.swift": "names the compiler's flag",
        "Sources/RingBuffers/RingStorage.swift": "slots that are filled by one thread and emptied by another",
        "Sources/LogFormats/QuotedRows.swift": "the fields of a row whose last border was found need no check of their own",
        "Sources/LogFormats/PaddedBytes.swift": "whole words are loaded at any position of a line",
        "Sources/LogFormats/ChunkBuffer.swift": "owns the memory of those words",
        "Sources/ContentScan/BlockMasks.swift": "64 bytes at once, from texts that have no padding",
        "Sources/RollingStatistics/StateCoding.swift": "numbers are loaded whole, from where bytes are known to be",
        "Sources/RollingStatistics/LogarithmLanes.swift": "bits of four numbers at once",
        "Sources/RollingStatistics/MinuteRing.swift": "adds to rings without counting references for every event",
        "Sources/Pipeline/AccountShard+Prefetch.swift": "asks the processor for memory ahead, by address",
        "Sources/Pipeline/AccountShard.swift": "closes an account's bucket without counting references to the account",
        "Sources/Pipeline/AskedDetector.swift": "asks detectors without counting references to them",
        "Sources/Pipeline/OpenTallies.swift": "reads a tally where it is, which the compiler would copy",
        "Sources/Digest/LibCrypto.swift": "calls libcrypto",
        "Sources/LogSources/FilePattern.swift": "calls the system",
        "Sources/LogSources/LinuxFileSystem.swift": "calls the system",
        "Sources/LogSources/InotifyWatch.swift": "calls the system",
        "Sources/LogSources/SpoolFile.swift": "calls the system",
        "Sources/LogSources/ReceiverSocket.swift": "calls the system",
        "Sources/LogSources/ZlibCodec.swift": "calls zlib",
        "Sources/LogSources/LibraryCodec.swift": "calls the libraries behind CCodecs",
        "Sources/LogSources/ZstdInflater.swift": "calls libzstd",
        "Sources/LogSources/ByteStream.swift": "reads into the buffers of the inflaters",
        "Sources/LogSources/ArchiveWriter.swift": "calls zlib and libzstd",
        "Sources/AlertSinks/CurlTransport.swift": "calls libcurl",
        "Sources/AlertSinks/SocketConnection.swift": "calls the system",
        "Sources/AlertSinks/AppendOnlyFile.swift": "calls the system",
        "Sources/Journal/StateFolder.swift": "calls the system",
        "Sources/Settings/SettingsPaths.swift": "calls the system",
        "Sources/Daemon/SystemCalls.swift": "calls the system",
        "Sources/Daemon/Process.swift": "calls the system",
        "Sources/Daemon/MemoryPort.swift": "calls the system",
        "Tests/LogSourcesTests/TemporaryFolder.swift": "calls the system",
        "Tests/FuzzTargets/TailFolder.swift": "calls the system",
        "Tests/Fuzzer/Main.swift": "is called by libFuzzer",
        "Tests/TestSupport/LoopbackSender.swift": "calls the system",
        "Tests/AlertSinksTests/LoopbackReceivers.swift": "calls the system",
        "benchmarks/harness/DecodeBench.swift": "reads a whole file at once",
        "benchmarks/harness/Stopwatch.swift": "calls the system",
    ]

    static let waitingFiles: [String: String] = [
        "Tests/IntegrationTests/Workbench.swift": "waits for another process, whose clock nobody can advance"
    ]

    /// Files named like a component that are the port or a part of one.
    static let notComponents: Set<String> = ["AlertSink", "LineFormat"]
}

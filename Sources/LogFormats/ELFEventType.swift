// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// How rows of an event type are to be read.
enum ELFEventType: Equatable, Sendable {
    /// The operation is the same for every row.
    case always(Operation)
    /// SOAP calls: the operation follows METHOD_NAME.
    case soap
    /// REST calls: it follows METHOD and the path.
    case rest
    /// Bulk API, one row a batch: it follows OPERATION_TYPE.
    case bulk
    /// Bulk API 2.0: many rows a job, each with the job's total so far.
    case bulkJob
    /// Reports: exports and runs, told apart by ORIGIN.
    case report
    /// That a report was exported, without its volume, which a row of ``report`` has.
    case reportExport
    /// Files: downloads, previews and uploads, told apart by TRANSACTION_TYPE.
    case transfer
    /// Calls that the platform makes: what leaves is the request.
    case callout
    /// What happens inside the platform, next to a row of another type that says what moved.
    case ignored

    /// The type of a name; a type that nobody has heard of is read like any other, so that a new export channel is not invisible.
    static func named(_ name: [UInt8]) -> ELFEventType {
        for (known, type) in all where known.utf8.elementsEqual(name) { return type }
        return .always(.unknown)
    }

    /// Types of the object reference that matter here, and those names of event log objects that are others. Source: Salesforce Object
    /// Reference v63, EventLogFile; v67 for ApiTotalUsage; Security Guide v66, Event Log Objects.
    private static let all: [(String, ELFEventType)] = [
        ("API", .soap), ("SoapApi", .soap), ("ApexSoap", .soap), ("ApexSoapApi", .soap), ("ApiEvent", .soap), ("ApiEventStream", .soap),
        ("RestApi", .rest), ("ApexRestApi", .rest), ("ApiTotalUsage", .rest), ("ApexRest", .rest),
        ("BulkApi", .bulk), ("BulkApiRequest", .bulk), ("BulkApi2", .bulkJob),
        ("BulkApiResultEvent", .always(.bulk)), ("BulkApiResultEventStore", .always(.bulk)),
        ("Report", .report), ("AsyncReportRun", .report), ("AsynchronousReportRun", .report), ("MultiBlockReport", .report),
        ("ReportEvent", .report), ("ReportEventStream", .report),
        ("ReportExport", .reportExport), ("DocumentAttachmentDownloads", .always(.export)), ("WaveDownload", .always(.export)),
        ("AnalyticsDownload", .always(.export)),
        ("ContentTransfer", .transfer), ("ApexCallout", .callout), ("ExternalODataCallout", .callout),
        ("ApexExtlCallout", .callout),
        ("ListViewEvent", .always(.list)), ("ListViewEventStream", .always(.list)),
        ("Search", .always(.query)), ("Dashboard", .always(.report)),
        ("Login", .always(.login)), ("LoginAs", .always(.login)), ("Logout", .always(.login)),
        ("LoginEvent", .always(.login)), ("LogoutEvent", .always(.login)), ("LogoutEventStream", .always(.login)),
        ("MetadataApiOperation", .always(.admin)), ("MetadataApiOp", .always(.admin)),
        ("Sandbox", .always(.admin)), ("PackageInstall", .always(.admin)),
        ("ContentDistribution", .always(.write)), ("ContentDocumentLink", .always(.write)),
        ("URI", .always(.read)), ("Uri", .always(.read)), ("Sites", .always(.read)), ("Site", .always(.read)),
        ("VisualforceRequest", .always(.read)), ("Console", .always(.read)), ("AuraRequest", .always(.read)),
        ("KnowledgeArticleView", .always(.read)), ("KnowledgeArticle", .always(.read)), ("LightningPageView", .always(.read)),
        ("ApexExecution", .ignored), ("ApexTrigger", .ignored), ("ApexUnexpectedException", .ignored),
        ("ApexUnexpectedExcp", .ignored), ("QueuedExecution", .ignored),
        ("TimeBasedWorkflow", .ignored), ("FlowExecution", .ignored), ("ConcurrentLongRunningApexLimit", .ignored),
        ("ConcurApexLimit", .ignored), ("FlowNavMetric", .ignored),
        ("ContinuationCalloutSummary", .ignored), ("LightningError", .ignored), ("LightningInteraction", .ignored),
        ("LightningPerformance", .ignored), ("LightningLogger", .ignored), ("SearchClick", .ignored), ("WaveChange", .ignored),
        ("WaveInteraction", .ignored), ("WavePerformance", .ignored), ("AnalyticsChange", .ignored),
        ("AnalyticsInteract", .ignored), ("AnalyticsPerf", .ignored), ("NamedCredential", .ignored), ("HostnameRedirects", .ignored),
        ("InsecureExternalAssets", .ignored), ("CorsViolation", .ignored), ("CspViolation", .ignored), ("PlatformEncryption", .ignored),
        ("UITracking", .ignored), ("DatabaseSave", .ignored),
    ]

    // MARK: Operations

    /// A SOAP method by the beginning of its name, eight letters of it at most.
    static func soapOperation(_ word: UInt64) -> Operation {
        let lowered = word | 0x2020_2020_2020_2020
        for (letters, mask, operation) in soapMethods where lowered & mask == letters { return operation }
        return .unknown
    }

    /// OPERATION_TYPE of the Bulk APIs: queries fetch, everything else changes something; without one a fetch is assumed.
    static func bulkOperation(_ word: UInt64) -> Operation {
        let lowered = word | 0x2020_2020_2020_2020
        for (letters, mask, operation) in bulkOperations where lowered & mask == letters { return operation }
        return .bulk
    }

    /// ORIGIN begins with `ReportExported` where somebody took the rows away.
    static func isExport(_ bytes: PaddedBytes, _ field: CSVField) -> Bool {
        field.count >= 14 && bytes.hasASCII("ReportExported", at: Int(field.start))
    }

    /// ORIGIN says that nobody asked for the report: a dashboard showed it, or a schedule ran it. No export belongs to it.
    static func isAutomatic(_ bytes: PaddedBytes, _ field: CSVField) -> Bool {
        let start = Int(field.start)
        return field.count >= 9 && bytes.hasASCII("Dashboard", at: start)
            || field.count >= 15 && bytes.hasASCII("ReportScheduled", at: start)
    }

    /// TRANSACTION_TYPE: `VersionDownloadAction` and `VersionDownloadApi` fetch, `VersionRenditionDownload` is a preview, the rest uploads.
    static func transferOperation(_ bytes: PaddedBytes, _ field: CSVField) -> Operation {
        let start = Int(field.start)
        if field.isEmpty || (field.count >= 15 && bytes.hasASCII("VersionDownload", at: start)) { return .export }
        return field.count >= 16 && bytes.hasASCII("VersionRendition", at: start) ? .read : .write
    }

    private static let soapMethods = table([
        ("query", .query), ("search", .query), ("find", .query), ("retrieve", .read), ("get", .read), ("describe", .list), ("list", .list),
        ("create", .write), ("insert", .write), ("update", .write), ("upsert", .write), ("merge", .write), ("undelete", .write),
        ("convert", .write),
        ("delete", .delete), ("emptyrec", .delete), ("login", .login), ("logout", .login), ("setpass", .login), ("resetpas", .login),
    ])

    private static let bulkOperations = table([
        ("insert", .write), ("update", .write), ("upsert", .write), ("delete", .delete), ("harddele", .delete),
    ])

    private static func table(_ names: [(String, Operation)]) -> [(UInt64, UInt64, Operation)] {
        names.map { name, operation in
            let letters = name.utf8.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return (letters, PaddedBytes.firstBytes(name.utf8.count), operation)
        }
    }
}

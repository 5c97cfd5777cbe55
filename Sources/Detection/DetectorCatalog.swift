// weir
// SPDX-License-Identifier: Apache-2.0

/// Every detector, in the order of the manual. A new detector is one file and one line here.
public enum DetectorCatalog {
    public static let all: [any Detector.Type] = [
        ExportVolumeDetector.self,
        SlowDrainDetector.self,
        LimitRidingDetector.self,
        LimitUnenforcedDetector.self,
        PacedExtractionDetector.self,
        ChannelShiftDetector.self,
        DualEnvironmentDetector.self,
        DormantWakeDetector.self,
        NewRouteDetector.self,
        BreadthDetector.self,
        ReconExportDetector.self,
        CoverUpDetector.self,
        NewSourceDetector.self,
        CredentialSpreadDetector.self,
        UnlabelledDetector.self,
        SyntheticEscapeDetector.self,
        RealDataDetector.self,
        ProvenanceConflictDetector.self,
        LineageGapDetector.self,
        IdentifierOverlapDetector.self,
        PersonalDataDetector.self,
        WebhookTransportDetector.self,
        TransportDowngradeDetector.self,
        DiscoveryDetector.self,
        CheckoutReadDetector.self,
        MixedSessionDetector.self,
        RoleCrossingDetector.self,
        JurisdictionDetector.self,
        DisclosureDetector.self,
        SensitiveMixDetector.self,
        OffScheduleDetector.self,
        SilenceDetector.self,
        HoneytokenDetector.self,
        FailedThenBulkDetector.self,
        ShadowEndpointDetector.self,
        SeriesNoveltyDetector.self,
        FanOutDetector.self,
        NameFloodDetector.self,
        AlertFloodDetector.self,
        BlindModelDetector.self,
        LongLineDetector.self,
        MisdatedEventDetector.self,
    ]

    /// One of each with its options, keyed by detector id.
    public static func make(overrides: [String: [String: Double]] = [:]) -> [any Detector] {
        all.map { type in
            let descriptor = type.descriptor
            return type.init(options: DetectorOptions(descriptor, overrides: overrides[descriptor.id] ?? [:]))
        }
    }
}

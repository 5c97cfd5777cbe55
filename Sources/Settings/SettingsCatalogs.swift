// weir
// SPDX-License-Identifier: Apache-2.0

import AlertSinks
import Detection
import LogFormats

/// What settings may name: formats, detectors and sinks. A parameter, so that tests bring their own.
package struct SettingsCatalogs: Sendable {
    package var formats: [any LineFormat.Type]
    package var detectors: [DetectorDescriptor]
    package var sinks: [any ConfigurableSink.Type]

    /// Everything that this program has, unless told otherwise.
    package init(
        formats: [any LineFormat.Type] = FormatCatalog.all, detectors: [DetectorDescriptor] = DetectorCatalog.all.map { $0.descriptor },
        sinks: [any ConfigurableSink.Type] = SinkCatalog.all
    ) {
        self.formats = formats
        self.detectors = detectors
        self.sinks = sinks
    }
}

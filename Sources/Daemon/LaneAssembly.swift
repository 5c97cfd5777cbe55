// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import LogFormats
import Pipeline
import Settings

/// Turns a source of the settings into a lane: the one place where they meet.
package enum LaneAssembly {
    /// Throws: ``FormatOptionsError``, which checked settings never give.
    package static func lane(_ source: SourceSettings, _ settings: WeirSettings) throws(FormatOptionsError) -> LaneSpecification {
        guard let type = FormatCatalog.format(named: source.format) else {
            throw FormatOptionsError(problems: ["there is no format \(source.format)"])
        }
        var options = LaneOptions(name: source.name, format: source.format, lateness: source.lateness)
        if settings.sources.count(where: { $0.format == source.format }) > 1 { options.identity = "\(source.format)/\(source.name)" }
        options.detectorOptions = settings.detectorOptions
        options.modelName = settings.modelName
        options.canaries = settings.canaries
        if settings.statesBudget {
            // Every lane gets the same part: a lane knows nothing of the others.
            let lanes = Double(max(settings.sources.count, 1))
            options.budget = AlertBudget(pagesPerDay: settings.pagesPerDay / lanes, ticketsPerWeek: settings.ticketsPerWeek / lanes)
        }
        options.calendar = settings.calendar.filter { $0.sources.isEmpty || $0.sources.contains(source.name) }
            .map { ExpectedRise(name: $0.name, start: $0.start, end: $0.end, uplift: $0.uplift) }
        options.inventory = settings.inventory
        options.knownNetworks = settings.knownNetworks
        options.series = settings.series
        options.declaresFlows = !settings.estate.flows.isEmpty
        options.stores = settings.estate.stores
        var lane = LaneSpecification(
            options: options,
            format: try FormatCatalog.decoder(of: type, options: FormatOptions(fields: source.fields, wrapper: source.wrapper)),
            paths: source.paths)
        lane.movements.estate = settings.estate
        lane.movements.scan = settings.scan
        lane.movements.lexicon = settings.lexicon
        lane.movements.environment = source.environment
        if lane.movements != MovementSettings() { lane.options.estateDigest = String(describing: lane.movements) }
        lane.limits.accounts = source.accountsMax
        lane.services = ServiceAccounts(settings.serviceAccounts)
        lane.rotateWait = source.rotateWait
        lane.archiveRatio = source.archiveRatioMax
        lane.isSpooled = source.receiver != nil
        return lane
    }
}

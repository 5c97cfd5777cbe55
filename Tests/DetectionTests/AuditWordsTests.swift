// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import Testing

/// Names that set what is logged, and such as sound like it.
struct AuditWordsTests {
    private func traits(_ name: String) -> ValueTraits {
        let values = ValueTable()
        values.append(name)
        return values.traits(RouteKey(rawValue: 2))
    }

    @Test(arguments: [
        "cloudtrail.amazonaws.com/StopLogging", "cloudtrail.amazonaws.com/DeleteTrail", "cloudtrail.amazonaws.com/UpdateTrail",
        "cloudtrail.amazonaws.com/PutEventSelectors", "ec2.amazonaws.com/DeleteFlowLogs", "{id}/DeleteFlowLogs", "/cloudtrail/StopLogging",
        "config.amazonaws.com/StopConfigurationRecorder", "google.logging.v2.ConfigServiceV2.DeleteSink",
        "microsoft.insights/diagnosticSettings/delete", "/services/data/v60.0/tooling/sobjects/EventSettings", "EventSettings",
        "/services/data/v60.0/tooling/sobjects/AuditTrailSettings", "/services/data/v60.0/tooling/sobjects/EventLogFile/settings",
        "/api/admin/audit/config", "/api/config/logging", "/admin/log/disable", "/settings/audit-log", "/settings/security/audit",
        "/audit-settings", "/auditsettings", "/log_settings", "/v1/trails/stop-logging", "/logging/configuration", "/audit/retention",
        "disableAccessLogs", "/admin/auditConfigUpdate", "/audit/events/config", "Set-AdminAuditLogConfig", "/logs/settings",
    ])
    func `what sets what is logged is known by its words`(name: String) {
        #expect(traits(name).contains(.auditSetting))
    }

    @Test(arguments: [
        "/logs", "/api/logs", "/api/v2/logs", "/login", "/login/settings", "/logout/config", "/catalog", "/catalog/settings", "/blog",
        "/blog/config", "/weblog/settings", "/dialogs", "/dialogs/settings", "/changelog/config", "/logistics/config", "/logo/settings",
        "/audit-events", "/audit/events", "/api/audit/log", "/audits/{id}/config", "/audit/{id}/settings", "/inventory/audit/stop",
        "/timesheets/workLogSettings", "/work-log/settings", "/callLogConfig", "/audit/config-changes", "/log/settings-changed",
        "/settings/log-viewer", "/events/settings", "/events/{id}/settings", "/calendar/event-settings", "/trails/{id}/settings",
        "/hiking/updateTrail", "/hiking/deleteTrail", "/logging", "/v2/logging/entries:write", "/logging/enable", "/log/start",
        "/settings", "/config", "/technology/settings", "/users/{id}/settings", "/stop", "/disable", "", "/", "ÄuditÖff", "/{id}",
        "cloudtrail.amazonaws.com/StartLogging", "cloudtrail.amazonaws.com/CreateTrail", "/eventlog", "/prologue/config",
    ])
    func `what only sounds like it is not`(name: String) {
        #expect(!traits(name).contains(.auditSetting))
    }

    @Test func `what logs may be written to, and not removed`() {
        for name in ["/logging", "/auditing", "/audit/trail", "AuditTrail", "trail"] {
            #expect(traits(name).contains(.auditTrail), "\(name)")
        }
        for name in ["/logs", "/trail/{id}", "/hiking/trail", "/login"] { #expect(!traits(name).contains(.auditTrail), "\(name)") }
    }
}

// weir
// SPDX-License-Identifier: Apache-2.0

/// The names under which logs keep what weir's keys mean, the surest first: what a field map is proposed by.
///
/// Sources: the default fields of nginx, Apache, Envoy, Traefik, Caddy, Kong, AWS, ECS, OCSF, Salesforce, ServiceNow, Snowflake and
/// Dataverse; of the gateways of AWS, Azure, WSO2, Tyk and Cloudflare; of Google's audit logs; of OpenTelemetry's conventions for HTTP.
enum FieldNames {
    /// In the order in which places are given away.
    static let byField: [(field: JSONField, names: [String])] = [
        (
            .ts,
            words(
                """
                ts timestamp @timestamp time eventTime event_time datetime date_time start_time StartUTC started_at startedAt time_iso8601
                TimestampDerived creationTime created_at createdAt occurredAt published logged_at log_time TimeGenerated
                requestTimeEpoch requestTime requestTimestamp EdgeStartTimestamp EdgeEndTimestamp query_start_time receivedAt
                eventTimestamp timeUnixNano startTimeUnixNano ts_utc utc_time activityDateTime createdDateTime sys_created_on createdon
                created date when @t _time TimeGenerated[UTC] Timestamp[UTC] _time[UTC]
                """)
        ),
        (
            .account,
            words(
                """
                account service_account serviceAccount consumer.username apimSubscriptionId client_id clientId ClientUsername remote_user
                auth.user auth.client_id authenticationInfo.principalEmail userIdentity.arn enduser.id user.name user_name username
                userName principal.name principal principalId principalEmail apiKeyId api_key_id key_alias requester
                actor.login actor.alternateId actor.user.name actor.name actor user user_id userId UserIdentifier _userid_value user.id UserKey subject sub
                caller identity consumer consumer_id usr.id usr.name auth app_id appId application app login userEmail user.email email author
                systemAccount applicationName created_by
                """)
        ),
        (
            .method,
            words(
                """
                method request.method http_method httpMethod request_method RequestMethod http.request.method apiMethod ClientRequestMethod
                verb cs-method
                """)
        ),
        (
            .endpoint,
            words(
                """
                endpoint path request.uri request_uri requestURI request.path RequestPath request_path uri url url.path url.original
                requestURL requested_uri ClientRequestURI url.full apiResourceTemplate resourcePath routeKey route resource cs-uri-stem
                x-envoy-origin-path http.target http.url api_resource target_path uri_path request methodName
                """)
        ),
        (
            .object,
            words(
                """
                object object_name objectName objectType entity entity_name entityName EntityLogicalName table table_name tableName
                collection dataset sobject queriedEntities repo repository bucket resourceName resource_type resourceType
                """)
        ),
        (
            .status,
            words(
                """
                status status_code statusCode response.status response_code responseCode http_status httpStatus DownstreamStatus sc-status
                EdgeResponseStatus proxyResponseCode
                http.response.status_code response.status_code httpStatusCode elb_status_code code response
                """)
        ),
        (
            .rows,
            words(
                """
                rows row_count rowCount rows_returned rowsReturned rows_processed rowsProcessed rows_produced records record_count
                recordCount num_rows result_count resultCount hits total_rows files_changed
                """)
        ),
        (
            .bytes,
            words(
                """
                bytes bytes_sent bytesSent body_bytes_sent response.size response_size responseSize response_bytes responseLength
                response_length content_length contentLength DownstreamContentSize bytes_out sc-bytes sent_bytes EdgeResponseBytes
                http.response.bytes http.response.body.bytes http.response.body.size bytes_written size length
                """)
        ),
        (
            .ip,
            words(
                """
                ip client_ip clientIp clientIPAddress remote_addr remoteAddr remote_ip remoteIp request.client_ip request.remote_ip source_ip
                sourceIp sourceIPAddress src_ip srcip source.ip client.ip client.address callerIpAddress callerIp userIp ClientHost
                remote_host ipAddress ip_address actor_ip
                downstream_remote_address x-forwarded-for c-ip remote client client_host host
                """)
        ),
        (
            .agent,
            words(
                """
                agent user_agent userAgent user-agent http_user_agent user_agent.original userAgentHeader ClientRequestUserAgent
                callerSuppliedUserAgent rawUserAgent cs(User-Agent)
                """)
        ),
        (.job, words("job job_id jobId export_id exportId batch_id batchId")),
        (.session, words("session session_id sessionId session_key sessionKey")),
        (.item, words("item item_id itemId record_id recordId product_id productId")),
        (.query, words("query search_query search searchText q")),
        (.env, words("env environment stage")),
        (.tls, words("tls tls_version tlsVersion ssl_protocol sslProtocol TLSVersion")),
        (.limitUsed, words("limit_used sforce-limit-info api_usage apiUsage")),
        (.action, words("action operation op")),
    ]

    /// Names under which some logs keep the caller's address, and others hosts and programs.
    private static let mayBeHosts: Set<String> = ["remote", "client", "clienthost", "host"]

    private static func words(_ text: String) -> [String] {
        text.split(whereSeparator: { $0 == " " || $0 == "\n" }).map(String.init)
    }

    /// The map for these places. Keys that stand under their own names need none; those that must not be read there get a place that
    /// starts with a dash, which no log has.
    static func proposal(for outline: FieldOutline) -> [String: String] {
        var map: [String: String] = [:]
        var taken: Set<String> = []
        for (field, names) in byField {
            let usable = outline.places.filter { !taken.contains($0.name) && fits(field, $0, of: outline.count) }
            // Of names that may be a host's or an operation's the one that holds paths is meant.
            let likely = field == .endpoint ? usable.filter { $0.paths * 2 > $0.texts } : []
            guard let place = place(among: likely, names) ?? place(among: usable, names) else {
                // What is only named like weir's key, a status in words, say, would make every line unreadable.
                let isUnfit = outline.places.contains { outline.isOwnName(field, $0) && !taken.contains($0.name) }
                if isUnfit && field != .ts && field != .account { map[field.name] = "-\(field.name)" }
                continue
            }
            taken.insert(place.name)
            if !outline.isOwnName(field, place) { map[field.name] = place.name }
        }
        return map
    }

    /// A place whose address may stand for the account of a log that names none: one that most records have or, where the log also
    /// holds objects of other kinds, most of those with an address.
    ///
    /// - Parameters:
    ///   - isRecord: the format's records may stand among others.
    ///   - cutsPorts: the format cuts off ports.
    static func standIn(in outline: FieldOutline, isRecord: Bool, cutsPorts: Bool) -> String? {
        let names = byField.first { $0.field == .ip }?.names ?? []
        let addresses = outline.places.filter {
            (cutsPorts || $0.ports == 0) && fits(.ip, $0, of: outline.count) && place(among: [$0], names) != nil
        }
        let most = isRecord ? addresses.map(\.texts).max() ?? 0 : outline.count
        let usual = addresses.filter { $0.texts * 2 > most }
        // What has a port is the end of a connection, which a proxy's may be.
        return (place(among: usual.filter { $0.ports == 0 }, names) ?? place(among: usual, names))?.name
    }

    private static func place(among places: [FieldOutline.Place], _ names: [String]) -> FieldOutline.Place? {
        for name in names {
            let plain = ColumnPlan.plain(name)
            let found = places.filter { ColumnPlan.plain($0.name) == plain }
            if let place = found.min(by: { $0.depth < $1.depth }) { return place }
        }
        for name in names {
            let plain = ColumnPlan.plain(name)
            let parts = name.split(separator: ".").count
            let found = places.filter { ColumnPlan.plain($0.name.split(separator: ".").suffix(parts).joined()) == plain }
            if let place = found.min(by: { $0.depth < $1.depth }) { return place }
        }
        return nil
    }

    /// Whether the values of a place can be what a field means: in half of the records at least, or, for what few records have, in one.
    private static func fits(_ field: JSONField, _ place: FieldOutline.Place, of records: Int) -> Bool {
        switch field {
        // What nginx calls so is how long it took.
        case .ts: place.times * 2 > records && place.name.split(separator: ".").last != "request_time"
        // What lets somebody in is no name, and nothing that may be shown or kept.
        case .account: place.texts * 2 > records && place.secrets == 0
        case .rows, .bytes: place.numbers > 0 && place.numbers == place.texts
        case .status: place.statuses > 0 && place.statuses == place.texts
        case .action: place.actions > 0
        // What a shipper read the line from is no endpoint.
        case .endpoint: place.texts > place.files
        case .ip: place.texts > 0 && (place.addresses == place.texts || !mayBeHosts.contains(ColumnPlan.plain(place.lastName)))
        default: place.texts > 0
        }
    }
}

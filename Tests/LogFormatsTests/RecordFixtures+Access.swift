// weir
// SPDX-License-Identifier: Apache-2.0

import LogFormats

extension RecordFixture {
    static let ocsf = RecordFixture(
        format: "ocsf",
        records: [
            #"{"class_uid":6005,"activity_id":4,"time":1780279500000,"metadata":{"uid":"m1"},"actor":{"user":{"uid":"svc-bi","name":"BI","type_id":4},"session":{"uid":"s1"}},"table":{"name":"contacts"},"query_info":{"bytes":51200,"query_string":"select * from contacts"},"cloud":{"region":"eu-west-1","account":{"name":"prod"}},"src_endpoint":{"ip":"198.51.100.7","location":{"country":"US"}},"data_classifications":[{"category":"Personal"},{"category":"Other"}]}"#,
            #"{"class_uid":6003,"activity_id":2,"time_dt":"2026-06-01T02:06:00+00:00","actor":{"user":{"name":"ops","type_id":1}},"api":{"operation":"DescribeThings","service":{"name":"x.amazonaws.com"},},"status_id":2,"http_request":{"user_agent":"Boto3/1.15"}}"#,
            #"{"class_uid":6003,"activity_id":1,"time":1780279620,"actor":{"user":{"email_addr":"ops@example.com"}},"api":{"operation":"token.create"},"resources":[{"name":"acme/a"},{"name":"acme/b"}]}"#,
            #"{"class_uid":4002,"activity_id":3,"time":1780279680000,"actor":{"app_name":"etl"},"http_request":{"http_method":"POST","url":{"path":"/api/v2/export","scheme":"https"}},"http_response":{"code":200,"body_length":9},"tls":{"version":"1.3"}}"#,
            #"{"class_uid":3002,"activity_id":1,"time":1780279740000,"user":{"name":"ops"},"status_id":2}"#,
        ],
        lines: [
            "2026-06-01T02:05:00Z svc-bi service query contacts - 198.51.100.7 bytes 51200 query=select * from contacts env=prod dataClass=Personal destRegion=US region=eu-west-1 session=s1",
            "2026-06-01T02:06:00Z ops human list x.amazonaws.com DescribeThings - status 403 agent=Boto3/1.15",
            "2026-06-01T02:07:00Z ops@example.com unknown write acme/a token.create -",
            "2026-06-01T02:08:00Z etl unknown export - /api/v2/export - bytes 9 status 200 tls=1.3 scheme=https",
            "2026-06-01T02:09:00Z ops unknown login - - - status 401",
        ],
        ignored: [#"{"class_uid":2004,"time":1780279500000,"actor":{"user":{"name":"ops"}}}"#],
        refused: [
            (#"{"class_uid":6003,"time":"noon","actor":{"user":{"name":"a"}}}"#, .badTime),
            (#"{"class_uid":6003,"actor":{"user":{"name":"a"}}}"#, .missingTime),
            (#"{"class_uid":6003,"time":1780279500000,"actor":{"user":{"name":"a"}},"http_response":{"code":"ok"}}"#, .badNumber),
            (#"{"class_uid":6003,"time":1780279500000,"actor":{"user":{"name":"a",,}}}"#, .syntax),
        ],
        envelope: "events")

    static let ecs = RecordFixture(
        format: "ecs",
        records: [
            #"{"@timestamp":"2026-06-01T02:05:00.123Z","event":{"id":"e1","category":["web"]},"user":{"name":"svc-bi","id":"7"},"http":{"request":{"method":"GET"},"response":{"status_code":200,"bytes":51200}},"url":{"path":"/api/v2/contacts"},"client":{"ip":"198.51.100.7"},"user_agent":{"original":"sync/2.1"},"service":{"environment":"staging"},"cloud":{"region":"eu-west-1"},"labels":{"rows":"2000"}}"#,
            #"{"@timestamp":"2026-06-01T02:06:00Z","user.name":"ops","http.request.method":"DELETE","url.original":"https://crm.example.com/api/v2/contacts/9?x=1","http.response.status_code":204,"tls.version":"1.2","url":{"scheme":"https"}}"#,
            #"{"_index":"logs","_id":"a1","_source":{"@timestamp":"2026-06-01T02:07:00Z","user":{"email":"ops@example.com"},"event":{"action":"export","outcome":"success"},"labels":{"object":"contact","synthetic":"true"}}}"#,
            #"{"@timestamp":"2026-06-01T02:08:00Z","user":{"id":"ops"},"event":{"category":["authentication"],"outcome":"failure"}}"#,
            #"{"@timestamp":"2026-06-01T02:09:00Z","user":{"id":"assistant"},"gen_ai":{"request":{"model":"m"}},"destination":{"domain":"api.example.net","geo":{"country_iso_code":"US"}}}"#,
        ],
        lines: [
            "2026-06-01T02:05:00.123Z svc-bi unknown read - /api/v2/contacts 198.51.100.7 rows 2000 bytes 51200 status 200 agent=sync/2.1 env=staging region=eu-west-1",
            "2026-06-01T02:06:00Z ops unknown delete - /api/v2/contacts/9?x=1 - status 204 tls=1.2 scheme=https",
            "2026-06-01T02:07:00Z ops@example.com unknown export contact - - synthetic=true",
            "2026-06-01T02:08:00Z ops unknown login - - - status 401",
            "2026-06-01T02:09:00Z assistant unknown unknown - - - dataClass=ai_content dest=api.example.net destRegion=US",
        ],
        ignored: [#"{"@timestamp":"2026-06-01T02:08:00Z","message":"started"}"#],
        refused: [
            (#"{"@timestamp":"2026-06-01T02:08:00+99:00","user":{"id":"a"}}"#, .badTime), (#"{"user":{"id":"a"}}"#, .missingTime),
            (#"{"@timestamp":"2026-06-01T02:08:00Z","user":{"id":"a"},"labels":{"rows":"x"}}"#, .badNumber),
            (#"{"@timestamp":"2026-06-01T02:08:00Z","user":{"id":"a"}]"#, .syntax),
        ],
        envelope: "hits")

    static let nginx = RecordFixture(
        format: "nginx_json",
        records: [
            #"{"time_iso8601":"2026-06-01T02:05:00+00:00","remote_addr":"198.51.100.7","remote_user":"svc-bi","request":"GET /api/v2/contacts HTTP/1.1","status":"200","body_bytes_sent":"51200","http_user_agent":"sync/2.1","ssl_protocol":"TLSv1.3","host":"crm.example.com","sent_http_ai_disclosure":"mode=ai-originated"}"#,
            #"{"time_local":"01/Jun/2026:02:06:00 +0000","remote_user":"svc-bi","request_method":"POST","request_uri":"/api/v2/export","status":200,"bytes_sent":9,"scheme":"http","http_x_synthetic_data":"true"}"#,
            #"{"msec":"1780279620.123","http_x_consumer_username":"svc-x","remote_user":"-","request_method":"POST","uri":"/api/v2/contacts","status":201,"environment":"staging","sent_http_x_ratelimit_limit":"5000","sent_http_x_ratelimit_remaining":"4982"}"#,
            #"{"@timestamp":"2026-06-01T02:08:00Z","user":"s\u00e9c","request":"GET \/a\"b HTTP/1.1","status":"404"}"#,
            #"{"time":"2026-06-01T02:09:00Z","user":"svc-bi","method":"PUT","path":"/api/v2/contacts/7","status":"200","sent_http_sforce_limit_info":"api-usage=18/5000","geoip_country_code":"DE"}"#,
        ],
        lines: [
            "2026-06-01T02:05:00Z svc-bi unknown read - /api/v2/contacts 198.51.100.7 bytes 51200 status 200 agent=sync/2.1 env=crm.example.com disclosed=mode=ai-originated tls=TLSv1.3",
            "2026-06-01T02:06:00Z svc-bi unknown export - /api/v2/export - bytes 9 status 200 synthetic=true scheme=http",
            "2026-06-01T02:07:00.123Z svc-x unknown write - /api/v2/contacts - status 201 limit=18/5000 env=staging",
            "2026-06-01T02:08:00Z séc unknown read - /a\"b - status 404",
            "2026-06-01T02:09:00Z svc-bi unknown write - /api/v2/contacts/7 - status 200 limit=18/5000 destRegion=DE",
        ],
        ignored: [#"{"time":"2026-06-01T02:09:00Z","remote_user":"-","request":"GET / HTTP/1.1","status":"200"}"#],
        refused: [
            (#"{"time":"1/Jun","user":"a","request":"GET / HTTP/1.1"}"#, .badTime),
            (#"{"user":"a","request":"GET / HTTP/1.1"}"#, .missingTime),
            (#"{"time":"2026-06-01T02:09:00Z","user":"a","status":"ok"}"#, .badNumber),
            ("{\"time\":\"2026-06-01T02:09:00Z\",\"user\":\"a\u{1}\"}", .controlCharacterInName),
        ],
        envelope: nil)

    static let traefik = RecordFixture(
        format: "traefik",
        records: [
            #"{"ClientAddr":"198.51.100.7:39496","ClientHost":"198.51.100.7","ClientUsername":"svc-bi","DownstreamContentSize":357,"DownstreamStatus":200,"OriginStatus":200,"RequestHost":"crm.example.com","RequestMethod":"GET","RequestPath":"/api/v2/contacts","RequestScheme":"https","ServiceURL":{"Scheme":"http","User":null},"StartUTC":"2026-06-01T02:05:00.587782192Z","TLSVersion":"1.3","request_User-Agent":"sync/2.1","time":"2026-06-01T02:05:01Z"}"#,
            #"{"ClientUsername":"svc-bi","DownstreamStatus":429,"RequestMethod":"GET","RequestPath":"/a","time":"2026-06-01T02:06:00Z","downstream_X-Ratelimit-Limit":"100","downstream_X-Ratelimit-Remaining":"0"}"#,
            #"{"ClientUsername":"svc-bi","DownstreamStatus":204,"RequestMethod":"DELETE","RequestPath":"/a/1","time":"2026-06-01T02:07:00Z","downstream_Ai-Disclosure":"mode=none"}"#,
            #"{"ClientUsername":"-","request_X-Forwarded-User":"svc-y","DownstreamStatus":200,"RequestMethod":"POST","RequestPath":"/graphql","StartUTC":"2026-06-01T02:08:00Z","request_X-Real-Ip":"203.0.113.5"}"#,
        ],
        lines: [
            "2026-06-01T02:05:00.587Z svc-bi unknown read - /api/v2/contacts 198.51.100.7 bytes 357 status 200 agent=sync/2.1 env=crm.example.com tls=1.3 scheme=https",
            "2026-06-01T02:06:00Z svc-bi unknown read - /a - status 429 limit=100/100",
            "2026-06-01T02:07:00Z svc-bi unknown delete - /a/1 - status 204 disclosed=mode=none",
            "2026-06-01T02:08:00Z svc-y unknown query - /graphql 203.0.113.5 status 200",
        ],
        ignored: [
            #"{"ClientUsername":"-","DownstreamStatus":200,"RequestMethod":"GET","RequestPath":"/","StartUTC":"2026-06-01T02:08:00Z"}"#
        ],
        refused: [
            (#"{"ClientUsername":"a","StartUTC":"2026-13-01T02:08:00Z"}"#, .badTime), (#"{"ClientUsername":"a"}"#, .missingTime),
            (#"{"ClientUsername":"a","StartUTC":"2026-06-01T02:08:00Z","DownstreamStatus":"x"}"#, .badNumber),
            (#"{"ClientUsername":"a","StartUTC":"2026-06-01T02:08:00Z","DownstreamStatus":}"#, .syntax),
        ],
        envelope: nil)

    static let caddy = RecordFixture(
        format: "caddy",
        records: [
            #"{"level":"info","ts":1780279500.7564995,"logger":"http.log.access","request":{"remote_ip":"10.0.0.1","client_ip":"198.51.100.7","proto":"HTTP/2.0","method":"GET","host":"crm.example.com","uri":"/api/v2/contacts","headers":{"User-Agent":["sync/2.1"],"Accept":["*/*","a"]},"tls":{"version":772}},"user_id":"svc-bi","duration":0.002,"size":51200,"status":200,"resp_headers":{"Ai-Disclosure":["mode=ai-originated"]}}"#,
            #"{"ts":"2026-06-01T02:06:00Z","request":{"method":"POST","uri":"/report","tls":{"version":771}},"user_id":"svc-bi","size":0,"status":0}"#,
            #"{"ts":1780279620,"request":{"method":"HEAD","uri":"/a","remote_addr":"198.51.100.7:1"},"user_id":"svc-bi","size":0,"status":404,"resp_headers":{"X-Ratelimit-Limit":["9"],"X-Ratelimit-Remaining":["4"]}}"#,
            #"{"ts":1780279680,"request":{"method":"GET","uri":"/","headers":{"X-Consumer-Username":["svc-z"]}},"user_id":"","status":200,"size":1}"#,
        ],
        lines: [
            "2026-06-01T02:05:00.756Z svc-bi unknown read - /api/v2/contacts 198.51.100.7 bytes 51200 status 200 agent=sync/2.1 env=crm.example.com disclosed=mode=ai-originated tls=TLSv1.3",
            "2026-06-01T02:06:00Z svc-bi unknown report - /report - bytes 0 tls=TLSv1.2",
            "2026-06-01T02:07:00Z svc-bi unknown read - /a 198.51.100.7:1 status 404 limit=5/9",
            "2026-06-01T02:08:00Z svc-z unknown read - / - bytes 1 status 200",
        ],
        ignored: [
            #"{"level":"info","ts":1780279620,"logger":"tls","msg":"served key authentication","user_id":"a"}"#,
            #"{"ts":1780279620,"request":{"method":"GET","uri":"/"},"user_id":"","status":200,"size":1}"#,
        ],
        refused: [
            (#"{"ts":-5,"request":{"method":"GET"},"user_id":"a"}"#, .badTime),
            (#"{"request":{"method":"GET"},"user_id":"a"}"#, .missingTime),
            (#"{"ts":1780279620,"request":{"method":"GET"},"user_id":"a","size":"x"}"#, .badNumber),
            (#"{"ts":1780279620,"request":{"method":"GET",},"user_id":"a"} x"#, .syntax),
        ],
        envelope: nil)

    static let envoy = RecordFixture(
        format: "envoy_json",
        records: [
            #"{":authority":"www.example.com","bytes_received":0,"bytes_sent":121258,"downstream_remote_address":"198.51.100.7:59292","method":"GET","protocol":"HTTP/2","response_code":200,"response_flags":"-","start_time":"2026-06-01T02:05:00.479Z","upstream_host":null,"user-agent":"sync/2.1","x-envoy-origin-path":"/api/v2/contacts","x-forwarded-for":"203.0.113.5, 10.0.0.12","user_id":"svc-bi"}"#,
            #"{"start_time":"2026-06-01T02:06:00Z","method":"PUT","path":"/a","response_code":0,"bytes_sent":0,"jwt_sub":"svc-j","downstream_tls_version":"TLSv1.2"}"#,
            #"{"start_time":"2026-06-01T02:07:00Z",":method":"GET",":path":"/b","response_code":"503","bytes_sent":"91","downstream_peer_subject":"CN=etl","x-synthetic-data":"true"}"#,
            #"{"start_time":"2026-06-01T02:08:00Z","method":"GET","path":"/c","response_code":200,"bytes_sent":5,"user":"svc-bi","x-ratelimit-limit":10,"x-ratelimit-remaining":3,"ai-disclosure":"mode=none"}"#,
        ],
        lines: [
            "2026-06-01T02:05:00.479Z svc-bi unknown read - /api/v2/contacts 203.0.113.5 bytes 121258 status 200 agent=sync/2.1 env=www.example.com",
            "2026-06-01T02:06:00Z svc-j unknown write - /a - bytes 0 tls=TLSv1.2",
            "2026-06-01T02:07:00Z CN=etl unknown read - /b - status 503 synthetic=true",
            "2026-06-01T02:08:00Z svc-bi unknown read - /c - bytes 5 status 200 limit=7/10 disclosed=mode=none",
        ],
        ignored: [#"{"start_time":"2026-06-01T02:07:00Z","method":"GET","path":"/b","response_code":200,"user_id":null}"#],
        refused: [
            (#"{"start_time":"2026-06-01T02:60:00Z","user_id":"a"}"#, .badTime), (#"{"user_id":"a","method":"GET"}"#, .missingTime),
            (#"{"start_time":"2026-06-01T02:07:00Z","user_id":"a","bytes_sent":"-"x}"#, .syntax),
            (#"{"start_time":"2026-06-01T02:07:00Z","user_id":"a","response_code":"UF"}"#, .badNumber),
        ],
        envelope: nil)

    static let kong = RecordFixture(
        format: "kong",
        records: [
            #"{"started_at":1780279500123,"client_ip":"198.51.100.7","consumer":{"username":"svc-bi","id":"9"},"workspace_name":"staging","request":{"method":"GET","uri":"/api/v2/contacts?page=2","url":"http://x/","size":12,"headers":{"user-agent":"sync/2.1","authorization":"REDACTED"},"tls":{"version":"TLSv1.2"}},"response":{"status":200,"size":"51200","headers":{"ai-disclosure":"mode=ai-originated","ratelimit-limit":"60","ratelimit-remaining":"59"}},"service":{"name":"crm","tags":["customer"]}}"#,
            #"{"started_at":1780279560000,"authenticated_entity":{"id":"e-1"},"request":{"method":"DELETE","uri":"/a"},"response":{"status":204,"size":0,"headers":{"sforce-limit-info":"api-usage=18/5000"}}}"#,
            #"{"started_at":1780279620000,"consumer":{"custom_id":"svc-c"},"request":{"method":"POST","uri":"/bulk/v1"},"response":{"status":200,"size":7,"headers":{"x-record-count":"40","x-synthetic-data":"true"}}}"#,
            #"{"started_at":1780279680000,"request":{"method":"GET","uri":"/","headers":{"x-consumer-username":"svc-h"}},"response":{"status":200,"size":7},"service":{"host":"crm.internal","protocol":"http"}}"#,
        ],
        lines: [
            "2026-06-01T02:05:00.123Z svc-bi unknown read - /api/v2/contacts?page=2 198.51.100.7 bytes 51200 status 200 limit=1/60 agent=sync/2.1 env=staging dataClass=customer disclosed=mode=ai-originated tls=TLSv1.2",
            "2026-06-01T02:06:00Z e-1 unknown delete - /a - bytes 0 status 204 limit=18/5000",
            "2026-06-01T02:07:00Z svc-c unknown bulk - /bulk/v1 - rows 40 bytes 7 status 200 synthetic=true",
            "2026-06-01T02:08:00Z svc-h unknown read - / - bytes 7 status 200 env=crm.internal scheme=http",
        ],
        ignored: [#"{"started_at":1780279620000,"request":{"method":"GET","uri":"/"},"response":{"status":401,"size":7}}"#],
        refused: [
            (#"{"started_at":"now","consumer":{"username":"a"}}"#, .badTime), (#"{"consumer":{"username":"a"}}"#, .missingTime),
            (#"{"started_at":1780279620000,"consumer":{"username":"a"},"response":{"size":"big"}}"#, .badNumber),
            (#"{"started_at":1780279620000,"consumer":{"username":"a\u001f"}}"#, .controlCharacterInName),
        ],
        envelope: nil)

    static let cloudFront = RecordFixture(
        format: "cloudfront_json",
        records: [
            #"{"date":"2026-06-01","time":"02:05:00","x-edge-location":"FRA50-C1","sc-bytes":"51200","c-ip":"192.0.2.7","cs-method":"GET","cs(Host)":"d1.cloudfront.net","cs-uri-stem":"/api/v2/contacts","sc-status":"200","cs(User-Agent)":"sync/2.1","x-edge-request-id":"a==","x-host-header":"crm.example.com","cs-protocol":"https","ssl-protocol":"TLSv1.3","account":"svc-bi"}"#,
            #"{"timestamp(ms)":"1780279560123","x-edge-request-id":"b==","cs-method":"DELETE","cs-uri-stem":"/a","sc-status":204,"sc-bytes":9,"account":"svc-b"}"#,
            #"{"date":"2026-06-01","time":"02:07:00","x-edge-location":"FRA50","sc-status":"403","sc-bytes":"512","cs-uri-stem":"/b","account":"svc-b"}"#,
            #"{"timestamp":1780279680.123,"cs-method":"GET","sc-status":"000","x-edge-result-type":"Error","sc-bytes":"-","account":"svc-d"}"#,
        ],
        lines: [
            "2026-06-01T02:05:00Z svc-bi unknown read - /api/v2/contacts 192.0.2.7 bytes 51200 status 200 agent=sync/2.1 env=crm.example.com tls=TLSv1.3 scheme=https",
            "2026-06-01T02:06:00.123Z svc-b unknown delete - /a - bytes 9 status 204",
            "2026-06-01T02:07:00Z svc-b unknown unknown - /b - status 403",
            "2026-06-01T02:08:00.123Z svc-d unknown read - - -",
        ],
        ignored: [#"{"date":"2026-06-01","time":"02:05:00","cs-method":"GET","c-ip":"192.0.2.7","sc-status":"200"}"#],
        refused: [
            (#"{"date":"2026-06-31","time":"02:05:00","account":"a"}"#, .badTime), (#"{"time":"02:05:00","account":"a"}"#, .missingTime),
            (#"{"date":"2026-06-01","account":"a"}"#, .badTime),
            (#"{"date":"2026-06-01","time":"02:05:00","account":"a","sc-bytes":"many"}"#, .badNumber),
        ],
        envelope: nil)

    static let hubSpot = RecordFixture(
        format: "hubspot",
        records: [
            #"{"id":"77","occurredAt":"2026-06-01T02:05:00Z","category":"CRM_OBJECT","subCategory":"CONTACT","action":"EXPORT","actingUser":{"userId":123,"userEmail":"ops@example.com"},"targetObjectId":"9"}"#,
            #"{"id":"78","loginAt":"2026-06-01T02:06:00Z","userId":"123","email":"ops@example.com","loginSucceeded":false,"ipAddress":"198.51.100.7","countryCode":"us","userAgent":"Mozilla/5.0"}"#,
            #"{"id":"79","createdAt":"2026-06-01T02:07:00Z","type":"CRM_EXPORT","userId":123,"ipAddress":"198.51.100.7","portalId":62515}"#,
            #"{"id":"80","occurredAt":"2026-06-01T02:08:00Z","category":"PERMISSIONS","action":"UPDATE","actingUser":{"userId":123}}"#,
        ],
        lines: [
            "2026-06-01T02:05:00Z ops@example.com human export CONTACT CONTACT - item=9",
            "2026-06-01T02:06:00Z ops@example.com human login - - 198.51.100.7 status 401 agent=Mozilla/5.0 destRegion=us",
            "2026-06-01T02:07:00Z 123 human export - CRM_EXPORT 198.51.100.7 env=62515",
            "2026-06-01T02:08:00Z 123 human admin PERMISSIONS PERMISSIONS -",
        ],
        ignored: [#"{"id":"81","occurredAt":"2026-06-01T02:08:00Z","category":"SYSTEM","action":"UPDATE","actingUser":null}"#],
        refused: [
            (#"{"id":"1","occurredAt":"June","actingUser":{"userId":1}}"#, .badTime),
            (#"{"id":"1","actingUser":{"userId":1}}"#, .missingTime),
            (#"{"id":"1","id":"2","occurredAt":"2026-06-01T02:08:00Z","actingUser":{"userId":1}}"#, .duplicateKey),
            (#"{"id":"1","occurredAt":"2026-06-01T02:08:00Z","actingUser":{"userId":1}"#, .syntax),
        ],
        envelope: "results")

    static let zendesk = RecordFixture(
        format: "zendesk",
        records: [
            #"{"url":"https://acme.zendesk.com/api/v2/audit_logs/77.json","id":77,"created_at":"2026-06-01T02:05:00Z","actor_id":1401,"actor_name":"Ops","action":"exported","source_type":"ticket","source_id":9,"source_label":"Export of Ada","ip_address":"198.51.100.7","change_description":"x"}"#,
            #"{"id":78,"created_at":"2026-06-01T02:06:00Z","actor_id":-1,"action":"destroy","source_type":"ticket","source_id":10}"#,
            #"{"audit_log":{"id":79,"created_at":"2026-06-01T02:07:00Z","actor_id":1401,"action":"update","source_type":"account_setting"}}"#,
            #"{"id":80,"created_at":"2026-06-01T02:08:00Z","actor_id":1401,"action":"create","source_type":"ticket","custom_fields":[{"id":"x","value":1},{"value":"true","id":"synthetic"}]}"#,
            #"{"id":81,"created_at":"2026-06-01T02:09:00Z","actor_id":1401,"action":"login","source_type":"user"}"#,
        ],
        lines: [
            "2026-06-01T02:05:00Z 1401 human export ticket ticket 198.51.100.7 item=9 env=acme.zendesk.com",
            "2026-06-01T02:06:00Z -1 service delete ticket ticket - item=10",
            "2026-06-01T02:07:00Z 1401 human admin account_setting account_setting -",
            "2026-06-01T02:08:00Z 1401 human write ticket ticket - synthetic=true",
            "2026-06-01T02:09:00Z 1401 human login user user -",
        ],
        ignored: [#"{"id":82,"created_at":"2026-06-01T02:09:00Z","action":"login"}"#],
        refused: [
            (#"{"id":1,"created_at":"","actor_id":1}"#, .missingTime), (#"{"id":1,"created_at":"never","actor_id":1}"#, .badTime),
            (#"{"id":1,"created_at":"2026-06-01T02:09:00Z","actor_name":"a\tb"}"#, .controlCharacterInName),
            (#"{"id":1,"created_at":"2026-06-01T02:09:00Z","actor_id":1,}x{"#, .syntax),
        ],
        envelope: "audit_logs")
}

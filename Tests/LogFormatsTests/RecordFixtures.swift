// weir
// SPDX-License-Identifier: Apache-2.0

import LogFormats

/// Hand-made records of one format, and what they must become.
struct RecordFixture {
    var format: String
    /// Records that are understood, each one JSON object.
    var records: [String]
    /// What those become, see ``RecordSight``.
    var lines: [String]
    /// Records that are none of the format's business.
    var ignored: [String]
    /// Records that are refused.
    var refused: [(text: String, reason: MalformedReason)]
    /// The key that wraps records in files and answers.
    var envelope: String?

    /// A stream of its four shortest records in every shape that a file may have: lines, an array over several lines, an answer, records
    /// one behind the other, a byte order mark, and what no record is. Short, because tests cut it at every byte.
    var stream: String {
        var text = ""
        let records = self.records.sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }.prefix(4)
        for (index, record) in records.enumerated() {
            switch index % 4 {
            case 0: text += record + "\n"
            case 1: text += "[\n  " + record + ",\n  " + record + "\n]\r\n"
            case 2: text += record + record + "\n\n"
            default: text += "\u{FEFF}" + record + "\n"
            }
            if index < refused.count { text += refused[index].text + "\n" }
        }
        for record in ignored { text += record + "\n" }
        for record in refused.dropFirst(records.count) { text += record.text + "\n" }
        text += "not json at all\n"
        // Cut off, as a full disk leaves it; what stands behind must not suffer.
        text += String(records[0].prefix(records[0].count / 2)) + "\n"
        text += "{\"deep\":" + String(repeating: "[", count: 40) + "\n"
        text += records[0] + "\n"
        text += Self.spread(String(records[0].dropLast())) + "\n  \"broken\n}\n"
        text += Self.spread(records[records.count - 1]) + "\n"
        if let envelope {
            let list = records.prefix(2).joined(separator: ",")
            text += "{\"count\":2,\"\(envelope)\":[\(list)],\"paging\":{\"next\":{\"after\":\"a\"}},\"done\":true}\n"
        }
        return text + records[0]
    }

    /// Everything of it, each on a line of its own.
    var lineStream: String {
        let cut = String(records[0].prefix(records[0].count / 2))
        return (records + ignored + refused.map(\.text) + ["not json at all", cut] + records).joined(separator: "\n")
    }

    /// The same record with its first members on lines of their own.
    static func spread(_ record: String) -> String {
        var parts: [Substring] = []
        var rest = record[...]
        while parts.count < 3, let range = rest.firstRange(of: ",\"") {
            parts.append(rest[..<range.lowerBound])
            rest = rest[range.lowerBound...].dropFirst()
        }
        return (parts + [rest]).joined(separator: ",\n    ").replacing("{\"", with: "{\n    \"", maxReplacements: 1)
    }

    static let all: [RecordFixture] =
        [
            salesforce, dataverse, serviceNow, snowflake, cloudTrail, ocsf, ecs, nginx, traefik, caddy, envoy, kong, cloudFront, hubSpot,
            zendesk,
        ]

    static func named(_ name: String) -> RecordFixture? { all.first { $0.format == name } }
}

extension RecordFixture {
    static let salesforce = RecordFixture(
        format: "salesforce_event",
        records: [
            #"{"EventDate":"2026-06-01T02:05:00.123Z","EventIdentifier":"e1","UserId":"0053h000002xQ5sAAE","Username":"sync@example.com.uat","Operation":"Query","RowsReturned":2000.0,"RowsProcessed":6000.0,"QueriedEntities":"Contact","Query":"SELECT Id FROM Contact","UserAgent":"python-requests/2.28","SourceIp":"198.51.100.7","SessionKey":"k1","attributes":{"type":"ApiEvent","url":"/x"}}"#,
            #"{"channel":"/event/ReportEventStream","data":{"event":{"replayId":"7"},"payload":{"EventDate":"2026-06-01T02:06:00.000+0000","ExecutionIdentifier":"x-1","Operation":"ReportExported","QueriedEntities":"Lead","RowsProcessed":20680.0,"Sequence":51,"UserId":"0053h000002xQ5sAAE","SourceIp":"198.51.100.7","ReportId":"00O1","attributes":{"type":"ReportEvent"}},"schema":"s"}}"#,
            #"{"attributes":{"type":"ApiEvent"},"EventDate":"2026-06-01T02:07:00Z","UserId":"0053h000002xQ5s","Operation":"QueryMore","RowsReturned":-1,"RowsProcessed":1000364.0,"Query":"SELECT Id FROM Lead","SessionKey":"k2","ConnectedAppId":"0H4RM00000000Kr0AI"}"#,
            #"{"event_type_s":"RestApi","timestamp_s":"20260601020800.049","user_id_s":"0053h000002xQ5s","uri_s":"/services/data/v59.0/query","method_s":"GET","rows_processed_s":"17","response_size_s":"4096","entity_name_s":"Account","client_ip_s":"203.0.113.9","client_name_s":"etl","organization_id_s":"00D3h000007R1Lu","status_code_s":"200"}"#,
            #"{"EventType":"BulkApi2","Timestamp":"2026-06-01T02:09:00.000Z","JobIdentifier":"7503h00000AbCdE","OperationType":"query","ProcessedRecordCount":2500,"UserIdentifier":"0053h000002xQ5s","ObjectType":"Contact","attributes":{"type":"BulkApi2EventLog"}}"#,
            #"{"attributes":{"type":"ReportAnomalyEventStore"},"EventDate":"2026-06-01T02:10:00Z","UserId":"0053h000002xQ5sAAE","Score":97.2,"Report":"00O1","RowsProcessed":111141,"SecurityEventData":"[{\"featureName\":\"rowCount\"}]"}"#,
            #"{"attributes":{"type":"FileEvent"},"EventDate":"2026-06-01T02:11:00Z","UserId":"0053h000002xQ5sAAE","FileAction":"API_DOWNLOAD","ContentSize":1048576,"DocumentId":"0691","PlannerId":"16j1"}"#,
            #"{"attributes":{"type":"LoginEvent"},"EventDate":"2026-06-01T02:12:00Z","UserId":"0053h000002xQ5sAAE","Status":"Invalid Password","LoginUrl":"acme--dev.sandbox.my.salesforce.com","TlsProtocol":"TLS 1.2","CountryIso":"US","Username":"ops@example.com"}"#,
            #"{"EVENT_TYPE":"ApexCallout","TIMESTAMP":"20260601021300.000","USER_ID":"0053h000002xQ5s","METHOD":"POST","REQUEST_SIZE":"8192","RESPONSE_SIZE":"4","URL":"\"https://hooks.example.com/a\"","CLIENT_IP":"Salesforce.com IP"}"#,
            #"{"attributes":{"type":"ApiEvent"},"EventDate":"2026-06-01T02:14:00Z","UserId":"0053h000002xQ5s","Operation":"Query","RowsReturned":3,"QueriedEntities":"GenAIGeneration__dlm","Query":"SELECT responseText__c FROM GenAIGeneration__dlm"}"#,
        ],
        lines: [
            "2026-06-01T02:05:00.123Z 0053h000002xQ5s unknown query Contact ApiEvent 198.51.100.7 rows 2000 agent=python-requests/2.28 query=SELECT Id FROM Contact env=uat session=k1",
            "2026-06-01T02:06:00Z 0053h000002xQ5s unknown export Lead ReportEvent 198.51.100.7 total 20680 item=00O1",
            "2026-06-01T02:07:00Z 0H4RM00000000Kr app query - ApiEvent - total 1000364 query=SELECT Id FROM Lead session=k2",
            "2026-06-01T02:08:00.049Z etl app query Account /services/data/v59.0/query 203.0.113.9 rows 17 bytes 4096 status 200 env=00D3h000007R1Lu",
            "2026-06-01T02:09:00Z 0053h000002xQ5s unknown bulk Contact BulkApi2 - total 2500 job=7503h00000AbCdE",
            "2026-06-01T02:10:00Z 0053h000002xQ5s unknown report - ReportAnomalyEvent -",
            "2026-06-01T02:11:00Z 0053h000002xQ5s service export - FileEvent - bytes 1048576 item=0691",
            "2026-06-01T02:12:00Z 0053h000002xQ5s unknown login - LoginEvent - status 401 env=acme--dev.sandbox.my.salesforce.com destRegion=US tls=TLS 1.2",
            "2026-06-01T02:13:00Z 0053h000002xQ5s unknown webhook - ApexCallout - bytes 8192 dest=https://hooks.example.com/a",
            "2026-06-01T02:14:00Z 0053h000002xQ5s unknown query GenAIGeneration__dlm ApiEvent - rows 3 query=SELECT responseText__c FROM GenAIGeneration__dlm dataClass=ai_content",
        ],
        ignored: [
            #"{"EVENT_TYPE":"ApexTrigger","TIMESTAMP":"20260601021300.000","USER_ID":"0053h000002xQ5s"}"#,
            #"{"EVENT_TYPE":"RestApi","TIMESTAMP":"20260601021300.000","USER_ID":"","CLIENT_NAME":"NOT_SET"}"#,
        ],
        refused: [
            (#"{"EventDate":"yesterday","UserId":"0053h000002xQ5s"}"#, .badTime),
            (#"{"UserId":"0053h000002xQ5s","Operation":"Query"}"#, .missingTime),
            (#"{"EventDate":"2026-06-01T02:05:00Z","UserId":"a\u0007b"}"#, .controlCharacterInName),
            (#"{"EventDate":"2026-06-01T02:05:00Z","UserId":"a","RowsProcessed":"many"}"#, .badNumber),
        ],
        envelope: "records")

    static let dataverse = RecordFixture(
        format: "dataverse",
        records: [
            #"{"CreationTime":"2026-06-01T02:05:00","Id":"r1","RecordType":21,"UserId":"sync@1b2c3d4e-0000-4000-8000-000000000001.com","Message":"RetrieveMultiple","EntityName":"contact","InstanceUrl":"https://acme.crm4.dynamics.com","QueryResults":"a,b,c","ClientIP":"198.51.100.7","UserAgent":"DataverseSvc/9.2","Query":"<fetch/>","CorrelationId":"c1"}"#,
            #"{"TimeGenerated":"2026-06-01T02:06:00.5Z","UserId":"ops@example.com","UserType":"0","Message":"ExportToExcel","EntityName":"lead","InstanceUrl":"https://acme-test.crm.dynamics.com/","ResultStatus":"Failed"}"#,
            #"{"CreationTime":"2026-06-01T02:07:00","RecordType":21,"UserId":"ops@example.com","UserType":5,"Operation":"CrmDefaultActivity","CrmOrganizationUniqueName":"acmeprod","ExtendedProperties":[{"Name":"EntityName","Value":"account"},{"Value":"Retrieve","Name":"Message"},{"Name":"QueryResults","Value":"x"}]}"#,
            #"{"CreationTime":"2026-06-01T02:08:00","RecordType":"CRM","UserId":"ops@example.com","Message":"BulkDelete","EntityName":"task","EntityId":"t-9"}"#,
            #"{"TimeGenerated":"2026-06-01T02:09:00Z","UserId":"ops@example.com","Message":"Update","CrmOrganizationUniqueName":"acmeprod"}"#,
        ],
        lines: [
            "2026-06-01T02:05:00Z sync@1b2c3d4e-0000-4000-8000-000000000001.com service query contact RetrieveMultiple 198.51.100.7 rows 3 agent=DataverseSvc/9.2 query=<fetch/> env=https://acme.crm4.dynamics.com region=crm4.dynamics.com session=c1",
            "2026-06-01T02:06:00.500Z ops@example.com human export lead ExportToExcel - status 403 env=https://acme-test.crm.dynamics.com/ region=crm.dynamics.com",
            "2026-06-01T02:07:00Z ops@example.com service read account CrmDefaultActivity - rows 1 env=acmeprod",
            "2026-06-01T02:08:00Z ops@example.com unknown delete task BulkDelete - item=t-9",
            "2026-06-01T02:09:00Z ops@example.com unknown write - Update - env=acmeprod",
        ],
        ignored: [
            #"{"CreationTime":"2026-06-01T02:08:00","RecordType":6,"Workload":"SharePoint","UserId":"a@example.com","Operation":"FileDownloaded"}"#
        ],
        refused: [
            (#"{"CreationTime":"2026-06-31T02:05:00","RecordType":21,"UserId":"a"}"#, .badTime),
            (#"{"RecordType":21,"UserId":"a"}"#, .missingTime),
            (#"{"CreationTime":"2026-06-01T02:05:00","RecordType":21,"UserId":"a\nb"}"#, .controlCharacterInName),
            (#"{"CreationTime":"2026-06-01T02:05:00","RecordType":21,"UserId":"a","UserId":"b"}"#, .duplicateKey),
        ],
        envelope: "value")

    static let serviceNow = RecordFixture(
        format: "servicenow",
        records: [
            #"{"classification":null,"event":"34ab","records":"28","size":"7019","sys_class_name":"isc_export_event","sys_created_on":"2026-06-01 02:05:00","sys_id":"s1","table":"task","user":"234a","user_name":"svc-bi"}"#,
            #"{"instance":"1234","name":"login","parm1":"admin","parm2":"198.51.100.1","sys_created_by":"admin","sys_created_on":"2026-06-01 02:06:00","table":"","user_name":"admin"}"#,
            #"{"documentkey":"34ab","fieldname":"DELETED","sys_created_by":"system","sys_created_on":"2026-06-01 02:07:00","tablename":"incident","user":"system"}"#,
            #"{"changed_by":"c706","changed_by.name":null,"operation":"Added","role":"12e6","granted_by_group":null,"sys_created_on":"2026-06-01 02:08:00"}"#,
            #"{"name":"report.view","parm1":"682","sys_created_on":"2026-06-01 02:09:00","table":"sys_report","user_name":"ops","source_instance":"acme-dev","datacenter":"FRA"}"#,
        ],
        lines: [
            "2026-06-01T02:05:00Z svc-bi unknown export task isc_export_event - rows 28 bytes 7019",
            "2026-06-01T02:06:00Z admin unknown login - login 198.51.100.1",
            "2026-06-01T02:07:00Z system unknown delete incident - - item=34ab",
            "2026-06-01T02:08:00Z c706 unknown admin - - -",
            "2026-06-01T02:09:00Z ops unknown report sys_report report.view - item=682 env=acme-dev region=FRA",
        ],
        ignored: [#"{"sys_created_on":"2026-06-01 02:09:00","name":"cache.flush"}"#, #"{"unknown":{"kind":[1,2]}}"#],
        refused: [
            (#"{"sys_created_on":"2026-06-01 25:05:00","user_name":"a"}"#, .badTime), (#"{"user_name":"a"}"#, .missingTime),
            (#"{"sys_created_on":"2026-06-01 02:05:00","user_name":"a","records":"1e99"}"#, .badNumber),
            (#"{"sys_created_on":"2026-06-01 02:05:00","user_name":"a" "b"}"#, .syntax),
        ],
        envelope: "result")

    static let snowflake = RecordFixture(
        format: "snowflake",
        records: [
            #"{"QUERY_ID":"q1","END_TIME":"1780279500.697000","START_TIME":"1780279499.585000","USER_NAME":"SVC_BI","USER_TYPE":"SERVICE","QUERY_TYPE":"UNLOAD","DATABASE_NAME":"CRM","ROWS_UNLOADED":"2000","ROWS_PRODUCED":"1","BYTES_WRITTEN":"51200","OUTBOUND_DATA_TRANSFER_BYTES":"0","OUTBOUND_DATA_TRANSFER_REGION":null,"QUERY_TEXT":"COPY INTO @s FROM contacts","SESSION_ID":"293"}"#,
            #"{"QUERY_ID":"q2","END_TIME":"1780279501.697000","USER_NAME":"OPS","QUERY_TYPE":"SELECT","DATABASE_NAME":"STAGING","ROWS_PRODUCED":578,"ROWS_WRITTEN_TO_RESULT":577,"BYTES_WRITTEN_TO_RESULT":27,"OUTBOUND_DATA_TRANSFER_BYTES":900,"OUTBOUND_DATA_TRANSFER_REGION":"eu-west-1","OUTBOUND_DATA_TRANSFER_CLOUD":"aws"}"#,
            #"{"QUERY_ID":"q3","END_TIME":"1780279502.5","USER_NAME":"OPS","QUERY_TYPE":"INSERT","ROWS_INSERTED":"306","BYTES_WRITTEN":"9"}"#,
            #"{"EVENT_ID":"5","EVENT_TIMESTAMP":"1780279503.813000","EVENT_TYPE":"LOGIN","USER_NAME":"OPS","CLIENT_IP":"198.51.100.7","IS_SUCCESS":"NO","REPORTED_CLIENT_TYPE":"JDBC_DRIVER"}"#,
            #"{"query_id":"q4","end_time":"2026-06-01T02:05:04.000Z","user_name":"OPS","query_type":"GET_FILES","rows_unloaded":"0","bytes_written":"25088"}"#,
            #"{"QUERY_ID":"q5","END_TIME":1780279505,"USER_NAME":"OPS","QUERY_TYPE":"SHOW","ROWS_PRODUCED":12}"#,
        ],
        lines: [
            "2026-06-01T02:05:00.697Z SVC_BI service export CRM UNLOAD - rows 2000 bytes 51200 query=COPY INTO @s FROM contacts env=CRM session=293",
            "2026-06-01T02:05:01.697Z OPS unknown query STAGING SELECT - rows 577 bytes 900 env=STAGING dest=aws destRegion=eu-west-1",
            "2026-06-01T02:05:02.500Z OPS unknown write - INSERT -",
            "2026-06-01T02:05:03.813Z OPS unknown login - LOGIN 198.51.100.7 status 401 agent=JDBC_DRIVER",
            "2026-06-01T02:05:04Z OPS unknown export - GET_FILES - bytes 25088",
            "2026-06-01T02:05:05Z OPS unknown list - SHOW - rows 12",
        ],
        ignored: [#"{"END_TIME":"1780279500.697000","USER_NAME":null,"QUERY_TYPE":"SELECT"}"#],
        refused: [
            (#"{"END_TIME":"soon","USER_NAME":"a"}"#, .badTime), (#"{"USER_NAME":"a","QUERY_TYPE":"SELECT"}"#, .missingTime),
            (#"{"END_TIME":1780279500,"USER_NAME":"a","QUERY_TYPE":"SELECT","ROWS_PRODUCED":"lots"}"#, .badNumber),
            (#"{"END_TIME":1780279500,"USER_NAME":"a","QUERY_TYPE":SELECT}"#, .syntax),
        ],
        envelope: "data")

    static let cloudTrail = RecordFixture(
        format: "cloudtrail",
        records: [
            #"{"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","principalId":"A:s1","arn":"arn:aws:sts::1:assumed-role/etl/s1","accountId":"1","accessKeyId":"ASIA1","sessionContext":{"sessionIssuer":{"type":"Role","arn":"arn:aws:iam::1:role/etl"}}},"eventTime":"2026-06-01T02:05:00Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"eu-west-1","sourceIPAddress":"198.51.100.7","userAgent":"aws-cli/2.4","requestParameters":{"bucketName":"crm-exports","key":"a/b.csv"},"additionalEventData":{"bytesTransferredIn":0,"bytesTransferredOut":51200.0},"eventID":"ev1","readOnly":true,"managementEvent":false,"recipientAccountId":"1","tlsDetails":{"tlsVersion":"TLSv1.2"}}"#,
            #"{"userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::1:user/ops","userName":"ops"},"eventTime":"2026-06-01T02:06:00Z","eventSource":"secretsmanager.amazonaws.com","eventName":"ListSecrets","errorCode":"AccessDenied","readOnly":true,"managementEvent":true,"requestParameters":null}"#,
            #"{"userIdentity":{"type":"IAMUser","userName":"ops"},"eventTime":"2026-06-01T02:07:00Z","eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","errorMessage":"Failed authentication","readOnly":false}"#,
            #"{"userIdentity":{"type":"AWSService","invokedBy":"cloudtrail.amazonaws.com"},"eventTime":"2026-06-01T02:08:00Z","eventSource":"s3.amazonaws.com","eventName":"PutObject","additionalEventData":{"bytesTransferredIn":77,"bytesTransferredOut":1},"managementEvent":false}"#,
            #"{"userIdentity":{"type":"Root","arn":"arn:aws:iam::1:root"},"eventTime":"2026-06-01T02:09:00Z","eventSource":"rds.amazonaws.com","eventName":"StartExportTask","requestParameters":{"exportTaskIdentifier":"t1","dBInstanceIdentifier":"crm"},"managementEvent":true,"resources":[{"ARN":"arn:x"}]}"#,
        ],
        lines: [
            "2026-06-01T02:05:00Z arn:aws:iam::1:role/etl service read crm-exports s3.amazonaws.com/GetObject 198.51.100.7 bytes 51200 agent=aws-cli/2.4 item=a/b.csv env=1 region=eu-west-1 tls=TLSv1.2 session=ASIA1",
            "2026-06-01T02:06:00Z arn:aws:iam::1:user/ops unknown list - secretsmanager.amazonaws.com/ListSecrets - status 403",
            "2026-06-01T02:07:00Z ops unknown login - signin.amazonaws.com/ConsoleLogin - status 401",
            "2026-06-01T02:08:00Z cloudtrail.amazonaws.com service write - s3.amazonaws.com/PutObject - bytes 77",
            "2026-06-01T02:09:00Z arn:aws:iam::1:root human export crm rds.amazonaws.com/StartExportTask - job=t1",
        ],
        ignored: [#"{"eventTime":"2026-06-01T02:06:00Z","userIdentity":{"userName":"ops"}}"#],
        refused: [
            (#"{"eventTime":"2026-06-01","eventName":"X","userIdentity":{"userName":"a"}}"#, .badTime),
            (#"{"eventName":"X","userIdentity":{"userName":"a"}}"#, .missingTime),
            (#"{"eventTime":"2026-06-01T02:06:00Z","eventName":"X","userIdentity":{"userName":"a\u0000"}}"#, .controlCharacterInName),
            (#"{"eventTime":"2026-06-01T02:06:00Z","eventName":"X","additionalEventData":{"bytesTransferredOut":"x"}}"#, .badNumber),
        ],
        envelope: "Records")
}

// weir
// SPDX-License-Identifier: Apache-2.0

/// A stream of each format with everything in it that the format knows, for the contract tests. A new format adds one here.
enum Corpus {
    static let all: [String: String] = ["json": json, "combined": combined, "salesforce_elf": elf]
        .merging(records) { one, _ in one }.merging(tables) { one, _ in one }.merging(servers) { one, _ in one }

    static let records = Dictionary(uniqueKeysWithValues: RecordFixture.all.map { ($0.format, $0.stream) })

    static let json = #"""
        {"ts":"2026-06-01T02:05:00Z","account":"svc-orders-sync","action":"export","object":"Contact","rows":2000,"ip":"10.0.4.7"}
        {"ts":"2026-06-01T02:05:01.250Z","account":"svc-orders-sync","action":"export","object":"Contact","rows":17,"ip":"10.0.4.7"}

        {"ts":"2026-06-01T02:05:01.5Z","account":"svc-\u00e9\ud83d\ude00","method":"DELETE","endpoint":"/a\/b","status":"204","bytes":-1}
        { "ts" : 1780279502 , "account" : "spaced" , "rows" : 1.5e3 , "extra" : { "rows" : [ 1 , { "a" : "}" } ] } }
        not json at all
        {"ts":"2026-06-01T02:05:02Z","rows":5}
        {"account":"no-time"}
        {"ts":"yesterday","account":"a"}
        {"ts":"2026-06-01T02:05:03Z","account":"a","rows":"many"}
        {"ts":"2026-06-01T02:05:03Z","account":"a\u0007b"}
        {"ts":"2026-06-01T02:05:04Z","account":"twice","account":"other","rows":1}
        {"ts":"2026-06-01T02:05:05Z","account":"plain","rows":3}
        {"ts":"2026-06-01T02:05:05Z","account":"cut
        {"ts":"2026-06-01T02:05:06.000000001+02:00","account":"zone","kind":"human","action":"read","rows":4}
        """# + "\r\n{\"ts\":\"2026-06-01T02:05:07Z\",\"account\":\"last\"}"

    static let combined = #"""
        10.0.4.7 - svc-orders [01/Jun/2026:02:05:00 +0000] "GET /api/contacts?page=2 HTTP/1.1" 200 51200 "-" "sync/2.1"
        203.0.113.9 - - [01/Jun/2026:02:05:00 +0000] "GET / HTTP/1.1" 200 612 "-" "Mozilla/5.0"
        203.0.113.9 - svc-x [01/Jun/2026:02:05:01 +0200] "POST /api/v2/query HTTP/1.1" 200 9
        203.0.113.9 - svc-x [01/Jun/2026:02:05:01 +0200] "POST /api/v2/contacts HTTP/1.1" 201 9 "-" "-"
        example.com:443 203.0.113.9 - svc-x [01/Jun/2026:02:05:02 +0000] "DELETE /api/v2/contacts/9 HTTP/1.1" 204 0 "-" "-"
        10.0.0.2, 10.0.0.1, 198.51.100.7 - svc-x [01/Jun/2026:02:05:03 +0000] "GET /ocelot HTTP/1.1" 200 571 "-" "Mozilla/5.0"
        127.0.0.1 - svc-x [01/Jun/2026:02:05:03 +0000] "GET /a\"b\x22c HTTP/1.1" 404 12 "http://a/\"" "agent \"x\"" "1.1.1.1, 198.51.100.8" 0.003
        1.2.3.4 - svc-x [01/Jun/2026:02:05:04 +0000] "\x16\x03\x01" 400 - "-" "-"
        1.2.3.4 - a - b [01/Jun/2026:02:05:04 +0000] "GET / HTTP/1.1" 200 1
        1.2.3.4 - svc-x [41/Jun/2026:02:05:04 +0000] "GET / HTTP/1.1" 200 1
        1.2.3.4 - svc-x [01/Jun/2026:02:05:04 +0000] "GET / HTTP/1.1
        1.2.3.4 - svc-x [01/Jun/2026:02:05:04 +0000] "GET / HTTP/1.1" 200 12a
        nonsense

        1.2.3.4 - svc-x [2026-06-01T02:05:05+00:00] "PUT /export HTTP/1.1" 200 77 "-" "-"
        """# + "\r\n1.2.3.4 - svc-last [01/Jun/2026:02:05:06 +0000] \"GET / HTTP/1.1\" 200 5"

    static let elf = #"""
        "EVENT_TYPE","TIMESTAMP","REQUEST_ID","USER_ID","URI","METHOD","ROWS_PROCESSED","RESPONSE_SIZE","CLIENT_IP","CONNECTED_APP_ID","CLIENT_NAME"
        "RestApi","20260601020500.123","r1","0053h000002xQ5s","/services/data/v59.0/query","GET","2000","51200","10.0.4.7","0H4RM00000000Kr0AI",""
        "RestApi","20260601020500.124","r2","0053h000002xQ5s","/services/data/v59.0/query","GET","","","Salesforce.com IP","","My ""App"""
        "RestApi","20260601020501","r3","0053h000002xQ5sAAE","""/x""","POST","7","-1","10.0.4.8","",""
        "RestApi","20260601020501.5","r4","0053h000002xQ5s","/x","GET","7","1","10.0.4.8","",""
        "RestApi","20260601020502.000","r5","0053h000002xQ5s","two
        lines, ""quoted""","GET","7","1","10.0.4.8","",""
        "RestApi","20260601020502.000","r6","0053h000002xQ5s","lost quote,"GET","7","1","10.0.4.8","",""
        "RestApi","20260601020503.000","r7","","/x","GET","7","1","10.0.4.8","",""
        "ApexTrigger","20260601020503.000","r8","0053h000002xQ5s","/x","GET","7","1","10.0.4.8","",""
        "RestApi","20260601020503.000","short"

        "RestApi","20260601020503.001","r9","0053h000002xQ5s","/x","GET","seven","1","10.0.4.8","",""
        "EVENT_TYPE","TIMESTAMP_DERIVED","JOB_ID","ORGANIZATION_ID","USER_ID_DERIVED","OPERATION_TYPE","RECORDS_PROCESSED","ENTITY_TYPE"
        "BulkApi2","2026-06-01T02:06:00.000Z","7503h00000AbCdE","00D3h000007R1Lu","0053h000002xQ5sAAE","query","1000","Contact"
        "BulkApi2","2026-06-01T02:07:00.000Z","7503h00000AbCdE","00D3h000007R1Lu","0053h000002xQ5sAAE","query","2500","Contact"
        "EVENT_TYPE","TIMESTAMP"
        EVENT_TYPE,TIMESTAMP,USER_ID,TRANSACTION_TYPE,SIZE_BYTES
        ContentTransfer,20260601020800.000,0053h000002xQ5s,VersionDownloadApi,1048576
        """# + "\r\n\"ContentTransfer\",\"20260601020801.000\",\"0053h000002xQ5s\",\"saveVersion\",\"5\""
}

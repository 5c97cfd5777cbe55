// weir
// SPDX-License-Identifier: Apache-2.0

extension Corpus {
    static let servers: [String: String] = [
        "alb": alb, "s3_access": s3, "envoy": envoy, "w3c": w3c, "cloudfront": cloudFront, "haproxy": haproxy, "logfmt": logfmt,
        "ltsv": ltsv,
    ]

    static let alb = #"""
        https 2026-06-01T02:05:00.186641Z app/crm/50dc6c49 192.0.2.7:2817 10.0.0.1:80 0.086 0.048 0.037 200 200 0 57 "GET https://crm.example.com:443/api/contacts?page=2 HTTP/1.1" "sync/2.1" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:x "Root=1-58337281" "crm.example.com" "-" 1 2026-06-01T02:05:00.100000Z "forward" "-" "-" "10.0.0.1:80" "200" "-" "-" TID_1
        http 2026-06-01T02:05:01.186641Z app/crm/50dc6c49 192.0.2.8:2817 - -1 -1 -1 404 - 0 157 "POST http://crm.example.com:80/api/export HTTP/1.1" "agent "x" y" - -
        h2 2026-06-01T02:05:02Z app/crm/50dc6c49 [2001:db8::1]:2817 10.0.0.1:80 0.086 0.048 0.037 200 200 0 9 "POST https://crm.example.com:443/api/export HTTP/2.0" "-" - TLSv1.3
        2026-06-01T02:05:03.186641Z classic 192.0.2.9:2817 10.0.0.1:80 0.000073 0.001048 0.000057 200 200 0 29 "GET http://www.example.com:80/ HTTP/1.1" "curl/7.38.0" - -
        https 2026-06-01T02:05:03Z app/crm/50dc6c49 192.0.2.7:2817 - -1 -1 -1 400 - 0 57 "- http://crm.example.com:443- -" "-" - -
        https 2026-06-01T02:05:04Z app/crm/50dc6c49 - - -1 -1 -1 400 - 0 57 "GET http://crm.example.com:443/ HTTP/1.1" "-" - -
        https yesterday app/crm/50dc6c49 192.0.2.7:2817 - -1 -1 -1 400 - 0 57 "GET http://crm.example.com:443/ HTTP/1.1" "-" - -
        https 2026-06-01T02:05:05Z app/crm/50dc6c49 192.0.2.7:2817 - -1 -1 -1 many - 0 57 "GET http://crm.example.com:443/ HTTP/1.1" "-" - -
        https 2026-06-01T02:05:05Z app/crm/50dc6c49 192.0.2.7:2817 - -1 -1 -1 200 - 0 57 "GET /a b HTTP/1.1" "-" - -
        https 2026-06-01T02:05:05Z app/crm/50dc6c49 192.0.2.7:2817 - -1 -1 -1 200 - 0 57 "GET /a b c" "-" - -
        nonsense

        """#
        + "\r\nhttps 2026-06-01T02:05:06Z app/crm/5 192.0.2.7:1 - 0 0 0 200 200 0 57 \"GET https://crm.example.com:443 HTTP/1.1\" \"lost"

    static let s3 = #"""
        79a59df9 crm-exports [01/Jun/2026:02:05:00 +0000] 192.0.2.3 arn:aws:iam::123456789012:user/sync 3E57427F REST.GET.OBJECT contacts.csv "GET /crm-exports/contacts.csv HTTP/1.1" 200 - 51200 51200 70 10 "-" "aws-cli/2.1" - s9lzHYr SigV4 ECDHE AuthHeader h TLSv1.2 - -
        79a59df9 crm-exports [01/Jun/2026:02:05:01 +0000] 192.0.2.3 arn:aws:sts::123456789012:assumed-role/export/i-0abc 3E57427F REST.GET.BUCKET - "GET /crm-exports?prefix=a" HTTP/1.1" 200 - 512 - 70 10 "-" "aws "cli" 2.1" -
        79a59df9 crm-exports [01/Jun/2026:02:05:02 +0000] 192.0.2.3 79a59df9 3E574280 REST.PUT.OBJECT up.csv "PUT /crm-exports/up.csv HTTP/1.1" 200 - - 51200 70 10 "-" "aws-cli/2.1" -
        79a59df9 crm-exports [01/Jun/2026:02:05:03 +0000] 192.0.2.3 79a59df9 3E574281 REST.POST.MULTI_OBJECT_DELETE - "POST /crm-exports?delete HTTP/1.1" 200 - 300 - 70 10 "-" "aws-cli/2.1" -
        79a59df9 crm-exports [01/Jun/2026:02:05:03 +0000] 192.0.2.3 79a59df9 3E574282 REST.GET.VERSIONING - "GET /crm-exports?versioning HTTP/1.1" 403 AccessDenied 300 - 70 10 "-" "aws-cli/2.1" -
        79a59df9 crm-exports [01/Jun/2026:02:05:04 +0000] 192.0.2.3 - 3E574283 REST.GET.OBJECT x "GET /x HTTP/1.1" 403 AccessDenied 300 - 70 10 "-" "-" -
        79a59df9 crm-exports [31/Jun/2026:02:05:04 +0000] 192.0.2.3 79a59df9 3E574283 REST.GET.OBJECT x "GET /x HTTP/1.1" 403 AccessDenied 300 - 70 10 "-" "-" -
        79a59df9 crm-exports [01/Jun/2026:02:05:04 +0000] 192.0.2.3 79a59df9 3E574283 REST.GET.OBJECT x "GET /x HTTP/1.1" 200 - 3x0 - 70 10 "-" "-" -
        79a59df9 crm-exports [01/Jun/2026:02:05:04 +0000] 192.0.2.3 79a59df9 3E574283 REST.GET.OBJECT x "GET /x 200 - 1 - 1 1 "-" "-" -
        nonsense
        """# + "\r\n79 b [01/Jun/2026:02:05:05 +0000] ::1 last 3 REST.HEAD.OBJECT k \"HEAD /k HTTP/1.1\" 200 - - 5 1 1 \"-\" \"-\" -"

    static let envoy = #"""
        [2026-06-01T02:05:00.310Z] "GET /api/contacts?page=2 HTTP/2" 200 - 0 51200 113 112 "198.51.100.1, 192.0.2.7" "sync/2.1" "9b7c" "crm" "10.0.2.1:80"
        [2026-06-01T02:05:00.410Z] "POST /api/v2/query HTTP/1.1" 200 - 17 512 113 112 "192.0.2.7" "sync "2"" "9b7c" "crm" "10.0.2.1:80"
        [2026-06-01T02:05:01.310Z] "GET /a"b HTTP/1.1" 0 DC 0 0 5 - "192.0.2.7" "sync/2.1" "9b7c" "crm" "-"
        [2026-06-01T02:05:02.310Z] "DELETE /x" HTTP/1.1" 204 - 0 9 5 - "192.0.2.7" "sync/2.1" "9b7c" "crm" "-"
        [2026-06-01T02:05:03.310Z] "GET /istio HTTP/1.1" 200 - via_upstream - "-" 0 777 4 3 "192.0.2.9" "sync/2.1" "9b7c" "crm" "10.0.2.1:80" outbound|80||crm 10.0.2.2:5 10.0.2.3:6 10.0.2.4:7 - default
        [2026-06-01T02:05:03.310Z] "GET /mesh HTTP/1.1" 200 - via_upstream - "-" 0 777 4 3 "-" "sync/2.1" "9b7c" "crm" "10.0.2.1:80" outbound|80||crm 10.0.2.2:5 10.0.2.3:6 10.0.2.4:7 - default
        [2026-06-01T02:05:04.310Z] "- - -" 400 DPE 0 11 0 - "-" "-" "-" "-" "-"
        [2026-06-01] "GET / HTTP/1.1" 200 - 0 5 1 1 "192.0.2.7" "-" "-" "-" "-"
        [2026-06-01T02:05:05.310Z] "GET / HTTP/1.1" 200 - 0 x5 1 1 "192.0.2.7" "-" "-" "-" "-"
        [2026-06-01T02:05:05.310Z] "GET / x y HTTP/1.1" 200 - 0 6 1 1 "192.0.2.7" "-" "-" "-" "-"
        [2026-06-01T02:05:05.310Z] "GET / x y" 200 - 0 5 1 1 "192.0.2.7" "-" "-" "-" "-"
        [2026-06-01T02:05:05.310Z] "GET / HTTP/1.1
        nonsense

        """# + "\r\n[2026-06-01T02:05:06Z] \"GET / HTTP/1.1\" 200 - 0 5 1 1 \"192.0.2.7\" \"-\" \"-\" \"-\" \"-\""

    static let w3c = #"""
        #Software: Microsoft Internet Information Services 10.0
        #Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) sc-status sc-bytes time-taken
        2026-06-01 02:05:00 10.0.0.1 GET /api/contacts page=2 443 svc-orders 192.0.2.7 sync/2.1 200 51200 12
        2026-06-01 02:05:01 10.0.0.1 POST /api/export - 443 CORP\svc 192.0.2.7 sync/2.1 500 51200 12
        2026-06-01 02:05:02 10.0.0.1 GET / - 443 - 192.0.2.8 Mozilla/5.0+(X11) 200 512 12

        2026-06-01 02:05:02 10.0.0.1 GET / - 443 svc-orders 192.0.2.8
        2026-06-31 02:05:02 10.0.0.1 GET / - 443 svc-orders 192.0.2.8 sync/2.1 200 1 12
        2026-06-01 02:05:02 10.0.0.1 GET / - 443 svc-orders 192.0.2.8 sync/2.1 200 1x 12
        #Fields: time date cs-username sc-status cs-uri
        02:05:03.5 2026-06-01 svc-orders 200 /x
        02:05:03 yesterday svc-orders 200 /x
        #Date: 2026-06-01 02:05:00
        #Fields: time cs-username
        02:05:03 svc-orders
        #Fields: date time cs-username cs-method cs-uri-stem
        """# + "\r\n2026-06-01\t02:05:04\tsvc-tabs\tDELETE\t/y\r\n2026-06-01 02:05:05 svc-last GET /z"

    static let cloudFront =
        "#Version: 1.0\n"
        + [
            ("02:05:00", "51200", "192.0.2.7", "GET", "/api/contacts", "200"),
            ("02:05:01", "700", "192.0.2.7", "POST", "/api/export", "403"),
            ("02:05:02", "9", "2001:db8::1", "PUT", "/x", "200"), ("02:05:03", "0", "192.0.2.7", "GET", "/x", "000"),
            ("02:05:04", "1", "-", "GET", "/x", "200"), ("25:05:04", "1", "192.0.2.7", "GET", "/x", "200"),
            ("02:05:05", "1x", "192.0.2.7", "GET", "/x", "200"), ("02:05:05", "1", "192.0.2.7", "GET", "/x", "two hundred"),
            ("now", "1", "192.0.2.7", "GET", "/x", "200"), ("02:05:06", "1", "192.0.2.9", "GET", "/x", "206"),
        ].map { line in
            "2026-06-01\t\(line.0)\tFRA50-C1\t\(line.1)\t\(line.2)\t\(line.3)\td111.cloudfront.net\t\(line.4)\t\(line.5)\t-\tsync/2.1\t-\t-\tHit\tid"
                + "\tcrm.example.com\thttps\t62\t0.113\t-\tTLSv1.3\tTLS_AES\tHit\tHTTP/2.0\t-\t-\t51754\t0.113\tHit\ttext/csv\t510\t-\t-\n"
        }.joined() + "#Fields: date time c-ip cs-uri-stem sc-bytes\r\n2026-06-01\t02:05:07\t192.0.2.7\t/y\t5"

    static let haproxy = #"""
        192.0.2.7:44740 [01/Jun/2026:02:05:00.726] in~ crm/node1 0/0/1/0/2 200 51200 - - ---- 6/6/0/0/0 0/0 {svc-orders|sync 2.1} {text/csv} "GET /api/contacts?page=2 HTTP/1.1"
        192.0.2.7:44741 [01/Jun/2026:02:05:01.726] in~ crm/node1 crm.example.com 0/0/1/0/2 200 512 - - ---- 6/6/0/0/0 0/0 "POST /api/query HTTP/1.1"
        2001:db8::1:44741 [01/Jun/2026:02:05:02.726] in~ crm/<NOSRV> 0/-1/-1/-1/+0 503 213 - - SC-- 1/1/0/0/0 0/0 "<BADREQ>"
        -:44741 [01/Jun/2026:02:05:03.726] in~ crm/node1 0/0/1/0/2 200 5 - - ---- 6/6/0/0/0 0/0 "GET / HTTP/1.1"
        192.0.2.8:1 [01/Jun/2026:02:05:03.727] in~ crm/node1 0/0/1/0/2 302 5 - - ---- 6/6/0/0/0 0/0 "GET /a#22b HTTP/1.1"
        192.0.2.8:1 [01/Jun/2026:02:05:03.727] frontend/backend: SSL handshake failure
        192.0.2.8:1 [41/Jun/2026:02:05:03.727] in~ crm/node1 0/0/1/0/2 302 5 - - ---- 6/6/0/0/0 0/0 "GET /a HTTP/1.1"
        192.0.2.8:1 [01/Jun/2026:02:05:04.727] in~ crm/node1 0/0/1/0/2 302 5x - - ---- 6/6/0/0/0 0/0 "GET /a HTTP/1.1"
        192.0.2.8:1 [01/Jun/2026:02:05:04.727] in~ crm/node1 0/0/1/2 302 5 - - ---- 6/6/0/0/0 0/0 "GET /a HTTP/1.1"
        192.0.2.8:1 [01/Jun/2026:02:05:04.727] in~ crm/node1 0/0/1/0/2 302 5 - - ---- 6/6/0/0/0 0/0 "GET /a b c HTTP/1.1"

        """# + "\r\n192.0.2.8:1 [01/Jun/2026:02:05:05] in crm/node1 0/0/1/0/2 200 5 - - ---- 6/6/0/0/0 0/0 {x} \"GET /a HTTP/1.1\""

    static let ltsv =
        [
            "time:01/Jun/2026:02:05:00 +0000\thost:192.0.2.7\tuser:svc-a\treq:GET /api/contacts?a=2 HTTP/1.1\tstatus:200\tsize:51200\tua:sync/2.1",
            "time:[01/Jun/2026:02:05:01 +0000]\thost:192.0.2.8\tident:-\tuser:svc-b\treq:POST /a HTTP/1.0\tstatus:500\tsize:9",
            "\u{FEFF}\u{FEFF}epoch:1780279502\tuser:svc-c\tmethod:DELETE\turi:/a/9\tstatus:204\tsize:0\thost:-\tremote_addr:192.0.2.9",
            "time:2026-06-01T02:05:03Z\taccount:svc-d\trows:17\taction:export\tstatus:-",
            "time:2026-06-01T02:05:03Z\tuser:-\tstatus:200", "time:2026-06-01T02:05:04Z\tuser:svc-e\tuser:other\tstatus:200",
            "time:yesterday\tuser:svc-e", "user:svc-e\tstatus:200", "time:2026-06-01T02:05:04Z\tuser:a\u{1}b\tstatus:200",
            "time:2026-06-01T02:05:04Z\tuser:svc-e\tstatus:many", "nonsense: with a colon", "", "\t\t",
            "time:2026-06-01T02:05:05Z\t:x\tuser:svc-f\tlonely\treq:-\r",
        ].joined(separator: "\n") + "\ntime:2026-06-01T02:05:06Z\tuser:svc-last"

    static let logfmt = #"""
        ts=2026-06-01T02:05:00Z account=svc-orders action=export object=Contact rows=2000 ip=10.0.4.7 agent="sync 2.1"
        ts="2026-06-01 02:05:01.250" level=info msg="say \"rows=5\" =" account="svc \u00e9 \"x\"" rows=7 flag method=DELETE
        account=svc-orders ts=1780279502 rows= endpoint=/a/b=c status=204 bytes=-1 item="\\7"
        ts=1780279503 account=svc-orders account=other rows=1
        ts=1780279503 account=svc-orders rows=many
        ts=1780279503 rows=1
        account=svc-orders
        ts=yesterday account=svc-orders
        ts=1780279503 account="svc-orders rows=1
        ts=1780279503 account="svc\u0007x"
        no pairs here

        """# + "\t ts=1780279504\taccount=tabs =x  ==  a= \r\nts=1780279505 account=last"
}

// weir
// SPDX-License-Identifier: Apache-2.0

extension Corpus {
    static let tables: [String: String] = ["csv": csv, "csv_semicolon": semicolons(csv), "tsv": tsv]

    private static func semicolons(_ text: String) -> String { String(text.map { $0 == "," ? ";" : $0 }) }

    /// What a format needs to be told of its corpus, and of the example of the manual.
    static let fields: [String: [String: String]] = [
        "alb": ["account": "client"], "envoy": ["account": "client"], "haproxy": ["account": "client"], "cloudfront": ["account": "c-ip"],
    ]

    /// What stands before the example of the manual.
    static let headers: [String: String] = [
        "salesforce_elf": "EVENT_TYPE,TIMESTAMP,REQUEST_ID,ORGANIZATION_ID,USER_ID,URI,ROWS_PROCESSED\n",
        "csv": "ts,account,action,object,rows,ip\n",
        "csv_semicolon": "ts;account;action;object;rows;ip\n",
        "w3c": "#Fields: date time cs-method cs-uri-stem cs-username c-ip cs(User-Agent) sc-status sc-bytes\n",
        "tsv": "ts\taccount\taction\tobject\trows\tip\n",
    ]

    static let csv = #"""
        ts,account,action,object,rows,ip,query
        2026-06-01T02:05:00Z,svc-orders,export,Contact,2000,10.0.4.7,
        2026-06-01 02:05:01,svc-orders,export,Contact,,10.0.4.7,"name, ""quoted"""
        "2026-06-01 02:05:01.250","svc ""x""",read,Contact,17,10.0.4.7,"two
        lines"
        20260601020502.500,svc-orders,DELETE,Contact,-1,,x
        1780279503,svc-orders,list,Contact,1.5e3,10.0.4.7,x

        TS,Account,Action,Object,Rows,IP,Query
        2026-06-01T02:05:04Z,svc-orders,export,Contact,many,10.0.4.7,x
        2026-06-01T02:05:04Z,,export,Contact,1,10.0.4.7,x
        yesterday,svc-orders,export,Contact,1,10.0.4.7,x
        2026-06-01T02:05:05Z,short
        2026-06-01T02:05:05Z,svc"x,export,Contact,1,10.0.4.7,x
        2026-06-01T02:05:05Z,"svc
        account,ts,rows
        svc-other,1780279506123,5
        svc\#u{7}other,1780279506123,5
        """# + "\r\nsvc-last,1780279507,6"

    static let tsv = #"""
        ts\#taccount\#taction\#tobject\#trows\#tip
        2026-06-01T02:05:00Z\#tsvc-orders\#texport\#tContact\#t2000\#t10.0.4.7
        2026-06-01 02:05:01\#tsvc-orders\#texport\#t6" pipe\#t\#t10.0.4.7
        2026-06-01 02:05:01.250\#t"svc ""x"""\#tread\#t"tab\#tin it"\#t17\#t10.0.4.7
        20260601020502.500\#tsvc-orders\#tdelete\#tContact\#t-1\#t
        \#tsvc-orders\#tdelete\#tContact\#t-1\#t
        ts\#taccount\#taction\#tobject\#trows\#tip
        2026-06-01T02:05:04Z\#tsvc-orders\#texport\#tContact\#tmany\#t10.0.4.7
        2026-06-01T02:05:04Z\#t\#texport\#tContact\#t1\#t10.0.4.7
        2026-06-01T02:05:05Z\#tshort

        1780279506.5\#tsvc-orders\#texport\#tContact\#t1\#t10.0.4.7
        """# + "\r\n1780279507\tsvc-last\texport\tContact\t6\t::1"
}

// weir
// SPDX-License-Identifier: Apache-2.0

import LogFormats
import TestSupport
import Testing

/// Logs of API gateways and audits as their products write them, which no format of their own reads: what is proposed for them.
struct GatewayLogTests {
    static let logs: [(product: String, line: String, fields: [String: String])] = [
        (
            "AWS API Gateway with an IAM user",
            #"{"requestId":"r","ip":"10.0.0.1","caller":"-","user":"svc-a","requestTime":"01/Jun/2026:02:05:00 +0000","httpMethod":"GET","#
                + #""resourcePath":"/contacts/{id}","status":"200","protocol":"HTTP/1.1","responseLength":"1234"}"#,
            [
                "ts": "requestTime", "account": "user", "method": "httpMethod", "endpoint": "resourcePath", "bytes": "responseLength",
            ]
        ),
        (
            "AWS API Gateway with a key",
            #"{"ip":"10.0.0.1","caller":"-","user":"-","requestTime":"01/Jun/2026:02:05:00 +0000","requestTimeEpoch":1780279500000,"#
                + #""httpMethod":"GET","path":"/contacts","apiKeyId":"svc-a","status":200,"responseLength":1234}"#,
            [
                "ts": "requestTimeEpoch", "account": "apiKeyId", "method": "httpMethod", "endpoint": "path", "bytes": "responseLength",
            ]
        ),
        (
            "Azure API Management",
            #"{"records":[{"time":"2026-06-01T02:05:00Z","callerIpAddress":"10.0.0.1","properties":{"method":"GET","userId":"1","#
                + #""url":"https://api.x.com/crm/contacts","responseCode":200,"responseSize":1234,"apimSubscriptionId":"svc-a"}}]}"#,
            [
                "ts": "time", "account": "properties.apimSubscriptionId", "method": "properties.method", "endpoint": "properties.url",
                "status": "properties.responseCode", "bytes": "properties.responseSize", "ip": "callerIpAddress",
            ]
        ),
        (
            "Google's audit log",
            #"{"protoPayload":{"authenticationInfo":{"principalEmail":"svc-a"},"requestMetadata":{"callerIp":"10.0.0.1"}},"#
                + #""timestamp":"2026-06-01T02:05:00Z"}"#,
            [
                "ts": "timestamp", "account": "protoPayload.authenticationInfo.principalEmail",
                "ip": "protoPayload.requestMetadata.callerIp",
            ]
        ),
        (
            "OpenTelemetry, keys with dots",
            #"{"timestamp":"2026-06-01T02:05:00Z","attributes":{"http.request.method":"GET","url.path":"/api/c","enduser.id":"svc-a","#
                + #""http.response.status_code":200,"client.address":"10.0.0.1","http.response.body.size":1234}}"#,
            [
                "ts": "timestamp", "account": "attributes.enduser.id", "method": "attributes.http.request.method",
                "endpoint": "attributes.url.path", "status": "attributes.http.response.status_code", "ip": "attributes.client.address",
                "bytes": "attributes.http.response.body.size",
            ]
        ),
        (
            "Cloudflare, which names nobody",
            #"{"ClientIP":"10.0.0.1","ClientRequestMethod":"GET","ClientRequestURI":"/api/c","EdgeResponseBytes":1234,"#
                + #""EdgeResponseStatus":200,"EdgeStartTimestamp":1780279500000000000}"#,
            [
                "ts": "EdgeStartTimestamp", "account": "ClientIP", "method": "ClientRequestMethod", "endpoint": "ClientRequestURI",
                "bytes": "EdgeResponseBytes", "status": "EdgeResponseStatus",
            ]
        ),
        (
            "Tomcat's JSON", #"{"host":"10.0.0.1","user":"svc-a","time":"[01/Jun/2026:02:05:00 +0000]","statusCode":"200","size":"1234"}"#,
            ["ts": "time", "account": "user", "status": "statusCode", "bytes": "size"]
        ),
    ]

    @Test(arguments: logs) func `a gateway's log gets a map that reads it`(product: String, line: String, fields: [String: String]) throws {
        let log = String(repeating: line + "\n", count: 3)
        let best = try #require(FormatDetection(Array(log.utf8), isWhole: true).best)
        #expect(best.format == "json" && best.options.wrapper == nil)
        // The map may hold more: what stands under a name of weir's own and is none of it.
        for (key, path) in fields { #expect(best.options.fields[key] == path, "\(key): \(best.options.fields)") }
        #expect(best.events == 3 && best.refusedTotal == 0)
        let seen = try decode("json", log, fields: best.options.fields)
        #expect(seen.lines.allSatisfy { $0.time == 1_780_279_500_000 })
        #expect(Set(seen.accounts) == [product.hasPrefix("Cloudflare") ? "10.0.0.1" : "svc-a"])
        #expect(seen.lines.allSatisfy { fields["bytes"] == nil || $0.bytes == 1234 })
    }

    @Test func `a dotted path is read from nested objects and from keys with dots, in any mixture`() throws {
        let keys = [
            #"{"a":{"b":{"who":"x"}},"ts":1780279500}"#, #"{"a.b":{"who":"x"},"ts":1780279500}"#, #"{"a":{"b.who":"x"},"ts":1780279500}"#,
            #"{"a.b.who":"x","ts":1780279500}"#,
        ]
        for line in keys { #expect(try decode("json", line + "\n", fields: ["account": "a.b.who"]).accounts == ["x"], "\(line)") }
        #expect(try decode("json", #"{"a.b":"x","ts":1780279500}"# + "\n", fields: ["account": "a.b.who"]).reasons == [.missingAccount])
    }
}

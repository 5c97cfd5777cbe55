// weir
// SPDX-License-Identifier: Apache-2.0

import ContentScan
import Testing

/// What looks like personal data and is none.
@Suite struct TrapTests {
    @Test(arguments: [
        // Times: 13 digits of milliseconds, of which a tenth pass Luhn's check.
        #"{"ts":1764398135123,"time":1764398135004,"at":"2026-11-29T06:15:35.123Z"}"#,
        "29/Nov/2026:06:15:35 +0000 took 1.234567 s, 4111111111111.11 bytes",
        // Identities by key: the numbers themselves are right.
        #"{"id":4111111111111111,"order_id":"5500005555555559","orderId":4242424242424242,"uuid":"4111111111111111"}"#,
        "order=4111111111111111 time=4111111111111111 _id=4111111111111111 event_ts: 4111111111111111",
        // Parts of paths, versions, longer tokens.
        "GET /orders/4111111111111111 /v/4111111111111111/x a_4111111111111111 x-4111111111111111 1.4111111111111111",
        "4111111111111111.5 4111111111111111-7 4111111111111111/2 4111111111111111_2 x4111111111111111 4111111111111111x",
        "550e8400-e29b-41d4-a716-446655440000 41111111-1111-1111-1111-111111111111",
        "9e107d9d372bb6826bd81d3542a419d6 da39a3ee5e6b4b0d3255bfef95601890afd80709 sha=4111111111111111",
        // Wrong checks, ranges and lengths.
        "4111111111111112 1234567812345670 411111111111111 41111111111111111 4111  1111  1111  1111 4111-1111 1111-1111",
        "DE89370400440532013001 DE8937040044053201300 XX89370400440532013000 DE893704004405320130001 de89370400440532013000X",
        "DE89 3704 0044  0532 0130 00 xDE89370400440532013000 DE-89370400440532013000 Ab89370400440532013000",
        // Phones.
        "+0491701234567 +4917 ++491701234567 a+491701234567 1+491701234567 +999123456789 +12125550123x +1212555012 -0700",
        "030 1234567 1701234567 (212) 555-0143",
        // Addresses of e-mail.
        "@ a@ @b.com a@b a@.com a@b. a.@b.com a@-b.com a@b.c logo@2x.png react@18.2.0 @scope/name@1.2.3 user@localhost",
        // Keys of machines.
        #"{"ip_address":"n","host_address":"a b c","name":"Order","file_name":"a","user_name":"svc","customer_name":null}"#,
        #"{"password":"********","secret":"[FILTERED]","password":"","token":"next","page_token":"abcdefghijklmnop"}"#,
        #"{"password":"ab*****yz!Q1","first_name":"A*** M***","phone_note":"29.11.2026","phone":"2026-11-29","tel":"0000000"}"#,
        #"{"first_name":"","last_name":"n/a","full_name":"svc-01","city":"Berlin","dob":"","zip":null}"#,
        // Seen in the logs of proxies, code hosts and CRMs.
        #"{"RequestAddr":"admin.mydomain.com","remote_addr":"a b 1","address":"84.17.52.9","full_name":"acme-test/acme-plans"}"#,
        #"{"session_key":"AcI5FXuctHou9spk","SessionKey":"9870000000012300"} [+2.0.50727](tel:+2050727)"#,
        // Secrets.
        "AKIAIOSFODNN7EXAMPL AKIAIOSFODNN7EXAMPLEX ghp_short eyJhbGciOiJIUzI1NiJ9 eyJhbGciOiJIUzI1NiJ9.abc Bearer abcdefghijklmnopqrst",
        "-----BEGIN CERTIFICATE----- -----BEGIN PUBLIC KEY----- ----- BEGIN PRIVATE KEY",
        // National numbers without a key, or with one that says otherwise.
        "86095742719 44051401359 9434765919 111222333 185057800608491 85073003328",
        #"{"national_order":1,"qty":86095742719,"tax_amount":1,"pesel":"44051401358","nhs":"9434765918","bsn":"111222334"}"#,
        "078-05-112 000-12-3456 12345678A X1234567A AB123456E RSSMRA85T10A562T",
    ])
    func `nothing is found`(text: String) {
        let options = ScanOptions(types: .standard, countries: Set(ScanCountry.allCases))
        #expect(scanned(text, key: "", options).isEmpty)
    }

    @Test(arguments: [
        "256.1.1.1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "v1.2.3.4", "1.2.3.4-rc1", "12:34:56", "a::b::c", "1:2:3:4:5:6:7", "std::vector",
    ])
    func `no address of a network is found`(text: String) { #expect(scanned(text).isEmpty) }
}

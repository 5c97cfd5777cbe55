// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import Testing

@testable import Settings

@Suite struct InventoryFileTests {
    @Test func `an OpenAPI document gives its paths under the path of its server`() {
        let yaml = """
            openapi: 3.0.3
            servers: [{ url: "https://api.example.com/v2/" }]
            paths:
              /contacts/{contactId}: { get: {} }
              /orders: { get: {} }
            """
        #expect(InventoryFile.endpoints(of: yaml).sorted() == ["/v2/contacts/{contactId}", "/v2/orders"])
        let json = #"{"swagger":"2.0","basePath":"/api","paths":{"/users/{id}":{"get":{}}}}"#
        #expect(InventoryFile.endpoints(of: json) == ["/api/users/{id}"])
    }

    @Test func `a list has a path a line, or in its first column`() {
        let list = "method and path,owner\nGET /contacts,crm\n\"/orders/:id\";shop\n\n# none\n/health"
        #expect(InventoryFile.endpoints(of: list) == ["/contacts", "/orders/:id", "/health"])
        #expect(InventoryFile.endpoints(of: "openapi: [") == [])
    }

    @Test func `a segment in braces or behind a colon stands for any one segment`() {
        let inventory = EndpointInventory(["/v2/contacts/{contactId}", "/orders/:id/items"])
        for path in ["/v2/contacts/{id}", "/v2/contacts/me", "/orders/{id}/items"] { #expect(inventory.contains(path), "\(path)") }
        for path in ["/v2/contacts", "/v2/contacts/{id}/notes", "/orders/items"] { #expect(!inventory.contains(path), "\(path)") }
    }

    @Test func `an inventory that is not there or names nothing is a problem of the settings`() {
        let head = "state_directory: /x\nsources: [{ name: a, format: json, paths: [/a] }]\ndetection: { inventory: "
        #expect(messages(head + "/nowhere/at-all.csv }").contains("cannot be read"))
        #expect(messages(head + "/dev/null }").contains("names no path"))
    }

    @Test func `programs whose names look like people's are named, not everybody`() throws {
        func text(_ name: String) -> String {
            "state_directory: /x\nsources: [{ name: a, format: json, paths: [/a] }]\nservice_accounts: [\"\(name)\", svc@example.com]"
        }
        #expect(try SettingsFile.read(text("*.iam.example.com"), folder: "/").serviceAccounts == ["*.iam.example.com", "svc@example.com"])
        for everybody in ["*", "*@*", "*@*.*", "*.com", String(repeating: "a", count: 201)] {
            #expect(throws: (any Error).self) { try SettingsFile.read(text(everybody), folder: "/") }
        }
    }

    @Test func `canaries are a list of names`() throws {
        let text = "state_directory: /x\nsources: [{ name: a, format: json, paths: [/a] }]\ndetection: { canaries: [svc-old, Vip__c] }"
        #expect(try SettingsFile.read(text, folder: "/").canaries == ["svc-old", "Vip__c"])
    }
}

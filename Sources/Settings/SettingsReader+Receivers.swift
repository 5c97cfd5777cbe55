// weir
// SPDX-License-Identifier: Apache-2.0

import LogSources

/// Sources that listen instead of reading files.
extension SettingsReader {
    /// What a source says of listening; nil when it reads files, or when something is wrong.
    func receiver(_ keys: [String: SettingsNode], of item: SettingsNode) -> ReceiverSettings? {
        guard let node = keys["listen"] else {
            if keys["paths"] == nil && item.isBlock {
                item.problem("paths is missing: \(SettingKeys.paths.reason).")
            }
            for name in ["token_file", "spool_mebibytes"] { keys[name]?.problem("belongs to listen, which this source does not have.") }
            return nil
        }
        keys["paths"]?.problem("A source has paths or listen, not both: make two sources of it.")
        keys["rotate_wait_seconds"]?.problem("belongs to paths: weir itself rotates what it receives.")
        guard let text = node.text() else { return nil }
        var address: ReceiverAddress
        do throws(ReceiverAddressError) {
            address = try ReceiverAddress(text)
        } catch {
            node.problem("\(SettingsText.quoted(text)): \(error.message).")
            return nil
        }
        var limit = SettingKeys.spoolMax.defaultNumber
        if let number = keys["spool_mebibytes"]?.number(SettingKeys.spoolMax) { limit = number }
        var receiver = ReceiverSettings(listen: text, address: address, spoolLimit: UInt64(limit) * 1_048_576)
        receiver.tokenFile = tokenFile(keys["token_file"], address, node)
        return receiver
    }

    private func tokenFile(_ node: SettingsNode?, _ address: ReceiverAddress, _ listen: SettingsNode) -> String? {
        guard let node else {
            if address.needsToken {
                listen.problem("Everybody on this host reaches a port: name a token_file, or listen on a unix socket (http+unix:).")
            }
            return nil
        }
        guard case .http = address.speech else {
            node.problem("Syslog knows no tokens: the rights of a unix socket say who may send.")
            return nil
        }
        guard let path = node.text().map(absolute) else { return nil }
        guard looksAtFiles else { return path }
        switch SettingsPaths.secrecy(of: path) {
        case .secret: break
        case .absent(let reason): node.problem("\(SettingsText.quoted(path)) cannot be read: \(reason).")
        case .open: node.problem("Everybody may read \(SettingsText.quoted(path)): chmod 600 it, and change the token.")
        }
        return path
    }
}

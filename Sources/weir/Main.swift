// weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon

@main
enum Main {
    nonisolated static func main() {
        System.ignoreWriteSignals()
        System.returnLargeBlocks()
        do {
            var command = try Weir.parseAsRoot()
            try command.run()
        } catch let failure as CommandFailure {
            System.write("weir: \(failure.message)\n", to: 2)
            System.exit(failure.code)
        } catch {
            // Help and version are for standard output; everything else is wrong use, which is 2 here and 64 in the library.
            let isRequest = Weir.exitCode(for: error) == .success
            System.write(Weir.fullMessage(for: error) + "\n", to: isRequest ? 1 : 2)
            System.exit(isRequest ? 0 : 2)
        }
    }
}

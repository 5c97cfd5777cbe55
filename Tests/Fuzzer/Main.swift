// weir
// SPDX-License-Identifier: Apache-2.0

import FuzzTargets
import Glibc

/// `weir-fuzz`: runs a target under libFuzzer. Built by `make fuzz` only.
///
///     WEIR_FUZZ_TARGET=json weir-fuzz CORPUS -max_total_time=60
///     weir-fuzz list                  the targets, each with its dictionary
///     weir-fuzz seeds TARGET FOLDER   writes what the target begins with
@main
struct Main {
    static let target: FuzzTarget = {
        let name = unsafe getenv("WEIR_FUZZ_TARGET").map { unsafe String(cString: $0) } ?? ""
        guard let target = FuzzTarget.named(name) else { fatalError("WEIR_FUZZ_TARGET: there is no target \(name)") }
        return target
    }()

    nonisolated static func main() {
        let arguments = CommandLine.arguments
        switch arguments.dropFirst().first {
        case "list": for target in FuzzTarget.all { print(target.name, target.family) }
        case "seeds" where arguments.count == 4: writeSeeds(arguments[2], arguments[3])
        default:
            var count = CommandLine.argc
            var values = unsafe CommandLine.unsafeArgv
            _ = unsafe LLVMFuzzerRunDriver(&count, &values) { unsafe fuzz($0, $1) }
        }
    }

    private nonisolated static func writeSeeds(_ name: String, _ folder: String) {
        guard let target = FuzzTarget.named(name) else { fatalError("there is no target \(name)") }
        for (index, seed) in target.seeds.enumerated() {
            let descriptor = unsafe open("\(folder)/seed-\(index)", O_WRONLY | O_CREAT | O_TRUNC, 0o644)
            _ = unsafe write(descriptor, seed, seed.count)
            close(descriptor)
        }
    }
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
    do throws(FuzzFailure) {
        try Main.target.run(input)
    } catch {
        fatalError("\(Main.target.name): \(error)")
    }
    return 0
}

@_silgen_name("LLVMFuzzerRunDriver")
func LLVMFuzzerRunDriver(
    _ count: UnsafeMutablePointer<CInt>, _ values: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ one: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

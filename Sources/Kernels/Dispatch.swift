package import CKernels
import Foundation

/// The instruction set whose kernels run.
///
/// The best that the machine has, or the one that the environment variable `DREAMER_SIMD` names
/// (`avx512`, `avx2`, `plain`) if the machine has it.
package enum InstructionSet: String, Sendable, CaseIterable {
  case avx512, avx2, plain

  /// Those that this machine can run, best first.
  package static let available = allCases.filter { ck_find($0.rawValue) != nil }

  package static let current: InstructionSet = {
    let wanted = ProcessInfo.processInfo.environment["DREAMER_SIMD"].flatMap(InstructionSet.init)
    return wanted.flatMap { available.contains($0) ? $0 : nil } ?? available[0]
  }()
}

/// What a computation's last bits rest on: the same numbers elsewhere may differ in them.
package enum Arithmetic {
  /// `avx512, OpenBLAS 0.3.21 with kernels of SkylakeX`
  package static var description: String {
    let version = GEMM.configuration.split(separator: " ").prefix(2).joined(separator: " ")
    return "\(InstructionSet.current.rawValue), \(version) with kernels of \(GEMM.kernelsName)"
  }
}

/// The kernels of the current instruction set.
package let kernels: ck_kernels = ck_find(InstructionSet.current.rawValue)!.pointee

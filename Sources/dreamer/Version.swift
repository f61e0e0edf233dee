import Kernels

/// What a report of a fault should say: `dreamer --version`.
enum Version {
  static var text: String {
    let sets = InstructionSet.available.map(\.rawValue).joined(separator: ", ")
    return """
      dreamer, built from commit \(builtFromCommit)
      instruction set: \(InstructionSet.current.rawValue) (this machine has \(sets))
      BLAS: \(library)
      """
  }

  private static var library: String {
    do {
      try GEMM.load()
      return GEMM.library
    } catch {
      return "none (\(error))"
    }
  }
}

import Kernels

extension Region {
  /// Whether no number is infinite or not a number.
  package var isFinite: Bool { array.allSatisfy(\.isFinite) }

  /// Multiplies every number.
  package func scale(by factor: Float) { copy(from: array.map { $0 * factor }) }
}

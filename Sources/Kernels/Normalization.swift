/// How a layer's outputs are normalised over their features (for images: over the channels of one
/// pixel) before the activation.
package struct Normalization: Sendable, Equatable, Codable {
  package enum Kind: String, Sendable, Codable, CaseIterable {
    /// `x · (mean(x²) + ε)^(-1/2) · scale`.
    case rms
    /// `(x - mean(x)) · (variance(x) + ε)^(-1/2) · scale + shift`.
    case layer
    case none

    /// The number by which the C kernels know it.
    package var code: Int32 {
      switch self {
      case .none: 0
      case .rms: 1
      case .layer: 2
      }
    }
  }

  package var kind: Kind

  /// What is added to the mean square or the variance; the reference's 1e-4 by default.
  package var epsilon: Float

  package init(kind: Kind, epsilon: Float = 1e-4) {
    self.kind = kind
    self.epsilon = epsilon
  }

  package var hasScale: Bool { kind != .none }
  package var hasShift: Bool { kind == .layer }

  /// The number by which the C kernels know the kind.
  package var code: Int32 { kind.code }
}

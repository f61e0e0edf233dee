/// An elementwise nonlinearity, by the name that configurations use.
package enum Activation: String, Sendable, Codable, CaseIterable {
  case none
  /// `x · sigmoid(x)`.
  case silu
  case relu
  /// The tanh approximation, as `jax.nn.gelu` computes it by default.
  case gelu
  /// `x` above zero, `e^x - 1` below.
  case elu
  case tanh, sigmoid, softplus
  /// `x · tanh(softplus(x))`.
  case mish
  /// `max(x, 0)²`.
  case relu2

  /// The number by which the C kernels know it.
  package var code: Int32 {
    switch self {
    case .none: 0
    case .silu: 1
    case .relu: 2
    case .gelu: 3
    case .elu: 4
    case .tanh: 5
    case .sigmoid: 6
    case .softplus: 7
    case .mish: 8
    case .relu2: 9
    }
  }
}

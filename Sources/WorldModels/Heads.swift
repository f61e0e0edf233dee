import Autodiff
import Distributions
import Foundation
import Kernels
import NeuralNetworks

/// A multi-layer perceptron with a linear output, on a state's deter and stoch side by side.
struct MLPHead: Sendable {
  private let mlp: MLP
  private let output: Linear

  /// - Parameters:
  ///   - inputs: F.
  ///   - outputs: the width of the output, called `name`.
  /// - Throws: `LayerStyleError`.
  init(
    _ configuration: HeadConfiguration, from inputs: Int, to outputs: Int, _ name: String,
    named head: String, in builder: inout ParameterBuilder
  ) throws {
    let style = try LayerStyle(
      act: configuration.act, norm: configuration.norm, winit: configuration.winit)
    mlp = MLP(
      from: inputs, layers: configuration.layers, units: configuration.units, style: style,
      named: "\(head)/mlp", in: &builder)
    output = Linear(
      from: configuration.layers > 0 ? configuration.units : inputs, to: outputs,
      style.scaled(configuration.outscale), named: "\(head)/head/\(name)", in: &builder)
  }

  func callAsFunction(_ state: RSSMState, _ tape: Tape) -> Tensor {
    output(mlp(state.deter, state.stoch, tape), tape)
  }
}

/// A number predicted as a two-hot distribution over bins that are even in symlog space (ALGORITHM
/// section 7).
package struct TwoHotHead: Sendable {
  private let head: MLPHead
  private let bins: Storage

  /// - Parameter inputs: F.
  /// - Throws: `LayerStyleError`.
  package init(
    _ configuration: HeadConfiguration, from inputs: Int, named name: String,
    in builder: inout ParameterBuilder
  ) throws {
    head = try MLPHead(
      configuration, from: inputs, to: configuration.bins, "logits", named: name, in: &builder)
    bins = Storage(Self.bins(configuration.bins))
  }

  package func callAsFunction(_ state: RSSMState, _ tape: Tape) -> TwoHotDistribution {
    TwoHotDistribution(logits: head(state, tape), bins: bins.region, tape)
  }

  /// `n` values, ascending and symmetric about zero: the symexp of numbers that are evenly spaced in
  /// [-20, 0], then their mirror image.
  package static func bins(_ n: Int) -> [Float] {
    let half = (n + 1) / 2
    let negatives = (0..<half).map { index -> Float in
      let x = -20 + 20 * Double(index) / Double(max(half - 1, 1))
      return Float(-expm1(-x))
    }
    let mirrored = negatives.reversed().map { -$0 }
    // An odd number has zero once, in the middle.
    return negatives + (n % 2 == 1 ? Array(mirrored.dropFirst()) : mirrored)
  }
}

/// A probability predicted by its logit.
package struct BinaryHead: Sendable {
  private let head: MLPHead

  /// - Parameter inputs: F.
  /// - Throws: `LayerStyleError`.
  package init(
    _ configuration: HeadConfiguration, from inputs: Int, named name: String,
    in builder: inout ParameterBuilder
  ) throws {
    head = try MLPHead(configuration, from: inputs, to: 1, "logit", named: name, in: &builder)
  }

  package func callAsFunction(_ state: RSSMState, _ tape: Tape) -> BernoulliDistribution {
    BernoulliDistribution(logits: head(state, tape))
  }
}

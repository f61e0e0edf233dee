import Autodiff
import Distributions
import EnvironmentInterface
import Kernels
import NeuralNetworks
import Randomness
import WorldModels

/// The actor: a distribution over actions given the features of a state (ALGORITHM section 7).
package struct Policy: Sendable {
  private enum Output: Sendable {
    case categorical(Linear, classes: Int, mix: Float)
    case normal(mean: Linear, deviation: Linear, BoundedNormal)
  }

  private let mlp: MLP
  private let output: Output

  /// - Parameter inputs: F.
  /// - Throws: `LayerStyleError`.
  package init(
    _ configuration: PolicyConfiguration, from inputs: Int, actionSpace: ActionSpace,
    in builder: inout ParameterBuilder
  ) throws {
    let style = try LayerStyle(
      act: configuration.act, norm: configuration.norm, winit: configuration.winit)
    mlp = MLP(
      from: inputs, layers: configuration.layers, units: configuration.units, style: style,
      named: "pol/mlp", in: &builder)
    let width = configuration.layers > 0 ? configuration.units : inputs
    func head(_ name: String, _ outputs: Int) -> Linear {
      Linear(
        from: width, to: outputs, style.scaled(configuration.outscale),
        named: "pol/head/action/\(name)", in: &builder)
    }
    switch actionSpace {
    case .discrete(let count):
      output = .categorical(head("logits", count), classes: count, mix: Float(configuration.mix))
    case .continuous(let low, _):
      output = .normal(
        mean: head("mean", low.count), deviation: head("stddev", low.count),
        BoundedNormal(minimum: Float(configuration.minstd), maximum: Float(configuration.maxstd)))
    }
  }

  package func callAsFunction(_ state: RSSMState, _ tape: Tape) -> ActionDistribution {
    let x = mlp(state.deter, state.stoch, tape)
    switch output {
    case .categorical(let logits, let classes, let mix):
      return .categorical(
        CategoricalDistribution(logits: logits(x, tape), classes: classes, mix: mix, tape))
    case .normal(let mean, let deviation, let bounds):
      return .normal(
        BoundedNormalDistribution(mean(x, tape), deviation(x, tape), bounds: bounds, tape))
    }
  }
}

/// What a policy may do in each of some rows.
package enum ActionDistribution: Sendable {
  case categorical(CategoricalDistribution)
  case normal(BoundedNormalDistribution)

  /// `[rows, A]`: one-hot, or neither squashed nor clipped.
  package func sample(_ draw: Draw, _ tape: Tape) -> Tensor {
    switch self {
    case .categorical(let distribution): distribution.sample(draw, tape)
    case .normal(let distribution): distribution.sample(draw, tape)
    }
  }

  /// - Parameter action: `[rows, A]`.
  func terms(at action: Region, _ tape: Tape) -> DistributionTerms {
    switch self {
    case .categorical(let distribution): distribution.terms(at: action, tape)
    case .normal(let distribution): distribution.terms(at: action, tape)
    }
  }
}

/// Where draws come from: a key, or fixed points of the distributions in the draws' place.
public enum DrawSource: Sendable {
  case random(Key)
  /// Most likely classes; means plus so many standard deviations.
  case fixed(deviations: Float)

  /// The most likely classes and the means.
  public static let mode = DrawSource.fixed(deviations: 0)

  /// The draw for a purpose at a step, with rows numbered over the whole batch.
  public func draw(_ purpose: String, step: Int, rows: RowNumbering) -> Draw {
    switch self {
    case .random(let key): .random(key.fold(purpose).fold(step), rows)
    case .fixed(let deviations): .fixed(deviations: deviations)
    }
  }
}

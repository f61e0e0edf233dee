import Autodiff
import Kernels
import LatentModels
import NeuralNetworks
import Randomness

/// The recurrent state-space model with a block-diagonal gated recurrent unit (ALGORITHM section 4).
///
/// Symbols: `D` deter, `Z` numbers of a sample of all latents (`S · C` of categorical ones), `P` numbers
/// that a network gives for their distribution, `Hd` hidden, `G` blocks, `A` action, `E` tokens.
package struct RSSM: Sendable {
  package let configuration: DynamicsConfiguration.RSSM
  package let latent: any LatentFamily
  let fromDeter: Dense
  let fromStoch: Dense
  let fromAction: Dense
  let hidden: [Dense]
  let gates: Linear
  let posteriorLayers: [Dense]
  let posteriorOutput: Linear
  let priorLayers: [Dense]
  let priorOutput: Linear

  /// D.
  package var deter: Int { configuration.deter }
  /// Z.
  package var stoch: Int { latent.width }
  /// F = D + Z.
  package var features: Int { deter + stoch }

  /// - Parameters:
  ///   - latent: what the posterior and the prior are distributions of.
  ///   - actions: A, the width of an action as the model sees it (classes of a discrete one).
  ///   - tokens: E.
  /// - Throws: ``LayerStyleError``.
  package init(
    _ configuration: DynamicsConfiguration.RSSM, latent: any LatentFamily, actions: Int,
    tokens: Int,
    in builder: inout ParameterBuilder
  ) throws {
    (self.configuration, self.latent) = (configuration, latent.declared(in: &builder))
    let (d, hd, g) = (configuration.deter, configuration.hidden, configuration.blocks)
    let style = try LayerStyle(
      act: configuration.act, norm: configuration.norm, winit: configuration.winit)
    func dense(_ inputs: Int, _ outputs: Int, groups: Int = 1, _ name: String) -> Dense {
      Dense(
        from: inputs, to: outputs, groups: groups, style: style, named: "dyn/\(name)", in: &builder)
    }
    fromDeter = dense(d, hd, "dynin0")
    fromStoch = dense(latent.width, hd, "dynin1")
    fromAction = dense(actions, hd, "dynin2")
    hidden = (0..<configuration.dynlayers).map {
      dense($0 == 0 ? d + 3 * hd * g : d, d, groups: g, "dynhid\($0)")
    }
    posteriorLayers = (0..<configuration.obslayers).map {
      dense($0 == 0 ? (configuration.absolute ? tokens : d + tokens) : hd, hd, "obs\($0)")
    }
    priorLayers = (0..<configuration.imglayers).map { dense($0 == 0 ? d : hd, hd, "prior\($0)") }
    let inputs = configuration.dynlayers > 0 ? d : d + 3 * hd * g
    gates = Linear(
      from: inputs, to: 3 * d, groups: g, style.initializer, named: "dyn/dyngru", in: &builder)
    let scaled = style.scaled(configuration.outscale)
    let posteriorInputs = configuration.absolute ? tokens : d + tokens
    posteriorOutput = Linear(
      from: configuration.obslayers > 0 ? hd : posteriorInputs, to: latent.parameterWidth, scaled,
      named: "dyn/obs\(latent.outputName)", in: &builder)
    priorOutput = Linear(
      from: configuration.imglayers > 0 ? hd : d, to: latent.priorWidth, scaled,
      named: "dyn/prior\(latent.outputName)", in: &builder)
  }

  /// A place for states that are constants.
  package func uninitializedState(rows: Int, _ tape: Tape) -> RSSMState {
    state(
      deter: tape.tensor(rows: rows, columns: deter, tracked: false),
      stoch: tape.tensor(rows: rows, columns: stoch, tracked: false))
  }

  /// The state before an episode: zeros.
  package func initialState(rows: Int, _ tape: Tape) -> RSSMState {
    state(
      deter: tape.zeros(rows: rows, columns: deter), stoch: tape.zeros(rows: rows, columns: stoch))
  }

  /// A state of such rows, `[rows, D]` and `[rows, Z]`.
  package func state(deter: Tensor, stoch: Tensor) -> RSSMState {
    RSSMState(deter: deter, stoch: latent.isSparse ? stoch.sparse : stoch)
  }

  // MARK: the core

  /// The first block-diagonal layer. Each of its blocks sees (step 3) its own slice of deter and the
  /// whole of the features of deter, stoch and action.
  private var blockLayer: Linear { hidden.first?.linear ?? gates }

  /// The rows of each block that meet one of the three features.
  private func featureRows(_ index: Int) -> WeightBlocks {
    let (width, start) = (configuration.hidden, deter / configuration.blocks)
    return blockLayer.weights.part(
      start + index * width..<start + (index + 1) * width, sharesInput: true)
  }

  /// What actions give to the first block-diagonal layer, `[rows, D]`, with its bias. It does not
  /// depend on the state.
  ///
  /// - Parameter actions: `[rows, A]`. Each is clipped to [-1, 1] as a constant (step 1).
  func actionPart(_ actions: Tensor, _ tape: Tape) -> Tensor {
    let clipped = tape.tensor(rows: actions.rows, columns: actions.columns, tracked: false)
    clipped.values.clipToUnit(actions.values)
    return tape.linear(fromAction(clipped, tape), featureRows(2), bias: blockLayer.bias)
  }

  /// The next deterministic state (steps 2 to 6).
  ///
  /// - Parameters:
  ///   - actionPart: `[rows, D]`, to which the other parts of the first layer's input are added.
  ///   - next: `[rows, D]`, where the result goes.
  func step(_ state: RSSMState, actionPart: Tensor, into next: Tensor, _ tape: Tape) {
    let groups = configuration.blocks
    tape.addLinear(
      LinearPart(state.deter, blockLayer.weights.part(0..<deter / groups)),
      LinearPart(fromDeter(state.deter, tape), featureRows(0)),
      LinearPart(fromStoch(state.stoch, tape), featureRows(1)), to: actionPart)
    guard let first = hidden.first else {
      tape.recurrentStep(consuming: actionPart, state: state.deter, groups: groups, into: next)
      return
    }
    let x = hidden.dropFirst().reduce(first.norm(consuming: actionPart, tape)) { $1($0, tape) }
    tape.recurrentStep(x, gates.weights, bias: gates.bias, state: state.deter, into: next)
  }

  /// The prior over the latents after deterministic states `[rows, D]`.
  package func prior(_ deter: Tensor, _ tape: Tape) -> LatentDistribution {
    let x = priorLayers.reduce(deter) { $1($0, tape) }
    return latent.prior(priorOutput(x, tape), tape)
  }
}

import Autodiff
import Kernels
import NeuralNetworks
import Randomness

/// The posterior path through observed sequences. Rows are time-major, `[T · b, …]`.
package struct ObservedPath: Sendable {
  package let states: RSSMState
  /// `[T · b, P]`: what the network gave for the posteriors.
  package let parameters: Tensor
}

extension RSSM {
  /// Follows sequences of observations (ALGORITHM section 4, "Time loop").
  ///
  /// What does not depend on the carried state is computed for all steps at once: the actions' part
  /// of the first block-diagonal layer, and the tokens' part of the posterior's first layer.
  ///
  /// - Parameters:
  ///   - tokens: `[T · b, E]`.
  ///   - previousActions: `[T · b, A]`: the action that led to each observation; zero where an
  ///     episode begins.
  ///   - keep: `[T · b]`: 0 where an episode begins and the carried state is forgotten, else 1.
  ///   - initial: `[b, …]`.
  ///   - draw: the draw of step `t`.
  package func observe(
    tokens: Tensor, previousActions: Tensor, keep: Region, from initial: RSSMState,
    using draw: (Int) -> Draw, _ tape: Tape
  ) -> ObservedPath {
    let b = initial.deter.rows
    let states = state(
      deter: tape.tensor(rows: tokens.rows, columns: deter, tracked: true),
      stoch: tape.tensor(rows: tokens.rows, columns: stoch, tracked: true))
    let parameters = tape.tensor(
      rows: tokens.rows, columns: latent.parameterWidth, tracked: true)
    let actionPart = actionPart(previousActions, tape)
    let tokenPart = tokenPart(tokens, tape)
    var carry = initial
    for t in 0..<(tokens.rows / max(b, 1)) {
      let rows = t * b..<(t + 1) * b
      let kept = keep.slice(rows.lowerBound, count: b)
      let masked = self.state(
        deter: tape.scaleRows(carry.deter, by: kept),
        stoch: tape.scaleRows(carry.stoch, by: kept))
      let state = states.rows(rows)
      step(masked, actionPart: actionPart.rows(rows), into: state.deter, tape)
      let posterior = latent.distribution(
        posterior(state.deter, tokenPart: tokenPart.rows(rows), into: parameters.rows(rows), tape),
        tape)
      latent.sample(posterior, draw(t), into: state.stoch, tape)
      carry = state
    }
    return ObservedPath(states: states, parameters: parameters)
  }

  private var firstPosteriorLayer: Linear { posteriorLayers.first?.linear ?? posteriorOutput }

  /// The product of the tokens and their rows of the posterior's first weights, with its bias.
  private func tokenPart(_ tokens: Tensor, _ tape: Tape) -> Tensor {
    let layer = firstPosteriorLayer
    let start = configuration.absolute ? 0 : deter
    return tape.linear(
      tokens, layer.weights.part(start..<start + tokens.columns), bias: layer.bias)
  }

  /// The parameters of the posterior given `[b, D]` states and the tokens' part, to which theirs is
  /// added.
  private func posterior(
    _ deter: Tensor, tokenPart: Tensor, into parameters: Tensor, _ tape: Tape
  ) -> Tensor {
    if !configuration.absolute {
      let weights = firstPosteriorLayer.weights.part(0..<self.deter)
      tape.addLinear(LinearPart(deter, weights), to: tokenPart)
    }
    guard let first = posteriorLayers.first else {
      tape.copy(tokenPart, into: parameters)
      return parameters
    }
    let x = posteriorLayers.dropFirst().reduce(first.norm(consuming: tokenPart, tape)) {
      $1($0, tape)
    }
    return tape.linear(
      x, posteriorOutput.weights, bias: posteriorOutput.bias, into: parameters)
  }
}

import Autodiff
import Kernels
import NeuralNetworks
import Randomness

extension RSSM {
  /// One imagined step: the state after an action, its latents drawn from the prior.
  ///
  /// - Parameters:
  ///   - action: `[rows, A]`.
  ///   - actionParts: ``actionParts(count:_:)``, where many steps are made with them.
  ///   - next: `[rows, …]`, where the result goes.
  package func imagine(
    from state: RSSMState, action: Tensor, actionParts: Tensor? = nil, draw: Draw,
    into next: RSSMState, _ tape: Tape
  ) {
    let part =
      actionParts.map { tape.rows(of: $0, chosenBy: action) } ?? actionPart(action, tape)
    step(state, actionPart: part, into: next.deter, tape)
    latent.sample(prior(next.deter, tape), draw, into: next.stoch, tape)
  }

  /// What each of `count` discrete actions gives to a step, `[count, D]`, as constants: a table in
  /// place of two layers for each imagined step. None where the layers are less work.
  package func actionParts(count: Int, _ tape: Tape) -> Tensor? {
    if count > configuration.hidden { return nil }
    return tape.withoutRecording {
      let actions = tape.zeros(rows: count, columns: count)
      for action in 0..<count { actions.values[action * count + action] = 1 }
      return actionPart(actions, tape)
    }
  }
}

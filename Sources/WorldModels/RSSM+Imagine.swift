import Autodiff
import Kernels
import NeuralNetworks
import Randomness

extension RSSM {
  /// One imagined step: the state after an action, its latents drawn from the prior.
  ///
  /// - Parameters:
  ///   - action: `[rows, A]`.
  ///   - next: `[rows, …]`, where the result goes.
  public func imagine(
    from state: RSSMState, action: Tensor, draw: Draw, into next: RSSMState, _ tape: Tape
  ) {
    step(state, actionPart: actionPart(action, tape), into: next.deter, tape)
    tape.sample(prior(next.deter, tape), draw, into: next.stoch)
  }
}

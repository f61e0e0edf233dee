import Autodiff
import Kernels
import Randomness
import WorldModels

/// What a shard's agent imagined from its posterior states. Rows are time-major: `n` starts at
/// step 0, then their states at step 1, and so on.
struct Imagination {
  /// n: starts.
  let count: Int
  /// H: imagined steps.
  let steps: Int
  /// `[(H + 1) · n, F]`.
  let features: Tensor
  /// `[H · n, A]`: what the policy did at steps 0 to H - 1.
  let actions: Region
}

extension Agent {
  /// Lets the policy act inside the model for `H` steps (ALGORITHM section 9, 3).
  ///
  /// Nothing is recorded: no loss of actor or critic reaches the model through what was imagined.
  /// With `ac_grads` it reaches the first states.
  ///
  /// - Parameters:
  ///   - starts: `[n, …]` posterior states.
  ///   - features: `[n, F]`, theirs.
  ///   - numbering: of the starts in the whole batch.
  func imagine(
    from starts: RSSMState, features startFeatures: Tensor, draws: DrawSource,
    numbering: RowNumbering, _ tape: Tape
  ) -> Imagination {
    let (n, steps) = (starts.deter.rows, configuration.imagLength)
    let features = tape.tensor(
      rows: (steps + 1) * n, columns: startFeatures.columns, tracked: configuration.acGrads)
    tape.copy(startFeatures, into: features.rows(0..<n))
    let actions = tape.arena.allocate(steps * n * actionSpace.width)
    let buffers = [
      worldModel.rssm.initialState(rows: n, tape), worldModel.rssm.initialState(rows: n, tape),
    ]
    tape.withoutRecording {
      var state = starts.stopped
      for step in 0..<steps {
        let mark = tape.arena.mark
        let now = features.rows(step * n..<(step + 1) * n).stopped
        let action = policy(now, tape).sample(
          draws.draw("imagined action", step: step, rows: numbering), tape)
        actions.rows(step * n..<(step + 1) * n, columns: actionSpace.width).copy(
          from: action.values)
        let next = buffers[step % 2]
        worldModel.rssm.imagine(
          from: state, action: action,
          draw: draws.draw("imagined latent", step: step, rows: numbering), into: next, tape)
        let after = features.rows((step + 1) * n..<(step + 2) * n)
        after.values.copy(from: worldModel.features(next, tape).values)
        state = next
        tape.arena.rewind(to: mark)
      }
    }
    return Imagination(count: n, steps: steps, features: features, actions: actions)
  }
}

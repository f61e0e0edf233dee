import Autodiff
import Kernels
import LatentModels
import Randomness
import WorldModels

/// What a model makes of some steps of some sequences that it has seen or imagined. All rows are time
/// first: `[T, b, …]`.
package struct Forecast: Sendable {
  /// b.
  package let sequences: Int
  /// T.
  package let steps: Int
  package let latents: LatentStates
  /// `[T, b, A]`: what led to each step, as networks see it.
  package let actions: [Float]
  /// `[T, b, height, width, channels]` of all image keys together, in [0, 1].
  package let images: [Float]
  /// `[T, b]`, as are the next two.
  package let rewards: [Float]
  /// That the episode does not end at a step.
  package let continues: [Float]
  /// What the critic expects to be earned after a step.
  package let values: [Float]
  /// `[T, b, …]`: the latents' distributions before a step was looked at, as their family describes them.
  package let prior: [Float]
  /// The same after; empty where nothing was seen.
  package let posterior: [Float]

  /// The latents of one step, `[b, …]`.
  package func latents(at step: Int) -> LatentStates {
    func rows(_ values: [Float]) -> [Float] {
      let size = values.count / steps
      return Array(values[step * size..<(step + 1) * size])
    }
    return LatentStates(deter: rows(latents.deter), stoch: rows(latents.stoch))
  }
}

/// Where the actions of imagined steps come from.
package enum ImaginedActions: Sendable {
  /// `[H, n, A]` as networks see them.
  case given([Float])
  /// The agent does what it would do.
  case policy
}

extension Agent {
  /// Follows sequences with open eyes.
  package func forecast(_ shard: BatchShard, draws: DrawSource) -> Forecast {
    withInferenceTape { tape in
      let actions = worldModel.previousActions(shard, masked: true, tape)
      let path = observe(shard, rows: 0..<shard.length, actions: actions, draws: draws, tape)
      return forecast(
        path.states, posterior: path.parameters, actions: actions.values.array,
        sequences: shard.size, tape)
    }
  }

  /// Only the states of sequences that are followed with open eyes, `[T, b, …]`.
  package func latents(_ shard: BatchShard, draws: DrawSource) -> LatentStates {
    withInferenceTape { tape in
      let actions = worldModel.previousActions(shard, masked: true, tape)
      let path = observe(shard, rows: 0..<shard.length, actions: actions, draws: draws, tape)
      return LatentStates(
        deter: path.states.deter.values.array, stoch: path.states.stoch.values.array)
    }
  }

  /// What heads and decoder say of some states as they are, one step of `n` sequences.
  ///
  /// - Parameter latents: `[n, …]`.
  package func forecast(of latents: LatentStates) -> Forecast {
    withInferenceTape { tape in
      let states = states(latents, tape)
      return forecast(
        states, posterior: nil, actions: [], sequences: states.deter.rows, tape)
    }
  }

  private func states(_ latents: LatentStates, _ tape: Tape) -> RSSMState {
    let (rssm, n) = (worldModel.rssm, latents.deter.count / worldModel.rssm.deter)
    return rssm.state(
      deter: tape.constant(latents.deter, rows: n, columns: rssm.deter),
      stoch: tape.constant(latents.stoch, rows: n, columns: rssm.stoch))
  }

  /// Goes on from some states with shut eyes.
  ///
  /// - Parameters:
  ///   - start: `[n, …]`.
  ///   - firstStep: the number of the first imagined step in the draws' addresses.
  package func forecast(
    from start: LatentStates, steps: Int, actions: ImaginedActions, firstStep: Int,
    draws: DrawSource
  ) -> Forecast {
    withInferenceTape { tape in
      let first = states(start, tape)
      let n = first.deter.rows
      let states = worldModel.rssm.uninitializedState(rows: steps * n, tape)
      var taken: [Float] = []
      imagine(into: states, from: first, firstStep: firstStep, draws: draws, tape) { step, state in
        let action = action(step, state, actions, step: firstStep + step, draws: draws, tape)
        taken += action.values.array
        return action
      }
      return forecast(states, posterior: nil, actions: taken, sequences: n, tape)
    }
  }

  private func action(
    _ index: Int, _ state: RSSMState, _ source: ImaginedActions, step: Int, draws: DrawSource,
    _ tape: Tape
  ) -> Tensor {
    let (n, width) = (state.deter.rows, actionSpace.width)
    switch source {
    case .given(let all):
      let row = Array(all[index * n * width..<(index + 1) * n * width])
      return tape.constant(row, rows: n, columns: width)
    case .policy:
      return policy(state, tape).sample(
        draws.draw("open loop action", step: step, rows: RowNumbering()), tape)
    }
  }

  /// What heads and decoder say of time-major states.
  private func forecast(
    _ states: RSSMState, posterior: Tensor?, actions: [Float], sequences: Int, _ tape: Tape
  ) -> Forecast {
    let (rssm, rows) = (worldModel.rssm, states.deter.rows)
    let continues = tape.arena.allocate(rows)
    Binary.probability(worldModel.continuation(states, tape).logits.values, into: continues)
    return Forecast(
      sequences: sequences, steps: rows / sequences,
      latents: .init(deter: states.deter.values.array, stoch: states.stoch.values.array),
      actions: actions, images: worldModel.decoder.images(states, tape).array,
      rewards: worldModel.reward(states, tape).mean.array, continues: continues.array,
      values: value(states, tape).mean.array,
      prior: rssm.latent.description(of: rssm.prior(states.deter, tape)),
      posterior: posterior.map {
        rssm.latent.description(of: rssm.latent.distribution($0, tape))
      } ?? [])
  }
}

// MARK: - paths of states

extension Agent {
  /// Follows the first `rows` of a shard's sequences.
  ///
  /// - Parameter actions: `[T · b, A]`, zero where an episode begins.
  func observe(
    _ shard: BatchShard, rows: Range<Int>, actions: Tensor, draws: DrawSource, _ tape: Tape
  ) -> ObservedPath {
    let range = rows.lowerBound * shard.size..<rows.upperBound * shard.size
    return worldModel.rssm.observe(
      tokens: worldModel.encoder(shard, tape).rows(range), previousActions: actions.rows(range),
      keep: worldModel.keep(shard, tape), from: worldModel.initialState(shard, tape),
      using: { draws.draw("open loop posterior", step: $0, rows: RowNumbering()) }, tape)
  }

  /// Fills `[H · n]` time-major states with what follows a state.
  ///
  /// - Parameter action: the `[n, A]` actions that lead to an imagined step from the state before.
  func imagine(
    into states: RSSMState, from start: RSSMState, firstStep: Int, draws: DrawSource, _ tape: Tape,
    action: (Int, RSSMState) -> Tensor
  ) {
    let n = start.deter.rows
    var state = start
    for step in 0..<states.deter.rows / n {
      let next = states.rows(step * n..<(step + 1) * n)
      worldModel.rssm.imagine(
        from: state, action: action(step, state),
        draw: draws.draw("open loop prior", step: firstStep + step, rows: RowNumbering()),
        into: next, tape)
      state = next
    }
  }
}

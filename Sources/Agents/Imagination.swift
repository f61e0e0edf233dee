import Autodiff
import Kernels
import Randomness
import WorldModels

/// What a shard's agent imagined from its posterior states, with the heads' word on it.
struct Imagination {
  /// n: starts.
  let count: Int
  /// H: imagined steps.
  let steps: Int
  /// Steps 0 to H - 1 of all starts, in parts.
  fileprivate(set) var acts: [Act] = []
  /// `[(H + 1) · n]`, time first: predicted rewards, continue probabilities, and the raw means of both
  /// critics.
  let rewards: Region
  let continues: Region
  let values: Region
  let slowValues: Region

  fileprivate init(count: Int, steps: Int, _ tape: Tape) {
    (self.count, self.steps) = (count, steps)
    let regions = (0..<4).map { _ in tape.arena.allocate((steps + 1) * count) }
    (rewards, continues, values, slowValues) = (regions[0], regions[1], regions[2], regions[3])
  }

  /// One step of some starts, with everything that is learned from it on the tape.
  struct Act {
    /// Of the rows `[H · n]`.
    let rows: Range<Int>
    let policy: ActionDistribution
    /// `[rows, A]`: what the policy did.
    let action: Region
    let critic: TwoHotDistribution
  }
}

/// What the world model's own losses have found of the states that imagination starts from, `[n]`
/// each.
struct KnownOutcomes {
  let rewards: Region
  let continueLogits: Region
}

extension Agent {
  /// Lets the policy act inside the model for `H` steps (ALGORITHM section 9, 3).
  ///
  /// Only policy and critic are recorded: no loss of theirs reaches the model through what was
  /// imagined. With `ac_grads` it reaches the first states.
  ///
  /// - Parameters:
  ///   - starts: `[n, …]` posterior states.
  ///   - numbering: of the starts in the whole batch.
  func imagine(
    from starts: RSSMState, known: KnownOutcomes, draws: DrawSource, numbering: RowNumbering,
    _ tape: Tape
  ) -> Imagination {
    let n = starts.deter.rows
    var imagination = Imagination(count: n, steps: configuration.imagLength, tape)
    imagination.rewards.slice(0, count: n).copy(from: known.rewards)
    Binary.probability(known.continueLogits, into: imagination.continues.slice(0, count: n))
    for first in stride(from: 0, to: n, by: Self.imaginedTogether) {
      let part = first..<min(first + Self.imaginedTogether, n)
      let states = starts.rows(part)
      imagine(
        part, from: configuration.acGrads ? states : states.stopped, draws: draws,
        numbering: numbering.dropFirst(first), &imagination, tape)
    }
    return imagination
  }

  /// Starts that go through all steps before the next do: so many that what they need stays in the
  /// second-level cache, and not so few that the weights, which do not, are read too often.
  private static let imaginedTogether = 64

  private func imagine(
    _ part: Range<Int>, from start: RSSMState, draws: DrawSource, numbering: RowNumbering,
    _ imagination: inout Imagination, _ tape: Tape
  ) {
    var state = start
    func rows(_ step: Int) -> Range<Int> {
      step * imagination.count + part.lowerBound..<step * imagination.count + part.upperBound
    }
    for step in 0..<imagination.steps {
      let (critic, policy) = (value(state, tape), policy(state, tape))
      let action = policy.sample(
        draws.draw("imagined action", step: step, rows: numbering), tape)
      imagination.acts.append(
        .init(rows: rows(step), policy: policy, action: action.values, critic: critic))
      imagination.values.rows(rows(step), columns: 1).copy(from: critic.mean)
      predictSlowValue(state, rows(step), imagination, tape)
      let next = worldModel.rssm.uninitializedState(rows: part.count, tape)
      tape.transiently {
        worldModel.rssm.imagine(
          from: state, action: action,
          draw: draws.draw("imagined latent", step: step, rows: numbering), into: next, tape)
      }
      state = next
      predictOutcomes(state, rows(step + 1), imagination, tape)
    }
    let last = rows(imagination.steps)
    predictSlowValue(state, last, imagination, tape)
    tape.transiently {
      imagination.values.rows(last, columns: 1).copy(from: value(state, tape).mean)
    }
  }

  private func predictSlowValue(
    _ state: RSSMState, _ rows: Range<Int>, _ imagination: Imagination, _ tape: Tape
  ) {
    tape.transiently {
      imagination.slowValues.rows(rows, columns: 1).copy(from: slowValue(state, tape).mean)
    }
  }

  private func predictOutcomes(
    _ state: RSSMState, _ rows: Range<Int>, _ imagination: Imagination, _ tape: Tape
  ) {
    tape.transiently {
      imagination.rewards.rows(rows, columns: 1).copy(from: worldModel.reward(state, tape).mean)
      Binary.probability(
        worldModel.continuation(state, tape).values,
        into: imagination.continues.rows(rows, columns: 1))
    }
  }
}

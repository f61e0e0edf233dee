import Autodiff
import Distributions
import Kernels
import Randomness
import WorldModels

/// What a shard's agent imagined from its posterior states, with the heads' word on it.
struct Imagination {
  /// n: starts.
  let count: Int
  /// H: imagined steps.
  let steps: Int
  /// What is learned from, in the order in which the tape has it.
  fileprivate(set) var parts: [Part] = []
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

  /// Steps 0 to H - 1 of some starts: first all acts, then all appraisals.
  struct Part {
    var acts: [Act] = []
    var appraisals: [Appraisal] = []
  }

  /// What the policy did in one step.
  struct Act {
    /// Of the rows `[H · n]`.
    let rows: Range<Int>
    let policy: ActionDistribution
    /// `[rows, A]`.
    let action: Region
    let segment: Segment
  }

  /// What the critic said of one step.
  struct Appraisal {
    /// Of the rows `[H · n]`.
    let rows: Range<Int>
    let critic: TwoHotDistribution
    let segment: Segment
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
    let actionParts = actionParts(tape)
    for first in stride(from: 0, to: n, by: Self.imaginedTogether) {
      let part = first..<min(first + Self.imaginedTogether, n)
      let states = starts.rows(part)
      imagine(
        part, from: configuration.acGrads ? states : states.stopped, actionParts: actionParts,
        draws: draws, numbering: numbering.dropFirst(first), &imagination, tape)
    }
    return imagination
  }

  /// What each action gives to an imagined step, where actions are classes.
  private func actionParts(_ tape: Tape) -> Tensor? {
    guard case .discrete(let count) = worldModel.actionSpace else { return nil }
    return worldModel.rssm.actionParts(count: count, tape)
  }

  /// Starts that go through all steps before the next do: few need little memory; with fewer still,
  /// the weights are read too often.
  private static let imaginedTogether = 64

  /// One part of the starts: first all its steps, then the heads on all its states, so that either
  /// half finds its weights in the cache.
  private func imagine(
    _ part: Range<Int>, from start: RSSMState, actionParts: Tensor?, draws: DrawSource,
    numbering: RowNumbering, _ imagination: inout Imagination, _ tape: Tape
  ) {
    func rows(_ step: Int) -> Range<Int> {
      step * imagination.count + part.lowerBound..<step * imagination.count + part.upperBound
    }
    var states = [start]
    var learned = Imagination.Part()
    for step in 0..<imagination.steps {
      let (policy, segment) = tape.segment { self.policy(states[step], tape) }
      let action = policy.sample(
        draws.draw("imagined action", step: step, rows: numbering), tape)
      learned.acts.append(
        .init(rows: rows(step), policy: policy, action: action.values, segment: segment))
      let next = worldModel.rssm.uninitializedState(rows: part.count, tape)
      tape.transiently {
        worldModel.rssm.imagine(
          from: states[step], action: action, actionParts: actionParts,
          draw: draws.draw("imagined latent", step: step, rows: numbering), into: next, tape)
      }
      states.append(next)
    }
    for (step, state) in states.enumerated() {
      let appraiser = Appraiser(
        agent: self, rows: rows(step), imagination: imagination,
        rounding: Rounding(
          scale: Float(configuration.imagLoss.rounding), draws: draws, step: step,
          numbering: numbering), tape: tape)
      if step > 0 { appraiser.predictOutcomes(state) }
      appraiser.predictSlowValue(state)
      if step == imagination.steps {
        tape.transiently { appraiser.take(value(state, tape)) }
      } else {
        let (critic, segment) = tape.segment { value(state, tape) }
        appraiser.take(critic)
        learned.appraisals.append(.init(rows: rows(step), critic: critic, segment: segment))
      }
    }
    imagination.parts.append(learned)
  }
}

/// Takes the heads' word on the states of one imagined step.
private struct Appraiser {
  let agent: Agent
  /// Of the rows `[(H + 1) · n]`.
  let rows: Range<Int>
  let imagination: Imagination
  let rounding: Rounding
  let tape: Tape

  func take(_ critic: TwoHotDistribution) {
    rounding.copyMean(of: critic, "value", to: imagination.values.rows(rows, columns: 1), tape)
  }

  func predictSlowValue(_ state: RSSMState) {
    tape.transiently {
      rounding.copyMean(
        of: agent.slowValue(state, tape), "slow value",
        to: imagination.slowValues.rows(rows, columns: 1), tape)
    }
  }

  func predictOutcomes(_ state: RSSMState) {
    tape.transiently {
      rounding.copyMean(
        of: agent.worldModel.reward(state, tape), "reward",
        to: imagination.rewards.rows(rows, columns: 1), tape)
      Binary.probability(
        agent.worldModel.continuation(state, tape).logits.values,
        into: imagination.continues.rows(rows, columns: 1))
    }
  }
}

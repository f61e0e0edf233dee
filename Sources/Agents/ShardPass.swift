import Autodiff
import Distributions
import Kernels
import Learning
import NeuralNetworks
import Randomness
import WorldModels

/// What a shard found in the first half of a training step, which the second needs.
struct ShardFindings {
  let pass: WorldModelPass
  let imagination: Imagination
  let outlook: ShardOutlook
  let rowCount: Int
  /// Operations on the tape that are the world model's.
  let modelOperations: Int
  /// Seconds that this step's work took so far.
  var seconds: (worldModel: Double, imagination: Double)
}

typealias AgentShard = Shard<ShardFindings>

/// One training step as every shard makes it with its part of the batch.
struct ShardPass: Sendable {
  let agent: Agent
  let batch: SequenceBatch
  let draws: DrawSource
  let shardCount: Int
  private let scales: LossScales
  private let terms: AgentLosses

  /// - Parameters:
  ///   - scales: what the losses count.
  ///   - updates: that were made before: what the divergence is annealed by.
  init(
    agent: Agent, batch: SequenceBatch, draws: DrawSource, scales: LossScales, updates: Int,
    shardCount: Int
  ) {
    (self.agent, self.batch, self.draws) = (agent, batch, draws)
    (self.scales, self.shardCount) = (scales, shardCount)
    terms = AgentLosses(
      scales, agent.worldModel.balancing,
      annealing: agent.worldModel.annealing.factor(at: updates))
  }

  private var configuration: AgentConfiguration { agent.configuration }

  /// K': the last so many rows of each sequence are starts of imagination.
  private var startRows: Int {
    let last = configuration.imagLast
    return last > 0 ? min(last, batch.length) : batch.length
  }

  // MARK: first half

  /// World model, imagination and what the heads say of it.
  func lookAhead(_ workspace: AgentShard, shard index: Int) {
    let tape = workspace.tape
    workspace.begin()
    let shard = BatchShard(
      batch, sequences: Shards<ShardFindings>.part(index, of: shardCount, batch.size))
    var clock = PhaseClock()
    let pass = observe(shard, recordings: nil, tape)
    let modelOperations = tape.recordedCount
    let modelSeconds = clock.lap()
    let imagination = imagine(shard, pass, tape)
    let outlook = outlook(shard, pass, imagination)
    workspace.scratch = ShardFindings(
      pass: pass, imagination: imagination, outlook: outlook, rowCount: shard.rowCount,
      modelOperations: modelOperations,
      seconds: (worldModel: modelSeconds, imagination: clock.lap()))
  }

  func observe(_ shard: BatchShard, recordings: Reconstructions?, _ tape: Tape) -> WorldModelPass {
    let rows = RowNumbering(start: shard.sequences.lowerBound)
    return agent.worldModel.loss(
      shard, imageWeight: Float(scales.rec) / Float(batch.size * batch.length),
      using: { draws.draw("posterior", step: $0, rows: rows) }, recordings: recordings, tape)
  }

  /// The rows of a shard that imagination starts from: the last `K'` steps.
  private func starts(_ shard: BatchShard) -> Range<Int> {
    (batch.length - startRows) * shard.size..<shard.rowCount
  }

  private func imagine(
    _ shard: BatchShard, _ pass: WorldModelPass, _ tape: Tape
  ) -> Imagination {
    let rows = starts(shard)
    return agent.imagine(
      from: pass.path.states.rows(rows),
      known: KnownOutcomes(
        rewards: pass.rewardMean.rows(rows, columns: 1),
        continueLogits: pass.continueLogits.rows(rows, columns: 1)),
      draws: draws,
      numbering: RowNumbering(
        start: shard.sequences.lowerBound * batch.length + batch.length - startRows,
        inner: shard.size, innerStride: batch.length, outerStride: 1), tape)
  }

  private func outlook(
    _ shard: BatchShard, _ pass: WorldModelPass, _ imagined: Imagination
  ) -> ShardOutlook {
    func replayed(_ flags: [Bool]) -> [Float] {
      shard.gather(flags).suffix(startRows * shard.size).map { $0 ? 1 : 0 }
    }
    return ShardOutlook(
      count: imagined.count, sequences: shard.size, rewards: imagined.rewards.array,
      continues: imagined.continues.array, values: imagined.values.array,
      slowValues: imagined.slowValues.array,
      replayedRewards: Array(shard.gather(batch.rewards).suffix(startRows * shard.size)),
      replayedTerminal: replayed(batch.isTerminal), replayedLast: replayed(batch.isLast),
      divergenceSum: pass.dynamics.values.sum)
  }

  // MARK: second half

  /// The losses of actor and critic, the gradients of all losses, and the sweep.
  func learn(_ workspace: AgentShard, targets: ShardTargets, divergence: Float) {
    guard var found = workspace.scratch else { return }
    var clock = PhaseClock()
    learnModel(workspace, found.pass, divergence: divergence)
    found.seconds.worldModel += clock.lap()
    learnFromImagination(workspace, found.imagination, targets)
    if configuration.repvalLoss { learnReplayedValue(workspace, found, targets) }
    workspace.tape.backward(keeping: found.modelOperations)
    found.seconds.imagination += clock.lap()
    workspace.tape.backward()
    found.seconds.worldModel += clock.lap()
    workspace.scratch = found
  }

  /// The world model's losses of rows with their weights in the total.
  private func learnModel(_ workspace: AgentShard, _ pass: WorldModelPass, divergence: Float) {
    let share = 1 / Float(batch.size * batch.length)
    for (name, loss) in pass.images {
      workspace.record(terms.reconstruction(of: name), rows: loss.array)
    }
    let weighted =
      pass.vectors.map { (terms.reconstruction(of: $0.name), $0.loss) } + [
        (terms.reward, pass.reward), (terms.continuation, pass.continuation),
      ]
    for (term, loss) in weighted {
      loss.gradient.fill(term.weight * share)
      workspace.record(term, rows: loss.values.array)
    }
    let balancing = agent.worldModel.balancing
    for (term, divergences) in [
      (terms.dynamics, pass.dynamics), (terms.representation, pass.representation),
    ] {
      let floored = workspace.tape.arena.allocate(divergences.rows)
      balancing.apply(
        to: divergences.values, batchMean: divergence, weight: term.weight * share,
        loss: floored, gradient: divergences.gradient)
      workspace.record(term, rows: floored.array)
    }
    if let codebook = pass.codebook {
      codebook.gradient.fill(terms.codebook.weight * share)
      workspace.record(terms.codebook, rows: codebook.values.array)
    }
    let dynamics = pass.dynamics.values
    let freeCount = balancing.freeCount(of: dynamics, batchMean: divergence)
    workspace.record("kl", sum: dynamics.sum, count: dynamics.count)
    workspace.record("kl_free", sum: Double(freeCount), count: dynamics.count)
    for (name, distribution) in [("dyn_ent", pass.prior), ("rep_ent", pass.posterior)] {
      let entropy = agent.worldModel.rssm.latent.entropy(of: distribution, workspace.tape)
      workspace.record(name, sum: entropy.sum, count: entropy.count)
    }
  }

  /// The losses of actor and critic on what was imagined, swept back at once, the newest first.
  private func learnFromImagination(
    _ workspace: AgentShard, _ imagined: Imagination, _ targets: ShardTargets
  ) {
    let none = [Float](repeating: 0, count: imagined.count)
    var (policy, value, entropy) = (none, none, 0.0)
    for part in imagined.parts.reversed() {
      for appraisal in part.appraisals.reversed() {
        workspace.tape.sweep(appraisal.segment) {
          learnValue(appraisal, of: imagined, targets, losses: &value, workspace.tape)
        }
      }
      for act in part.acts.reversed() {
        workspace.tape.sweep(act.segment) {
          entropy += learnPolicy(act, of: imagined, targets, losses: &policy, workspace.tape)
        }
      }
    }
    workspace.record(terms.policy, rows: policy)
    workspace.record(terms.value, rows: value)
    workspace.record("ent/action", sum: entropy, count: imagined.steps * imagined.count)
  }

  /// REINFORCE with an entropy bonus (ALGORITHM section 9, 4).
  ///
  /// - Parameter losses: `[n]`: their means over the steps are added to.
  /// - Returns: the sum of the rows' entropies.
  private func learnPolicy(
    _ act: Imagination.Act, of imagined: Imagination, _ targets: ShardTargets,
    losses: inout [Float], _ tape: Tape
  ) -> Double {
    let (n, steps) = (imagined.count, imagined.steps)
    let share = Float(scales.policy) / Float(steps * startRows * batch.size)
    let entropyWeight = Float(configuration.imagLoss.actent)
    let terms = act.policy.terms(at: act.action, tape)
    let (logs, entropies) = (terms.logProbability, terms.entropy)
    for (i, row) in act.rows.enumerated() {
      let (weight, advantage) = (targets.weights[row], targets.advantages[row])
      let gain = logs.values[i] * advantage + entropyWeight * entropies.values[i]
      losses[row % n] -= weight * gain / Float(steps)
      logs.gradient[i] = -weight * advantage * share
      entropies.gradient[i] = -weight * entropyWeight * share
    }
    return entropies.values.sum
  }

  /// The critic's pull towards λ-returns and towards its slow copy.
  ///
  /// - Parameter losses: `[n]`: their means over the steps are added to.
  private func learnValue(
    _ appraisal: Imagination.Appraisal, of imagined: Imagination, _ targets: ShardTargets,
    losses: inout [Float], _ tape: Tape
  ) {
    let (n, steps, span) = (imagined.count, imagined.steps, appraisal.rows)
    let rows = criticLoss(
      appraisal.critic, targets: targets.critic[span],
      slow: imagined.slowValues.rows(span, columns: 1),
      slowWeight: configuration.imagLoss.slowreg, weights: targets.weights[span],
      share: Float(scales.value) / Float(steps * startRows * batch.size), tape)
    for (row, loss) in zip(span, rows) { losses[row % n] += loss / Float(steps) }
  }

  /// The same on replayed states, with returns along the real trajectory (ALGORITHM section 9, 5).
  ///
  /// These are states that imagination started from, so the slow critic has spoken on them.
  private func learnReplayedValue(
    _ workspace: AgentShard, _ found: ShardFindings, _ targets: ShardTargets
  ) {
    let (tape, b) = (workspace.tape, found.outlook.sequences)
    let rows = (startRows - 1) * b
    if rows == 0 { return }
    let first = (batch.length - startRows) * b
    let states = found.pass.path.states.rows(first..<first + rows)
    let losses = criticLoss(
      agent.value(configuration.repvalGrad ? states : states.stopped, tape),
      targets: targets.replayedCritic[...],
      slow: found.imagination.slowValues.slice(0, count: rows),
      slowWeight: configuration.replLoss.slowreg,
      weights: found.outlook.replayedLast.prefix(rows).map { 1 - $0 }[...],
      share: Float(scales.repval) / Float((startRows - 1) * batch.size), tape)
    workspace.record(terms.replayedValue, rows: losses)
  }

  /// `w [ CE(target) + slowWeight · CE(slow) ]` of each row, with its gradient put in place.
  ///
  /// - Parameter share: what a row of weight 1 counts in the total.
  private func criticLoss(
    _ value: TwoHotDistribution, targets: ArraySlice<Float>, slow: Region, slowWeight: Double,
    weights: ArraySlice<Float>, share: Float, _ tape: Tape
  ) -> [Float] {
    let target = tape.arena.allocate(targets.count)
    target.copy(from: targets)
    let (toTarget, toSlow) = (
      value.crossEntropy(to: target, tape), value.crossEntropy(to: slow, tape)
    )
    toTarget.gradient.copy(from: weights.map { $0 * share })
    toSlow.gradient.copy(from: weights.map { $0 * share * Float(slowWeight) })
    let (first, second) = (toTarget.values, toSlow.values)
    return weights.enumerated().map { i, weight in
      weight * (first[i] + Float(slowWeight) * second[i])
    }
  }
}

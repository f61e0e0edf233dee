import Autodiff
import Kernels
import NeuralNetworks
import Randomness
import WorldModels

/// The memory of one shard, and what its thread found on the way through a training step.
final class ShardWorkspace {
  let tape: Tape
  let gradients: Storage
  /// Results of the first half, which the second needs.
  var pass: WorldModelPass?
  var imagination: ImaginationPass?
  var outlook = ShardOutlook(
    count: 0, sequences: 0, rewards: [], continues: [], values: [], slowValues: [],
    replayedRewards: [], replayedTerminal: [], replayedLast: [], divergenceSum: 0)
  /// Losses of single rows, `[rows]`, time first, in a fixed order of names.
  var losses: [(name: String, rows: [Float])] = []
  /// Sums over the shard's rows: entropies.
  var sums: [(name: String, sum: Double, count: Int)] = []
  var rowCount = 0

  init(_ parameters: ParameterStore) {
    gradients = Storage(count: parameters.trainedSize)
    tape = Tape(arena: Arena(), values: parameters.values, gradients: gradients.region)
  }
}

/// Imagination with the heads' word on it.
struct ImaginationPass {
  let imagination: Imagination
  let value: TwoHotDistribution
  /// `[(H + 1) · n]`: the slow critic's mean.
  let slowValue: Region
}

/// One training step as every shard makes it with its part of the batch.
struct ShardPass: Sendable {
  let agent: Agent
  let batch: SequenceBatch
  let draws: DrawSource
  /// What the losses count.
  let scales: LossScales
  let shardCount: Int

  private var configuration: AgentConfiguration { agent.configuration }

  /// K': the last so many rows of each sequence are starts of imagination.
  private var startRows: Int {
    let last = configuration.imagLast
    return last > 0 ? min(last, batch.length) : batch.length
  }

  /// The sequences of a shard: parts as equal as they can be.
  static func sequences(_ shard: Int, of count: Int, _ size: Int) -> Range<Int> {
    size * shard / count..<size * (shard + 1) / count
  }

  // MARK: first half

  /// World model, imagination and what the heads say of it.
  func lookAhead(_ workspace: ShardWorkspace, shard index: Int) {
    let tape = workspace.tape
    tape.reset()
    workspace.gradients.region.fill(0)
    let shard = BatchShard(
      batch, sequences: Self.sequences(index, of: shardCount, batch.size))
    workspace.rowCount = shard.rowCount
    let pass = observe(shard, recordings: nil, tape)
    workspace.pass = pass
    let imagination = imagine(shard, pass, tape)
    workspace.imagination = imagination
    workspace.outlook = outlook(shard, pass, imagination, tape)
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
  ) -> ImaginationPass {
    let rows = starts(shard)
    let features = pass.features.rows(rows)
    let imagination = agent.imagine(
      from: pass.path.states.rows(rows),
      features: configuration.acGrads ? features : features.stopped, draws: draws,
      numbering: RowNumbering(
        start: shard.sequences.lowerBound * batch.length + batch.length - startRows,
        inner: shard.size, innerStride: batch.length, outerStride: 1), tape)
    let slow = slowValue(imagination.features, tape)
    return ImaginationPass(
      imagination: imagination, value: agent.value(imagination.features, tape), slowValue: slow)
  }

  /// The slow critic's mean, `[rows]`.
  private func slowValue(_ features: Tensor, _ tape: Tape) -> Region {
    tape.withoutRecording { agent.slowValue(features, tape).mean }
  }

  private func outlook(
    _ shard: BatchShard, _ pass: WorldModelPass, _ imagined: ImaginationPass, _ tape: Tape
  ) -> ShardOutlook {
    let features = imagined.imagination.features
    let (rewards, continues) = tape.withoutRecording {
      let continues = tape.arena.allocate(features.rows)
      Binary.probability(agent.worldModel.continuation(features, tape).values, into: continues)
      return (agent.worldModel.reward(features, tape).mean, continues)
    }
    func replayed(_ flags: [Bool]) -> [Float] {
      shard.gather(flags).suffix(startRows * shard.size).map { $0 ? 1 : 0 }
    }
    return ShardOutlook(
      count: imagined.imagination.count, sequences: shard.size, rewards: rewards.array,
      continues: continues.array, values: imagined.value.mean.array,
      slowValues: imagined.slowValue.array,
      replayedRewards: Array(shard.gather(batch.rewards).suffix(startRows * shard.size)),
      replayedTerminal: replayed(batch.isTerminal), replayedLast: replayed(batch.isLast),
      divergenceSum: pass.dynamics.values.sum)
  }

  // MARK: second half

  /// The losses of actor and critic, the gradients of all losses, and the sweep.
  func learn(_ workspace: ShardWorkspace, targets: ShardTargets, divergence: Float) {
    guard let pass = workspace.pass, let imagined = workspace.imagination else { return }
    let tape = workspace.tape
    workspace.losses = []
    workspace.sums = []
    learnModel(workspace, pass, divergence: divergence)
    learnPolicy(workspace, imagined, targets)
    learnValue(workspace, imagined, targets)
    if configuration.repvalLoss {
      learnReplayedValue(workspace, pass, targets)
    }
    tape.backward()
  }

  /// The world model's losses of rows with their weights in the total.
  private func learnModel(
    _ workspace: ShardWorkspace, _ pass: WorldModelPass, divergence: Float
  ) {
    let share = 1 / Float(batch.size * batch.length)
    for (name, loss) in pass.images { workspace.losses.append((name, loss.array)) }
    let weighted =
      pass.vectors.map { ($0.name, $0.loss, scales.rec) } + [
        ("rew", pass.reward, scales.rew), ("con", pass.continuation, scales.con),
      ]
    for (name, loss, scale) in weighted {
      loss.gradient.fill(Float(scale) * share)
      workspace.losses.append((name, loss.values.array))
    }
    let balancing = agent.worldModel.balancing
    let kl = balancing.scales(dynamics: Float(scales.dyn), representation: Float(scales.rep))
    for (name, term, scale) in [
      ("dyn", pass.dynamics, kl.dynamics), ("rep", pass.representation, kl.representation),
    ] {
      let floored = workspace.tape.arena.allocate(term.rows)
      balancing.apply(
        to: term.values, batchMean: divergence, weight: scale * share, loss: floored,
        gradient: term.gradient)
      workspace.losses.append((name, floored.array))
    }
    for (name, distribution) in [("dyn_ent", pass.prior), ("rep_ent", pass.posterior)] {
      let entropy = workspace.tape.entropy(of: distribution)
      workspace.sums.append((name, entropy.sum, entropy.count))
    }
  }

  /// REINFORCE with an entropy bonus (ALGORITHM section 9, 4).
  private func learnPolicy(
    _ workspace: ShardWorkspace, _ imagined: ImaginationPass, _ targets: ShardTargets
  ) {
    let (tape, n) = (workspace.tape, imagined.imagination.count)
    let acted = imagined.imagination.steps * n
    let terms = agent.policy(imagined.imagination.features.rows(0..<acted), tape)
      .terms(at: imagined.imagination.actions, tape)
    let share = Float(scales.policy) / Float(imagined.imagination.steps * startRows * batch.size)
    let entropyWeight = Float(configuration.imagLoss.actent)
    let (logs, entropies) = (terms.logProbability.values.array, terms.entropy.values.array)
    var losses = [Float](repeating: 0, count: n)
    var logGradient = [Float](repeating: 0, count: acted)
    var entropyGradient = logGradient
    for i in 0..<acted {
      let weight = targets.weights[i]
      let gain = logs[i] * targets.advantages[i] + entropyWeight * entropies[i]
      losses[i % n] -= weight * gain / Float(imagined.imagination.steps)
      logGradient[i] = -weight * targets.advantages[i] * share
      entropyGradient[i] = -weight * entropyWeight * share
    }
    terms.logProbability.gradient.copy(from: logGradient)
    terms.entropy.gradient.copy(from: entropyGradient)
    workspace.losses.append(("policy", losses))
    workspace.sums.append(("ent/action", terms.entropy.values.sum, acted))
  }

  /// The critic's pull towards λ-returns and towards its slow copy.
  private func learnValue(
    _ workspace: ShardWorkspace, _ imagined: ImaginationPass, _ targets: ShardTargets
  ) {
    let (tape, n) = (workspace.tape, imagined.imagination.count)
    let acted = imagined.imagination.steps * n
    let rows = criticLoss(
      imagined.value.rows(0..<acted), targets: targets.critic,
      slow: imagined.slowValue.slice(0, count: acted), slowWeight: configuration.imagLoss.slowreg,
      weights: Array(targets.weights.prefix(acted)),
      share: Float(scales.value) / Float(imagined.imagination.steps * startRows * batch.size), tape)
    var losses = [Float](repeating: 0, count: n)
    for (i, loss) in rows.enumerated() { losses[i % n] += loss / Float(imagined.imagination.steps) }
    workspace.losses.append(("value", losses))
  }

  /// The same on replayed states, with returns along the real trajectory (ALGORITHM section 9, 5).
  private func learnReplayedValue(
    _ workspace: ShardWorkspace, _ pass: WorldModelPass, _ targets: ShardTargets
  ) {
    let (tape, b) = (workspace.tape, workspace.outlook.sequences)
    let rows = (startRows - 1) * b
    if rows == 0 { return }
    let first = (batch.length - startRows) * b
    let features = pass.features.rows(first..<first + rows)
    let slow = slowValue(features, tape)
    let losses = criticLoss(
      agent.value(configuration.repvalGrad ? features : features.stopped, tape),
      targets: targets.replayedCritic, slow: slow, slowWeight: configuration.replLoss.slowreg,
      weights: workspace.outlook.replayedLast.prefix(rows).map { 1 - $0 },
      share: Float(scales.repval) / Float((startRows - 1) * batch.size), tape)
    workspace.losses.append(("repval", losses))
  }

  /// `w [ CE(target) + slowWeight · CE(slow) ]` of each row, with its gradient put in place.
  ///
  /// - Parameter share: what a row of weight 1 counts in the total.
  private func criticLoss(
    _ value: TwoHotDistribution, targets: [Float], slow: Region, slowWeight: Double,
    weights: [Float], share: Float, _ tape: Tape
  ) -> [Float] {
    let toTarget = tape.loss(
      value, target: tape.constant(targets, rows: targets.count, columns: 1).values)
    let toSlow = tape.loss(value, target: slow)
    toTarget.gradient.copy(from: weights.map { $0 * share })
    toSlow.gradient.copy(from: weights.map { $0 * share * Float(slowWeight) })
    let (first, second) = (toTarget.values.array, toSlow.values.array)
    return weights.indices.map { weights[$0] * (first[$0] + Float(slowWeight) * second[$0]) }
  }
}

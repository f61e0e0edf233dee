import Autodiff
import Foundation
import Kernels
import Learning
import NeuralNetworks
import Randomness
import WorldModels

/// Trains an agent: one call of ``train(_:draws:pool:)`` is one gradient update of everything.
package final class Learner {
  package let agent: Agent
  package let optimizer: Optimizer
  /// Normalisers and counters.
  package var state: AgentState
  let shards: Shards<ShardFindings>

  /// - Parameter shards: parts that a batch is cut into; a fixed number, whatever the threads.
  package init(agent: Agent, shards: Int) {
    self.agent = agent
    optimizer = Optimizer(agent.configuration.opt, store: agent.parameters)
    state = AgentState(agent.configuration)
    self.shards = Shards(count: shards, of: agent.parameters)
  }

  /// What a training step found.
  package struct Result: Sendable {
    /// Under the reference's names, in a fixed order.
    package var metrics: [(name: String, value: Float)]
    /// `[B, T, …]`, to be written back into replay.
    package var latents: LatentStates
    /// Seconds that the phases took.
    package var phases: [(name: String, seconds: Double)]
    /// Multiply-adds of linear layers and convolutions.
    package var multiplyAdds: Int
  }

  /// One training step (ALGORITHM section 9): world model and imagination, the rendezvous, actor
  /// and critic with the sweep, the optimiser, the slow critic.
  ///
  /// - Parameters:
  ///   - draws: this update's.
  /// - Throws: ``NonFiniteLoss``; parameters are then as they were before.
  package func train(_ batch: SequenceBatch, draws: DrawSource, pool: WorkerPool) throws -> Result {
    var clock = PhaseClock()
    var next = state
    next.updates += 1
    try checkFinite(batch, update: next.updates)
    let pass = ShardPass(
      agent: agent, batch: batch, draws: draws, scales: agent.configuration.lossScales,
      updates: state.updates, shardCount: shards.count)
    var (metrics, losses) = differentiate(pass, &next, isTraining: true, pool: pool)
    let differentiating = clock.lap()
    try check(losses, update: next.updates)
    let statistics = optimizer.update(
      next.updates, gradients: shards.sumGradients(pool), pool: pool)
    if let tensor = statistics.badTensor {
      throw NonFiniteLoss(
        name: "the gradient of \(tensor)", value: Float(statistics.gradientNorm),
        update: next.updates)
    }
    updateSlowValue(&next)
    state = next
    metrics = Self.finite(metrics) + optimizerMetrics(statistics)
    let latents = gatherLatents(batch)
    return Result(
      metrics: metrics, latents: latents,
      phases: phases(differentiating: differentiating, optimizing: clock.lap()),
      multiplyAdds: shards.multiplyAdds)
  }

  /// The shards' time is split as their threads spent it.
  private func phases(
    differentiating: Double, optimizing: Double
  ) -> [(name: String, seconds: Double)] {
    let spent = shards.map { $0.scratch?.seconds ?? (worldModel: 0, imagination: 0) }
    let model = spent.reduce(0) { $0 + $1.worldModel }
    let share = model / max(spent.reduce(model) { $0 + $1.imagination }, 1e-9)
    return [
      ("world_model", differentiating * share), ("imagination", differentiating * (1 - share)),
      ("optimizer", optimizing),
    ]
  }

  /// The losses and metrics of a batch, with nothing changed: for reports.
  ///
  /// With `report_gradnorms`, also the norm of each loss's own gradient.
  package func evaluate(
    _ batch: SequenceBatch, draws: DrawSource, pool: WorkerPool
  ) -> [(name: String, value: Float)] {
    func differentiated(_ scales: LossScales) -> [(name: String, value: Float)] {
      var unused = state
      let pass = ShardPass(
        agent: agent, batch: batch, draws: draws, scales: scales, updates: state.updates,
        shardCount: shards.count)
      return differentiate(pass, &unused, isTraining: false, pool: pool).metrics
    }
    var metrics = differentiated(agent.configuration.lossScales)
    if agent.configuration.reportGradnorms {
      for (name, scales) in agent.configuration.lossScales.single {
        _ = differentiated(scales)
        metrics.append(("gradnorm/\(name)", gradientNorm(pool)))
      }
    }
    return Self.finite(metrics)
  }

  /// What metrics call the weighted sum of all losses.
  static let totalName = "opt/loss"

  /// Metrics that are numbers: one that is not (a mean of what overflowed) says nothing, and is no
  /// reason to stop, as a loss is.
  private static func finite(
    _ metrics: [(name: String, value: Float)]
  ) -> [(name: String, value: Float)] { metrics.filter(\.value.isFinite) }

  /// Both halves of a step up to the shards' gradients.
  private func differentiate(
    _ pass: ShardPass, _ next: inout AgentState, isTraining: Bool, pool: WorkerPool
  ) -> (metrics: [(name: String, value: Float)], losses: LossMeans) {
    shards.run(pool) { workspace, shard in pass.lookAhead(workspace, shard: shard) }
    let (targets, found) = makeTargets(&next, isTraining: isTraining)
    shards.run(pool) { workspace, shard in
      pass.learn(workspace, targets: targets[shard], divergence: found.divergence)
    }
    let losses = shards.lossMeans
    let total = [(name: Self.totalName, value: Float(losses.total))]
    return (found.metrics + losses.metrics + sumMetrics() + total, losses)
  }

  /// The norm of the sum of the shards' gradients, those of frozen modules left out.
  private func gradientNorm(_ pool: WorkerPool) -> Float {
    let sum = shards.sumGradients(pool).region
    for entry in agent.parameters.trained where entry.isFrozen {
      sum.slice(entry.parameter.offset, count: entry.parameter.count).fill(0)
    }
    return Float(sum.sumOfSquares.squareRoot())
  }

  /// The rendezvous: what depends on the whole batch.
  private func makeTargets(
    _ next: inout AgentState, isTraining: Bool
  ) -> (
    targets: [ShardTargets], found: (metrics: [(name: String, value: Float)], divergence: Float)
  ) {
    let found = shards.map(\.scratch).compactMap { $0 }
    let outlooks = found.map(\.outlook)
    let maker = TargetMaker(
      configuration: agent.configuration, updatesNormalizers: isTraining)
    let (targets, metrics) = maker.makeTargets(outlooks, &next)
    let rows = found.reduce(0) { $0 + $1.rowCount }
    let divergence = outlooks.reduce(0.0) { $0 + $1.divergenceSum } / Double(rows)
    return (targets, (metrics.map { ($0.0, $0.1) }, Float(divergence)))
  }

  private func updateSlowValue(_ next: inout AgentState) {
    let isFrozen = agent.configuration.frozen.contains(AgentModule.slowValue.rawValue)
    if !isFrozen, next.slowValueCount % agent.configuration.slowvalue.every == 0 {
      agent.blendSlowValue(weight: Float(agent.configuration.slowvalue.rate))
    }
    next.slowValueCount += 1
  }

  /// Latents of all shards in the batch's order, from time-major rows.
  private func gatherLatents(_ batch: SequenceBatch) -> LatentStates {
    let (rssm, rows) = (agent.worldModel.rssm, batch.size * batch.length)
    var latents = LatentStates(deter: [], stoch: [])
    latents.deter.reserveCapacity(rows * rssm.deter)
    latents.stoch.reserveCapacity(rows * rssm.stoch)
    for index in 0..<shards.count {
      guard let states = shards[index].scratch?.pass.path.states else { continue }
      let b = Shards<ShardFindings>.part(index, of: shards.count, batch.size).count
      RowOrder.append(
        states.deter.values.array, sequences: b, width: rssm.deter, to: &latents.deter)
      RowOrder.append(
        states.stoch.values.array, sequences: b, width: rssm.stoch, to: &latents.stoch)
    }
    return latents
  }
}

import EnvironmentInterface
import Foundation
import Kernels
import NeuralNetworks
import WorldModels

extension Learner {
  /// Means of the losses and of what was summed over rows (ALGORITHM section 13), in shard order.
  func lossMetrics(_ workspaces: Workspaces<ShardWorkspace>, scales: LossScales)
    -> [(name: String, value: Float)]
  {
    var metrics: [(name: String, value: Float)] = []
    var total = 0.0
    for (index, loss) in workspaces[0].losses.enumerated() {
      let rows = workspaces.map { $0.losses[index].rows }.joined()
      let mean = rows.reduce(0.0) { $0 + Double($1) } / Double(rows.count)
      total += mean * Double(scale(ofLoss: loss.name, in: scales))
      metrics.append(("loss/\(loss.name)", Float(mean)))
    }
    for (index, sum) in workspaces[0].sums.enumerated() {
      let parts = workspaces.map { $0.sums[index] }
      let count = parts.reduce(0) { $0 + $1.count }
      metrics.append((sum.name, Float(parts.reduce(0.0) { $0 + $1.sum } / Double(count))))
    }
    if case .discrete(let count) = agent.actionSpace,
      let entropy = metrics.first(where: { $0.name == "ent/action" })
    {
      // Where there is nothing to choose, the one action is as random as it can be.
      metrics.append(("rand/action", count > 1 ? entropy.value / log(Float(count)) : 1))
    }
    return metrics + [("opt/loss", Float(total))]
  }

  /// What a loss counts in the total.
  private func scale(ofLoss name: String, in scales: LossScales) -> Float {
    let kl = agent.worldModel.balancing.scales(
      dynamics: Float(scales.dyn), representation: Float(scales.rep))
    return switch name {
    case "rew": Float(scales.rew)
    case "con": Float(scales.con)
    case "dyn": kl.dynamics
    case "rep": kl.representation
    case "policy": Float(scales.policy)
    case "value": Float(scales.value)
    case "repval": Float(scales.repval)
    default: Float(scales.rec)
    }
  }

  func optimizerMetrics(_ statistics: UpdateStatistics) -> [(name: String, value: Float)] {
    [
      ("opt/grad_norm", Float(statistics.gradientNorm)),
      ("opt/grad_rms", Float(statistics.gradientRMS)),
      ("opt/update_rms", Float(statistics.updateRMS)),
      ("opt/param_rms", Float(statistics.parameterRMS)),
      ("opt/param_count", Float(agent.parameters.learningCount)),
      ("opt/updates", Float(state.updates)),
    ]
  }

  // MARK: what a step left behind, for those who check it

  /// The losses of single rows, `[B, rows]` by name, of the last step.
  package func rowLosses(batchSize: Int) -> [(name: String, rows: [Float])] {
    workspaces[0].losses.enumerated().map { index, loss in
      var rows: [Float] = []
      for shard in 0..<workspaces.count {
        let b = ShardPass.sequences(shard, of: workspaces.count, batchSize).count
        let values = workspaces[shard].losses[index].rows
        for i in 0..<b { rows += stride(from: i, to: values.count, by: b).map { values[$0] } }
      }
      return (loss.name, rows)
    }
  }

  /// The sum of the world model's losses of each row of the last step, `[B, T]`: what prioritised
  /// replay goes by.
  package func modelLosses(batchSize: Int) -> [Float] {
    let others: Set = ["policy", "value", "repval"]
    let losses = rowLosses(batchSize: batchSize).filter { !others.contains($0.name) }
    return losses.dropFirst().reduce(into: losses[0].rows) { sums, loss in
      for index in sums.indices { sums[index] += loss.rows[index] }
    }
  }

  /// The gradient of the last step's total loss, for one parameter.
  package func gradient(of entry: ParameterStore.Entry) -> [Float] {
    workspaces[0].gradients.region
      .slice(entry.parameter.offset, count: entry.parameter.count).array
  }
}

import EnvironmentInterface
import Foundation
import Kernels
import Learning
import NeuralNetworks
import WorldModels

extension Learner {
  /// What was summed over rows besides losses (ALGORITHM section 13), in shard order.
  func sumMetrics() -> [(name: String, value: Float)] {
    var metrics = shards.sumMeans.map { (name: $0.name, value: Float($0.mean)) }
    if case .discrete(let count) = agent.actionSpace,
      let entropy = metrics.first(where: { $0.name == "ent/action" })
    {
      // Where there is nothing to choose, the one action is as random as it can be.
      metrics.append(("rand/action", count > 1 ? entropy.value / log(Float(count)) : 1))
    }
    return metrics
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
    shards.rowLosses(batchSize: batchSize).map { ($0.term.name, $0.rows) }
  }

  /// The sum of the world model's losses of each row of the last step, `[B, T]`: what prioritised
  /// replay goes by.
  package func modelLosses(batchSize: Int) -> [Float] {
    let losses = shards.rowLosses(batchSize: batchSize).filter { $0.term.kind == .model }
    return losses.dropFirst().reduce(into: losses[0].rows) { sums, loss in
      for index in sums.indices { sums[index] += loss.rows[index] }
    }
  }

  /// The gradient of the last step's total loss, for one parameter.
  package func gradient(of entry: ParameterStore.Entry) -> [Float] {
    shards[0].gradients.region
      .slice(entry.parameter.offset, count: entry.parameter.count).array
  }
}

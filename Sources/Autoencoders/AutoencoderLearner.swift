import Autodiff
import Foundation
import Kernels
import LatentModels
import Learning
import NeuralNetworks
import Randomness

/// Frames that an update learns from.
package struct FrameBatch: Sendable {
  /// `[B, height, width, channels]`.
  package let bytes: [UInt8]
  /// The class of each frame; empty where there are none.
  package let labels: [Int]

  package init(bytes: [UInt8], labels: [Int]) { (self.bytes, self.labels) = (bytes, labels) }
}

/// What an update found.
package struct AutoencoderUpdate: Sendable {
  package let losses: LossMeans
  /// Means over the batch of what is no loss.
  package let means: [(name: String, mean: Double)]
  /// β.
  package let weight: Float
  /// Nats of each dimension, `[groups · dimensions]`, mean over the batch.
  package let divergences: [Float]
  /// How often each code was chosen; empty of latents that have none.
  package let codeCounts: [Int]
  package let optimizer: UpdateStatistics
  package let multiplyAdds: Int

  /// The first number that is none: of the losses, or of the gradients.
  package var nonFinite: (name: String, value: Float)? {
    losses.firstNonFinite(total: "loss") ?? optimizer.badTensor.map { ($0, .nan) }
  }
}

/// Trains an auto-encoder: one update on a batch of frames, in shards.
package final class AutoencoderLearner {
  package let model: Autoencoder
  package let optimizer: Optimizer
  /// How many were made.
  package var updates = 0
  private let shards: Shards<FramePass>

  package init(_ model: Autoencoder, optimizer: OptimizerConfiguration, shards: Int) {
    self.model = model
    self.optimizer = Optimizer(optimizer, store: model.parameters)
    self.shards = Shards(count: shards, of: model.parameters)
  }

  /// Makes an update. Where a loss or a gradient is no finite number, nothing is changed, and the result
  /// says so.
  ///
  /// - Parameter key: of the draws of this update.
  package func train(
    _ batch: FrameBatch, key: Key, pool: WorkerPool
  ) -> AutoencoderUpdate {
    let found = differentiate(batch, key: key, pool: pool)
    let codes = codeCounts
    // A loss that is none spoils what it comes from.
    let isFinite = found.losses.firstNonFinite(total: "loss") == nil
    let statistics =
      isFinite ? optimizer.update(updates + 1, gradients: found.gradients, pool: pool) : .none
    if isFinite, statistics.badTensor == nil {
      updates += 1
      model.posterior.finishUpdate(
        shards.map { $0.scratch?.encoded }.compactMap { $0 }, number: updates, model.parameters,
        key: key.fold("codes"))
    }
    let size = Double(found.facts.size)
    return AutoencoderUpdate(
      losses: found.losses, means: shards.sumMeans, weight: found.facts.weight,
      divergences: found.facts.divergenceSums.map { Float($0 / size) }, codeCounts: codes,
      optimizer: statistics, multiplyAdds: shards.multiplyAdds)
  }

  /// Computes losses and their gradients, and leaves the parameters as they are, but for what the
  /// likelihood takes note of.
  package func differentiate(
    _ batch: FrameBatch, key: Key, pool: WorkerPool
  ) -> (losses: LossMeans, gradients: GradientSum, facts: FrameBatchFacts) {
    let size = batch.bytes.count / model.frame.count
    forward(batch, size, key, pool)
    let facts = gatherFacts(size)
    let model = model
    shards.run(pool) { shard, _ in
      guard let pass = shard.scratch else { return }
      model.objective.finish(pass, facts, model, shard)
      shard.tape.backward()
    }
    return (shards.lossMeans, shards.sumGradients(pool), facts)
  }

  private func forward(_ batch: FrameBatch, _ size: Int, _ key: Key, _ pool: WorkerPool) {
    let (model, count, latents) = (model, shards.count, key.fold("latents"))
    shards.run(pool) { shard, index in
      shard.begin()
      let part = Shards<FramePass>.part(index, of: count, size)
      let tape = shard.tape
      let width = model.frame.count
      let frames = model.numbers(
        of: batch.bytes[part.lowerBound * width..<part.upperBound * width], tape)
      let condition =
        batch.labels.isEmpty ? nil : model.condition(batch.labels[part], tape)
      let rows = model.objective.samples * model.places
      let numbering = RowNumbering(start: part.lowerBound * rows)
      shard.scratch = model.pass(
        frames, condition, samples: model.objective.samples, .random(latents, numbering), tape)
    }
  }

  /// The rendezvous: what depends on all shards.
  private func gatherFacts(_ size: Int) -> FrameBatchFacts {
    let (groups, dimensions) = model.divergenceGroups
    var sums = [Double](repeating: 0, count: groups * dimensions)
    var errors: OptimalVariance?
    for shard in (0..<shards.count).map({ shards[$0] }) {
      guard let pass = shard.scratch else { continue }
      if let part = model.likelihood.errors(of: pass.frames, pass.output, shard.tape) {
        errors = errors ?? OptimalVariance()
        errors?.add(part)
      }
      guard let divergence = pass.encoded.divergence else { continue }
      for (index, nats) in model.byGroup(divergence.trainingFirst.values.array).enumerated() {
        sums[index % sums.count] += Double(nats)
      }
    }
    if let errors { model.likelihood.finishBatch(errors, model.parameters) }
    return FrameBatchFacts(
      size: size, weight: model.weight(ofUpdate: updates), divergenceSums: sums)
  }

  private var codeCounts: [Int] {
    guard let codes = model.posterior.codes else { return [] }
    var counts = [Int](repeating: 0, count: codes)
    for shard in shards.map({ $0.scratch?.encoded.codes ?? [] }) {
      for code in shard { counts[Int(code)] += 1 }
    }
    return counts
  }
}

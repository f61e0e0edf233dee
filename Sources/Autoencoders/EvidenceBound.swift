import Autodiff
import Kernels
import LatentModels
import Learning

/// The evidence bound: distortion `-ln p(x | z)` and rate `KL(q(z | x) ‖ p(z))`, the latter with a weight,
/// free nats and sides as the configuration says (Kingma and Welling 2014; Higgins et al. 2017).
struct EvidenceBound: Objective {
  private let policy: KLPolicy
  private let toPosterior: Float
  private let toPrior: Float

  let samples = 1

  init(_ configuration: AutoencoderConfiguration) {
    policy = configuration.kl.policy
    (toPosterior, toPrior) = (
      Float(configuration.kl.toPosterior), Float(configuration.kl.toPrior)
    )
  }

  func finish(
    _ pass: FramePass, _ batch: FrameBatchFacts, _ model: Autoencoder, _ shard: Shard<FramePass>
  ) {
    let probability = model.likelihood.logProbability(of: pass.frames, pass.output, shard.tape)
    probability.gradient.fill(-1 / Float(batch.size))
    shard.record(
      LossTerm("distortion", weight: 1, kind: .init("distortion")),
      rows: probability.values.array.map { -$0 })
    addRate(pass, batch, model, shard)
    for (term, losses) in pass.encoded.penalties {
      losses.gradient.fill(term.weight / Float(batch.size))
      shard.record(term, rows: model.sums(losses.values.array))
    }
  }

  private func addRate(
    _ pass: FramePass, _ batch: FrameBatchFacts, _ model: Autoencoder, _ shard: Shard<FramePass>
  ) {
    let term = LossTerm("rate", weight: batch.weight, kind: .init("rate"))
    guard let divergence = pass.encoded.divergence else {
      let nats = model.posterior.constantDivergence * Float(model.places)
      return shard.record(
        LossTerm("rate", weight: 0, kind: .init("rate")),
        rows: [Float](repeating: nats, count: pass.frames.rows))
    }
    let (tape, rows) = (shard.tape, pass.frames.rows)
    let values = model.byGroup(divergence.trainingFirst.values.array)
    let (kl, gradient) = (tape.arena.allocate(values.count), tape.arena.allocate(values.count))
    let losses = tape.arena.allocate(rows)
    kl.copy(from: values)
    policy.apply(
      to: kl, groups: model.divergenceGroups.count,
      batchMeans: batch.divergenceSums.map { $0 / Double(batch.size) },
      share: batch.weight / Float(batch.size), loss: losses, gradient: gradient)
    let back = model.byGroup(gradient.array, reversed: true)
    for (side, factor) in [
      (divergence.trainingFirst, toPosterior), (divergence.trainingSecond, toPrior),
    ] { side.gradient.copy(from: back.map { $0 * factor }) }
    shard.record(term, rows: losses.array)
    shard.record(
      "divergence", sum: values.reduce(0) { $0 + Double($1) }, count: rows)
  }
}

extension Autoencoder {
  /// Numbers of places as sums of frames.
  fileprivate func sums(_ rows: [Float]) -> [Float] {
    if places == 1 { return rows }
    return stride(from: 0, to: rows.count, by: places).map {
      rows[$0..<$0 + places].reduce(0, +)
    }
  }

  /// β at an update, counted from 0.
  package func weight(ofUpdate update: Int) -> Float {
    Float(configuration.kl.weight) * configuration.kl.annealing.factor(at: update)
  }
}

extension KLConfiguration {
  /// Without β, which annealing changes.
  var policy: KLPolicy {
    var policy = KLPolicy()
    policy.free = Float(free.nats)
    policy.scope = KLPolicy.Scope(rawValue: free.scope) ?? .dim
    policy.over = KLPolicy.Average(rawValue: free.over) ?? .batch
    policy.isHinge = free.hinge
    return policy
  }

  var annealing: Annealing {
    var annealing = Annealing(Annealing.Kind(rawValue: anneal) ?? .constant)
    (annealing.steps, annealing.cycles) = (annealSteps, cycles)
    (annealing.ratio, annealing.slope) = (ratio, steepness)
    return annealing
  }
}

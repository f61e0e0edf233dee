import Autodiff
import Kernels
import LatentModels

/// The Gaussian recurrent state-space model of danijar/dreamerv2 (`rssm-v2`), an ensemble of one, with KL
/// balancing and free nats.
struct DreamerV2Case: PeerCase, RecurrentPeer {
  private struct Facts: Decodable {
    let std: String
  }

  let sequences: RecurrentSequences
  let latent: GaussianLatent
  private let hidden: Int

  init(_ file: PeerFile) throws {
    sequences = try RecurrentSequences(file)
    let name = try file.specification(Facts.self).std
    let maps: [String: DeviationMap] = [
      "softplus": .softplus(minimum: 0.1), "sigmoid2": .sigmoid2(minimum: 0.1),
    ]
    guard let map = maps[name] else {
      throw file.error(
        "its metadata entry `spec` has the std '\(name)', which is not softplus or sigmoid2")
    }
    latent = GaussianLatent(count: sequences.latents, map: map)
    hidden = try Self.units("img_in", file)
  }

  func compare(_ comparison: inout PeerComparison) throws {
    try comparePass(&comparison)
    let free = try file.floats("in/free", [2])
    func average(_ nats: Float) -> KLBalancing {
      KLBalancing(freeNats: nats, balance: 0.8, freesAverage: true)
    }
    let each = KLBalancing(freeNats: free[1], balance: 0.8)
    for (name, nats) in [("avg", free[0]), ("avg_held", 2 * free[0])] {
      try compareLoss(name, &comparison) { balanced(average(nats), $0) }
    }
    try compareLoss("each", &comparison) { balanced(each, $0) }
    try compareLoss("forward", &comparison) { balanced(each, isForward: true, $0) }
    try compareLoss("half", &comparison) { undivided(KLBalancing(freeNats: free[1]), $0) }
  }

  /// - Parameter isForward: whether the divergence is that of the prior from the posterior; the prior's
  ///   side has the larger weight all the same.
  private func balanced(
    _ balancing: KLBalancing, isForward: Bool = false, _ pass: RecurrentPass
  ) -> Double {
    let (first, second) =
      isForward ? (pass.prior, pass.posterior) : (pass.posterior, pass.prior)
    let kl = latent.divergence(posterior: first, prior: second, pass.tape.tape)
    let (prior, posterior) =
      isForward ? (kl.representation, kl.dynamics) : (kl.dynamics, kl.representation)
    let scales = balancing.scales(dynamics: 1, representation: 1)
    return loss(
      [
        (prior, scales.dynamics, scales.dynamics),
        (posterior, scales.representation, scales.representation),
      ], balancing, pass)
  }

  // MARK: the model

  func continues(at time: Int, _ tape: PeerTape) throws -> Region? {
    let (count, steps) = (sequences.count, sequences.steps)
    let isFirst = sequences.timeMajor(try file.floats("in/is_first", [count, steps]), steps: steps)
    guard isFirst.allSatisfy({ $0 == 0 || $0 == 1 }) else {
      throw file.error("in/is_first holds numbers that are neither 0 nor 1")
    }
    return tape.constant(isFirst[sequences.step(time)].map { 1 - $0 }, rows: count).values
  }

  /// The unit of DreamerV2 and V3, whose gates are normalised.
  func advance(
    _ state: (stoch: Tensor, deter: Tensor), by action: Tensor, _ tape: PeerTape
  ) throws -> Tensor {
    let (t, size) = (tape.tape, sequences.state)
    let x = try layer(t.concatenate(state.stoch, action), "img_in", outputs: hidden, .elu, tape)
    let raw = try layer(
      t.concatenate(x, state.deter), "gru", outputs: 3 * size, .none, tape)
    let gates = t.normActivation(
      raw, NormActivation(Normalization(kind: .layer, epsilon: 1e-3), .none),
      scale: try tape.parameter("param/gru/gamma", [3 * size]),
      shift: try tape.parameter("param/gru/beta", [3 * size]))
    let next = t.tensor(rows: x.rows, columns: size, tracked: true)
    t.recurrentStep(gates: gates, state: state.deter, groups: 1, into: next)
    return next
  }

  func prior(_ deter: Tensor, _ tape: PeerTape) throws -> Tensor {
    let units = try layer(deter, "img_out_0", outputs: hidden, .elu, tape)
    return try layer(units, "img_dist_0", outputs: 2 * sequences.latents, .none, tape)
  }

  func posterior(_ deter: Tensor, _ embed: Tensor, _ tape: PeerTape) throws -> Tensor {
    let x = tape.tape.concatenate(deter, embed)
    let units = try layer(x, "obs_out", outputs: hidden, .elu, tape)
    return try layer(units, "obs_dist", outputs: 2 * sequences.latents, .none, tape)
  }
}

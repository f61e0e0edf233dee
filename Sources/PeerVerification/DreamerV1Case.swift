import Autodiff
import Kernels
import LatentModels

/// The recurrent state-space model of danijar/dreamer (`rssm-v1`), with free nats of the mean divergence
/// and PlaNet's, of each state's.
struct DreamerV1Case: PeerCase, RecurrentPeer {
  let sequences: RecurrentSequences
  let latent: GaussianLatent
  private let hidden: Int

  init(_ file: PeerFile) throws {
    sequences = try RecurrentSequences(file)
    latent = GaussianLatent(count: sequences.latents, map: .softplus(minimum: 0.1))
    hidden = try Self.units("img1", file)
  }

  func compare(_ comparison: inout PeerComparison) throws {
    try comparePass(&comparison)
    try compareImagination(&comparison)
    let free = try file.floats("in/free", [3])
    try compareMean(&comparison)
    for (name, nats) in [("below", free[0]), ("held", free[1])] {
      try compareLoss(name, &comparison) {
        undivided(KLBalancing(freeNats: nats, freesAverage: true), $0)
      }
    }
    // PlaNet subtracts what is free: a floor, less its height.
    try compareLoss("planet", &comparison) {
      undivided(KLBalancing(freeNats: free[2]), $0) - Double(free[2])
    }
  }

  private func compareMean(_ comparison: inout PeerComparison) throws {
    let pass = try observe(try makeTape(&comparison))
    let mean = undivided(KLBalancing(freeNats: 0), pass)
    try comparison.compare(mean, "out/div", in: "divergence")
  }

  // MARK: the model

  func continues(at time: Int, _ tape: PeerTape) -> Region? { nil }

  func advance(
    _ state: (stoch: Tensor, deter: Tensor), by action: Tensor, _ tape: PeerTape
  ) throws -> Tensor {
    let x = tape.tape.concatenate(state.stoch, action)
    return try cell(try layer(x, "img1", outputs: hidden, .elu, tape), state.deter, tape)
  }

  /// Keras' gated recurrent unit with `reset_after`: the kernels' columns are update, reset, candidate, and
  /// the bias has a row for the input and one for the state.
  private func cell(_ x: Tensor, _ state: Tensor, _ tape: PeerTape) throws -> Tensor {
    let (t, size) = (tape.tape, sequences.state)
    let bias = try tape.parameter("param/gru/bias", [2, 3 * size])
    let own = t.linear(
      x, WeightBlocks(try tape.parameter("param/gru/kernel", [hidden, 3 * size])),
      bias: bias.rows(0..<1))
    let recurrent = t.linear(
      state, WeightBlocks(try tape.parameter("param/gru/recurrent_kernel", [size, 3 * size])),
      bias: bias.rows(1..<2))
    func gate(_ index: Int) -> Tensor {
      let columns = index * size..<(index + 1) * size
      return activated(
        t.add(t.columns(columns, of: own), t.columns(columns, of: recurrent)), .sigmoid, tape)
    }
    let (update, reset) = (gate(0), gate(1))
    let columns = 2 * size..<3 * size
    let candidate = activated(
      t.add(
        t.columns(columns, of: own), t.multiply(reset, t.columns(columns, of: recurrent))),
      .tanh, tape)
    return t.add(
      t.multiply(update, state), t.multiply(t.scale(update, by: -1, offset: 1), candidate))
  }

  func prior(_ deter: Tensor, _ tape: PeerTape) throws -> Tensor {
    let units = try layer(deter, "img2", outputs: hidden, .elu, tape)
    return try layer(units, "img3", outputs: 2 * sequences.latents, .none, tape)
  }

  func posterior(_ deter: Tensor, _ embed: Tensor, _ tape: PeerTape) throws -> Tensor {
    let x = tape.tape.concatenate(deter, embed)
    let units = try layer(x, "obs1", outputs: hidden, .elu, tape)
    return try layer(units, "obs2", outputs: 2 * sequences.latents, .none, tape)
  }

  // MARK: imagination

  /// Some steps from the last posterior, with the first actions.
  private func compareImagination(_ comparison: inout PeerComparison) throws {
    let (tape, s) = (try makeTape(&comparison), sequences)
    let steps = try file.shape("in/noise/imagine", axes: 3)[1]
    guard steps <= s.steps else {
      throw file.error("in/noise/imagine has \(steps) steps, and there are \(s.steps) actions")
    }
    let noise = tape.constant(
      s.timeMajor(
        try file.floats("in/noise/imagine", [s.count, steps, s.latents]), steps: steps),
      rows: steps * s.count)
    let actions = tape.constant(
      try s.rows("in/action", try s.width("in/action")), rows: s.rows)
    let pass = try observe(tape)
    var state = (
      stoch: pass.stoch.rows(s.step(s.steps - 1)), deter: pass.deter.rows(s.step(s.steps - 1))
    )
    let deter = tape.tape.tensor(rows: noise.rows, columns: s.state, tracked: false)
    let stoch = tape.tape.tensor(rows: noise.rows, columns: s.latents, tracked: false)
    for time in 0..<steps {
      state.deter = try advance(state, by: actions.rows(s.step(time)), tape)
      let distribution = latent.distribution(try prior(state.deter, tape), tape.tape)
      state.stoch = draw(distribution, noise.rows(s.step(time)), tape)
      tape.tape.copy(state.deter, into: deter.rows(s.step(time)))
      tape.tape.copy(state.stoch, into: stoch.rows(s.step(time)))
    }
    let prior = latent.distribution(try prior(deter, tape), tape.tape)
    try compare("imagine", prior, stoch, deter, steps: steps, &comparison)
  }
}

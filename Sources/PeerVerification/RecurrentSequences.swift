import Autodiff
import Kernels
import LatentModels

/// Sizes and rows of a file of a recurrent state-space model, whose tensors are `[B, T, …]`; on a tape rows
/// are time-major: row `t · B + b` is step t of sequence b.
struct RecurrentSequences {
  let file: PeerFile
  /// B, and T.
  let count: Int
  let steps: Int
  let latents: Int
  let state: Int

  init(_ file: PeerFile) throws {
    self.file = file
    let shape = try file.shape("out/post/mean", axes: 3)
    (count, steps, latents) = (shape[0], shape[1], shape[2])
    state = try file.shape("out/post/deter", axes: 3)[2]
  }

  var rows: Int { count * steps }

  /// The rows of a step.
  func step(_ time: Int) -> Range<Int> { time * count..<(time + 1) * count }

  /// The shape of a tensor with so many numbers a step.
  func shape(_ width: Int) -> [Int] { [count, steps, width] }

  /// Numbers a step of a tensor.
  func width(_ key: String) throws -> Int {
    let shape = try file.shape(key, axes: 3)
    guard Array(shape.prefix(2)) == [count, steps] else {
      throw file.error("\(key) has shape \(shape) instead of \(count) sequences of \(steps) steps")
    }
    return shape[2]
  }

  /// Rows of the file, time-major.
  func rows(_ key: String, _ width: Int) throws -> [Float] {
    timeMajor(try file.floats(key, shape(width)), steps: steps)
  }

  /// `[B, steps, width]` as `[steps, B, width]`.
  func timeMajor(_ numbers: [Float], steps: Int) -> [Float] {
    Self.swapped(numbers, outer: count, inner: steps)
  }

  /// `[steps, B, width]` as `[B, steps, width]`.
  func batchMajor(_ numbers: [Float], steps: Int) -> [Float] {
    Self.swapped(numbers, outer: steps, inner: count)
  }

  private static func swapped(_ numbers: [Float], outer: Int, inner: Int) -> [Float] {
    let width = numbers.count / (outer * inner)
    return numbers.indices.map { index in
      let (row, column) = (index / width, index % width)
      return numbers[(row % outer * inner + row / outer) * width + column]
    }
  }
}

/// A pass through all steps of all sequences, rows time-major.
struct RecurrentPass {
  let tape: PeerTape
  /// `[T · B, E]`, whose gradient is wanted.
  let embed: Tensor
  let posterior: LatentDistribution
  let prior: LatentDistribution
  /// `[T · B, S]`, a draw of each.
  let stoch: Tensor
  let priorStoch: Tensor
  /// `[T · B, H]`.
  let deter: Tensor
}

/// A recurrent state-space model of a peer, put together on a tape from the file's parameters.
protocol RecurrentPeer {
  var sequences: RecurrentSequences { get }
  var latent: GaussianLatent { get }

  /// The next deterministic state, `[rows, H]`.
  ///
  /// - Parameters:
  ///   - state: a draw of the latents, `[rows, S]`, and the deterministic state, `[rows, H]`.
  ///   - action: `[rows, A]`.
  func advance(
    _ state: (stoch: Tensor, deter: Tensor), by action: Tensor, _ tape: PeerTape
  ) throws -> Tensor
  /// What the networks give for the latents of states, `[rows, 2 S]`.
  func prior(_ deter: Tensor, _ tape: PeerTape) throws -> Tensor
  func posterior(_ deter: Tensor, _ embed: Tensor, _ tape: PeerTape) throws -> Tensor
  /// 0 for each sequence that begins at a step, else 1; nil where none begins but at the first.
  func continues(at time: Int, _ tape: PeerTape) throws -> Region?
}

extension RecurrentPeer {
  var file: PeerFile { sequences.file }

  /// A tape with all parameters.
  func makeTape(_ comparison: inout PeerComparison) throws -> PeerTape {
    try comparison.makeTape(parameters: file.tensors.names.filter { $0.hasPrefix("param/") })
  }

  /// A layer `name` with an activation.
  func layer(
    _ x: Tensor, _ name: String, outputs: Int, _ activation: Activation, _ tape: PeerTape
  ) throws -> Tensor {
    let weights = try tape.parameter("param/\(name)/kernel", [x.columns, outputs])
    let y = tape.tape.linear(
      x, WeightBlocks(weights), bias: try tape.parameter("param/\(name)/bias", [outputs]))
    return activation == .none ? y : activated(y, activation, tape)
  }

  func activated(_ x: Tensor, _ activation: Activation, _ tape: PeerTape) -> Tensor {
    tape.tape.normActivation(
      x, NormActivation(Normalization(kind: .none), activation), scale: nil, shift: nil)
  }

  /// Units of a layer, by its bias.
  static func units(_ name: String, _ file: PeerFile) throws -> Int {
    try file.shape("param/\(name)/bias", axes: 1)[0]
  }

  // MARK: the pass

  /// From states of zeros, with the embedding of each step.
  func observe(_ tape: PeerTape) throws -> RecurrentPass {
    let (t, s) = (tape.tape, sequences)
    let action = tape.constant(
      try s.rows("in/action", try s.width("in/action")), rows: s.rows)
    let embed = tape.tracked(try s.rows("in/embed", try s.width("in/embed")), rows: s.rows)
    let noise = tape.constant(try s.rows("in/noise/post", s.latents), rows: s.rows)
    func whole(_ columns: Int) -> Tensor {
      t.tensor(rows: s.rows, columns: columns, tracked: true)
    }
    let (deter, stoch, raw) = (whole(s.state), whole(s.latents), whole(2 * s.latents))
    var state = (
      stoch: t.zeros(rows: s.count, columns: s.latents),
      deter: t.zeros(rows: s.count, columns: s.state)
    )
    for time in 0..<s.steps {
      let rows = s.step(time)
      var action = action.rows(rows)
      if let continues = try continues(at: time, tape) {
        state = (
          t.scaleRows(state.stoch, by: continues), t.scaleRows(state.deter, by: continues)
        )
        action = t.scaleRows(action, by: continues)
      }
      state.deter = try advance(state, by: action, tape)
      let own = try posterior(state.deter, embed.rows(rows), tape)
      state.stoch = draw(latent.distribution(own, t), noise.rows(rows), tape)
      t.copy(state.deter, into: deter.rows(rows))
      t.copy(state.stoch, into: stoch.rows(rows))
      t.copy(own, into: raw.rows(rows))
    }
    let prior = latent.distribution(try prior(deter, tape), t)
    let priorNoise = tape.constant(try s.rows("in/noise/prior", s.latents), rows: s.rows)
    return RecurrentPass(
      tape: tape, embed: embed, posterior: latent.distribution(raw, t), prior: prior,
      stoch: stoch, priorStoch: draw(prior, priorNoise, tape), deter: deter)
  }

  func draw(_ distribution: LatentDistribution, _ noise: Tensor, _ tape: PeerTape) -> Tensor {
    let z = tape.tape.tensor(rows: noise.rows, columns: noise.columns, tracked: true)
    latent.value(of: distribution).sample(noise: noise.values, into: z, tape.tape)
    return z
  }

  // MARK: comparing

  func comparePass(_ comparison: inout PeerComparison) throws {
    let pass = try observe(try makeTape(&comparison))
    try compare("post", pass.posterior, pass.stoch, pass.deter, steps: sequences.steps, &comparison)
    try compare(
      "prior", pass.prior, pass.priorStoch, pass.deter, steps: sequences.steps, &comparison)
    let kl = latent.divergence(
      posterior: pass.posterior, prior: pass.prior, pass.tape.tape
    ).representation
    try comparison.compare(
      sequences.batchMajor(kl.values.array, steps: sequences.steps), "out/kl",
      shape: [sequences.count, sequences.steps], in: "divergence")
  }

  /// - Parameters:
  ///   - distribution, stoch, deter: `[steps · B, …]`.
  func compare(
    _ name: String, _ distribution: LatentDistribution, _ stoch: Tensor, _ deter: Tensor,
    steps: Int, _ comparison: inout PeerComparison
  ) throws {
    let value = latent.value(of: distribution)
    let parts = [
      ("mean", value.mean), ("std", value.deviation), ("stoch", stoch), ("deter", deter),
    ]
    for (part, tensor) in parts {
      try comparison.compare(
        sequences.batchMajor(tensor.values.array, steps: steps), "out/\(name)/\(part)",
        shape: [sequences.count, steps, tensor.columns], in: name)
    }
  }

  /// Compares a loss, `D + Σ features · downstream`, and all its gradients.
  ///
  /// - Parameter divergence: D, whose gradient it puts on what it is made of.
  func compareLoss(
    _ name: String, _ comparison: inout PeerComparison,
    _ divergence: (RecurrentPass) throws -> Double
  ) throws {
    let pass = try observe(try makeTape(&comparison))
    let (t, s) = (pass.tape.tape, sequences)
    let width = s.latents + s.state
    let downstream = pass.tape.constant(try s.rows("in/downstream", width), rows: s.rows)
    let product = t.multiply(t.concatenate(pass.stoch, pass.deter), downstream)
    product.gradient.fill(1)
    let loss = try divergence(pass) + product.values.sum
    try comparison.compare(loss, "out/\(name)/loss", in: "\(name) loss")
    t.backward()
    try comparison.compareGradients(of: name, pass.tape, in: "\(name) loss")
    try comparison.compareGradient(
      of: name, by: "in/embed", s.batchMajor(pass.embed.gradient.array, steps: s.steps),
      shape: s.shape(pass.embed.columns), in: "\(name) loss")
  }

  /// A loss of divergences, and its gradient put on each.
  ///
  /// - Parameters:
  ///   - terms: `[rows, 1]` each, with its weight in the gradient, and what it counts in the loss.
  ///   - balancing: says what is free.
  func loss(
    _ terms: [(divergence: Tensor, weight: Float, counts: Float)], _ balancing: KLBalancing,
    _ pass: RecurrentPass
  ) -> Double {
    let rows = sequences.rows
    let losses = pass.tape.tape.arena.allocate(rows)
    return terms.reduce(0) { total, term in
      balancing.apply(
        to: term.divergence.values, batchMean: Float(term.divergence.values.sum / Double(rows)),
        weight: term.weight / Float(rows), loss: losses, gradient: term.divergence.gradient)
      return total + Double(term.counts) * losses.sum / Double(rows)
    }
  }

  /// One divergence that trains both sides whole.
  func undivided(_ balancing: KLBalancing, _ pass: RecurrentPass) -> Double {
    let kl = latent.divergence(
      posterior: pass.posterior, prior: pass.prior, pass.tape.tape)
    return loss([(kl.representation, 1, 1), (kl.dynamics, 1, 0)], balancing, pass)
  }
}

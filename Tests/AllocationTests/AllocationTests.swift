import AllocationCounter
import Autodiff
import Distributions
import ImageKernels
import Kernels
import LatentModels
import NeuralNetworks
import Randomness
import TestSupport
import Testing

/// How often `body` takes memory from the allocator on this thread.
func allocations(_ body: () throws -> Void) rethrows -> Int {
  ac_begin()
  defer { _ = ac_end() }
  try body()
  return ac_end()
}

/// Whatever the tape and the kernels need they keep: from the second step on they take nothing.
@Suite("memory of a step in the long run", .enabled(if: ac_is_available()))
struct AllocationTests {
  @Test("the counter counts")
  func counter() {
    #expect(allocations { kept(Storage(count: 100)) } > 0)
    #expect(allocations {} == 0)
  }

  /// Runs a step until memory has its size, and counts that of one more.
  private func steadyAllocations(_ tape: Tape, _ step: () -> Void) -> Int {
    func run() {
      step()
      tape.backward()
      tape.reset()
    }
    for _ in 0..<3 { run() }
    return allocations(run)
  }

  /// A tape whose parameters are all 0.1, with places for this many.
  private func makeTape(parameters: Int) -> Tape {
    let values = kept(Storage(count: parameters))
    values.region.fill(0.1)
    return Tape(
      arena: kept(Arena()), values: values.region,
      gradients: kept(Storage(count: parameters)).region)
  }

  @Test("layers, in one part and in several, whole and in blocks, and the recurrent unit")
  func layers() {
    let tape = makeTape(parameters: 1 << 14)
    func parameter(_ offset: Int, _ rows: Int, _ columns: Int) -> Parameter {
      Parameter(offset: offset, rows: rows, columns: columns)
    }
    let (blocks, gates) = (
      WeightBlocks(parameter(0, 2 * 40, 16), groups: 2),
      WeightBlocks(parameter(2048, 2 * 16, 48), groups: 2)
    )
    let (narrow, scale) = (WeightBlocks(parameter(4096, 32, 5)), parameter(5000, 1, 32))
    let rms = NormActivation(Normalization(kind: .rms), .silu)
    let count = steadyAllocations(tape) {
      var state = tape.tensor(rows: 3, columns: 32, tracked: true)
      state.values.fill(0.5)
      for _ in 0..<4 {
        let shared = tape.tensor(rows: 3, columns: 24, tracked: true)
        shared.values.fill(0.25)
        let x = tape.linear(
          LinearPart(state, blocks.part(0..<16)),
          LinearPart(shared, blocks.part(16..<40, sharesInput: true)))
        let next = tape.tensor(rows: 3, columns: 32, tracked: true)
        tape.recurrentStep(
          tape.normActivation(x, rms, scale: scale, shift: nil), gates,
          bias: parameter(6000, 1, 96), state: state, into: next)
        state = next
      }
      let y = tape.linear(tape.concatenate(state, state), WeightBlocks(parameter(7000, 64, 20)))
      y.gradient.fill(1)
      tape.linear(state, narrow).gradient.fill(1)
      let (late, segment) = tape.segment { tape.linear(state.sparse, narrow) }
      tape.sweep(segment) { late.gradient.fill(1) }
      tape.transiently { _ = tape.linear(state, narrow) }
    }
    #expect(count == 0)
  }

  @Test("latents, divergences, policies and losses, with their draws")
  func distributions() {
    let tape = makeTape(parameters: 64)
    var builder = ParameterBuilder()
    let families: [any LatentFamily] = [
      GaussianLatent(count: 3), FullGaussianLatent(count: 20),
      VectorQuantizedLatent(count: 3, codes: 4, width: 2, unimix: 0.01).declared(in: &builder),
      FiniteScalarLatent(count: 2, levels: [3, 4], unimix: 0.01),
    ]
    let bins = keptRegion([-1, 0, 1] as [Float])
    let count = steadyAllocations(tape) {
      func logits(_ columns: Int) -> Tensor {
        let tensor = tape.tensor(rows: 5, columns: columns, tracked: true)
        tensor.values.fill(0.3)
        return tensor
      }
      let draw = Draw.random(Key(seed: 1), RowNumbering(start: 7))
      let posterior = CategoricalDistribution(logits: logits(24), classes: 4, mix: 0.01, tape)
      let prior = CategoricalDistribution(logits: logits(24), classes: 4, mix: 0.01, tape)
      posterior.sample(draw, into: logits(24), tape)
      let kl = posterior.divergence(from: prior, tape)
      kl.trainingFirst.gradient.fill(1)
      kl.trainingSecond.gradient.fill(1)
      let policy = CategoricalDistribution(logits: logits(5), classes: 5, mix: 0.01, tape)
      let terms = policy.terms(at: policy.sample(draw, tape).values, tape)
      terms.logProbability.gradient.fill(1)
      let normal = BoundedNormalDistribution(
        logits(2), logits(2), bounds: BoundedNormal(minimum: 0.1, maximum: 1), tape)
      normal.terms(at: normal.sample(draw, tape).values, tape).entropy.gradient.fill(1)
      for family in families {
        let seen = family.distribution(logits(family.parameterWidth), tape)
        let guessed = family.prior(logits(family.priorWidth), tape)
        family.sample(seen, draw, into: logits(family.width), tape)
        tape.transiently { family.sample(guessed, draw, into: logits(family.width), tape) }
        let losses = family.divergence(posterior: seen, prior: guessed, tape)
        losses.dynamics.gradient.fill(1)
        losses.representation.gradient.fill(1)
        _ = family.entropy(of: guessed, tape)
      }
      let target = tape.zeros(rows: 5, columns: 1).values
      TwoHotDistribution(logits: logits(3), bins: bins, tape).crossEntropy(to: target, tape)
        .gradient.fill(1)
      BernoulliDistribution(logits: logits(1)).crossEntropy(to: target, tape).gradient.fill(1)
      tape.squaredError(logits(1), target: target).gradient.fill(1)
      _ = prior.entropy(tape).values
    }
    #expect(count == 0)
  }

  @Test("images through convolutions, pooling, norms and their loss", arguments: [false, true])
  func images(isRecording: Bool) {
    let tape = makeTape(parameters: 4096)
    let down = Convolution(
      kind: .plain, kernel: 5, inputChannels: 3, outputChannels: 4, inputHeight: 8, inputWidth: 8)
    let up = Convolution(
      kind: .upsampled, kernel: 5, inputChannels: 4, outputChannels: 3, inputHeight: 4,
      inputWidth: 4)
    let bytes = keptBytes([UInt8](repeating: 100, count: 4 * 192))
    let frames = [
      ImageSource(
        bytes: bytes, frames: FrameOffsets(0..<4, frameSize: 192),
        channels: .init(height: 8, width: 8, count: 3))
    ]
    let order = ImageBlocks.channelsLastOrder(channels: 4, height: 4, width: 4)
    let rms = NormActivation(Normalization(kind: .rms), .silu)
    func step() {
      let rows = tape.tensor(rows: 4, columns: 64, tracked: true)
      tape.withPassingImageGradients {
        let small = tape.convolve(
          tape.pack(frames), down, kernel: Parameter(offset: 0, rows: 75, columns: 4),
          bias: Parameter(offset: 1000, rows: 1, columns: 4), pools: true)
        let x = tape.normActivation(
          small, rms, scale: Parameter(offset: 1100, rows: 1, columns: 4), shift: nil)
        tape.gather(x, order: order, into: rows)
      }
      let logits = tape.convolve(
        tape.scatter(
          rows, order: order, rows, order: order, channels: 4, height: 4, width: 4), up,
        kernel: Parameter(offset: 2000, rows: 100, columns: 3),
        bias: Parameter(offset: 1200, rows: 1, columns: 3), pools: false)
      let loss = tape.tensor(rows: 4, columns: 1, tracked: true)
      tape.imageLoss(
        logits, target: frames[0], means: tape.arena.allocate(logits.values.count), into: loss)
      loss.gradient.fill(1)
    }
    let count = steadyAllocations(tape) {
      if isRecording { step() } else { tape.withoutRecording(step) }
    }
    #expect(count == 0)
  }
}

import Autodiff
import DensityKernels
import Distributions
import Kernels
import TestSupport
import Testing

/// Against tensors that torch.distributions, pythae and openai/vdvae computed.
@Suite("distributions of other people's code")
struct GoldenTests {
  /// A tape with inputs of a golden file, whose gradients can be asked for.
  private final class Case {
    let file: GoldenTensors
    let fixture = TapeFixture()
    private var tensors: [String: Tensor] = [:]
    var tape: Tape { fixture.tape }

    init(_ name: String) throws { file = try GoldenTensors(name) }

    /// An input as `[rows, …]`, the same tensor each time.
    func input(_ name: String, rows: Int) -> Tensor {
      if let tensor = tensors[name] { return tensor }
      let tensor = fixture.tracked(file["in/\(name)"], rows: rows)
      tensors[name] = tensor
      return tensor
    }

    func constant(_ name: String) -> Region { fixture.constants(file["in/\(name)"]) }

    /// Compares a result with the file, and the gradients of its sum.
    func expect(
      _ result: Tensor, is name: String, gradients: String = "", of inputs: [String] = [],
      sourceLocation: SourceLocation = #_sourceLocation
    ) {
      #expect(
        file.error(result.values.array, "out/\(name)") <= 1, "\(name)",
        sourceLocation: sourceLocation)
      expectGradients(of: result, gradients, inputs, sourceLocation)
    }

    func expectGradients(
      of result: Tensor, _ name: String, _ inputs: [String], _ sourceLocation: SourceLocation
    ) {
      if inputs.isEmpty { return }
      for tensor in tensors.values { tensor.gradient.fill(0) }
      result.gradient.fill(1)
      tape.backward()
      for input in inputs {
        let gradient = tensors[input]?.gradient.array ?? []
        #expect(
          file.error(gradient, "grad/\(name)/\(input)") <= 1, "\(name) by \(input)",
          sourceLocation: sourceLocation)
      }
    }
  }

  // MARK: the evidence bound's parts

  @Test("diagonal normals: draw, density, entropy, both divergences, and the gradient of one")
  func normals() throws {
    let golden = try Case("elbo")
    let tape = golden.tape
    let q = NormalDistribution(
      mean: golden.input("mu", rows: 4),
      deviation: tape.deviation(of: golden.input("log_var", rows: 4), .halfExponential))
    let z = tape.tensor(rows: 4, columns: 3, tracked: true)
    q.sample(noise: golden.constant("noise/z"), into: z, tape)
    golden.expect(z, is: "z")
    golden.expect(q.logProbability(of: z, tape), is: "log_q")
    golden.expect(q.entropy(tape), is: "entropy")
    let prior = NormalDistribution(
      mean: golden.input("prior_mean", rows: 4),
      deviation: tape.deviation(of: golden.input("prior_log_var", rows: 4), .halfExponential))
    let kl = q.divergence(from: prior, tape)
    let sums = golden.file["out/kl_prior"].chunked(3)
    #expect(largestError(kl.trainingFirst.values.array, sums) < 1e-5)
    kl.trainingSecond.gradient.fill(1)
    golden.expectGradients(
      of: kl.trainingFirst, "kl_prior", ["mu", "log_var", "prior_mean", "prior_log_var"],
      #_sourceLocation)
  }

  @Test("likelihoods: of a fixed deviation, of learned ones, of bits and of levels")
  func likelihoods() throws {
    let golden = try Case("elbo")
    let (tape, x) = (golden.tape, golden.input("x", rows: 4).stopped)
    let mean = golden.input("mean", rows: 4)
    let fixed = tape.constant(.init(repeating: 0.3, count: 40), rows: 4, columns: 10)
    golden.expect(
      NormalDistribution(mean: mean, deviation: fixed).logProbability(of: x, tape),
      is: "logp/fixed", gradients: "logp/fixed", of: ["mean"])
    let learned = tape.deviation(of: golden.input("logvar", rows: 4), .halfExponential)
    golden.expect(
      NormalDistribution(mean: mean, deviation: learned).logProbability(of: x, tape),
      is: "logp/learned", gradients: "logp/learned", of: ["mean", "logvar"])
    golden.expect(
      BernoulliDistribution(logits: golden.input("logits", rows: 4))
        .logProbability(of: golden.input("x_binary", rows: 4).stopped, tape),
      is: "logp/bernoulli", gradients: "logp/bernoulli", of: ["logits"])
    let chosen = golden.file["in/level"].flatMap { level in
      (0..<16).map { Float($0) == level ? 1 : 0 as Float }
    }
    golden.expect(
      CategoricalDistribution(logits: golden.input("categorical", rows: 4), classes: 16, tape)
        .logProbability(of: tape.constant(chosen, rows: 4, columns: 160), tape),
      is: "logp/categorical", gradients: "logp/categorical", of: ["categorical"])
  }

  // MARK: full covariance

  @Test("full covariances", arguments: ["exp", "softplus"])
  func fullCovariance(kind: String) throws {
    let golden = try Case("fullcov")
    let tape = golden.tape
    let map: DeviationMap = kind == "exp" ? .exponential : .softplus(minimum: 0)
    func normal(_ prefix: String) -> FullNormalDistribution {
      FullNormalDistribution(
        mean: golden.input("\(prefix)mean", rows: 4),
        lower: golden.input("\(prefix)lower", rows: 4),
        diagonal: tape.deviation(of: golden.input("\(prefix)raw_diagonal", rows: 4), map))
    }
    let own = ["mean", "lower", "raw_diagonal"]
    let kl = normal("").divergence(from: normal("prior_"), tape)
    kl.trainingSecond.gradient.fill(1)
    golden.expect(
      kl.trainingFirst, is: "\(kind)/kl_prior", gradients: "\(kind)/kl_prior",
      of: own + own.map { "prior_\($0)" })
    let standard = FullNormalDistribution(
      mean: tape.zeros(rows: 4, columns: 5), lower: tape.zeros(rows: 4, columns: 10),
      diagonal: tape.constant(.init(repeating: 1, count: 20), rows: 4, columns: 5))
    golden.expect(
      normal("").divergence(from: standard, tape).trainingFirst, is: "\(kind)/kl_standard",
      gradients: "\(kind)/kl_standard", of: own)
    golden.expect(
      normal("").logProbability(of: golden.input("x", rows: 4), tape), is: "\(kind)/log_prob",
      gradients: "\(kind)/log_prob", of: own + ["x"])
    golden.expect(normal("").entropy(tape), is: "\(kind)/entropy")
    let z = tape.tensor(rows: 4, columns: 5, tracked: true)
    let distribution = normal("")
    distribution.sample(noise: golden.constant("noise/z"), into: z, tape)
    golden.expect(distribution.logProbability(of: z, tape), is: "\(kind)/log_q_z")
    let weighted = tape.multiply(z, golden.input("x", rows: 4).stopped)
    golden.expect(z, is: "\(kind)/z")
    z.gradient.fill(0)
    golden.expectGradients(of: weighted, "\(kind)/z_dot_x", own, #_sourceLocation)
  }

  // MARK: mixtures of logistics

  @Test("mixtures of discretised logistics", arguments: ["dmol", "dmol-low-bit", "dmol-tails"])
  func mixtures(name: String) throws {
    let golden = try Case(name)
    let shape = golden.file.shape("in/params")
    let rows = shape.dropLast().reduce(1, *)
    let mixture = LogisticMixture(
      channels: 3, components: shape[3] / 10, levels: name == "dmol-low-bit" ? 32 : 256, floor: -7)
    let distribution = LogisticMixtureDistribution(golden.input("params", rows: rows), mixture)
    let result = distribution.logProbability(
      of: golden.input("x", rows: rows).stopped, golden.tape)
    let perImage = rows / shape[0]
    let perDimension = (0..<shape[0]).map {
      -Float(result.values.rows($0 * perImage..<($0 + 1) * perImage, columns: 1).sum)
        / Float(3 * perImage)
    }
    #expect(golden.file.error(perDimension, "out/nll_per_dim") <= 1)
    // The file's gradient is that of the losses per dimension, summed.
    result.gradient.fill(-1 / Float(3 * perImage))
    golden.tape.backward()
    let gradient = golden.input("params", rows: rows).gradient.array
    #expect(golden.file.error(gradient, "grad/params") <= 1)
    guard !golden.file["out/sample"].isEmpty else { return }
    let sample = golden.tape.tensor(rows: rows, columns: 3, tracked: false)
    mixture.sample(
      golden.input("params", rows: rows).values, choices: golden.constant("noise/uniform_mixture"),
      places: golden.constant("noise/uniform_logistic"), into: sample.values)
    #expect(golden.file.error(sample.values.array, "out/sample") <= 1)
  }
}

extension [Float] {
  /// Sums of so many numbers that follow each other.
  fileprivate func chunked(_ size: Int) -> [Float] {
    stride(from: 0, to: count, by: size).map { self[$0..<$0 + size].reduce(0, +) }
  }
}

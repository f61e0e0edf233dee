import Autodiff
import Foundation
import Kernels
import LatentModels
import NeuralNetworks
import Randomness
import TestSupport
import Testing

@Suite("latents that are codes")
struct CodedLatentTests {
  /// A tape with a codebook of these numbers, as wide as the family's.
  private func make(
    _ family: VectorQuantizedLatent, _ codebook: [Float]
  ) -> (fixture: TapeFixture, family: VectorQuantizedLatent, book: Parameter) {
    var builder = ParameterBuilder()
    let declared = family.declared(in: &builder)
    let fixture = TapeFixture(
      parameters: [
        (rows: family.codeCount, columns: family.codeWidth, values: codebook)
      ])
    return (fixture, declared, fixture.parameters[0])
  }

  /// Two latents of the codes 0, 2 and 5, where the encoder says 0.4 and 4: codes 0 and 2. The prior thinks
  /// all equally likely. Losses: 2 ln 3; 0.16 + 1. Gradients: p - onehot at the prior's logits; 2 (x - q) at
  /// the encoder's numbers and 2 (q - x) at the codebook.
  @Test("a code's vector, cross-entropy, commitment and codebook loss worked by hand")
  func literal() throws {
    let (fixture, family, book) = make(
      VectorQuantizedLatent(count: 2, codes: 3, width: 1, unimix: 0), [0, 2, 5])
    let tape = fixture.tape
    let x = fixture.tracked([0.4, 4], rows: 1)
    let logits = fixture.tracked([0, 0, 0, 0, 0, 0], rows: 1)
    let (posterior, prior) = (family.distribution(x, tape), family.prior(logits, tape))
    let z = tape.tensor(rows: 1, columns: 2, tracked: true)
    family.sample(posterior, .random(Key(seed: 1), RowNumbering()), into: z, tape)
    #expect(z.values.array == [0, 5])
    let losses = family.divergence(posterior: posterior, prior: prior, tape)
    #expect(abs(losses.dynamics.values[0] - Float(2 * log(3.0))) < 1e-6)
    #expect(abs(losses.representation.values[0] - 1.16) < 1e-6)
    let codebook = try #require(losses.codebook)
    #expect(abs(codebook.values[0] - 1.16) < 1e-6)
    losses.dynamics.gradient.fill(3)
    losses.representation.gradient.fill(0.5)
    codebook.gradient.fill(1)
    z.gradient.copy(from: [10, 20])
    tape.backward()
    #expect(largestError(logits.gradient.array, [-2, 1, 1, 1, 1, -2]) < 1e-6)
    #expect(largestError(x.gradient.array, [10 + 0.4, 20 - 1]) < 1e-6)
    #expect(largestError(fixture.gradient(of: book), [-0.8, 0, 2]) < 1e-6)
  }

  /// Levels 3 and 2: 0.7 is level 1, and -9 the lower of two: value (1, -1), code 2.
  @Test("finite scalars hold the encoder to nothing")
  func finiteScalars() {
    let fixture = TapeFixture()
    let family = FiniteScalarLatent(count: 1, levels: [3, 2], unimix: 0)
    let x = fixture.tracked([0.7, -9], rows: 1)
    let posterior = family.distribution(x, fixture.tape)
    #expect(posterior.derived.values.array == [1, -1])
    #expect(family.description(of: posterior) == [0, 0, 1, 0, 0, 0])
    let prior = family.prior(
      fixture.tracked([0, 0, Float(log(5.0)), 0, 0, 0], rows: 1), fixture.tape)
    let losses = family.divergence(posterior: posterior, prior: prior, fixture.tape)
    #expect(abs(losses.dynamics.values[0] - Float(log(2.0))) < 1e-6)
    #expect(losses.representation.values.array == [0] && losses.codebook == nil)
    losses.representation.gradient.fill(1)
    fixture.tape.backward()
    #expect(x.gradient.array == [0, 0])
  }

  @Test("a posterior has no entropy, a prior that of its codes")
  func entropy() {
    let fixture = TapeFixture()
    let family = FiniteScalarLatent(count: 2, levels: [3], unimix: 0)
    let posterior = family.distribution(fixture.tracked([0, 1, 2, 3], rows: 2), fixture.tape)
    #expect(family.entropy(of: posterior, fixture.tape).array == [0, 0])
    let prior = family.prior(
      fixture.tracked(.init(repeating: 7, count: 12), rows: 2), fixture.tape)
    let entropy = Float(2 * log(3.0))
    #expect(largestError(family.entropy(of: prior, fixture.tape).array, [entropy, entropy]) < 1e-6)
  }

  @Test("gradients of both losses against finite differences", arguments: [1, 3, 17])
  func gradients(rows: Int) {
    let (count, codes, width) = (2, 4, 3)
    let check = GradientCheck(
      inputs: [.init(rows, count * width), .init(rows, count * codes)],
      parameters: [.init(codes, width, magnitude: 3)]
    ) { tape, inputs, _ in
      var builder = ParameterBuilder()
      let family = VectorQuantizedLatent(count: count, codes: codes, width: width, unimix: 0.1)
        .declared(in: &builder)
      let losses = family.divergence(
        posterior: family.distribution(inputs[0], tape), prior: family.prior(inputs[1], tape), tape)
      // One mean square, of which each side has its own part of the gradient.
      let distance = tape.tensor(rows: rows, columns: 1, tracked: true)
      tape.copy(losses.representation, into: distance)
      if let codebook = losses.codebook { tape.copy(codebook, into: distance) }
      return [losses.dynamics, distance]
    }
    #expect(check.relativeError(key: Key(seed: 1)) < 2e-3)
  }

  @Test("codes are drawn as often as the prior says, and are vectors of the codebook")
  func draws() {
    let (fixture, family, _) = make(
      VectorQuantizedLatent(count: 1, codes: 3, width: 2, unimix: 0.3), [0, 1, 2, 3, 4, 5])
    let (rows, logits) = (20_000, [0, 1, -1] as [Float])
    let prior = family.prior(
      fixture.tracked((0..<rows).flatMap { _ in logits }, rows: rows), fixture.tape)
    let z = fixture.tape.tensor(rows: rows, columns: 2, tracked: false)
    family.sample(prior, .random(Key(seed: 4), RowNumbering()), into: z, fixture.tape)
    let numbers = z.values.array
    var counts = [0, 0, 0]
    for row in 0..<rows {
      #expect(numbers[2 * row + 1] == numbers[2 * row] + 1)
      counts[Int(numbers[2 * row]) / 2] += 1
    }
    // softmax of (0, 1, -1) is (0.2447, 0.6652, 0.0900); 0.7 of it and 0.1.
    for (count, probability) in zip(counts, [0.2713, 0.5657, 0.1630]) {
      let deviation = (probability * (1 - probability) / Double(rows)).squareRoot()
      #expect(abs(Double(count) / Double(rows) - probability) < 4 * deviation)
    }
    family.sample(prior, .mode, into: z, fixture.tape)
    #expect(Set(z.values.array) == [2, 3])
  }

  @Test("what replay keeps gives the sample back bit by bit", arguments: [[5, 5, 3], [8, 8, 8]])
  func stored(levels: [Int]) {
    let family = FiniteScalarLatent(count: 2, levels: levels, unimix: 0)
    #expect(family.storedBytes == (levels == [5, 5, 3] ? 2 : 4))
    let fixture = TapeFixture()
    var generator = Generator(key: Key(seed: 2))
    let numbers = (0..<50 * family.width).map { _ in Float(2 * generator.normal()) }
    let samples = family.distribution(fixture.tracked(numbers, rows: 50), fixture.tape)
      .derived.values.array
    let bytes = family.store(samples)
    #expect(bytes.count == 50 * family.storedBytes)
    #expect(family.load(bytes[...]).map(\.bitPattern) == samples.map(\.bitPattern))
    #expect(
      family.load([UInt8](repeating: 255, count: family.storedBytes)[...]).count == family.width)
    let vectors = VectorQuantizedLatent(count: 2, codes: 3, width: 2, unimix: 0)
    let odd: [Float] = [1.5, -0.0, .leastNormalMagnitude, 3e38]
    #expect(vectors.load(vectors.store(odd)[...]).map(\.bitPattern) == odd.map(\.bitPattern))
  }

  @Test("a traversal sets one latent to codes, its own among them")
  func moves() {
    let (fixture, family, _) = make(
      VectorQuantizedLatent(count: 2, codes: 3, width: 1, unimix: 0), [0, 2, 5])
    let moves = family.moves(of: [5, 2], latent: 1, fixture.tape)
    #expect(moves.names == ["code 0", "code 1", "code 2"] && moves.current == 1)
    #expect(moves.samples == [5, 0, 5, 2, 5, 5])
    let scalars = FiniteScalarLatent(count: 1, levels: [5, 5, 3], unimix: 0)
    let last = scalars.moves(of: [1, 1, 1], latent: 0, fixture.tape)
    #expect(last.names.count == 32 && last.names[last.current] == "code 74")
    #expect(last.samples.suffix(3) == [1, 1, 1])
  }

  @Test("arbitrary samples are as wide as samples are")
  func arbitrary() {
    let vectors = VectorQuantizedLatent(count: 2, codes: 3, width: 4, unimix: 0)
    #expect(vectors.arbitrarySamples(rows: 5, key: Key(seed: 1)).count == 40)
    let scalars = FiniteScalarLatent(count: 2, levels: [3, 3], unimix: 0)
      .arbitrarySamples(rows: 50, key: Key(seed: 1))
    #expect(scalars.count == 200 && Set(scalars) == [-1, 0, 1])
  }

  @Test("nothing of a divergence is asked of latents that have none", arguments: ["vq", "fsq"])
  func refused(latent: String) throws {
    var settings = Settings(latent: latent)
    func reason() throws -> (key: String, text: String) {
      let error = try #require(throws: LatentSettingsError.self) {
        try LatentFamilies.make(settings)
      }
      return (error.key, error.description)
    }
    settings.balance = 0.8
    #expect(try reason().key == "balance")
    (settings.balance, settings.setsFreeNats) = (0, true)
    #expect(try reason().key == "free_nats")
    (settings.setsFreeNats, settings.annealing) = (false, Annealing(.linear))
    let last = try reason()
    #expect(
      last.key == "anneal"
        && last.text == "a posterior of \(latent) is sure of its code and has no divergence from "
          + "the prior that could be annealed; set agent.dyn.rssm.anneal to constant"
    )
    settings.latent = "gaussian"
    _ = try LatentFamilies.make(settings)
  }

  @Test("codes and levels that there cannot be are refused")
  func sizes() {
    for change in [
      { $0.codes = 1 }, { $0.codeWidth = 0 }, { $0.levels = [] }, { $0.levels = [5, 1] },
      { $0.levels = [4096, 4096] },
    ] as [(inout Settings) -> Void] {
      var settings = Settings()
      change(&settings)
      #expect(throws: LatentSettingsError.self) { try LatentFamilies.make(settings) }
    }
  }
}

@Suite("latents with a full covariance")
struct FullGaussianLatentTests {
  /// Two latents: means 1 and 2, diagonal softplus(0) + 0.1 = 0.7931472 and softplus(2) + 0.1 = 2.2269281,
  /// below it 3 / √2 = 2.1213203. One deviation up: 1 + 0.7931472; 2 + 2.1213203 + 2.2269281. By itself
  /// the second deviates by √(2.1213203² + 2.2269281²) = 3.0755827.
  @Test("a draw and the deviations of single latents worked by hand")
  func literal() {
    let fixture = TapeFixture()
    let family = FullGaussianLatent(count: 2)
    #expect(family.parameterWidth == 5 && family.width == 2)
    let distribution = family.distribution(
      fixture.tracked([1, 2, 0, 2, 3, 0, 0, 0, 0, 0], rows: 2), fixture.tape)
    let z = fixture.tape.tensor(rows: 2, columns: 2, tracked: true)
    family.sample(distribution, .fixed(deviations: 1), into: z, fixture.tape)
    let small: Float = 0.7931472
    #expect(largestError(z.values.array, [1 + small, 6.3482484, small, small]) < 1e-6)
    #expect(
      largestError(
        family.description(of: distribution), [1, 2, small, 3.0755827, 0, 0, small, small]) < 1e-6)
  }

  @Test("with nothing below the diagonal it is what single Gaussian latents are")
  func diagonal() {
    let fixture = TapeFixture()
    let (full, single) = (FullGaussianLatent(count: 3), GaussianLatent(count: 3))
    func divergences(_ family: some LatentFamily, padding: Int) -> [Float] {
      let rows = [[0.5, -1, 2, 0.3, -0.4, 1], [1, 0, 1, -2, 0.1, 0.2]] as [[Float]]
      let distributions = rows.map { row in
        family.distribution(
          fixture.tracked(row + [Float](repeating: 0, count: padding), rows: 1), fixture.tape)
      }
      let kl = family.divergence(
        posterior: distributions[0], prior: distributions[1], fixture.tape)
      return kl.dynamics.values.array + family.entropy(of: distributions[0], fixture.tape).array
    }
    #expect(largestError(divergences(full, padding: 3), divergences(single, padding: 0)) < 1e-5)
  }
}

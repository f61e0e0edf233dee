import Autodiff
import Kernels
import LatentModels
import Randomness
import TestSupport
import Testing

/// What a configuration says, as a test wants it.
struct Settings: LatentSettings {
  var latent = "categorical"
  var stoch = 3
  var classes = 4
  var unimix = 0.01
  var stdAct = "softplus"
  var minStd = 0.1
  var codes = 6
  var codeWidth = 2
  var levels = [5, 4]
  var balance = 0.0
  var setsFreeNats = false
  var annealing = Annealing()
}

@Suite("families of latents")
struct FamilyTests {
  private let gaussian = GaussianLatent(count: 2)

  @Test("a configuration names a family, and an unknown name is refused with the known ones")
  func registry() throws {
    #expect(LatentFamilies.names == ["categorical", "gaussian", "full_gaussian", "vq", "fsq"])
    let categorical = try LatentFamilies.make(Settings())
    #expect(categorical.width == 12 && categorical.codes == 4 && categorical.isSparse)
    var settings = Settings(latent: "gaussian")
    func makeGaussian() throws -> GaussianLatent {
      let family = try LatentFamilies.make(settings)
      return try #require(family as? GaussianLatent)
    }
    let gaussian = try makeGaussian()
    #expect(gaussian.width == 3 && gaussian.parameterWidth == 6 && gaussian.codes == nil)
    #expect(gaussian.map == .softplus(minimum: 0.1))
    (settings.stdAct, settings.minStd) = ("sigmoid2", 0.2)
    let other = try makeGaussian()
    #expect(other.map == .sigmoid2(minimum: 0.2))
    let full = try LatentFamilies.make(Settings(latent: "full_gaussian"))
    #expect(full.width == 3 && full.parameterWidth == 9 && full.priorWidth == 9)
    let vq = try LatentFamilies.make(Settings(latent: "vq"))
    #expect(vq.width == 6 && vq.parameterWidth == 6 && vq.priorWidth == 18 && vq.codes == 6)
    let fsq = try LatentFamilies.make(Settings(latent: "fsq"))
    #expect(fsq.width == 6 && fsq.parameterWidth == 6 && fsq.priorWidth == 60 && fsq.codes == 20)
    let error = try #require(throws: LatentSettingsError.self) {
      try LatentFamilies.make(Settings(latent: "poisson"))
    }
    #expect(
      error.description
        == "there are no poisson latents; set agent.dyn.rssm.latent to one of "
        + "categorical, gaussian, full_gaussian, vq, fsq")
    for (stoch, classes) in [(0, 4), (3, 0), (3, 65_537)] {
      #expect(throws: LatentSettingsError.self) {
        try LatentFamilies.make(Settings(stoch: stoch, classes: classes))
      }
    }
  }

  /// Means 1 and 2, deviations softplus(0) + 0.1 = 0.7931472 and softplus(2) + 0.1 = 2.2269281.
  @Test("a Gaussian latent's means come first and its deviations after them, row by row")
  func gaussianRows() {
    let fixture = TapeFixture()
    let distribution = gaussian.distribution(
      fixture.tracked([1, 2, 0, 2, -1, -2, 2, 0], rows: 2), fixture.tape)
    let (narrow, wide): (Float, Float) = (0.7931472, 2.2269281)
    #expect(
      largestError(
        gaussian.description(of: distribution), [1, 2, narrow, wide, -1, -2, wide, narrow]) < 1e-6)
    let z = fixture.tape.tensor(rows: 2, columns: 2, tracked: true)
    gaussian.sample(distribution, .fixed(deviations: 1), into: z, fixture.tape)
    #expect(largestError(z.values.array, [1 + narrow, 2 + wide, wide - 1, narrow - 2]) < 1e-6)
  }

  @Test("gradients of a family's draws and divergences", arguments: [1, 3, 17])
  func gradients(rows: Int) {
    let families: [any LatentFamily] = [
      GaussianLatent(count: 3), GaussianLatent(count: 5, map: .sigmoid2(minimum: 0.1)),
      FullGaussianLatent(count: 1), FullGaussianLatent(count: 4),
      CategoricalLatent(count: 3, classes: 5, unimix: 0.01),
    ]
    for family in families {
      let shape = GradientCheck.Shape(rows, family.parameterWidth)
      let check = GradientCheck(inputs: [shape]) { tape, inputs, _ in
        let fixed = tape.tensor(rows: rows, columns: family.parameterWidth, tracked: true)
        fixed.values.copy(from: (0..<fixed.values.count).map { Float($0 % 5) / 5 - 0.4 })
        let (own, other) = (
          family.distribution(inputs[0], tape), family.distribution(fixed, tape)
        )
        return [
          family.divergence(posterior: own, prior: other, tape).representation,
          family.divergence(posterior: other, prior: own, tape).dynamics,
        ]
      }
      #expect(check.relativeError(key: Key(seed: 1)) < 2e-3, "\(type(of: family))")
    }
  }

  @Test(
    "what replay keeps of a sample gives the sample back",
    arguments: [2, 256, 257, 4096])
  func storedClasses(classes: Int) {
    let family = CategoricalLatent(count: 3, classes: classes, unimix: 0)
    let numbers = [0, classes - 1, classes / 2, 1, 0, classes - 1]
    let samples = numbers.flatMap { number in
      (0..<classes).map { $0 == number ? 1 : 0 as Float }
    }
    let bytes = family.store(samples)
    #expect(bytes.count == 2 * family.storedBytes)
    #expect(family.storedBytes == (classes <= 256 ? 3 : 6))
    #expect(family.load(bytes[...]) == samples)
    #expect(family.load(bytes[family.storedBytes...]) == Array(samples.suffix(3 * classes)))
    if classes == 4096 { #expect(bytes.prefix(4) == [0, 0, 0xff, 0x0f]) }
  }

  @Test("a stored number that no class has is no class")
  func strangeClass() {
    let family = CategoricalLatent(count: 1, classes: 3, unimix: 0)
    #expect(family.load([7]) == [0, 0, 0])
  }

  @Test("Gaussian samples are stored bit by bit")
  func storedNumbers() {
    let samples: [Float] = [1, -0.1, .leastNormalMagnitude, -3.4e38]
    let bytes = gaussian.store(samples)
    #expect(bytes.count == 2 * gaussian.storedBytes)
    #expect(bytes.prefix(4) == [0, 0, 0x80, 0x3f])
    #expect(gaussian.load(bytes[...]) == samples)
    #expect(gaussian.load(bytes[8...]) == Array(samples[2...]))
  }

  @Test("a traversal sets one latent and leaves the others")
  func moves() {
    let tape = TapeFixture().tape
    let categorical = CategoricalLatent(count: 2, classes: 3, unimix: 0)
    let moves = categorical.moves(of: [0, 1, 0, 0, 0, 1], latent: 0, tape)
    #expect(moves.names == ["class 0", "class 1", "class 2"] && moves.current == 1)
    #expect(
      moves.samples == [1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 1])
    let shifts = gaussian.moves(of: [0.5, 3], latent: 1, tape)
    #expect(shifts.names.count == 5 && shifts.names[shifts.current] == "as it is")
    #expect(shifts.samples == [0.5, 1, 0.5, 2, 0.5, 3, 0.5, 4, 0.5, 5])
  }

  @Test("portraits are shares of classes, or means with deviations")
  func portraits() {
    let categorical = CategoricalLatent(count: 2, classes: 2, unimix: 0)
    #expect(
      categorical.portraits(of: [9, 0.25, 0.75, 1, 0][1...])
        == [.shares([0.25, 0.75]), .shares([1, 0])])
    #expect(
      gaussian.portraits(of: [9, 1, 2, 0.5, 0.25][1...])
        == [.interval(mean: 1, deviation: 0.5), .interval(mean: 2, deviation: 0.25)])
  }

  @Test("arbitrary samples are samples, and others for another key")
  func arbitrary() {
    let categorical = CategoricalLatent(count: 2, classes: 3, unimix: 0)
    let samples = categorical.arbitrarySamples(rows: 50, key: Key(seed: 1))
    #expect(samples.count == 300 && samples.reduce(0, +) == 100)
    #expect(samples != categorical.arbitrarySamples(rows: 50, key: Key(seed: 2)))
    #expect(gaussian.arbitrarySamples(rows: 50, key: Key(seed: 1)).allSatisfy { $0.isFinite })
  }
}

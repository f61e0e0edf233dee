import Autodiff
import Foundation
import Kernels
import LatentModels
import TestSupport
import Testing
import WorldModels

@Suite("the uniform share of latents in the world model")
struct UnimixTests {
  /// `p = (1 - mix)·softmax + mix / C` of each latent, in double precision.
  private func mixed(_ logits: [Float], classes: Int, mix: Double) -> [Double] {
    stride(from: 0, to: logits.count, by: classes).flatMap { start in
      let exponentials = logits[start..<start + classes].map { exp(Double($0)) }
      let sum = exponentials.reduce(0, +)
      return exponentials.map { (1 - mix) * $0 / sum + mix / Double(classes) }
    }
  }

  /// Sums of `terms` over each row.
  private func rowSums(_ terms: [Double], rows: Int) -> [Float] {
    let width = terms.count / rows
    return (0..<rows).map { Float(terms[$0 * width..<($0 + 1) * width].reduce(0, +)) }
  }

  @Test(
    "trap 9: divergences and entropies are those of mixed probabilities", arguments: [0.01, 0.2])
  func divergence(unimix: Double) throws {
    var configuration = TinyWorldModel.Configuration()
    configuration.rssm.rssm.unimix = unimix
    // Sure enough for a hundredth to show.
    configuration.rssm.rssm.outscale = 10
    let world = try TinyWorldModel(configuration)
    let tape = world.makeTape()
    let pass = world.loss(world.batch(), tape)
    let (p, q) = (
      mixed(pass.posterior.parameters.values.array, classes: 5, mix: unimix),
      mixed(pass.prior.parameters.values.array, classes: 5, mix: unimix)
    )
    let divergence = rowSums(zip(p, q).map { $0 * log($0 / $1) }, rows: 12)
    #expect(divergence.contains { $0 > 0.5 })
    #expect(largestError(pass.dynamics.values.array, divergence) < 1e-5)
    #expect(largestError(pass.representation.values.array, divergence) < 1e-5)
    for (distribution, expected) in [(pass.posterior, p), (pass.prior, q)] {
      let entropies = rowSums(expected.map { -$0 * log($0) }, rows: 12)
      #expect(
        largestError(world.model.rssm.latent.entropy(of: distribution, tape).array, entropies)
          < 1e-5)
    }
  }

  @Test("trap 9: the posterior's latents are drawn from the mixed probabilities")
  func sampling() throws {
    var configuration = TinyWorldModel.Configuration()
    configuration.rssm.rssm.unimix = 0.5
    configuration.rssm.rssm.outscale = 1000
    let world = try TinyWorldModel(configuration)
    let pass = world.loss(
      world.batch(size: 50, length: 20), world.makeTape(),
      draw: .random(.init(seed: 1), .init()))
    let likely = zip(pass.path.states.stoch.values.array, pass.posterior.derived.values.array)
      .reduce(0.0) { $0 + ($1.1 > 0.5 ? Double($1.0) : 0) }
    // One half and a fifth of the other half of 4000 latents; all steps share their 200 draws.
    #expect(abs(likely / 4000 - 0.6) < 0.1)
  }

  @Test("trap 9: the configured share is 0.01, of posterior and prior")
  func configured() throws {
    let world = try TinyWorldModel()
    let latent = try #require(world.model.rssm.latent as? CategoricalLatent)
    #expect(latent.unimix == 0.01)
  }
}

import Autodiff
import Distributions
import Foundation
import Kernels
import LatentModels
import Randomness
import TestSupport
import Testing

/// Against the Gaussian latents of danijar/dreamer and danijar/dreamerv2, from the means and deviations
/// that their networks gave.
@Suite("Gaussian latents of DreamerV1 and DreamerV2")
struct GoldenLatentTests {
  /// One file's posteriors and priors, all rows of all sequences.
  private struct Case {
    let file: GoldenTensors
    let fixture = TapeFixture()
    let latent: GaussianLatent
    let rows: Int
    var tape: Tape { fixture.tape }

    init(_ name: String) throws {
      file = try GoldenTensors(name)
      latent = GaussianLatent(count: 4)
      rows = file.shape("out/kl").reduce(1, *)
    }

    /// A distribution from the file's moments: its deviation less 0.1 through the inverse of softplus
    /// is what the network gave.
    func distribution(_ name: String) -> LatentDistribution {
      let (means, deviations) = (file["out/\(name)/mean"], file["out/\(name)/std"])
      let raw = deviations.map { Float(log(expm1(Double($0) - 0.1))) }
      let parameters = stride(from: 0, to: means.count, by: 4).flatMap { start -> [Float] in
        Array(means[start..<start + 4]) + Array(raw[start..<start + 4])
      }
      return latent.distribution(
        fixture.tracked(parameters, rows: means.count / 4), tape)
    }

    /// What the loss adds to the divergence: the features times given numbers.
    var downstream: Double {
      let (deter, stoch) = (file["out/post/deter"], file["out/post/stoch"])
      let (d, weights) = (deter.count / rows, file["in/downstream"])
      let features = (0..<rows).flatMap { row -> [Float] in
        Array(stoch[row * 4..<(row + 1) * 4]) + Array(deter[row * d..<(row + 1) * d])
      }
      return zip(features, weights).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }

    /// The loss of a way to balance and to free, with its gradient set on the divergences.
    func loss(_ balancing: KLBalancing, scale: Float) -> Double {
      let (post, prior) = (distribution("post"), distribution("prior"))
      let kl = latent.divergence(posterior: post, prior: prior, tape)
      let mean = Float(kl.dynamics.values.sum / Double(rows))
      let scales = balancing.scales(dynamics: scale, representation: scale)
      let loss = fixture.tape.arena.allocate(rows)
      var total = 0.0
      for (term, weight) in [
        (kl.dynamics, scales.dynamics), (kl.representation, scales.representation),
      ] {
        balancing.apply(
          to: term.values, batchMean: mean, weight: weight / Float(rows), loss: loss,
          gradient: term.gradient)
        total += Double(weight) * loss.sum / Double(rows)
      }
      return total
    }

    /// How far a loss, with what is downstream, is from the file's.
    func error(_ loss: Double, _ name: String) -> Double {
      file.error([Float(loss + downstream)], "out/\(name)/loss")
    }
  }

  @Test("draws and divergences", arguments: ["rssm-v1", "rssm-v2"])
  func draws(name: String) throws {
    let golden = try Case(name)
    for (part, noise) in [("post", "post"), ("prior", "prior")] {
      let distribution = golden.distribution(part)
      let value = golden.latent.value(of: distribution)
      #expect(golden.file.error(value.mean.values.array, "out/\(part)/mean") <= 1)
      #expect(golden.file.error(value.deviation.values.array, "out/\(part)/std") <= 1)
      let z = golden.tape.tensor(rows: golden.rows, columns: 4, tracked: true)
      value.sample(
        noise: golden.fixture.constants(golden.file["in/noise/\(noise)"]), into: z, golden.tape)
      #expect(golden.file.error(z.values.array, "out/\(part)/stoch") <= 1)
    }
    let kl = golden.latent.divergence(
      posterior: golden.distribution("post"), prior: golden.distribution("prior"), golden.tape)
    #expect(golden.file.error(kl.dynamics.values.array, "out/kl") <= 1)
    #expect(golden.file.error(kl.representation.values.array, "out/kl") <= 1)
  }

  @Test("DreamerV1: free nats on the mean over batch and time, one divergence that trains both")
  func free() throws {
    let golden = try Case("rssm-v1")
    let nats = golden.file["in/free"]
    // A half to either side, of a scale of two: one divergence.
    func loss(_ free: Float) -> Double {
      golden.loss(KLBalancing(freeNats: free, balance: 0.5, freesAverage: true), scale: 1)
    }
    #expect(golden.error(loss(nats[0]), "below") <= 1)
    #expect(golden.error(loss(nats[1]), "held") <= 1)
    // PlaNet's floor of each state, less the nats that are free.
    let each = golden.loss(
      KLBalancing(freeNats: nats[2], balance: 0.5, freesAverage: false), scale: 1)
    #expect(golden.error(each - Double(nats[2]), "planet") <= 1)
  }

  @Test("DreamerV2: balance 0.8 and 0.5, free nats on the mean and on each state")
  func balanced() throws {
    let golden = try Case("rssm-v2")
    let nats = golden.file["in/free"]
    func loss(_ balance: Float, _ free: Float, average: Bool) -> Double {
      golden.loss(
        KLBalancing(freeNats: free, balance: balance, freesAverage: average), scale: 1)
    }
    #expect(golden.error(loss(0.8, nats[0], average: true), "avg") <= 1)
    #expect(golden.error(loss(0.8, 2 * nats[0], average: true), "avg_held") <= 1)
    #expect(golden.error(loss(0.8, nats[1], average: false), "each") <= 1)
    #expect(golden.error(loss(0.5, nats[1], average: false), "half") <= 1)
  }

  /// Where a floor holds nothing reaches the networks; where it does not, the gradient at the means is
  /// the divergence's: (m_q - m_p) / s_p² over the rows, in double precision.
  @Test("a floor that holds has no gradient, and one that does not has the whole")
  func floors() throws {
    for (name, index, holds) in [("rssm-v1", 0, false), ("rssm-v1", 1, true)] {
      let golden = try Case(name)
      let (post, prior) = (golden.distribution("post"), golden.distribution("prior"))
      let kl = golden.latent.divergence(posterior: post, prior: prior, golden.tape)
      let balancing = KLBalancing(
        freeNats: golden.file["in/free"][index], balance: 0.5, freesAverage: true)
      for term in [kl.dynamics, kl.representation] {
        balancing.apply(
          to: term.values, batchMean: Float(kl.dynamics.values.sum / Double(golden.rows)),
          weight: 1 / Float(golden.rows), loss: golden.tape.arena.allocate(golden.rows),
          gradient: term.gradient)
      }
      golden.tape.backward()
      let gradient = post.parameters.gradient.array
      let means = (0..<golden.rows).flatMap { gradient[$0 * 8..<$0 * 8 + 4] }
      let (own, other) = (golden.file["out/post/mean"], golden.file["out/prior/mean"])
      let deviations = golden.file["out/prior/std"]
      let expected = own.indices.map { index -> Float in
        let variance = deviations[index] * deviations[index]
        return (own[index] - other[index]) / variance / Float(golden.rows)
      }
      #expect(
        largestError(means, holds ? expected.map { _ in 0 } : expected) < 1e-6, "\(name) \(index)")
    }
  }
}

import Autodiff
import Autoencoders
import Foundation
import Kernels
import NeuralNetworks
import Randomness
import TestSupport
import Testing

/// Latents that are rounded have no gradient of their own: what stands in its place, in a whole model.
@Suite("gradients past codes")
struct StraightThroughTests {
  private struct Passed {
    /// What the encoder gave, and the gradient that came to it.
    let inputs: [Float]
    let gradients: [Float]
    /// What the decoder was given, and the gradient that came back.
    let samples: [Float]
    let sampleGradients: [Float]
  }

  /// Three frames through a model and back, with the weights of an evidence bound of one frame.
  private func pass(_ change: (inout AutoencoderConfiguration) -> Void) throws -> Passed {
    var configuration = AutoencoderConfiguration()
    (configuration.net.stages, configuration.net.depth, configuration.net.units) = (1, 3, 7)
    (configuration.latent.size, configuration.likelihood) = (2, "logistic")
    // Of three channels all may be dead.
    configuration.net.act = "silu"
    change(&configuration)
    // Six places, of which the frame has no numbers for two codes each.
    if configuration.latent.isSpatial { configuration.latent.size = 1 }
    let model = try Autoencoder(
      configuration, frame: FrameSize(height: 4, width: 6, channels: 1), labels: nil,
      key: Key(seed: 1))
    let gradients = Storage(count: model.parameters.trainedSize)
    let tape = Tape(
      arena: Arena(), values: model.parameters.values, gradients: gradients.region)
    let frames = model.numbers(of: (0..<72).map { UInt8($0 * 91 % 256) }, tape)
    let pass = model.pass(frames, nil, samples: 1, .mode, tape)
    model.likelihood.logProbability(of: pass.frames, pass.output, tape).gradient.fill(-1)
    for (term, losses) in pass.encoded.penalties { losses.gradient.fill(term.weight) }
    tape.backward()
    return Passed(
      inputs: pass.parameters.values.array, gradients: pass.parameters.gradient.array,
      samples: pass.encoded.sample.values.array,
      sampleGradients: pass.encoded.sample.gradient.array)
  }

  /// `∂/∂e = ∂/∂q + 2 β (e - q)`.
  @Test(
    "the encoder gets the decoder's gradient, and is held to its codes",
    arguments: ["vector", "spatial"], ["ema", "loss"])
  func codes(shape: String, learning: String) throws {
    let passed = try pass {
      ($0.posterior, $0.latent.shape, $0.codebook.learning) = ("vq", shape, learning)
      ($0.codebook.codes, $0.codebook.width, $0.codebook.commitment) = (8, 3, 0.7)
    }
    let expected = passed.inputs.indices.map { index in
      passed.sampleGradients[index] + 2 * 0.7 * (passed.inputs[index] - passed.samples[index])
    }
    #expect(passed.sampleGradients.contains { abs($0) > 1e-3 })
    #expect(largestError(passed.gradients, expected) < 1e-5)
  }

  /// Of odd levels L a number is `round(h tanh e) / (L / 2)`, `h = (L - 1) (1 + ε) / 2`, and `L / 2`
  /// is a whole number, (L - 1) / 2.
  @Test("what is rounded to levels has the gradient of what is not")
  func levels() throws {
    let passed = try pass { ($0.posterior, $0.fsq.levels) = ("fsq", [5, 3]) }
    let expected = passed.inputs.indices.map { index in
      // h / (L / 2) is 1 + ε.
      passed.sampleGradients[index] * 1.001 * (1 - pow(tanh(passed.inputs[index]), 2))
    }
    #expect(passed.sampleGradients.contains { abs($0) > 1e-3 })
    #expect(largestError(passed.gradients, expected) < 1e-4)
  }
}

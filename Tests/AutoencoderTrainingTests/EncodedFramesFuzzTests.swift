import AutoencoderTraining
import Files
import Foundation
import NeuralNetworks
import Randomness
import Runs
import TestSupport
import Testing

@Suite("Damaged files of latents")
struct EncodedFramesFuzzTests {
  @Test(
    "latents that a stranger changed are refused by name, or are whole rows of finite numbers",
    arguments: [
      ["vae.posterior=gaussian"], ["vae.posterior=full_gaussian", "vae.conditional=true"],
      ["vae.posterior=vq", "vae.latent.shape=spatial", "vae.latent.size=1"],
      ["vae.posterior=fsq", "vae.latent.size=2", "vae.conditional=true"],
    ])
  func latents(settings: [String]) throws {
    let scratch = try Scratch()
    let configuration = try FrameTrainingConfiguration.resolve(
      presets: ["debug"],
      set: [
        "task=gridworld/Empty-5x5", "env.wrap.size=8", "run.threads=1", "run.steps=2",
        "run.eval_every=0",
      ] + settings
    ).configuration
    _ = try AutoencoderTrainer(configuration, in: RunFolder(at: scratch.url)).run()
    let trained = try TrainedAutoencoder(contentsOf: scratch.url)
    let data = try trained.data()
    let frames = LookedAt(data.training, of: data, for: trained.model)
    let whole = EncodedFrames(
      try FrameEvaluation(trained.model, pool: .init(threads: 1)).encode(frames, count: 3), trained,
      labels: data.label.flatMap { frames.part.labels($0.name) }
    ).tensors
    let (generator, width) = (FrameGenerator(trained.model), trained.model.frame.count)
    var accepted = 0
    for number in 0..<Mutation.count(or: 300) {
      var random = Generator(key: Key(seed: 9).fold(number))
      let damaged = Mutation.mutate(whole, using: &random)
      do {
        let (latents, labels) = try EncodedFrames.latents(
          in: damaged, file: "latents", for: trained)
        #expect(latents.allSatisfy { $0.isFinite })
        let shares = generator.decode(latents, labels: labels)
        #expect(shares.count == latents.count / trained.model.latentCount * width)
        accepted += 1
      } catch let error as FileError {
        #expect(error.path == "latents")
      }
    }
    #expect(accepted > 0)
  }
}

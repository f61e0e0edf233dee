import ArgumentParser

/// `dreamer vae`: models of single frames.
package struct VAECommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "vae",
    abstract: "Train and use auto-encoders of single frames.",
    discussion: """
      Frames come from a bundled world, from recorded episodes, from a folder of PNG files or from IDX \
      files. A model is put together from parts: vae.posterior, vae.prior, vae.likelihood, \
      vae.objective, vae.kl; its runs are runs as an agent's are.

      Example: dreamer vae train --env gridworld/Empty-8x8 --logdir runs/frames
               dreamer vae train --idx train-images-idx3-ubyte.gz --labels train-labels-idx1-ubyte.gz
               dreamer vae evaluate runs/frames --iwae 100
               dreamer vae sample runs/frames --out samples.png
               dreamer vae reconstruct runs/frames --out reconstructions.png
      """,
    subcommands: [
      VAETrainCommand.self, VAEEvaluateCommand.self, VAESampleCommand.self,
      VAEReconstructCommand.self, VAEInterpolateCommand.self, VAETraverseCommand.self,
      VAEEncodeCommand.self, VAEDecodeCommand.self,
    ])

  package init() {}
}

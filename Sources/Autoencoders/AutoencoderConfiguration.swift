/// `vae`: what a model of single frames is, in parts that combine.
package struct AutoencoderConfiguration: Codable, Sendable, Equatable {
  /// What an encoder says of a frame: `gaussian`, `full_gaussian`, `categorical`, `vq` or `fsq`.
  package var posterior = "gaussian"
  /// What latents are compared with: `standard`, or `learned` with the model.
  package var prior = "standard"
  /// How pixels are distributed, given latents: `bernoulli`, `gaussian`, `categorical`, `logistic` or
  /// `logistic_mixture`.
  package var likelihood = "bernoulli"
  /// What is made as large as can be: `elbo`, or `iwae`.
  package var objective = "elbo"
  /// Whether encoder, decoder and a learned prior are given a label: `data.label` says which.
  package var conditional = false
  /// How many latents there are, and where.
  package var latent = LatentConfiguration()
  /// What a likelihood leaves to choose.
  package var pixels = PixelConfiguration()
  /// How the divergence of posterior and prior becomes a loss.
  package var kl = KLConfiguration()
  /// What `vq` leaves to choose.
  package var codebook = CodebookConfiguration()
  /// What `fsq` leaves to choose.
  package var fsq = FiniteScalarConfiguration()
  /// What `iwae` leaves to choose.
  package var iwae = ImportanceConfiguration()
  /// The networks.
  package var net = FrameNetworkConfiguration()

  /// A plain variational auto-encoder of black and white pixels.
  package init() {}
}

/// `vae.latent`: how many latents there are, and where.
package struct LatentConfiguration: Codable, Sendable, Equatable {
  /// `vector`: one place for the whole frame; `spatial`: a place for each cell of what is left of the
  /// frame after all halvings.
  package var shape = "vector"
  /// Latents of a place: dimensions of normal ones, channels of spatial ones, codes of quantised ones.
  package var size = 16
  /// Classes of a `categorical` latent.
  package var classes = 16
  /// Share of the uniform distribution in a `categorical` latent's probabilities.
  package var unimix = 0.0

  /// Sixteen for the whole frame.
  package init() {}
}

/// `vae.pixels`: what a likelihood leaves to choose.
package struct PixelConfiguration: Codable, Sendable, Equatable {
  /// Of `gaussian`: `fixed`, `learned` as one number, `pixel` by the decoder for each number of a
  /// frame, or `optimal`, what the batch's errors say (Rybkin et al. 2021, arXiv:2006.13202).
  package var variance = "optimal"
  /// The standard deviation that is `fixed`, and at which the others begin; pixels go from 0 to 1.
  package var sigma = 0.1
  /// Values of a pixel's number, of `categorical`.
  package var levels = 16
  /// Components of a `logistic_mixture`.
  package var components = 5
  /// For `bernoulli`: `draw` black or white at each visit with a pixel's intensity as the probability;
  /// `grey` takes the intensity as the target of the cross-entropy, which is no likelihood.
  package var binary = "draw"

  /// Drawn pixels, and an optimal variance.
  package init() {}
}

/// `vae.kl`: how the divergence of posterior and prior becomes a loss.
package struct KLConfiguration: Codable, Sendable, Equatable {
  /// β: what a nat of it counts (Higgins et al. 2017).
  package var weight = 1.0
  /// What the gradient to the posterior counts beside that to a learned prior (KL balancing).
  package var toPosterior = 1.0
  /// What the gradient to a learned prior counts.
  package var toPrior = 1.0
  /// How β grows: `constant`, `linear`, `sigmoid`, `cyclical` or `cyclical_sigmoid`.
  package var anneal = "constant"
  /// Updates until β is whole; of `cyclical`, of all cycles together; of `sigmoid`, until it is half.
  package var annealSteps = 1000
  /// Cycles of a `cyclical` growth.
  package var cycles = 4
  /// The part of a cycle in which β grows.
  package var ratio = 0.5
  /// How steep a `sigmoid` is, by update.
  package var steepness = 0.01
  /// Nats that cost nothing.
  package var free = FreeNatsConfiguration()

  /// The evidence bound.
  package init() {}
}

/// `vae.kl.free`: nats that cost nothing.
package struct FreeNatsConfiguration: Codable, Sendable, Equatable {
  /// λ, of each of what `scope` says; 0 for none.
  package var nats = 0.0
  /// Of each `dim`, each `group` (a channel of spatial latents, else all), or `all` together.
  package var scope = "dim"
  /// Of the mean over the `batch`, or of each `sample`.
  package var over = "batch"
  /// PlaNet's `max(0, KL - λ)` in the place of the floor `max(λ, KL)`; the gradients are the same.
  package var hinge = false

  /// None.
  package init() {}
}

/// `vae.codebook`: what `vq` leaves to choose.
package struct CodebookConfiguration: Codable, Sendable, Equatable {
  /// K.
  package var codes = 512
  /// Numbers of a code.
  package var width = 16
  /// How codes move: `ema` towards the mean of what chose them, or by a `loss` of their own.
  package var learning = "ema"
  /// β of the encoder's side: what the distance to the chosen code counts.
  package var commitment = 0.25
  /// What stays of the running averages at an update.
  package var decay = 0.99
  /// Codes whose running count is below this are put where an input is; 0 for never.
  package var restart = 0.01
  /// Rounds of k-means on the first batch; 0 to begin with random codes.
  package var kmeans = 0
  /// Whether codes are compared by their angle.
  package var cosine = false
  /// How gradients pass: `straight_through`, or `rotation` (Fifty et al. 2024, arXiv:2410.06424).
  package var gradient = "straight_through"

  /// 512 codes that follow their inputs.
  package init() {}
}

/// `vae.fsq`: what finite scalar quantisation leaves to choose.
package struct FiniteScalarConfiguration: Codable, Sendable, Equatable {
  /// Levels of each number of a latent (Mentzer et al. 2023, arXiv:2309.15505, section 4.1).
  package var levels = [8, 5, 5, 5]

  /// A thousand codes.
  package init() {}
}

/// `vae.iwae`: what the importance-weighted bound leaves to choose.
package struct ImportanceConfiguration: Codable, Sendable, Equatable {
  /// k: draws of a frame in an update.
  package var samples = 5

  /// Five draws.
  package init() {}
}

/// `vae.net`: the networks.
package struct FrameNetworkConfiguration: Codable, Sendable, Equatable {
  /// Halvings of a frame's sides, which they must divide.
  package var stages = 2
  /// Channels after the first halving; each further one doubles them.
  package var depth = 32
  /// Units of the hidden layer between image and vector latents.
  package var units = 256
  /// The activation between layers.
  package var act = "relu"
  /// The norm over channels before it: `none`, `rms` or `layer`.
  package var norm = "none"
  /// How parameters are drawn at first: `uniform`, PyTorch's default, weights and biases; or one of
  /// the agent's (`trunc_normal_in`, …), with biases of zero.
  package var winit = "uniform"

  /// Two halvings.
  package init() {}
}

import LatentModels

// The reference's keys (danijar/dreamerv3, configs.yaml) with the defaults of ALGORITHM section 0.
// A property is spelled as its key, in camel case: `freeNats` is `free_nats`.

/// `agent.enc`: the encoder.
public struct EncoderConfiguration: Codable, Sendable, Equatable {
  /// `agent.enc.simple`: a perceptron for vectors, convolutions for images (ALGORITHM section 3).
  public struct Simple: Codable, Sendable, Equatable {
    /// Channels of stage `i` are `depth · mults[i]`.
    public var depth = 64
    /// A factor for each stage; images that cannot be halved so often have the first stages.
    public var mults = [2, 3, 4, 4]
    /// Layers of the branch for vectors.
    public var layers = 3
    /// Width of those layers.
    public var units = 1024
    /// Activation of hidden layers: `silu`, `elu` or another name in `Kernels/Activation.swift`.
    public var act = "silu"
    /// Norm before an activation: `rms`, `layer` or `none`; of images, over a pixel's channels.
    public var norm = "rms"
    /// First weights: a distribution and a fan, `uniform_avg` for one (ALGORITHM section 1).
    public var winit = "trunc_normal_in"
    /// Whether continuous vectors are squashed by symlog first.
    public var symlog = true
    /// Whether stage 0 keeps the image's size.
    public var outer = false
    /// Rows and columns of a convolution's kernel.
    public var kernel = 5
    /// Whether stages shrink the image by a stride instead of by pooling.
    public var strided = false

    /// The reference's defaults: those of `size200m`.
    public init() {}
  }

  /// The kind of encoder: `simple`, and no other.
  public var typ = "simple"
  /// The layers of that kind.
  public var simple = Simple()

  /// The reference's defaults.
  public init() {}
}

/// `agent.dec`: the decoder.
public struct DecoderConfiguration: Codable, Sendable, Equatable {
  /// `agent.dec.simple`: a perceptron for vectors; for images, a small one that grows by
  /// convolutions (ALGORITHM section 6).
  public struct Simple: Codable, Sendable, Equatable {
    /// Channels of stage `i` are `depth · mults[i]`; of the last one, those of the smallest image.
    public var depth = 64
    /// A factor for each stage; images that cannot be halved so often have the first stages.
    public var mults = [2, 3, 4, 4]
    /// Layers of the branch for vectors.
    public var layers = 3
    /// Width of those layers; twice as many between `stoch` and the smallest image.
    public var units = 1024
    /// Activation of hidden layers: `silu`, `elu` or another name in `Kernels/Activation.swift`.
    public var act = "silu"
    /// Norm before an activation: `rms`, `layer` or `none`; of images, over a pixel's channels.
    public var norm = "rms"
    /// Factor on the first weights of the layers that give predictions.
    public var outscale = 1.0
    /// First weights: a distribution and a fan, `uniform_avg` for one (ALGORITHM section 1).
    public var winit = "trunc_normal_in"
    /// Whether continuous vectors are predicted as their symlog.
    public var symlog = true
    /// Whether the last convolution keeps the image's size.
    public var outer = false
    /// Rows and columns of a convolution's kernel.
    public var kernel = 5
    /// Blocks of the linear layer from `deter` to the smallest image.
    public var bspace = 8
    /// Whether images grow by transposed convolutions instead of by upsampling.
    public var strided = false

    /// The reference's defaults: those of `size200m`.
    public init() {}
  }

  /// The kind of decoder: `simple`, and no other.
  public var typ = "simple"
  /// The layers of that kind.
  public var simple = Simple()

  /// The reference's defaults.
  public init() {}
}

/// `agent.dyn`: the recurrent state-space model.
public struct DynamicsConfiguration: Codable, Sendable, Equatable {
  /// `agent.dyn.rssm`: a recurrent unit of blocks, and a prior and a posterior over latents
  /// (ALGORITHM section 4).
  public struct RSSM: LatentSettings, Codable, Sendable, Equatable {
    /// D: the width of the deterministic state.
    public var deter = 8192
    /// Width of the layers around the recurrent unit: its inputs', the prior's, the posterior's.
    public var hidden = 1024
    /// Ours: the kind of latents, by the name of its family: `categorical`, `gaussian`,
    /// `full_gaussian`, `vq` or `fsq`.
    public var latent = "categorical"
    /// S: latents of a state; 32 whatever the agent's size.
    public var stoch = 32
    /// C: classes of each categorical latent; nothing to other ones.
    public var classes = 64
    /// Activation of hidden layers: `silu`, `elu` or another name in `Kernels/Activation.swift`.
    public var act = "silu"
    /// Norm before an activation: `rms`, `layer` or `none`; over the whole width, not over blocks.
    public var norm = "rms"
    /// Ours, of `vq`: codes that all latents choose from.
    public var codes = 64
    /// Ours, of `vq`: numbers of a code.
    public var codeWidth = 8
    /// Ours, of `fsq`: levels of each number of a latent; 2 or more, as few as 65,536 codes together.
    public var levels = [5, 5, 3]
    /// Share of the uniform distribution in every latent's probabilities, of `vq` and `fsq` the prior's.
    public var unimix = 0.01
    /// DreamerV2's, of Gaussian latents: `softplus` or `sigmoid2` makes a deviation of a number.
    public var stdAct = "softplus"
    /// DreamerV2's, of Gaussian latents: what is added to that; above 0.
    public var minStd = 0.1
    /// Factor on the first weights of the layers that give the latents' distributions.
    public var outscale = 1.0
    /// First weights: a distribution and a fan, `uniform_avg` for one (ALGORITHM section 1).
    public var winit = "trunc_normal_in"
    /// Hidden layers of the prior.
    public var imglayers = 2
    /// Hidden layers of the posterior.
    public var obslayers = 1
    /// Block-diagonal layers of the recurrent unit before its gates.
    public var dynlayers = 1
    /// Whether the posterior sees the tokens alone.
    public var absolute = false
    /// G: parts of the recurrent unit, each with its slice of the state; it must divide `deter`.
    public var blocks = 8
    /// Nats below which a KL term has no gradient.
    public var freeNats = 1.0
    /// Ours: 0 trains with separate dynamics and representation losses (DreamerV3); a number in
    /// (0, 1) is DreamerV2's balance, the weight of the term that trains the prior (0.8 there).
    public var balance = 0.0
    /// Ours, with `balance`: whether the free nats are taken from the mean over the batch.
    public var freeAvg = true
    /// Ours: how what keeps the posterior near the prior comes to count as much as it is meant to:
    /// `constant`, `linear`, `sigmoid`, `cyclical` or `cyclical_sigmoid`. The prior always learns.
    public var anneal = "constant"
    /// Ours: updates until a line is up, until the middle of a sigmoid, or of all cycles.
    public var annealUpdates = 10_000
    /// Ours: how often cycles begin anew.
    public var annealCycles = 4
    /// Ours: the share of a cycle that rises.
    public var annealRatio = 0.5
    /// Ours: how steep a sigmoid is, an update.
    public var annealSlope = 0.0025

    /// The reference's defaults: those of `size200m`.
    public init() {}

    package var annealing: Annealing {
      var annealing = Annealing(Annealing.Kind(rawValue: anneal) ?? .constant)
      (annealing.steps, annealing.cycles) = (annealUpdates, annealCycles)
      (annealing.ratio, annealing.slope) = (annealRatio, annealSlope)
      return annealing
    }

    package var setsFreeNats: Bool { freeNats != 0 && freeNats != Self().freeNats }
  }

  /// The kind of model: `rssm`, and no other.
  public var typ = "rssm"
  /// The layers and latents of that kind.
  public var rssm = RSSM()

  /// The reference's defaults.
  public init() {}
}

/// `agent.rewhead`, `agent.conhead`, `agent.value`: a multi-layer perceptron with an output.
public struct HeadConfiguration: Codable, Sendable, Equatable {
  /// Hidden layers; with 0 the output is linear in the state.
  public var layers: Int
  /// Width of each hidden layer.
  public var units = 1024
  /// Activation of hidden layers: `silu`, `elu` or another name in `Kernels/Activation.swift`.
  public var act = "silu"
  /// Norm between a layer and its activation: `rms`, `layer` or `none`.
  public var norm = "rms"
  /// `symexp_twohot` for a number, `binary` for a probability; each head has one that it can have.
  public var output: String
  /// Factor on the output's first weights; with 0, the first two-hot predictions are exactly 0.
  public var outscale: Double
  /// First weights: a distribution and a fan, `uniform_avg` for one (ALGORITHM section 1).
  public var winit = "trunc_normal_in"
  /// Bins of a two-hot output.
  public var bins = 255

  /// What is not given here is the same for all heads.
  public init(layers: Int, output: String, outscale: Double) {
    self.layers = layers
    self.output = output
    self.outscale = outscale
  }
}

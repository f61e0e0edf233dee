import LatentModels

// The reference's keys (danijar/dreamerv3, configs.yaml) with the defaults of ALGORITHM section 0.
// A property is spelled as its key, in camel case: `freeNats` is `free_nats`.

/// `agent.enc`: the encoder.
public struct EncoderConfiguration: Codable, Sendable, Equatable {
  public struct Simple: Codable, Sendable, Equatable {
    /// Channels of the first stage are `depth · mults[0]`, and so on.
    public var depth = 64
    public var mults = [2, 3, 4, 4]
    /// Layers of the branch for vectors.
    public var layers = 3
    public var units = 1024
    public var act = "silu"
    public var norm = "rms"
    public var winit = "trunc_normal_in"
    /// Whether continuous vectors are squashed by symlog first.
    public var symlog = true
    /// Whether stage 0 keeps the image's size.
    public var outer = false
    public var kernel = 5
    /// Whether stages shrink the image by a stride instead of by pooling.
    public var strided = false

    public init() {}
  }

  public var typ = "simple"
  public var simple = Simple()

  public init() {}
}

/// `agent.dec`: the decoder.
public struct DecoderConfiguration: Codable, Sendable, Equatable {
  public struct Simple: Codable, Sendable, Equatable {
    public var depth = 64
    public var mults = [2, 3, 4, 4]
    public var layers = 3
    public var units = 1024
    public var act = "silu"
    public var norm = "rms"
    public var outscale = 1.0
    public var winit = "trunc_normal_in"
    public var symlog = true
    public var outer = false
    public var kernel = 5
    /// Blocks of the linear layer from `deter` to the smallest image.
    public var bspace = 8
    public var strided = false

    public init() {}
  }

  public var typ = "simple"
  public var simple = Simple()

  public init() {}
}

/// `agent.dyn`: the recurrent state-space model.
public struct DynamicsConfiguration: Codable, Sendable, Equatable {
  public struct RSSM: LatentSettings, Codable, Sendable, Equatable {
    public var deter = 8192
    public var hidden = 1024
    /// Ours: the kind of latents, by the name of its family: `categorical` or `gaussian`.
    public var latent = "categorical"
    public var stoch = 32
    public var classes = 64
    public var act = "silu"
    public var norm = "rms"
    /// Share of the uniform distribution in every latent's probabilities.
    public var unimix = 0.01
    /// DreamerV2's, of Gaussian latents: `softplus` or `sigmoid2` makes a deviation of a number, and
    /// `min_std` is added.
    public var stdAct = "softplus"
    public var minStd = 0.1
    public var outscale = 1.0
    public var winit = "trunc_normal_in"
    public var imglayers = 2
    public var obslayers = 1
    public var dynlayers = 1
    /// Whether the posterior sees the tokens alone.
    public var absolute = false
    public var blocks = 8
    /// Nats below which a KL term has no gradient.
    public var freeNats = 1.0
    /// Ours: 0 trains with separate dynamics and representation losses (DreamerV3); a number in
    /// (0, 1) is DreamerV2's balance, the weight of the term that trains the prior (0.8 there).
    public var balance = 0.0
    /// Ours, with `balance`: whether the free nats are taken from the mean over the batch.
    public var freeAvg = true

    public init() {}
  }

  public var typ = "rssm"
  public var rssm = RSSM()

  public init() {}
}

/// `agent.rewhead`, `agent.conhead`, `agent.value`: a multi-layer perceptron with an output.
public struct HeadConfiguration: Codable, Sendable, Equatable {
  public var layers: Int
  public var units = 1024
  public var act = "silu"
  public var norm = "rms"
  public var output: String
  public var outscale: Double
  public var winit = "trunc_normal_in"
  /// Bins of a two-hot output.
  public var bins = 255

  public init(layers: Int, output: String, outscale: Double) {
    self.layers = layers
    self.output = output
    self.outscale = outscale
  }
}

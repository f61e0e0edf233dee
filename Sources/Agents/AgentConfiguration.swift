import NeuralNetworks
import WorldModels

/// `agent`: everything that decides what the agent is and how it learns, with the reference's keys
/// and the defaults of ALGORITHM section 0.
public struct AgentConfiguration: Codable, Sendable, Equatable {
  public var lossScales = LossScales()
  public var opt = OptimizerConfiguration()
  /// Whether the actor's and critic's losses reach the world model through imagination's first state.
  public var acGrads = false
  public var dyn = DynamicsConfiguration()
  public var enc = EncoderConfiguration()
  public var dec = DecoderConfiguration()
  public var rewhead = HeadConfiguration(layers: 1, output: "symexp_twohot", outscale: 0)
  public var conhead = HeadConfiguration(layers: 1, output: "binary", outscale: 1)
  public var policy = PolicyConfiguration()
  public var value = HeadConfiguration(layers: 3, output: "symexp_twohot", outscale: 0)
  public var policyDistDisc = "categorical"
  public var policyDistCont = "bounded_normal"
  /// Imagination starts from the last so many states of each sequence; 0 means all.
  public var imagLast = 0
  /// Imagined steps.
  public var imagLength = 15
  /// Steps over which rewards count: the discount is `1 - 1 / horizon`.
  public var horizon = 333
  /// Whether the continue head predicts the discount with the episode's end.
  public var contdisc = true
  public var imagLoss = ImaginationLossConfiguration()
  public var replLoss = ReplayLossConfiguration()
  public var slowvalue = SlowValueConfiguration()
  public var retnorm = NormalizerConfiguration(impl: "perc", limit: 1.0, debias: false)
  public var valnorm = NormalizerConfiguration(impl: "none", limit: 1e-8, debias: true)
  public var advnorm = NormalizerConfiguration(impl: "none", limit: 1e-8, debias: true)
  /// Whether the reward loss reaches the latent state.
  public var rewardGrad = true
  public var repvalLoss = true
  /// Whether the replay-value loss reaches the latent state.
  public var repvalGrad = true
  public var report = true
  /// Modules that do not learn, by the names that their parameters begin with (``AgentModule``). Ours.
  public var frozen: [String] = []
  /// Whether the report holds the norm of each loss's gradient.
  public var reportGradnorms = false

  public init() {}
}

/// `agent.loss_scales`: what each loss counts. `rec` is for every key that the decoder predicts.
public struct LossScales: Codable, Sendable, Equatable {
  public var rec = 1.0
  public var rew = 1.0
  public var con = 1.0
  public var dyn = 1.0
  public var rep = 0.1
  public var policy = 1.0
  public var value = 1.0
  public var repval = 0.3

  public init() {}

  /// Scales with which one loss counts as it does here and the others nothing.
  var single: [(name: String, scales: LossScales)] {
    let paths: [(String, WritableKeyPath<LossScales, Double>)] = [
      ("rec", \.rec), ("rew", \.rew), ("con", \.con), ("dyn", \.dyn), ("rep", \.rep),
      ("policy", \.policy), ("value", \.value), ("repval", \.repval),
    ]
    return paths.map { name, path in
      var scales = self
      for (other, otherPath) in paths where other != name { scales[keyPath: otherPath] = 0 }
      return (name, scales)
    }
  }
}

/// `agent.policy`.
public struct PolicyConfiguration: Codable, Sendable, Equatable {
  public var layers = 3
  public var units = 1024
  public var act = "silu"
  public var norm = "rms"
  /// Smallest and largest standard deviation of a continuous action.
  public var minstd = 0.1
  public var maxstd = 1.0
  public var outscale = 0.01
  /// The reference has this key and ignores it for categorical actions; so do we. See `mix`.
  public var unimix = 0.01
  /// Ours: share of the uniform distribution in a categorical policy.
  public var mix = 0.0
  public var winit = "trunc_normal_in"

  public init() {}
}

/// `agent.imag_loss`.
public struct ImaginationLossConfiguration: Codable, Sendable, Equatable {
  /// Whether the slow critic replaces the critic as bootstrap and baseline.
  public var slowtar = false
  public var lam = 0.95
  /// Weight of the policy's entropy, per nat.
  public var actent = 3e-4
  /// Weight of the critic's pull towards the slow critic.
  public var slowreg = 1.0
  /// Ours: what the rounding of imagined rewards and values is taken to be, as a part of the terms that
  /// make up a two-hot mean. The default is what the reference's single precision was measured to do;
  /// 0 leaves the means exact. See `WorldModels/README.md`.
  public var rounding = 2.4e-8

  public init() {}
}

/// `agent.repl_loss`.
public struct ReplayLossConfiguration: Codable, Sendable, Equatable {
  /// Without effect, as in the reference.
  public var slowtar = false
  public var lam = 0.95
  public var slowreg = 1.0

  public init() {}
}

/// `agent.slowvalue`.
public struct SlowValueConfiguration: Codable, Sendable, Equatable {
  public var rate = 0.02
  /// Train steps between blends.
  public var every = 1

  public init() {}
}

/// `agent.retnorm`, `agent.valnorm`, `agent.advnorm`.
public struct NormalizerConfiguration: Codable, Sendable, Equatable {
  /// `none`, `meanstd` or `perc`.
  public var impl: String
  public var rate = 0.01
  /// Smallest scale.
  public var limit: Double
  public var perclo = 5.0
  public var perchi = 95.0
  /// Whether the averages are corrected for their start at zero.
  public var debias: Bool

  public init(impl: String, limit: Double, debias: Bool) {
    self.impl = impl
    self.limit = limit
    self.debias = debias
  }
}

import NeuralNetworks
import WorldModels

/// `agent`: everything that decides what the agent is and how it learns, with the reference's keys
/// and the defaults of ALGORITHM section 0.
public struct AgentConfiguration: Codable, Sendable, Equatable {
  /// What each loss counts in the total.
  public var lossScales = LossScales()
  /// How gradients change parameters.
  public var opt = OptimizerConfiguration()
  /// Whether the actor's and critic's losses reach the world model through imagination's first state.
  public var acGrads = false
  /// The recurrent state-space model: how latent states follow each other.
  public var dyn = DynamicsConfiguration()
  /// From observations to tokens.
  public var enc = EncoderConfiguration()
  /// From latent states back to observations.
  public var dec = DecoderConfiguration()
  /// The reward that was received on arriving at a state. `outscale` 0: the first prediction is 0.
  public var rewhead = HeadConfiguration(layers: 1, output: "symexp_twohot", outscale: 0)
  /// The probability that an episode goes on; with `contdisc`, times the discount.
  public var conhead = HeadConfiguration(layers: 1, output: "binary", outscale: 1)
  /// The actor: from a state to a distribution over actions.
  public var policy = PolicyConfiguration()
  /// The critic, and with it the slow critic. `outscale` 0: the first prediction is 0.
  public var value = HeadConfiguration(layers: 3, output: "symexp_twohot", outscale: 0)
  /// The distribution of discrete actions: `categorical`, and no other.
  public var policyDistDisc = "categorical"
  /// The distribution of continuous actions: `bounded_normal`, and no other (ALGORITHM section 7).
  public var policyDistCont = "bounded_normal"
  /// Imagination starts from the last so many states of each sequence; 0 means all.
  public var imagLast = 0
  /// Imagined steps.
  public var imagLength = 15
  /// Steps over which rewards count: the discount is `1 - 1 / horizon`.
  public var horizon = 333
  /// Whether the continue head predicts the discount with the episode's end.
  public var contdisc = true
  /// How actor and critic learn from imagined states.
  public var imagLoss = ImaginationLossConfiguration()
  /// How the critic learns from replayed states.
  public var replLoss = ReplayLossConfiguration()
  /// How the slow critic follows the critic.
  public var slowvalue = SlowValueConfiguration()
  /// What advantages are divided by: by default the range in which 90 % of imagined returns are,
  /// and 1 where that is less (ALGORITHM section 12).
  public var retnorm = NormalizerConfiguration(impl: "perc", limit: 1.0, debias: false)
  /// The units of the critic's numbers; by default those of rewards.
  public var valnorm = NormalizerConfiguration(impl: "none", limit: 1e-8, debias: true)
  /// What is done to advantages after `retnorm`; by default nothing.
  public var advnorm = NormalizerConfiguration(impl: "none", limit: 1e-8, debias: true)
  /// Whether the reward loss reaches the latent state.
  public var rewardGrad = true
  /// Whether the critic learns from replayed states too (ALGORITHM section 9, 5).
  public var repvalLoss = true
  /// Whether the replay-value loss reaches the latent state.
  public var repvalGrad = true
  /// Whether there are reports; `run.report_every` says when.
  public var report = true
  /// Modules that do not learn, by the names that their parameters begin with (``AgentModule``). Ours.
  public var frozen: [String] = []
  /// Whether the report holds the norm of each loss's gradient.
  public var reportGradnorms = false

  /// The reference's defaults, whose networks are those of `size200m`.
  public init() {}
}

/// `agent.loss_scales`: what each loss counts. `rec` is for every key that the decoder predicts.
public struct LossScales: Codable, Sendable, Equatable {
  /// Reconstruction: squared errors, or the cross-entropy of classes, summed over an observation.
  public var rec = 1.0
  /// Cross-entropy of rewards.
  public var rew = 1.0
  /// Cross-entropy of whether episodes go on.
  public var con = 1.0
  /// Divergence that trains the prior to follow the posterior. With `agent.dyn.rssm.balance`, what
  /// both divergences count together.
  public var dyn = 1.0
  /// Divergence that keeps the posterior near what the prior can predict: less than `dyn`, so that
  /// rather the prior moves. Not used with `agent.dyn.rssm.balance`.
  public var rep = 0.1
  /// REINFORCE with an entropy bonus, on imagined states.
  public var policy = 1.0
  /// Cross-entropy of imagined returns, and of what the slow critic says.
  public var value = 1.0
  /// The same on replayed states.
  public var repval = 0.3

  /// The reference's scales.
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
  /// Hidden layers; with 0 the output is linear in the state.
  public var layers = 3
  /// Width of each hidden layer.
  public var units = 1024
  /// Activation of hidden layers: `silu`, `elu` or another name in `Kernels/Activation.swift`.
  public var act = "silu"
  /// Norm between a layer and its activation: `rms`, `layer` or `none`.
  public var norm = "rms"
  /// Smallest standard deviation of a continuous action.
  public var minstd = 0.1
  /// Largest standard deviation of a continuous action; at least `minstd`.
  public var maxstd = 1.0
  /// Factor on the output's first weights: small, so that at first the state hardly matters.
  public var outscale = 0.01
  /// The reference has this key and ignores it for categorical actions; so do we. See `mix`.
  public var unimix = 0.01
  /// Ours: share of the uniform distribution in a categorical policy.
  public var mix = 0.0
  /// First weights: a distribution and a fan, `uniform_avg` for one (ALGORITHM section 1).
  public var winit = "trunc_normal_in"

  /// The reference's defaults; `mix` is 0, which leaves the policy as it is.
  public init() {}
}

/// `agent.imag_loss`.
public struct ImaginationLossConfiguration: Codable, Sendable, Equatable {
  /// Whether the slow critic replaces the critic as bootstrap and baseline.
  public var slowtar = false
  /// λ of imagined returns, 0 to 1: with 0 the critic is asked after one reward, with 1 only at the
  /// last imagined state.
  public var lam = 0.95
  /// Weight of the policy's entropy, per nat.
  public var actent = 3e-4
  /// Weight of the critic's pull towards the slow critic.
  public var slowreg = 1.0
  /// Ours: what the rounding of imagined rewards and values is taken to be, as a part of the terms that
  /// make up a two-hot mean. The default is what the reference's single precision was measured to do;
  /// 0 leaves the means exact. See `WorldModels/README.md`.
  public var rounding = 2.4e-8

  /// The reference's defaults, and the rounding that was measured of it.
  public init() {}
}

/// `agent.repl_loss`.
public struct ReplayLossConfiguration: Codable, Sendable, Equatable {
  /// Without effect, as in the reference.
  public var slowtar = false
  /// λ of returns along the replayed rows, 0 to 1 (ALGORITHM section 9, 5).
  public var lam = 0.95
  /// Weight of the critic's pull towards the slow critic.
  public var slowreg = 1.0

  /// The reference's defaults.
  public init() {}
}

/// `agent.slowvalue`.
public struct SlowValueConfiguration: Codable, Sendable, Equatable {
  /// The critic's share in a blend, 0 to 1: `slow = rate · value + (1 - rate) · slow`.
  public var rate = 0.02
  /// Train steps between blends.
  public var every = 1

  /// The reference's defaults: a little at every update.
  public init() {}
}

/// `agent.retnorm`, `agent.valnorm`, `agent.advnorm`.
public struct NormalizerConfiguration: Codable, Sendable, Equatable {
  /// `none`, `meanstd` or `perc`.
  public var impl: String
  /// A batch's share in the running averages, 0 to 1.
  public var rate = 0.01
  /// Smallest scale.
  public var limit: Double
  /// Lower percentile of `perc`, 0 to 100.
  public var perclo = 5.0
  /// Upper percentile of `perc`, 0 to 100; above `perclo`.
  public var perchi = 95.0
  /// Whether the averages are corrected for their start at zero.
  public var debias: Bool

  /// The rate and the percentiles are the reference's, the same for all three.
  public init(impl: String, limit: Double, debias: Bool) {
    self.impl = impl
    self.limit = limit
    self.debias = debias
  }
}

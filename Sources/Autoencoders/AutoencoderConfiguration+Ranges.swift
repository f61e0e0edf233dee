import Autodiff
import Configuration
import Kernels
import NeuralNetworks

extension AutoencoderConfiguration {
  /// What each value must be by itself, below `vae`.
  package static let ranges: [ConfigurationRange] = .all(
    parts, latents, codebooks, divergences, networks)

  private static let parts: [ConfigurationRange] = .all(
    .each("posterior", are: .oneOf(PosteriorFamilies.names)),
    .each("prior", are: .oneOf(["standard", "learned"])),
    .each("likelihood", are: .oneOf(Likelihoods.names)),
    .each("objective", are: .oneOf(Objectives.names)),
    .each("pixels.variance", are: .oneOf(["fixed", "learned", "pixel", "optimal"])),
    .each("pixels.sigma", are: .atLeast(1e-3), .atMost(10)),
    .each("pixels.levels", are: .atLeast(2), .atMost(256)),
    .each("pixels.components", are: .atLeast(1), .atMost(100)),
    .each("pixels.binary", are: .oneOf(["draw", "grey"])),
    .each("iwae.samples", are: .atLeast(1), .atMost(10_000)))

  private static let latents: [ConfigurationRange] = .all(
    .each("latent.shape", are: .oneOf(["vector", "spatial"])),
    .each("latent.size", are: .atLeast(1), .atMost(65_536)),
    .each("latent.classes", are: .atLeast(2), .atMost(65_536)),
    .each("latent.unimix", are: .within(0...1)))

  private static let codebooks: [ConfigurationRange] = .all(
    .each("codebook.codes", are: .atLeast(2), .atMost(1_048_576)),
    .each("codebook.width", are: .atLeast(1), .atMost(4096)),
    .each("codebook.learning", are: .oneOf(["ema", "loss"])),
    .each("codebook.commitment", are: .atLeast(0)),
    .each("codebook.decay", are: .within(0...1)),
    .each("codebook.restart", are: .atLeast(0)),
    .each("codebook.kmeans", are: .atLeast(0), .atMost(1000)),
    .each("codebook.gradient", are: .oneOf(["straight_through", "rotation"])))

  private static let divergences: [ConfigurationRange] = .all(
    .each("kl.weight", "kl.to_posterior", "kl.to_prior", "kl.free.nats", are: .atLeast(0)),
    .each(
      "kl.anneal",
      are: .oneOf(["constant", "linear", "sigmoid", "cyclical", "cyclical_sigmoid"])),
    .each("kl.anneal_steps", are: .atLeast(1)),
    .each("kl.cycles", are: .atLeast(1), .atMost(1e6)),
    .each("kl.ratio", are: .atLeast(1e-6), .atMost(1)),
    .each("kl.steepness", are: .atLeast(1e-9)),
    .each("kl.free.scope", are: .oneOf(["dim", "group", "all"])),
    .each("kl.free.over", are: .oneOf(["batch", "sample"])))

  private static let networks: [ConfigurationRange] = .all(
    .each("net.stages", are: .atLeast(0), .atMost(8)),
    .each("net.depth", are: .atLeast(1), .atMost(4096)),
    .each("net.units", are: .atLeast(1), .atMost(65_536)),
    .each("net.act", are: .oneOf(Activation.allCases.map(\.rawValue))))
}

extension AutoencoderConfiguration {
  /// Refuses what makes no sense together, each with its reason.
  ///
  /// - Parameter require: is given a condition, the key that is at fault, and the reason.
  package func check(
    _ require: (_ holds: Bool, _ key: String, _ reason: String) throws -> Void
  ) throws {
    try checkDivergence(require)
    try checkObjective(require)
    try require(
      latent.unimix == 0 || posterior == "categorical", "latent.unimix",
      "is a share of the uniform distribution over classes, and \(posterior) latents have none; "
        + "leave it at 0")
    try require(
      !fsq.levels.isEmpty && fsq.levels.allSatisfy { $0 >= 2 } && fsq.codeCount <= 1 << 24,
      "fsq.levels",
      "must be two or more of each number, and at most 2^24 codes in all, [8, 5, 5, 5] "
        + "for one")
    do {
      _ = try LayerStyle(act: net.act, norm: net.norm, winit: net.style.winit)
    } catch let error as LayerStyleError {
      try require(false, error.kind == "norm" ? "net.norm" : "net.winit", "\(error)")
    }
  }

  private var isQuantised: Bool { posterior == "vq" || posterior == "fsq" }

  private func checkDivergence(
    _ require: (_ holds: Bool, _ key: String, _ reason: String) throws -> Void
  ) throws {
    let constant =
      "has no effect: the divergence of \(posterior) latents from the uniform prior is always the "
      + "logarithm of the number of codes; leave it as it is"
    try require(!isQuantised || kl.weight == 1, "kl.weight", constant)
    try require(!isQuantised || kl.anneal == "constant", "kl.anneal", constant)
    try require(!isQuantised || kl.free.nats == 0, "kl.free.nats", constant)
    try require(!isQuantised || kl.toPosterior == 1, "kl.to_posterior", constant)
    try require(
      !isQuantised || prior == "standard", "prior",
      "must be standard: \(posterior) latents have a uniform prior while the model learns")
    try require(
      kl.toPrior == 1 || prior == "learned", "kl.to_prior",
      "has no effect: a standard prior does not learn; set vae.prior=learned")
    try require(
      posterior != "full_gaussian" || kl.free.nats == 0 || kl.free.scope != "dim",
      "kl.free.scope",
      "cannot be dim: with a full covariance no dimension has a divergence of its own; "
        + "use group or all")
  }

  private func checkObjective(
    _ require: (_ holds: Bool, _ key: String, _ reason: String) throws -> Void
  ) throws {
    guard objective == "iwae" else { return }
    try require(
      posterior == "gaussian" || posterior == "full_gaussian", "objective",
      "cannot be iwae with \(posterior) latents: it weighs draws by densities through which "
        + "gradients go; use elbo")
    try require(
      kl.weight == 1 && kl.anneal == "constant" && kl.free.nats == 0 && kl.toPosterior == 1
        && kl.toPrior == 1, "objective",
      "iwae bounds the likelihood as it is: set vae.kl.weight=1 and leave annealing, free nats and "
        + "balancing out, or use elbo")
    try require(
      likelihood != "gaussian" || pixels.variance != "optimal", "pixels.variance",
      "cannot be optimal with iwae, whose draws have errors of their own; use learned")
  }
}

extension FiniteScalarConfiguration {
  /// The product of the levels.
  package var codeCount: Int {
    levels.reduce(1) { $0.multipliedReportingOverflow(by: max($1, 1)).partialValue }
  }
}

extension FrameNetworkConfiguration {
  /// The names of a layer style; the scheme of PyTorch's layers has none.
  var style: (winit: String, isUniform: Bool) {
    winit == "uniform" ? ("uniform_in", true) : (winit, false)
  }
}

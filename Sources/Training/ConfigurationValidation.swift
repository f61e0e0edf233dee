import Agents
import Kernels
import LatentModels
import NeuralNetworks
import ReplayBuffers

/// What a value must be.
enum ConfigurationRule {
  case atLeast(Double)
  case atMost(Double)
  case itemsAtMost(Int)
  case above(Double)
  case within(ClosedRange<Double>)
  /// At least 0 and below 1.
  case share
  case oneOf([String])
  /// A list of some of these.
  case someOf([String])
  case initializer

  /// Whether a value is so; nil where it is, else what it must be.
  func violation(_ value: ConfigurationValue) -> String? {
    let number = value.numeric ?? 0
    let text = if case .text(let text) = value { text } else { "" }
    return switch self {
    case .atLeast(let least): number >= least ? nil : "must be at least \(Self.text(least))"
    case .atMost(let most): number <= most ? nil : "must be at most \(Self.text(most))"
    case .itemsAtMost(let most):
      value.items.allSatisfy { $0 <= most } ? nil : "must hold numbers of at most \(most)"
    case .above(let bound): number > bound ? nil : "must be above \(Self.text(bound))"
    case .within(let range):
      range.contains(number)
        ? nil : "must be \(Self.text(range.lowerBound)) to \(Self.text(range.upperBound))"
    case .share: number >= 0 && number < 1 ? nil : "must be at least 0 and below 1"
    case .oneOf(let names):
      names.contains(text)
        ? nil : "must be \(names.count > 1 ? "one of " : "")\(names.joined(separator: ", "))"
    case .someOf(let names):
      value.names.allSatisfy(names.contains)
        ? nil : "must be a list of some of \(names.joined(separator: ", "))"
    case .initializer:
      Initializer(name: text) != nil
        ? nil : "must be a distribution and a fan, trunc_normal_in for one"
    }
  }

  private static func text(_ bound: Double) -> String {
    Int(exactly: bound).map { "\($0)" } ?? "\(bound)"
  }

  /// Rules by key; `*.` stands for any group, as in the reference's presets.
  static let all: [(pattern: String, rule: ConfigurationRule)] =
    [
      ("seed", .atLeast(0)),
      ("batch_size", .atLeast(1)),
      ("batch_length", .atLeast(2)),
      ("report_length", .atLeast(2)),
      ("consec_train", .atLeast(1)),
      ("consec_report", .atLeast(1)),
      ("replay_context", .atLeast(0)),
    ] + run + optimizer + networks + behavior

  private static let run: [(String, ConfigurationRule)] = [
    ("run.steps", .atLeast(1)),
    ("run.train_ratio", .atLeast(0)),
    ("run.envs", .atLeast(1)),
    ("run.eval_envs", .atLeast(1)),
    ("run.eval_eps", .atLeast(1)),
    ("run.eval_every", .atLeast(0)),
    ("run.keep.last", .atLeast(1)),
    ("run.keep.every", .atLeast(0)),
    ("run.log_every", .atLeast(0)),
    ("run.report_every", .atLeast(0)),
    ("run.save_every", .atLeast(0)),
    ("run.report_batches", .atLeast(1)),
    ("run.on_nonfinite", .oneOf(["stop", "skip"])),
    ("run.threads", .atLeast(0)),
    ("run.shards", .atLeast(1)),
    ("env.gridworld.actions", .oneOf(["all", "useful"])),
    (
      "env.gridworld.observation",
      .oneOf([
        "view", "grid", "symbolic", "view+grid", "view+symbolic", "grid+symbolic",
        "view+grid+symbolic",
      ])
    ),
    ("env.wrap.repeat", .atLeast(1)),
    ("env.wrap.time_limit", .atLeast(0)),
    ("env.wrap.reward_scale", .above(0)),
    ("env.wrap.reward_clip", .atLeast(0)),
    ("env.wrap.size", .within(0...1024)),
    ("env.wrap.stack", .within(1...64)),
    ("env.pendulum.size", .within(16...1024)),
    ("bench.vector", .atLeast(0)),
    ("bench.actions", .atLeast(1)),
  ]

  private static let optimizer: [(String, ConfigurationRule)] = [
    ("agent.opt.impl", .oneOf(["laprop", "adam"])),
    ("agent.opt.lr", .above(0)),
    ("agent.opt.agc", .atLeast(0)),
    ("agent.opt.eps", .above(0)),
    ("agent.opt.beta1", .share),
    ("agent.opt.beta2", .share),
    ("agent.opt.wd", .atLeast(0)),
    ("agent.opt.schedule", .oneOf(["const", "linear", "cosine"])),
    ("agent.opt.warmup", .atLeast(0)),
    ("agent.opt.anneal", .atLeast(0)),
  ]

  private static let networks: [(String, ConfigurationRule)] = [
    ("*.act", .oneOf(Activation.allCases.map(\.rawValue))),
    ("*.norm", .oneOf(Normalization.Kind.allCases.map(\.rawValue))),
    ("*.winit", .initializer),
    ("*.units", .atLeast(1)),
    ("*.layers", .atLeast(0)),
    ("*.outscale", .atLeast(0)),
    ("*.unimix", .share),
    ("*.depth", .atLeast(1)),
    ("*.kernel", .atLeast(1)),
    ("*.bins", .atLeast(2)),
    ("agent.dyn.typ", .oneOf(["rssm"])),
    ("agent.enc.typ", .oneOf(["simple"])),
    ("agent.dec.typ", .oneOf(["simple"])),
    ("*.deter", .atLeast(1)),
    ("*.hidden", .atLeast(1)),
    ("agent.dyn.rssm.latent", .oneOf(LatentFamilies.names)),
    ("agent.dyn.rssm.std_act", .oneOf(["softplus", "sigmoid2"])),
    ("agent.dyn.rssm.min_std", .above(0)),
    ("*.stoch", .atLeast(1)),
    ("*.classes", .atLeast(1)),
    ("*.imglayers", .atLeast(0)),
    ("*.obslayers", .atLeast(0)),
    ("*.dynlayers", .atLeast(0)),
    ("*.blocks", .atLeast(1)),
    ("*.free_nats", .atLeast(0)),
    ("*.balance", .share),
    ("*.bspace", .atLeast(1)),
    ("agent.rewhead.output", .oneOf(["symexp_twohot"])),
    ("agent.value.output", .oneOf(["symexp_twohot"])),
    ("agent.conhead.output", .oneOf(["binary"])),
  ]

  private static let behavior: [(String, ConfigurationRule)] = [
    ("agent.frozen", .someOf(AgentModule.allCases.map(\.rawValue))),
    ("agent.loss_scales.*", .atLeast(0)),
    ("agent.policy.minstd", .above(0)),
    ("agent.policy.maxstd", .above(0)),
    ("agent.policy.mix", .share),
    ("agent.policy_dist_disc", .oneOf(["categorical"])),
    ("agent.policy_dist_cont", .oneOf(["bounded_normal"])),
    ("agent.imag_last", .atLeast(0)),
    ("agent.imag_length", .atLeast(1)),
    ("agent.horizon", .atLeast(2)),
    ("*.lam", .within(0...1)),
    ("*.actent", .atLeast(0)),
    ("*.slowreg", .atLeast(0)),
    ("agent.imag_loss.rounding", .within(0...1e-3)),
    ("*.rate", .within(0...1)),
    ("agent.slowvalue.every", .atLeast(1)),
    ("agent.retnorm.impl", .oneOf(["none", "meanstd", "perc"])),
    ("agent.valnorm.impl", .oneOf(["none", "meanstd", "perc"])),
    ("agent.advnorm.impl", .oneOf(["none", "meanstd", "perc"])),
    ("*.limit", .atLeast(0)),
    ("*.perclo", .within(0...100)),
    ("*.perchi", .within(0...100)),
  ]
}

extension ConfigurationTable {
  /// Checks each value by itself, then those that depend on each other.
  /// - Throws: ``ConfigurationError`` for the first that is wrong.
  func validate() throws {
    for row in rows where row.value == .number(.infinity) && row.key != "replay.prio.initial" {
      throw error(row.key, "expected a number")
    }
    for (pattern, rule) in ConfigurationRule.all + ConfigurationRule.largest {
      for row in rows(matching: pattern) { try require(rule, row) }
    }
    for row in rows {
      if let rule = ConfigurationRule.general(for: row.value) { try require(rule, row) }
    }
    let configuration = try configuration()
    try checkBatches(configuration)
    try checkLatents(configuration)
    try checkBehavior(configuration)
    do {
      try configuration.replay.validate()
    } catch let problem as ReplayError {
      throw ConfigurationError(
        keyPath: problem.key, value: problem.value, reason: problem.reason,
        origin: self[problem.key]?.origin)
    }
  }

  /// Rows whose keys a pattern means.
  func rows(matching pattern: String) -> [Row] {
    if pattern.hasPrefix("*.") { return rows.filter { $0.key.hasSuffix(pattern.dropFirst()) } }
    if pattern.hasSuffix(".*") { return rows.filter { $0.key.hasPrefix(pattern.dropLast()) } }
    return self[pattern].map { [$0] } ?? []
  }

  private func error(_ key: String, _ reason: String) -> ConfigurationError {
    ConfigurationError(
      keyPath: key, value: self[key]?.value.yaml ?? "", reason: reason, origin: self[key]?.origin)
  }

  private func require(_ rule: ConfigurationRule, _ row: Row) throws {
    if let violation = rule.violation(row.value) { throw error(row.key, violation) }
  }

  private func require(_ holds: Bool, _ key: String, _ reason: String) throws {
    if !holds { throw error(key, reason) }
  }

  private func checkBatches(_ all: TrainingConfiguration) throws {
    try require(
      all.run.shards <= all.batchSize, "run.shards", "must be at most batch_size, \(all.batchSize)")
    try require(
      all.batchSize * (all.batchLength + all.replayContext) <= ConfigurationRule.largestBatch,
      "batch_size", Self.tooManyRows("batch_length"))
    try require(
      all.batchSize * (all.reportLength + all.replayContext) <= ConfigurationRule.largestBatch,
      "report_length", Self.tooManyRows("report_length"))
    let batch = all.batchSize * all.batchLength
    try require(
      all.replay.size >= batch, "replay.size",
      "must be at least batch_size · batch_length, \(batch), or training never starts")
    let image = all.bench.image
    try require(
      image.isEmpty || (image.count == 3 && image.allSatisfy { $0 > 0 }), "bench.image",
      "must be rows, columns and channels, [64, 64, 3] for one, or [] for no image")
    try require(
      !image.isEmpty || all.bench.vector > 0, "bench.image",
      "there is nothing to observe; set bench.image or bench.vector")
  }

  private static func tooManyRows(_ length: String) -> String {
    "must be so that batch_size · (\(length) + replay_context) is at most "
      + "\(ConfigurationRule.largestBatch) rows"
  }

  private func checkLatents(_ all: TrainingConfiguration) throws {
    let rssm = all.agent.dyn.rssm
    try require(
      rssm.deter % rssm.blocks == 0, "agent.dyn.rssm.blocks", "must divide deter, \(rssm.deter)")
    try require(
      rssm.deter % all.agent.dec.simple.bspace == 0, "agent.dec.simple.bspace",
      "must divide agent.dyn.rssm.deter, \(rssm.deter)")
    for (name, mults) in [
      ("enc", all.agent.enc.simple.mults), ("dec", all.agent.dec.simple.mults),
    ] {
      try require(
        !mults.isEmpty && mults.allSatisfy { $0 > 0 }, "agent.\(name).simple.mults",
        "must be a positive number for each stage, [2, 3, 4, 4] for one")
    }
  }

  private func checkBehavior(_ all: TrainingConfiguration) throws {
    let agent = all.agent
    try require(
      agent.opt.schedule == "const" || agent.opt.anneal > agent.opt.warmup, "agent.opt.anneal",
      "must be above agent.opt.warmup, \(agent.opt.warmup), "
        + "for the \(agent.opt.schedule) schedule")
    // What is smaller is zero to single precision, and nothing is divided by nothing.
    try require(
      agent.opt.impl != "adam" || agent.opt.eps >= Double(Float.leastNormalMagnitude),
      "agent.opt.eps", "must be at least \(Float.leastNormalMagnitude) for adam")
    try require(
      agent.policy.maxstd >= agent.policy.minstd, "agent.policy.maxstd",
      "must be at least agent.policy.minstd, \(agent.policy.minstd)")
    try require(
      agent.imagLast <= all.batchLength, "agent.imag_last",
      "must be at most batch_length, \(all.batchLength)")
    try require(
      agent.imagLast != 1 || !agent.repvalLoss, "agent.imag_last",
      "must be 0 or at least 2, for agent.repval_loss compares neighbouring states")
    for (name, norm) in [
      ("retnorm", agent.retnorm), ("valnorm", agent.valnorm), ("advnorm", agent.advnorm),
    ] {
      try require(
        norm.perclo < norm.perchi, "agent.\(name).perclo", "must be below perchi, \(norm.perchi)")
    }
  }
}

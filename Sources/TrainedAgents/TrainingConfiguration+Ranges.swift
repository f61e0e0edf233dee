import Agents
import Configuration
import Foundation
import Kernels
import LatentModels
import ReplaySettings
import Worlds

extension TrainingConfiguration: ConfigurationRoot {
  /// What each value must be by itself; values that depend on each other are for ``check(_:)``.
  public static let ranges: [ConfigurationRange] = .all(
    [("seed", .atLeast(0))],
    batches,
    RunConfiguration.ranges.under("run"),
    EnvironmentConfigurations.ranges.under("env"),
    AgentConfiguration.ranges.under("agent"),
    ReplayConfiguration.ranges.under("replay"),
    .each("bench.vector", are: .atLeast(0), .atMost(1e6)),
    .each("bench.actions", are: .atLeast(1), .atMost(1e6)))

  private static let batches: [ConfigurationRange] = .all(
    .each("batch_size", are: .atLeast(1), .atMost(65536)),
    .each("batch_length", "report_length", are: .atLeast(2), .atMost(65536)),
    .each("consec_train", "consec_report", are: .atLeast(1), .atMost(1024)),
    .each("replay_context", are: .atLeast(0), .atMost(65536)))

  /// Sizes of agents, `debug`, and one for each family of worlds.
  public static var presets: [ConfigurationPreset] { TrainingPresets.all }

  /// The preset of the family that `task` belongs to.
  public static func ownPreset(of table: ConfigurationTable<TrainingConfiguration>) -> String? {
    EnvironmentRegistry.family(of: table.text(of: "task"))?.name
  }

  /// What to do with a key of the reference's that has no counterpart.
  public static func advice(forUnknown key: String) -> String? { ReferenceKeys.advice(for: key) }

  /// The priority of rows that were not trained on: then they come before all others.
  public static func mayBeInfinite(_ key: String) -> Bool { key == "replay.prio.initial" }

  /// Checks that sizes fit each other, that bounds and schedules are in order, and replay.
  ///
  /// - Throws: ``ConfigurationError``.
  public func check(_ table: ConfigurationTable<TrainingConfiguration>) throws {
    try checkBatches(table)
    try checkLatents(table)
    try checkBehavior(table)
    do {
      try replay.validate()
    } catch let problem as ReplayError {
      try table.require(false, problem.key, problem.reason, value: problem.value)
    }
  }

  /// The configuration of a run in a world, checked.
  ///
  /// - Parameters:
  ///   - task: the environment's id; nil for that which files or `set` name, if any. Its own preset comes
  ///     first.
  /// - Throws: as ``ConfigurationRoot/resolve(over:presets:files:options:set:)``.
  public static func resolve(
    over saved: URL? = nil, task: String?, presets: [String] = [], files: [URL] = [],
    options: [(name: String, assignment: String)] = [], set: [String] = []
  ) throws -> ResolvedConfiguration<TrainingConfiguration> {
    let task = task.map { [(name: "--env", assignment: "task=\($0)")] } ?? []
    return try resolve(
      over: saved, presets: presets, files: files, options: task + options, set: set)
  }
}

extension RunConfiguration {
  static let ranges: [ConfigurationRange] = .all(
    .each(
      "eval_every", "keep.every", "log_every", "report_every", "save_every", are: .atLeast(0)),
    .each("steps", "keep.last", "shards", are: .atLeast(1)),
    .each("train_ratio", are: .atLeast(0), .atMost(1e6)),
    .each("envs", "eval_envs", are: .atLeast(1), .atMost(4096)),
    .each("eval_eps", are: .atLeast(1), .atMost(1e6)),
    .each("report_batches", are: .atLeast(1), .atMost(10_000)),
    .each("threads", are: .atLeast(0), .atMost(1024)),
    .each("on_nonfinite", are: .oneOf(["stop", "skip"])))
}

extension ReplayConfiguration {
  static let ranges: [ConfigurationRange] = .all(
    .each("size", are: .atMost(Double(largestSize))),
    .each("chunksize", are: .atMost(Double(largestChunk))))
}

// MARK: values that depend on each other

extension TrainingConfiguration {
  /// Rows of a batch, context included: a thousand times the default. The latents of so many are tens
  /// of gigabytes with the largest preset.
  private static let largestBatch = 1 << 20

  private func checkBatches(_ table: ConfigurationTable<Self>) throws {
    try table.require(
      run.shards <= batchSize, "run.shards", "must be at most batch_size, \(batchSize)")
    try table.require(
      batchSize * (batchLength + replayContext) <= Self.largestBatch,
      "batch_size", Self.tooManyRows("batch_length"))
    try table.require(
      batchSize * (reportLength + replayContext) <= Self.largestBatch,
      "report_length", Self.tooManyRows("report_length"))
    let batch = batchSize * batchLength
    try table.require(
      replay.size >= batch, "replay.size",
      "must be at least batch_size · batch_length, \(batch), or training never starts")
    let image = bench.image
    try table.require(
      image.isEmpty || (image.count == 3 && image.allSatisfy { $0 > 0 }), "bench.image",
      "must be rows, columns and channels, [64, 64, 3] for one, or [] for no image")
    try table.require(
      !image.isEmpty || bench.vector > 0, "bench.image",
      "there is nothing to observe; set bench.image or bench.vector")
  }

  private static func tooManyRows(_ length: String) -> String {
    "must be so that batch_size · (\(length) + replay_context) is at most "
      + "\(Self.largestBatch) rows"
  }

  private func checkLatents(_ table: ConfigurationTable<Self>) throws {
    let rssm = agent.dyn.rssm
    do {
      _ = try LatentFamilies.make(rssm)
    } catch let error as LatentSettingsError {
      try table.require(false, "agent.dyn.rssm.\(error.key)", error.description)
    }
    try table.require(
      rssm.deter % rssm.blocks == 0, "agent.dyn.rssm.blocks", "must divide deter, \(rssm.deter)")
    try table.require(
      rssm.deter % agent.dec.simple.bspace == 0, "agent.dec.simple.bspace",
      "must divide agent.dyn.rssm.deter, \(rssm.deter)")
    for (name, mults) in [
      ("enc", agent.enc.simple.mults), ("dec", agent.dec.simple.mults),
    ] {
      try table.require(
        !mults.isEmpty && mults.allSatisfy { $0 > 0 }, "agent.\(name).simple.mults",
        "must be a positive number for each stage, [2, 3, 4, 4] for one")
    }
  }

  private func checkBehavior(_ table: ConfigurationTable<Self>) throws {
    let agent = agent
    try table.require(
      agent.opt.schedule == "const" || agent.opt.anneal > agent.opt.warmup, "agent.opt.anneal",
      "must be above agent.opt.warmup, \(agent.opt.warmup), "
        + "for the \(agent.opt.schedule) schedule")
    // What is smaller is zero to single precision, and nothing is divided by nothing.
    try table.require(
      agent.opt.impl != "adam" || agent.opt.eps >= Double(Float.leastNormalMagnitude),
      "agent.opt.eps", "must be at least \(Float.leastNormalMagnitude) for adam")
    try table.require(
      agent.policy.maxstd >= agent.policy.minstd, "agent.policy.maxstd",
      "must be at least agent.policy.minstd, \(agent.policy.minstd)")
    try table.require(
      agent.imagLast <= batchLength, "agent.imag_last",
      "must be at most batch_length, \(batchLength)")
    try table.require(
      agent.imagLast != 1 || !agent.repvalLoss, "agent.imag_last",
      "must be 0 or at least 2, for agent.repval_loss compares neighbouring states")
    for kind in AgentState.normalizers {
      let norm = agent[keyPath: kind.configuration]
      try table.require(
        norm.perclo < norm.perchi, "agent.\(kind.name).perclo",
        "must be below perchi, \(norm.perchi)")
    }
  }
}

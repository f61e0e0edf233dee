/// What a shard tells the others about its imagination and its replayed rows: plain numbers, time
/// first.
struct ShardOutlook: Sendable {
  /// n: imagined sequences of the shard, `K' · b`.
  var count: Int
  /// b: replayed sequences.
  var sequences: Int
  /// `[H + 1, n]`: predicted rewards, continue probabilities, and the raw means of both critics.
  var rewards: [Float]
  var continues: [Float]
  var values: [Float]
  var slowValues: [Float]
  /// `[K', b]`: what really happened in the rows that imagination started from.
  var replayedRewards: [Float]
  var replayedTerminal: [Float]
  var replayedLast: [Float]
  /// Divergences before free nats, summed over the shard's rows.
  var divergenceSum: Double
}

/// What a shard's actor and critic learn towards. All are constants.
struct ShardTargets: Sendable {
  /// `[H, n]`.
  var returns: [Float] = []
  /// `[H, n]`: what the critic should say, in its own units.
  var critic: [Float] = []
  /// `[H, n]`: how much better than expected, in the policy loss's units.
  var advantages: [Float] = []
  /// `[H + 1, n]`: what each step counts.
  var weights: [Float] = []
  /// `[K' - 1, b]`: what the critic should say of replayed states.
  var replayedCritic: [Float] = []
}

/// The one rendezvous of a training step: returns are scaled by statistics of the whole batch
/// (ALGORITHM section 9, 4 and 5).
struct TargetMaker {
  let configuration: AgentConfiguration
  /// Whether the normalisers take the batch in: not where a batch is only looked at.
  let updatesNormalizers: Bool

  /// - Parameter state: its normalisers may be updated.
  /// - Returns: targets of each shard, and metrics of the whole.
  func makeTargets(
    _ shards: [ShardOutlook], _ state: inout AgentState
  ) -> (targets: [ShardTargets], metrics: [(String, Float)]) {
    let before = state.valueNormalizer.statistics
    let discount = configuration.contdisc ? 1 : configuration.discount
    var targets = shards.map { shard in
      ShardTargets(
        returns: imaginedReturns(shard, value: before, discount: discount),
        weights: imaginationWeights(
          continues: shard.continues, count: shard.count, discount: discount))
    }
    update(&state.returnNormalizer, targets.map(\.returns))
    let scale = state.returnNormalizer.statistics.scale
    let raw = zip(targets, shards).map { advantages($0, $1, value: before, scale: scale) }
    update(&state.advantageNormalizer, raw)
    update(&state.valueNormalizer, targets.map(\.returns))
    let (advantage, critic) = (
      state.advantageNormalizer.statistics, state.valueNormalizer.statistics
    )
    for index in targets.indices {
      targets[index].advantages = normalized(raw[index], advantage)
      targets[index].critic = normalized(targets[index].returns, critic)
    }
    let metrics = metrics(shards, targets, raw: raw, value: before, state)
    if configuration.repvalLoss { addReplayed(shards, &targets, &state) }
    return (targets, metrics)
  }

  private func update(_ normalizer: inout Normalizer, _ values: [[Float]]) {
    if updatesNormalizers { normalizer.update(values.flatMap { $0 }) }
  }

  private typealias Statistics = (offset: Float, scale: Float)

  private func normalized(_ values: [Float], _ by: Statistics) -> [Float] {
    values.map { ($0 - by.offset) / by.scale }
  }

  private func rescaled(_ values: [Float], _ by: Statistics) -> [Float] {
    values.map { $0 * by.scale + by.offset }
  }

  /// The critic whose word is bootstrapped from and compared with.
  private func baseline(_ shard: ShardOutlook, _ value: Statistics) -> [Float] {
    rescaled(configuration.imagLoss.slowtar ? shard.slowValues : shard.values, value)
  }

  private func imaginedReturns(
    _ shard: ShardOutlook, value: Statistics, discount: Float
  ) -> [Float] {
    lambdaReturns(
      rewards: shard.rewards, bootstrap: baseline(shard, value),
      terminal: shard.continues.map { 1 - $0 },
      last: [Float](repeating: 0, count: shard.rewards.count), count: shard.count,
      discount: discount, lambda: Float(configuration.imagLoss.lam))
  }

  private func advantages(
    _ targets: ShardTargets, _ shard: ShardOutlook, value: Statistics, scale: Float
  ) -> [Float] {
    zip(targets.returns, baseline(shard, value)).map { ($0 - $1) / scale }
  }

  /// Returns along the real trajectory, bootstrapped from what was imagined at each of its states.
  private func addReplayed(
    _ shards: [ShardOutlook], _ targets: inout [ShardTargets], _ state: inout AgentState
  ) {
    let returns = zip(shards, targets).map { shard, target in
      lambdaReturns(
        rewards: shard.replayedRewards, bootstrap: Array(target.returns.prefix(shard.count)),
        terminal: shard.replayedTerminal, last: shard.replayedLast, count: shard.sequences,
        discount: configuration.discount, lambda: Float(configuration.replLoss.lam))
    }
    update(&state.valueNormalizer, returns)
    let statistics = state.valueNormalizer.statistics
    for index in targets.indices {
      targets[index].replayedCritic = normalized(returns[index], statistics)
    }
  }

  /// ALGORITHM section 13, "Metrics from training".
  private func metrics(
    _ shards: [ShardOutlook], _ targets: [ShardTargets], raw: [[Float]], value: Statistics,
    _ state: AgentState
  ) -> [(String, Float)] {
    let advantages = raw.flatMap { $0 }
    let returns = targets.flatMap { normalized($0.returns, state.returnNormalizer.statistics) }
    let mean = Self.mean(advantages)
    // Imagination's first states are those of the replayed rows.
    let recall = rewardRecall(
      predicted: shards.flatMap { $0.rewards.prefix($0.count) },
      actual: shards.flatMap(\.replayedRewards))
    return [
      ("adv", Float(mean)),
      ("adv_std", Float(Self.mean(advantages) { ($0 - mean) * ($0 - mean) }.squareRoot())),
      ("adv_mag", Float(Self.mean(advantages, abs))),
      ("rew", Float(Self.mean(shards.flatMap(\.rewards)))),
      ("con", Float(Self.mean(shards.flatMap(\.continues)))),
      ("ret", Float(Self.mean(returns))),
      ("ret_min", returns.min() ?? 0),
      ("ret_max", returns.max() ?? 0),
      ("ret_rate", Float(Self.mean(returns) { abs($0) >= 1 ? 1 : 0 })),
      ("tar", Float(Self.mean(targets.flatMap(\.critic)))),
      ("val", Float(Self.mean(shards.flatMap { rescaled($0.values, value) }))),
      ("slowval", Float(Self.mean(shards.flatMap { rescaled($0.slowValues, value) }))),
      ("weight", Float(Self.mean(targets.flatMap(\.weights)))),
    ] + (recall.map { [("rew_recall", $0)] } ?? [])
  }

  private static func mean(
    _ values: [Float], _ transform: (Double) -> Double = { $0 }
  ) -> Double {
    values.reduce(0.0) { $0 + transform(Double($1)) } / Double(max(values.count, 1))
  }
}

import ReplayBuffers

extension ConfigurationRule {
  /// The largest values, by pattern: far above what anybody wants, and low enough that products of
  /// them stay numbers. What is not here ends at `largestInteger`.
  static let largest: [(pattern: String, rule: ConfigurationRule)] =
    [
      ("batch_size", 65536), ("batch_length", 65536), ("report_length", 65536),
      ("consec_train", 1024), ("consec_report", 1024), ("replay_context", 65536),
      ("run.train_ratio", 1e6), ("run.envs", 4096), ("run.eval_envs", 4096),
      ("run.eval_eps", 1e6), ("run.report_batches", 10_000), ("run.threads", 1024),
      ("env.wrap.repeat", 10_000), ("bench.vector", 1e6), ("bench.actions", 1e6),
      ("*.units", 65536), ("*.layers", 64), ("*.depth", 4096), ("*.kernel", 31),
      ("*.bins", 65535), ("*.deter", 1_048_576), ("*.hidden", 65536), ("*.stoch", 4096),
      ("*.classes", 4096), ("*.imglayers", 64), ("*.obslayers", 64), ("*.dynlayers", 64),
      ("agent.imag_length", 4096), ("agent.horizon", 1e9), ("agent.opt.lr", 1000),
      ("replay.size", Double(ReplayConfiguration.largestSize)),
      ("replay.chunksize", Double(ReplayConfiguration.largestChunk)),
    ].map { ($0.0, .atMost($0.1)) }

  /// Of whole numbers that have no limit of their own: steps, seeds, sizes of replay.
  private static let largestInteger = 1e15
  /// Of other numbers, which are calculated with in single precision, whose largest is 3.4e38.
  private static let largestNumber = 1e38
  /// Of the items of lists: lengths and multiples.
  private static let largestItem = 4096

  /// Rows of a batch, context included: a thousand times the default. The latents of so many are tens
  /// of gigabytes with the largest preset.
  static let largestBatch = 1 << 20

  /// The rule for a value that has none of its own; nil where any will do.
  static func general(for value: ConfigurationValue) -> ConfigurationRule? {
    switch value {
    case .integer: .atMost(largestInteger)
    case .integers: .itemsAtMost(largestItem)
    // What may be infinite is checked with its key.
    case .number(let number): number.isInfinite ? nil : .atMost(largestNumber)
    case .boolean, .text, .texts: nil
    }
  }
}

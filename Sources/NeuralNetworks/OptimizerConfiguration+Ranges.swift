import Configuration

extension OptimizerConfiguration {
  /// What each value must be.
  package static let ranges: [ConfigurationRange] = .all(
    [
      ("impl", .oneOf(["laprop", "adam"])), ("eps", .above(0)),
      ("schedule", .oneOf(["const", "linear", "cosine"])),
    ],
    .each("lr", are: .above(0), .atMost(1000)),
    .each("beta1", "beta2", are: .share),
    .each("agc", "wd", "warmup", "anneal", are: .atLeast(0)))
}

import Configuration
import NeuralNetworks
import WorldModels

extension AgentConfiguration {
  /// What the values of `agent` must be, by key.
  package static let ranges: [ConfigurationRange] = .all(
    networks,
    behavior,
    losses)

  private static let networks: [ConfigurationRange] = .all(
    EncoderConfiguration.ranges.under("enc"),
    DynamicsConfiguration.ranges.under("dyn"),
    DecoderConfiguration.ranges.under("dec"),
    HeadConfiguration.ranges(output: "symexp_twohot").under("rewhead"),
    HeadConfiguration.ranges(output: "binary").under("conhead"),
    HeadConfiguration.ranges(output: "symexp_twohot").under("value"),
    [ConfigurationRange].all(
      HeadConfiguration.layerRanges, .each("minstd", "maxstd", are: .above(0)),
      .each("mix", "unimix", are: .share)
    ).under("policy"))

  private static let behavior: [ConfigurationRange] = .all(
    OptimizerConfiguration.ranges.under("opt"),
    [
      ("frozen", .someOf(AgentModule.allCases.map(\.rawValue))),
      ("policy_dist_disc", .oneOf(["categorical"])),
      ("policy_dist_cont", .oneOf(["bounded_normal"])),
      ("imag_last", .atLeast(0)),
    ],
    .each("imag_length", are: .atLeast(1), .atMost(4096)),
    .each("horizon", are: .atLeast(2), .atMost(1e9)))

  private static let losses: [ConfigurationRange] = .all(
    [
      ("loss_scales.*", .atLeast(0)), ("imag_loss.rounding", .within(0...1e-3)),
      ("imag_loss.actent", .atLeast(0)), ("slowvalue.every", .atLeast(1)),
    ],
    .each("imag_loss.lam", "repl_loss.lam", "slowvalue.rate", are: .within(0...1)),
    .each("imag_loss.slowreg", "repl_loss.slowreg", are: .atLeast(0)),
    AgentState.normalizers.flatMap { NormalizerConfiguration.ranges.under($0.name) })
}

extension NormalizerConfiguration {
  static let ranges: [ConfigurationRange] = .all(
    [
      ("impl", .oneOf(["none", "meanstd", "perc"])), ("rate", .within(0...1)),
      ("limit", .atLeast(0)),
    ],
    .each("perclo", "perchi", are: .within(0...100)))
}

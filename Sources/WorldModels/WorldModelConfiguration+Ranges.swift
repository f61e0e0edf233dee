import Configuration
import Kernels
import LatentModels
import NeuralNetworks

// What the values of each group of keys must be. The largest are far above what anybody wants, and low
// enough that products of them stay numbers.

/// What groups of layers have in common.
enum LayerRanges {
  static let style: [ConfigurationRange] = [
    ("act", .oneOf(Activation.allCases.map(\.rawValue))),
    (
      "norm",
      .named("one of rms, layer, none, or rms1em5 for another epsilon") {
        Normalization(name: $0) != nil
      }
    ),
    (
      "winit",
      .named("a distribution and a fan, trunc_normal_in for one") { Initializer(name: $0) != nil }
    ),
  ]

  static let perceptron: [ConfigurationRange] = .all(
    .each("layers", are: .atLeast(0), .atMost(64)),
    .each("units", are: .atLeast(1), .atMost(65536)))

  static let images: [ConfigurationRange] = .all(
    .each("depth", are: .atLeast(1), .atMost(4096)),
    .each("kernel", are: .atLeast(1), .atMost(31)))
}

extension EncoderConfiguration {
  package static let ranges: [ConfigurationRange] = .all(
    [("typ", .oneOf(["simple"]))],
    [ConfigurationRange].all(LayerRanges.style, LayerRanges.perceptron, LayerRanges.images)
      .under("simple"))
}

extension DecoderConfiguration {
  package static let ranges: [ConfigurationRange] = .all(
    [("typ", .oneOf(["simple"]))],
    [ConfigurationRange].all(
      LayerRanges.style, LayerRanges.perceptron, LayerRanges.images,
      .each("outscale", are: .atLeast(0)), .each("bspace", are: .atLeast(1))
    ).under("simple"))
}

extension DynamicsConfiguration {
  package static let ranges: [ConfigurationRange] = .all(
    [("typ", .oneOf(["rssm"]))],
    [ConfigurationRange].all(LayerRanges.style, rssm).under("rssm"))

  private static let rssm: [ConfigurationRange] = .all(
    .each("outscale", "free_nats", are: .atLeast(0)),
    .each("unimix", "balance", are: .share),
    .each("latent", are: .oneOf(LatentFamilies.names)),
    .each("std_act", are: .oneOf(["softplus", "sigmoid2"])),
    .each("min_std", "anneal_slope", are: .above(0)),
    .each("codes", are: .atLeast(2), .atMost(65536)),
    .each("code_width", are: .atLeast(1), .atMost(4096)),
    .each("anneal", are: .oneOf(Annealing.Kind.allCases.map(\.rawValue))),
    .each("anneal_updates", "anneal_cycles", are: .atLeast(1)),
    .each("anneal_ratio", are: .above(0), .atMost(1)),
    .each("deter", are: .atLeast(1), .atMost(1_048_576)),
    .each("hidden", are: .atLeast(1), .atMost(65536)),
    .each("stoch", "classes", are: .atLeast(1), .atMost(4096)),
    .each("imglayers", "obslayers", "dynlayers", are: .atLeast(0), .atMost(64)),
    .each("blocks", are: .atLeast(1)))
}

extension HeadConfiguration {
  /// - Parameter output: the one that the head can have.
  package static func ranges(output: String) -> [ConfigurationRange] {
    .all(
      LayerRanges.style, LayerRanges.perceptron, .each("outscale", are: .atLeast(0)),
      .each("bins", are: .atLeast(2), .atMost(65535)), .each("output", are: .oneOf([output])))
  }

  /// What a multi-layer perceptron with another output must be.
  package static let layerRanges: [ConfigurationRange] = .all(
    LayerRanges.style,
    LayerRanges.perceptron,
    .each("outscale", are: .atLeast(0)))
}

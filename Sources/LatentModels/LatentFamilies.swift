/// What the configuration says of latents.
package protocol LatentSettings {
  /// The name of a family.
  var latent: String { get }
  /// S.
  var stoch: Int { get }
  /// Classes of a categorical latent.
  var classes: Int { get }
  /// Share of the uniform distribution in a categorical latent's probabilities.
  var unimix: Double { get }
  /// How a network's number becomes the deviation of a Gaussian latent: `softplus` or `sigmoid2`.
  var stdAct: String { get }
  /// What is added to that.
  var minStd: Double { get }
  /// Codes of a codebook that latents share.
  var codes: Int { get }
  /// Numbers of such a code.
  var codeWidth: Int { get }
  /// Levels of each number of a finite scalar.
  var levels: [Int] { get }
  /// 0, or what of the divergence trains the prior.
  var balance: Double { get }
  /// Whether free nats are set on purpose, to another number than 0 and the default.
  var setsFreeNats: Bool { get }
  /// How what the divergence counts grows.
  var annealing: Annealing { get }
}

/// The families that a configuration can name.
package enum LatentFamilies {
  private static let all:
    [(name: String, make: @Sendable (any LatentSettings) -> any LatentFamily)] =
      [
        ("categorical", { CategoricalLatent($0) }),
        ("gaussian", { GaussianLatent($0) }),
        ("full_gaussian", { FullGaussianLatent($0) }),
        ("vq", { VectorQuantizedLatent($0) }),
        ("fsq", { FiniteScalarLatent($0) }),
      ]

  package static var names: [String] { all.map(\.name) }

  /// - Throws: ``LatentSettingsError``.
  package static func make(_ settings: some LatentSettings) throws -> any LatentFamily {
    guard let family = all.first(where: { $0.name == settings.latent }) else {
      throw LatentSettingsError(
        key: "latent", problem: "there are no \(settings.latent) latents",
        remedy: "set agent.dyn.rssm.latent to one of \(names.joined(separator: ", "))")
    }
    guard settings.stoch >= 1, 1...CodeBytes.mostCodes ~= settings.classes else {
      throw LatentSettingsError(
        key: "classes",
        problem: "there cannot be \(settings.stoch) latents of \(settings.classes) classes",
        remedy: "set agent.dyn.rssm.stoch to 1 or more, and agent.dyn.rssm.classes to "
          + "\(CodeBytes.mostCodes) or fewer")
    }
    try checkCodes(settings)
    let latent = family.make(settings)
    if !latent.hasDivergence { try checkNoDivergence(settings) }
    return latent
  }

  private static func checkCodes(_ settings: some LatentSettings) throws {
    guard 2...CodeBytes.mostCodes ~= settings.codes, settings.codeWidth >= 1 else {
      throw LatentSettingsError(
        key: "codes",
        problem: "there cannot be \(settings.codes) codes of \(settings.codeWidth) numbers",
        remedy: "set agent.dyn.rssm.codes to 2 to \(CodeBytes.mostCodes), and "
          + "agent.dyn.rssm.code_width to 1 or more")
    }
    let (levels, most) = (settings.levels, CodeBytes.mostCodes)
    let isFew =
      levels.allSatisfy { 2...most ~= $0 }
      && levels.reduce(1) { min($0 * $1, most + 1) } <= most
    guard !levels.isEmpty, isFew else {
      throw LatentSettingsError(
        key: "levels", problem: "there cannot be latents of the levels \(levels)",
        remedy: "set agent.dyn.rssm.levels to 2 or more for each number of a latent, [5, 5, 3] for "
          + "one, whose product is at most \(most)")
    }
  }

  /// Refuses what is about the posterior's divergence from the prior where there is none.
  private static func checkNoDivergence(_ settings: some LatentSettings) throws {
    let reason =
      "a posterior of \(settings.latent) is sure of its code and has no divergence from "
      + "the prior that could be"
    if settings.balance > 0 {
      throw LatentSettingsError(
        key: "balance", problem: "\(reason) balanced", remedy: "set agent.dyn.rssm.balance to 0")
    }
    if settings.setsFreeNats {
      throw LatentSettingsError(
        key: "free_nats", problem: "\(reason) free below some nats",
        remedy: "leave agent.dyn.rssm.free_nats as it is by default, or set it to 0")
    }
    if settings.annealing.kind != .constant {
      throw LatentSettingsError(
        key: "anneal", problem: "\(reason) annealed",
        remedy: "set agent.dyn.rssm.anneal to constant")
    }
  }
}

/// Latents that there cannot be.
package struct LatentSettingsError: Error, CustomStringConvertible, Equatable {
  /// Of `agent.dyn.rssm`: what to look at.
  package let key: String
  package let problem: String
  package let remedy: String
  package var description: String { "\(problem); \(remedy)" }
}

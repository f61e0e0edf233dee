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
}

/// The families that a configuration can name.
package enum LatentFamilies {
  private static let all:
    [(name: String, make: @Sendable (any LatentSettings) -> any LatentFamily)] =
      [
        ("categorical", { CategoricalLatent($0) }),
        ("gaussian", { GaussianLatent($0) }),
      ]

  package static var names: [String] { all.map(\.name) }

  /// - Throws: ``LatentSettingsError``.
  package static func make(_ settings: some LatentSettings) throws -> any LatentFamily {
    guard let family = all.first(where: { $0.name == settings.latent }) else {
      throw LatentSettingsError(
        problem: "there are no \(settings.latent) latents",
        remedy: "set agent.dyn.rssm.latent to \(names.joined(separator: " or "))")
    }
    guard settings.stoch >= 1, 1...CategoricalLatent.mostClasses ~= settings.classes else {
      throw LatentSettingsError(
        problem: "there cannot be \(settings.stoch) latents of \(settings.classes) classes",
        remedy: "set agent.dyn.rssm.stoch to 1 or more, and agent.dyn.rssm.classes to "
          + "\(CategoricalLatent.mostClasses) or fewer")
    }
    return family.make(settings)
  }
}

/// Latents that there cannot be.
package struct LatentSettingsError: Error, CustomStringConvertible, Equatable {
  package let problem: String
  package let remedy: String
  package var description: String { "\(problem); \(remedy)" }
}

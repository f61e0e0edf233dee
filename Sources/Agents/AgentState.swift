/// What training changes besides parameters and the optimiser's averages.
package struct AgentState: Codable, Sendable, Equatable {
  package var returnNormalizer: Normalizer
  package var valueNormalizer: Normalizer
  package var advantageNormalizer: Normalizer
  /// Train steps that the slow critic has seen.
  package var slowValueCount = 0
  /// Gradient updates done.
  package var updates = 0

  package init(_ configuration: AgentConfiguration) {
    returnNormalizer = Normalizer(configuration.retnorm)
    valueNormalizer = Normalizer(configuration.valnorm)
    advantageNormalizer = Normalizer(configuration.advnorm)
  }

  /// The same state under a configuration whose rates and limits may be others.
  package func adopting(_ configuration: AgentConfiguration) -> AgentState {
    var state = self
    for kind in Self.normalizers {
      state[keyPath: kind.path].configuration = configuration[keyPath: kind.configuration]
    }
    return state
  }

  /// One of the normalisers.
  package struct NormalizerKind {
    /// The reference's.
    package let name: String
    package let path: WritableKeyPath<AgentState, Normalizer>
    package let configuration: KeyPath<AgentConfiguration, NormalizerConfiguration>
  }

  /// All of them.
  package static var normalizers: [NormalizerKind] {
    [
      .init(name: "retnorm", path: \.returnNormalizer, configuration: \.retnorm),
      .init(name: "valnorm", path: \.valueNormalizer, configuration: \.valnorm),
      .init(name: "advnorm", path: \.advantageNormalizer, configuration: \.advnorm),
    ]
  }

  private static let slowCount = "slowval_count"

  /// What stands beside the parameters in their file, under the reference's names.
  package var numbers: (floats: [(name: String, value: Float)], count: (name: String, value: Int)) {
    let floats = Self.normalizers.flatMap { kind in
      let normalizer = self[keyPath: kind.path]
      return normalizer.stored.map {
        ("\(kind.name)/\($0.name)/value", normalizer[keyPath: $0.path])
      }
    }
    return (floats, ("\(Self.slowCount)/value", slowValueCount))
  }

  /// Whether a tensor of a checkpoint is one of the networks', and no normaliser's, counter's or the
  /// optimiser's.
  package static func isNetwork(_ name: String) -> Bool {
    let others = normalizers.map(\.name) + [slowCount, "opt"]
    return !others.contains { name.hasPrefix($0 + "/") }
  }
}

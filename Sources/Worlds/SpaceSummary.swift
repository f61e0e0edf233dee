import EnvironmentInterface

extension ObservationSpace {
  /// `image 56×56×3`
  package var summary: String {
    switch kind {
    case .image(let height, let width, let channels): "\(name) \(height)×\(width)×\(channels)"
    case .vector(let count), .discrete(let count, _): "\(name) \(count)"
    }
  }
}

extension ActionSpace {
  /// `7 actions`, `-2.0…2.0`
  package var summary: String {
    switch self {
    case .discrete(let count): "\(count) actions"
    case .continuous(let low, let high):
      zip(low, high).map { "\($0)…\($1)" }.joined(separator: " × ")
    }
  }
}

/// One named part of what an environment shows.
public struct ObservationSpace: Sendable, Hashable, Codable {
  /// What an observation is made of, and its shape.
  public enum Kind: Sendable, Hashable, Codable {
    /// Bytes `[height, width, channels]`, row-major.
    case image(height: Int, width: Int, channels: Int)
    /// Real numbers `[count]`.
    case vector(count: Int)
    /// Class numbers `[count]`, each in `0..<classes`.
    case discrete(count: Int, classes: Int)
  }

  /// The key of the observation in replay, in files and in the names of parameters and losses; not
  /// `action`, `reward`, `is_first`, `is_last` or `is_terminal`, which stand beside it there.
  public var name: String
  /// What the observation is made of, and its shape.
  public var kind: Kind

  /// A space; ``ConformanceChecker`` tells whether a world can have it.
  public init(name: String, kind: Kind) {
    self.name = name
    self.kind = kind
  }

  /// Whether it is found in an observation's `images`; all others are in its `vectors`.
  public var isImage: Bool {
    if case .image = kind { true } else { false }
  }

  /// How many bytes an image has, or how many numbers a vector or discrete space.
  public var count: Int {
    switch kind {
    case .image(let height, let width, let channels): height * width * channels
    case .vector(let count): count
    case .discrete(let count, _): count
    }
  }
}

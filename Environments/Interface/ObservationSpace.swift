/// One named part of what an environment shows.
public struct ObservationSpace: Sendable, Hashable, Codable {
  public enum Kind: Sendable, Hashable, Codable {
    /// Bytes `[height, width, channels]`, row-major.
    case image(height: Int, width: Int, channels: Int)
    /// Real numbers `[count]`.
    case vector(count: Int)
    /// Class numbers `[count]`, each in `0..<classes`.
    case discrete(count: Int, classes: Int)
  }

  public var name: String
  public var kind: Kind

  public init(name: String, kind: Kind) {
    self.name = name
    self.kind = kind
  }

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

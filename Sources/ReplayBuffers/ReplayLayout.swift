import EnvironmentInterface

/// How many numbers a row of replay has of each kind.
public struct ReplayLayout: Sendable, Hashable, Codable {
  /// Bytes of each image, in the order of the observation's images.
  public var imageSizes: [Int]
  /// Numbers of each vector, in the order of the observation's vectors.
  public var vectorSizes: [Int]
  /// Numbers of an action: 1 where it is discrete (its index), else its dimensions.
  public var actionSize: Int
  /// Numbers of the deterministic latent state.
  public var deter: Int
  /// Categorical latents.
  public var latents: Int
  /// Classes of each categorical latent, at most 65,536.
  public var classes: Int

  public init(
    imageSizes: [Int], vectorSizes: [Int], actionSize: Int, deter: Int, latents: Int, classes: Int
  ) {
    precondition(1...65_536 ~= classes, "\(classes) classes")
    self.imageSizes = imageSizes
    self.vectorSizes = vectorSizes
    self.actionSize = actionSize
    self.deter = deter
    self.latents = latents
    self.classes = classes
  }

  /// The layout for an environment's spaces.
  public init(
    observationSpaces: [ObservationSpace], actionSpace: ActionSpace, deter: Int, latents: Int,
    classes: Int
  ) {
    let actionSize =
      switch actionSpace {
      case .discrete: 1
      case .continuous(let low, _): low.count
      }
    self.init(
      imageSizes: observationSpaces.filter(\.isImage).map(\.count),
      vectorSizes: observationSpaces.filter { !$0.isImage }.map(\.count), actionSize: actionSize,
      deter: deter, latents: latents, classes: classes)
  }

  /// Bytes that a row's record takes: what was seen, earned and done, and a byte of flags.
  public var recordBytesPerRow: Int {
    let floats = vectorSizes.reduce(0, +) + actionSize + 1
    return imageSizes.reduce(0, +) + floats * 4 + 1
  }

  /// Bytes that a row's latents take: deter in half precision, class numbers in a byte or two.
  public var latentBytesPerRow: Int { deter * 2 + latents * (classes <= 256 ? 1 : 2) }

  /// Bytes that a stored row takes.
  public var bytesPerRow: Int { recordBytesPerRow + latentBytesPerRow }
}

import EnvironmentInterface

/// How many numbers a row of replay has of each kind.
package struct ReplayLayout: Sendable, Hashable, Codable {
  /// Bytes of each image, in the order of the observation's images.
  package var imageSizes: [Int]
  /// Numbers of each vector, in the order of the observation's vectors.
  package var vectorSizes: [Int]
  /// Numbers of an action: 1 where it is discrete (its index), else its dimensions.
  package var actionSize: Int
  /// Numbers of the deterministic latent state.
  package var deter: Int
  /// Bytes of the stochastic latent state, which mean nothing to replay.
  package var stochBytes: Int

  package init(
    imageSizes: [Int], vectorSizes: [Int], actionSize: Int, deter: Int, stochBytes: Int
  ) {
    self.imageSizes = imageSizes
    self.vectorSizes = vectorSizes
    self.actionSize = actionSize
    self.deter = deter
    self.stochBytes = stochBytes
  }

  /// The layout for an environment's spaces.
  package init(
    observationSpaces: [ObservationSpace], actionSpace: ActionSpace, deter: Int, stochBytes: Int
  ) {
    let actionSize =
      switch actionSpace {
      case .discrete: 1
      case .continuous(let low, _): low.count
      }
    self.init(
      imageSizes: observationSpaces.filter(\.isImage).map(\.count),
      vectorSizes: observationSpaces.filter { !$0.isImage }.map(\.count), actionSize: actionSize,
      deter: deter, stochBytes: stochBytes)
  }

  /// Bytes that a row's record takes: what was seen, earned and done, and a byte of flags.
  package var recordBytesPerRow: Int {
    let floats = vectorSizes.reduce(0, +) + actionSize + 1
    return imageSizes.reduce(0, +) + floats * 4 + 1
  }

  /// Bytes that a row's latents take: deter in half precision, stoch as it was given.
  package var latentBytesPerRow: Int { deter * 2 + stochBytes }

  /// Bytes that a stored row takes.
  package var bytesPerRow: Int { recordBytesPerRow + latentBytesPerRow }
}

extension ReplayLayout {
  /// Before latents had families, a layout told how many there were, and of how many classes.
  private enum FormerKeys: String, CodingKey { case latents, classes }

  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let stochBytes = try values.decodeIfPresent(Int.self, forKey: .stochBytes)
    self.init(
      imageSizes: try values.decode([Int].self, forKey: .imageSizes),
      vectorSizes: try values.decode([Int].self, forKey: .vectorSizes),
      actionSize: try values.decode(Int.self, forKey: .actionSize),
      deter: try values.decode(Int.self, forKey: .deter),
      stochBytes: try stochBytes ?? Self.formerStochBytes(decoder))
  }

  private static func formerStochBytes(_ decoder: any Decoder) throws -> Int {
    let values = try decoder.container(keyedBy: FormerKeys.self)
    let latents = try values.decode(Int.self, forKey: .latents)
    return try values.decode(Int.self, forKey: .classes) <= 256 ? latents : 2 * latents
  }
}

import Autodiff
import EnvironmentInterface
import Kernels
import LatentModels
import WorldModels

/// What the decoder draws of one state when one of its latents takes several values in turn.
package struct LatentTraversal: Sendable {
  package struct Latent: Sendable {
    /// Its number.
    package let index: Int
    /// What each value is called.
    package let names: [String]
    /// Which of them the state has.
    package let current: Int
    /// How far the other values' pictures are from the state's own: mean absolute difference of
    /// pixels in [0, 1].
    package let effect: Double
    /// `[height, width, channels]` in bytes for each value.
    package let pictures: [[UInt8]]
  }

  /// Those of the largest effect first.
  package let latents: [Latent]
  package let height: Int
  package let width: Int
  /// 1 or 3.
  package let channels: Int
}

extension Agent {
  /// Changes one latent after the other, as their family moves them.
  ///
  /// - Parameters:
  ///   - deter: `[D]`.
  ///   - stoch: `[Z]`.
  /// - Returns: nil where the agent sees no image.
  package func traverse(deter: [Float], stoch: [Float]) -> LatentTraversal? {
    guard let images = worldModel.decoder.images else { return nil }
    let latent = worldModel.rssm.latent
    let latents = (0..<latent.count).map { index -> LatentTraversal.Latent in
      let moves = withInferenceTape { latent.moves(of: stoch, latent: index, $0) }
      let pictures = decode(moves.samples, deter: deter, count: moves.names.count)
      return LatentTraversal.Latent(
        index: index, names: moves.names, current: moves.current,
        effect: Self.effect(pictures, current: moves.current),
        pictures: pictures.map { Self.bytes($0, of: images.shape.channels) })
    }
    return LatentTraversal(
      latents: latents.sorted { ($0.effect, $1.index) > ($1.effect, $0.index) },
      height: images.shape.height, width: images.shape.width,
      channels: images.shape.channels < 3 ? 1 : 3)
  }

  /// The pictures of states that share their deter, all image keys together.
  private func decode(_ stoch: [Float], deter: [Float], count: Int) -> [[Float]] {
    let pixels = withInferenceTape { tape in
      worldModel.decoder.images(
        worldModel.rssm.state(
          deter: tape.constant(
            (0..<count).flatMap { _ in deter }, rows: count, columns: deter.count),
          stoch: tape.constant(stoch, rows: count, columns: stoch.count / count)), tape
      ).array
    }
    let size = pixels.count / count
    return (0..<count).map { Array(pixels[$0 * size..<($0 + 1) * size]) }
  }

  private static func effect(_ pictures: [[Float]], current: Int) -> Double {
    let differences = pictures.indices.filter { $0 != current }.map { index in
      zip(pictures[index], pictures[current]).reduce(0.0) { $0 + Double(abs($1.0 - $1.1)) }
        / Double(max(pictures[current].count, 1))
    }
    return differences.reduce(0, +) / Double(max(differences.count, 1))
  }

  /// The first three channels, or the first one where there are fewer.
  private static func bytes(_ pixels: [Float], of channels: Int) -> [UInt8] {
    stride(from: 0, to: pixels.count, by: channels).flatMap { start in
      pixels[start..<start + (channels < 3 ? 1 : 3)].map(Pixel.byte)
    }
  }
}

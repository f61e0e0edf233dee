import EnvironmentInterface
import Files
import Foundation
import NeuralNetworks
import Worlds

/// The frames of a recorded episode, of whatever world: the file says what it holds.
struct RecordedFrames {
  let shape: FrameShape
  /// `[rows, height, width, channels]`.
  let pixels: [UInt8]
  /// Of each row.
  let rewards: [Double]

  /// - Throws: `FileError`: `missing`; `malformed` where the file has no such image; `SafeTensorsError`;
  ///   `RunFileError` where it is no episode.
  init(_ url: URL, image: String) throws {
    let tensors = try SafeTensors(contentsOf: url)
    let images = tensors.names.filter { name in
      tensors[name].map { $0.shape.count == 4 && $0.bytes != nil } ?? false
    }
    guard let name = image.isEmpty ? images.first : images.first(where: { $0 == image }),
      let axes = tensors[name]?.shape
    else {
      let shown = images.map { ForeignText.visible($0) }.joined(separator: ", ")
      throw Self.error(
        url, images.isEmpty ? "holds no images" : "shows \(shown), not \(image)",
        images.isEmpty
          ? "name files that env.wrap.record wrote in a world that shows images"
          : "name one of these in data.image")
    }
    shape = FrameShape(height: axes[1], width: axes[2], channels: axes[3])
    guard shape.isBelievable else {
      throw Self.error(url, "has frames of \(shape)", "name a recording that is not damaged")
    }
    let space = ObservationSpace(
      name: name, kind: .image(height: axes[1], width: axes[2], channels: axes[3]))
    let episode = try EpisodeRecord(
      tensors, file: url, spaces: [space], actionSpace: Self.actionSpace(of: tensors))
    pixels = episode.images[0]
    rewards = episode.steps.map(\.reward)
  }

  /// What the actions could be drawn from: enough to read them by.
  private static func actionSpace(of tensors: SafeTensors) -> ActionSpace {
    guard let axes = tensors["action"]?.shape, axes.count == 2 else {
      return .discrete(count: 1)
    }
    let zeros = [Double](repeating: 0, count: axes[1])
    return .continuous(low: zeros, high: zeros)
  }

  static func error(_ url: URL, _ what: String, _ remedy: String) -> FileError {
    FileError(.malformed, path: url.path, what: what, remedy: remedy)
  }
}

import Autoencoders
import Files
import Foundation
import FrameSources
import NeuralNetworks
import Runs

/// An update that was not made, for a number in it was none.
package struct NonFiniteFrames: Error, CustomStringConvertible {
  /// The loss or the tensor's gradient that was none, the first in the order of the computation.
  package let name: String
  package let update: Int
  private let batch: FrameBatch
  private let shape: FrameShape
  private let skipped: Int
  /// Where the batch is; nil where it was not written.
  package private(set) var batchFile: String?

  init(_ name: String, _ batch: FrameBatch, _ shape: FrameShape, update: Int, skipped: Int) {
    (self.name, self.batch, self.shape) = (name, batch, shape)
    (self.update, self.skipped) = (update, skipped)
  }

  /// A run whose updates are all bad must not fill the disk: the first batches tell enough.
  private static let writtenBatches = 3

  /// Writes the batch to a run's folder, unless enough are there.
  ///
  /// - Throws: `FileError`.
  func report(in folder: RunFolder) throws -> NonFiniteFrames {
    guard skipped < Self.writtenBatches else { return self }
    try RunFolder.create(folder.nonFinite)
    let file = folder.nonFinite.appendingPathComponent("\(update)-\(skipped).safetensors")
    var tensors = SafeTensors()
    let count = batch.bytes.count / shape.count
    tensors["frames"] = .init(
      shape: [count, shape.height, shape.width, shape.channels], values: .uint8(batch.bytes))
    if !batch.labels.isEmpty {
      tensors["labels"] = .init(shape: [count], values: .int32(batch.labels.map(Int32.init)))
    }
    tensors.metadata = ["problem": "\(name) is no number at update \(update)"]
    try tensors.write(to: file)
    var located = self
    located.batchFile = file.relativePath
    return located
  }

  package var description: String {
    let place = batchFile.map { "; the batch is in \($0)" } ?? ""
    return "\(name) is no finite number at update \(update)\(place); \(likelyCause)"
  }

  private var likelyCause: String {
    switch name {
    case "loss/distortion", "loss/bound":
      "the decoder's output has grown too large: lower opt.lr, or set opt.agc=0.3"
    case "loss/rate":
      "a posterior's deviation has run away: lower opt.lr, set opt.agc=0.3, or let vae.kl.weight grow "
        + "(vae.kl.anneal=linear)"
    default: "lower opt.lr, or set opt.agc=0.3"
    }
  }
}

import Autoencoders
import FrameSources
import Randomness

/// The batches of a run: a function of the key and the number of the update.
struct FrameBatches {
  private let part: FramePart
  private let labels: [Int]
  private var order: EpochOrder
  private let size: Int
  private let key: Key
  private let isDrawn: Bool

  init(_ data: FrameData, _ configuration: FrameTrainingConfiguration, key: Key) throws {
    part = data.training
    order = EpochOrder(count: part.count, key: key.fold("order"))
    (size, self.key) = (configuration.batchSize, key.fold("pixels"))
    labels =
      configuration.vae.conditional
      ? data.label.flatMap { data.training.labels($0.name) } ?? [] : []
    isDrawn = configuration.vae.drawsPixels
  }

  /// - Throws: `FileError`.
  mutating func batch(_ update: Int) throws -> FrameBatch {
    let (epoch, positions) = order.batch(update, size: size)
    let bytes =
      isDrawn
      ? try part.frames(positions, .dynamic(key, epoch: epoch)) : try part.frames(positions)
    return FrameBatch(bytes: bytes, labels: labels.isEmpty ? [] : positions.map { labels[$0] })
  }
}

extension AutoencoderUpdate {
  /// Under the names of `metrics.jsonl`, behind `train/`.
  var metrics: [(name: String, value: Double)] {
    losses.metrics.map { ($0.name, Double($0.value)) } + means.map { ($0.name, $0.mean) } + [
      ("kl_weight", Double(weight)), ("opt/grad_norm", optimizer.gradientNorm),
      ("opt/update_rms", optimizer.updateRMS), ("opt/param_rms", optimizer.parameterRMS),
    ]
  }
}

import Agents
import EnvironmentInterface
import Pictures

/// The rows of images of a storyboard, from top to bottom.
package enum TileRow: Sendable, Equatable {
  case truth
  case reconstruction
  /// A sample of the future, from 0; the reconstruction while the model observes.
  case imagination(Int)
  /// How far the first sample is from the truth.
  case error

  /// What stands at the left of the row.
  func label(samples: Int) -> String {
    switch self {
    case .truth: "truth"
    case .reconstruction: "reconstruction"
    case .imagination(let sample): samples == 1 ? "imagination" : "imagination \(sample + 1)"
    case .error: "error"
    }
  }
}

/// The images of a rollout as pictures.
struct Tiles {
  let rollout: Rollout
  /// Of the image key.
  let index: Int
  let height: Int
  let width: Int
  private let channels: Int

  /// - Parameter index: of the image key.
  init(_ rollout: Rollout, index: Int) {
    self.rollout = rollout
    self.index = index
    let shapes = rollout.imageSpaces.map { space -> (Int, Int, Int) in
      guard case .image(let height, let width, let channels) = space.kind else { return (0, 0, 0) }
      return (height, width, channels)
    }
    (height, width, channels) = shapes[index]
  }

  /// - Returns: nil where the row has nothing to show: the world's episode has ended, or is not known to go
  ///   on.
  func picture(_ row: TileRow, sequence: Int, step: Int) -> Picture? {
    let isKnown = step < rollout.truth.lengths[sequence]
    switch row {
    case .truth:
      return isKnown ? picture(truth(sequence, step)) : nil
    case .reconstruction:
      return isKnown ? picture(model(rollout.seen, sequence, step)) : nil
    case .imagination(let sample):
      // Where nothing was done, nothing could be told.
      return isKnown || rollout.dreams ? picture(imagined(sample, sequence, step)) : nil
    case .error:
      guard isKnown else { return nil }
      let pairs = zip(truth(sequence, step), imagined(0, sequence, step))
      return picture(pairs.map { $0 > $1 ? $0 - $1 : $1 - $0 })
    }
  }

  private func imagined(_ sample: Int, _ sequence: Int, _ step: Int) -> [UInt8] {
    step < rollout.observed
      ? model(rollout.seen, sequence, step)
      : model(rollout.imagined[sample], sequence, step - rollout.observed)
  }

  private func truth(_ sequence: Int, _ step: Int) -> [UInt8] {
    let size = height * width * channels
    let start = (step * rollout.sequences + sequence) * size
    return Array(rollout.truth.images[index][start..<start + size])
  }

  private func model(_ forecast: Forecast, _ sequence: Int, _ step: Int) -> [UInt8] {
    forecast.image(index, of: rollout.imageSpaces, row: step * rollout.sequences + sequence)
  }

  /// Of stacked frames, the newest, which comes last; anything but colours is grey.
  private func picture(_ bytes: [UInt8]) -> Picture {
    let shown = channels % 3 == 0 ? 3 : 1
    let pixels =
      shown == channels
      ? bytes
      : (1...height * width).flatMap { bytes[$0 * channels - shown..<$0 * channels] }
    return Picture(height: height, width: width, channels: shown, pixels: pixels)
  }
}

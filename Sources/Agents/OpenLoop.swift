import Autodiff
import EnvironmentInterface
import Kernels
import Randomness
import WorldModels

/// What a model sees with its eyes open and then predicts with its eyes shut (ALGORITHM
/// section 13, "report").
package struct OpenLoop: Sendable {
  /// Sequences, at most six.
  package let sequences: Int
  /// T: steps of each.
  package let length: Int
  /// Steps that were observed; the model imagines the others, told only the actions.
  package let observed: Int
  /// `[T, sequences, height, width, channels]` for each image key: what was, and what the model
  /// says, both in bytes.
  package let images: [(space: ObservationSpace, truth: [UInt8], model: [UInt8])]
}

extension Agent {
  /// A tape that nothing is recorded on.
  func makeInferenceTape() -> Tape {
    Tape(arena: Arena(), values: parameters.values, gradients: .empty)
  }

  /// Computes on a tape that nothing is recorded on, and whose regions go with it.
  func withInferenceTape<Result>(_ body: (Tape) -> Result) -> Result {
    let tape = makeInferenceTape()
    return withExtendedLifetime(tape) { tape.withoutRecording { body(tape) } }
  }

  /// Follows the first half of a batch's rows and imagines the second, with the true actions.
  package func openLoop(_ batch: SequenceBatch, draws: DrawSource) -> OpenLoop {
    let shard = openLoopShard(batch)
    let pixels = withInferenceTape { tape in
      let states = openLoopStates(shard, observed: batch.length / 2, draws: draws, tape)
      return worldModel.decoder.images(states, tape).array
    }
    return OpenLoop(
      sequences: shard.size, length: batch.length, observed: batch.length / 2,
      images: imagePairs(shard, pixels))
  }

  /// The sequences that a report shows.
  func openLoopShard(_ batch: SequenceBatch) -> BatchShard {
    BatchShard(batch, sequences: 0..<min(6, batch.size))
  }

  /// Time-major states: posterior ones and then imagined ones.
  func openLoopStates(
    _ shard: BatchShard, observed: Int, draws: DrawSource, _ tape: Tape
  ) -> RSSMState {
    let (model, b) = (worldModel, shard.size)
    let path = observe(
      shard, rows: 0..<observed, actions: model.previousActions(shard, masked: true, tape),
      draws: draws, tape)
    let states = model.rssm.initialState(rows: shard.rowCount, tape)
    let seen = states.rows(0..<observed * b)
    seen.deter.values.copy(from: path.states.deter.values)
    seen.stoch.values.copy(from: path.states.stoch.values)
    let actions = model.previousActions(shard, masked: false, tape)
    imagine(
      into: states.rows(observed * b..<shard.rowCount),
      from: observed == 0
        ? model.initialState(shard, tape) : states.rows((observed - 1) * b..<observed * b),
      firstStep: observed, draws: draws, tape
    ) { step, _ in actions.rows((observed + step) * b..<(observed + step + 1) * b) }
    return states
  }

  private func imagePairs(
    _ shard: BatchShard, _ pixels: [Float]
  ) -> [(space: ObservationSpace, truth: [UInt8], model: [UInt8])] {
    let images = spaces.filter(\.isImage)
    let channels = images.map { $0.channels }
    let total = channels.reduce(0, +)
    var offset = 0
    return images.enumerated().map { index, space in
      let width = channels[index]
      var truth: [UInt8] = []
      for row in shard.rows {
        truth += shard.batch.images[index].bytes.slice(row * space.count, count: space.count).array
      }
      let model = (0..<pixels.count / total).flatMap { pixel in
        (0..<width).map { Pixel.byte(pixels[pixel * total + offset + $0]) }
      }
      offset += width
      return (space, truth, model)
    }
  }
}

extension ObservationSpace {
  /// The channels of an image, 0 of anything else.
  var channels: Int {
    if case .image(_, _, let channels) = kind { channels } else { 0 }
  }
}

/// Frames of a moving picture, all of one size, red, green and blue.
package struct Video: Sendable, Equatable {
  package let frameCount: Int
  package let height: Int
  package let width: Int
  /// `[frames, height, width, 3]`.
  package let pixels: [UInt8]

  /// One frame's pixels.
  package func frame(_ index: Int) -> ArraySlice<UInt8> {
    let size = height * width * 3
    return pixels[index * size..<(index + 1) * size]
  }
}

extension OpenLoop {
  /// The reference's report video: a column for each sequence with truth, model and error one below
  /// the other, in a border that is green while the model observes and red while it imagines; then
  /// some black frames.
  ///
  /// - Parameter index: of the image key.
  package func video(_ index: Int) -> Video? {
    guard case .image(let height, let width, let channels) = images[index].space.kind else {
      return nil
    }
    let (columnWidth, columnHeight) = (width + 4, 3 * height + 4)
    let frameSize = columnWidth * sequences * columnHeight * 3
    var pixels: [UInt8] = []
    pixels.reserveCapacity(frameSize * (length + min(10, length)))
    for t in 0..<length {
      var frame = [UInt8](repeating: 0, count: frameSize)
      let border: [UInt8] = t < observed ? [0, 255, 0] : [255, 0, 0]
      for pixel in 0..<frameSize / 3 {
        frame.replaceSubrange(pixel * 3..<pixel * 3 + 3, with: border)
      }
      for sequence in 0..<sequences {
        for y in 0..<3 * height {
          for x in 0..<width {
            let source = (((t * sequences + sequence) * height + y % height) * width + x) * channels
            let target = ((y + 2) * columnWidth * sequences + sequence * columnWidth + x + 2) * 3
            for c in 0..<3 {
              frame[target + c] = value(
                index, part: y / height, at: source + (channels == 1 ? 0 : min(c, channels - 1)))
            }
          }
        }
      }
      pixels += frame
    }
    pixels += [UInt8](repeating: 0, count: frameSize * min(10, length))
    return Video(
      frameCount: length + min(10, length), height: columnHeight, width: columnWidth * sequences,
      pixels: pixels)
  }

  /// Truth, model or error.
  private func value(_ index: Int, part: Int, at position: Int) -> UInt8 {
    let (truth, model) = (images[index].truth[position], images[index].model[position])
    return switch part {
    case 0: truth
    case 1: model
    default: UInt8((Int(model) - Int(truth) + 255) / 2)
    }
  }
}

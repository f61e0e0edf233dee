import Autodiff
import EnvironmentInterface
import ImageKernels
import Kernels

/// The height, width and channels of an image.
package struct ImageShape: Sendable, Equatable {
  package var height: Int
  package var width: Int
  package var channels: Int

  package init(height: Int, width: Int, channels: Int) {
    self.height = height
    self.width = width
    self.channels = channels
  }

  /// What a convolution gives, halved with `pools`.
  init(of convolution: Convolution, pools: Bool = false) {
    let factor = pools ? 2 : 1
    self.init(
      height: convolution.outputHeight / factor, width: convolution.outputWidth / factor,
      channels: convolution.outputChannels)
  }

  package var count: Int { height * width * channels }

  /// For each element of `[channels, height, width]` its place in `[height, width, channels]`.
  var channelsLastOrder: [Int32] {
    ImageBlocks.channelsLastOrder(channels: channels, height: height, width: width)
  }

  /// How many of `wanted` stages an image can go through, each of which halves it (with `outer`, all
  /// but one): its sides stay whole and end at 3 pixels or more.
  ///
  /// - Throws: ``ImageShapeError`` where not even one stage fits.
  package func stageCount(of wanted: Int, outer: Bool) throws -> Int {
    for stages in stride(from: wanted, to: 0, by: -1) {
      let factor = 1 << (outer ? stages - 1 : stages)
      let fits = [height, width].allSatisfy { $0 % factor == 0 && $0 / factor >= 3 }
      if fits { return stages }
    }
    throw ImageShapeError(
      problem: "images of \(height)×\(width) pixels cannot be halved to 3 pixels or more",
      remedy: "set env.wrap.size to an even number of at least 6, or agent.enc.simple.outer and "
        + "agent.dec.simple.outer to true")
  }

  /// Refuses a convolution that reads or gives such images where the kernels' tables, of 32-bit
  /// numbers, cannot tell the places in a block of sixteen, its padding included.
  ///
  /// - Throws: ``ImageShapeError``.
  func checkBlock(kernel: Int) throws {
    let places = Double(channels) * Double(height + kernel) * Double(width + kernel) * 16
    guard places > Double(Int32.max) else { return }
    throw ImageShapeError(
      problem: "images of \(height)×\(width) pixels with \(channels) channels are too large",
      remedy: "choose a smaller env.wrap.size, env.wrap.stack or agent.*.simple.depth")
  }
}

/// Images that the encoder or decoder cannot take.
public struct ImageShapeError: Error, CustomStringConvertible, Equatable {
  /// What is wrong, as a clause.
  public let problem: String
  /// What the user can do, as an imperative.
  public let remedy: String
  /// What is wrong and what to do about it.
  public var description: String { "\(problem); \(remedy)" }
}

/// The image observations, stacked on channels in the order of their names.
package struct ImageInputs: Sendable {
  /// Names and channels, with the first channel of each in the stack.
  package let spaces: [(name: String, channels: Int, offset: Int)]
  /// Of all images together.
  package let shape: ImageShape

  /// - Returns: nil where no space is an image.
  /// - Throws: ``ImageShapeError`` where images differ in height or width.
  init?(spaces: [ObservationSpace]) throws {
    var found: [(name: String, channels: Int, offset: Int)] = []
    var shape: ImageShape?
    for space in spaces {
      guard case .image(let height, let width, let channels) = space.kind else { continue }
      let offset = shape?.channels ?? 0
      if let shape, shape.height != height || shape.width != width {
        throw ImageShapeError(
          problem:
            "image \(space.name) is \(height)×\(width) and another \(shape.height)×\(shape.width)",
          remedy: "give all images of an environment one size: set env.wrap.size")
      }
      found.append((space.name, channels, offset))
      shape = ImageShape(height: height, width: width, channels: offset + channels)
    }
    guard let shape else { return nil }
    self.spaces = found
    self.shape = shape
  }

  /// Where up to sixteen frames of each image stand in the sources.
  ///
  /// - Parameters:
  ///   - sources: all frames of each image space.
  ///   - frames: the number of each frame.
  func sources(_ sources: [ByteStorage], frames: ArraySlice<Int>) -> [ImageSource] {
    zip(spaces, sources).map { space, source in
      let channels = ImageBlocks.Channels(
        height: shape.height, width: shape.width, count: space.channels, offset: space.offset,
        of: shape.channels)
      return ImageSource(
        bytes: source.bytes, frames: FrameOffsets(frames.map { $0 * channels.frameSize }),
        channels: channels)
    }
  }
}

/// The vector observations as the encoder sees them: continuous ones squashed by symlog, discrete
/// ones one-hot, side by side in the order of their names.
package struct VectorInputs: Sendable {
  /// Names, numbers an observation has, and classes (0 for a continuous one).
  package let spaces: [(name: String, count: Int, classes: Int)]
  let squashes: Bool

  init(spaces: [ObservationSpace], squashes: Bool) {
    self.spaces = spaces.compactMap { space in
      switch space.kind {
      case .image: nil
      case .vector(let count): (space.name, count, 0)
      case .discrete(let count, let classes): (space.name, count, classes)
      }
    }
    self.squashes = squashes
  }

  /// The width of one as the encoder sees it.
  package func width(of space: (name: String, count: Int, classes: Int)) -> Int {
    space.count * max(space.classes, 1)
  }

  package var width: Int { spaces.reduce(0) { $0 + width(of: $1) } }

  /// - Parameter source: the numbers of a space, `[rows, count]`, by its index and count.
  func input(rows: Int, _ tape: Tape, source: (Int, Int) -> [Float]) -> Tensor {
    let input = tape.tensor(rows: rows, columns: width, tracked: false)
    var column = 0
    for (index, space) in spaces.enumerated() {
      let part = target(space, source(index, space.count), squashes: squashes, tape)
      let width = width(of: space)
      Rows.copy(
        Matrix(part, rows: rows, columns: width),
        into: Matrix(input.values, rows: rows, columns: self.width),
        at: column)
      column += width
    }
    return input
  }

  /// One space's numbers as the network sees them: squashed or one-hot, `[rows, width]`.
  func target(
    _ space: (name: String, count: Int, classes: Int), _ numbers: [Float], squashes: Bool,
    _ tape: Tape
  ) -> Region {
    if space.classes > 0 {
      return oneHot(numbers, classes: space.classes, tape)
    }
    let raw = tape.arena.allocate(numbers.count)
    raw.copy(from: numbers)
    guard squashes else { return raw }
    let squashed = tape.arena.allocate(numbers.count)
    squashed.symlog(of: raw)
    return squashed
  }
}

/// Class numbers as one-hot rows, `[count · classes]`.
package func oneHot(_ numbers: [Float], classes: Int, _ tape: Tape) -> Region {
  let region = tape.arena.allocateZeros(numbers.count * classes)
  for (index, number) in numbers.enumerated() { region[index * classes + Int(number)] = 1 }
  return region
}

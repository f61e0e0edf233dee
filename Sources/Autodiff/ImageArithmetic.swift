import ImageKernels
import Kernels

// Elementwise arithmetic, reductions, losses and changes of shape of images `[channels, height, width,
// 16]`. Channels lie one after the other, so that some of them are a slice of the block.

extension Tape {
  /// `y = a + b`, both of one shape.
  package func add(_ a: ImageTensor, _ b: ImageTensor) -> ImageTensor {
    let y = result(of: a, b, "adding")
    y.values.copy(from: a.values)
    y.values.add(b.values)
    if y.isTracked { record(ImageSumOperation(a: a, b: b, y: y)) }
    return y
  }

  /// `y = a · b`, element by element, both of one shape.
  package func multiply(_ a: ImageTensor, _ b: ImageTensor) -> ImageTensor {
    let y = result(of: a, b, "multiplying")
    y.values.fill(0)
    y.values.add(a.values, times: b.values)
    if y.isTracked { record(ImageProductOperation(a: a, b: b, y: y)) }
    return y
  }

  /// `y = factor · x`.
  package func scale(_ x: ImageTensor, by factor: Float) -> ImageTensor {
    let y = image(
      count: x.count, channels: x.channels, height: x.height, width: x.width,
      tracked: x.isTracked)
    y.values.fill(0)
    y.values.add(factor, times: x.values)
    if y.isTracked { record(ImageScaleOperation(x: x, y: y, factor: factor)) }
    return y
  }

  /// Some channels of `x`.
  package func channels(_ range: Range<Int>, of x: ImageTensor) -> ImageTensor {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= x.channels,
      "channels \(range) of \(x.channels)")
    let y = image(
      count: x.count, channels: range.count, height: x.height, width: x.width,
      tracked: x.isTracked)
    y.values.copy(from: x.values.slice(range.lowerBound * x.planeCount, count: y.values.count))
    if y.isTracked {
      record(ChannelsOperation(x: x, y: y, offset: range.lowerBound * x.planeCount))
    }
    return y
  }

  /// The channels of `a` and then those of `b`, images of one height and width.
  package func concatenate(_ a: ImageTensor, _ b: ImageTensor) -> ImageTensor {
    precondition(
      a.count == b.count && a.height == b.height && a.width == b.width,
      "concatenating \(a.shapeText) and \(b.shapeText)")
    let y = image(
      count: a.count, channels: a.channels + b.channels, height: a.height, width: a.width,
      tracked: a.isTracked || b.isTracked)
    y.values.slice(0, count: a.values.count).copy(from: a.values)
    y.values.slice(a.values.count, count: b.values.count).copy(from: b.values)
    if y.isTracked { record(ImageConcatenationOperation(a: a, b: b, y: y)) }
    return y
  }

  /// Nearest-neighbour doubling of both sides.
  package func upsample(_ x: ImageTensor) -> ImageTensor {
    let y = image(
      count: x.count, channels: x.channels, height: 2 * x.height, width: 2 * x.width,
      tracked: x.isTracked)
    ImageShapes.double(
      x.values, planes: x.channels, height: x.height, width: x.width, into: y.values)
    if y.isTracked { record(UpsamplingOperation(x: x, y: y)) }
    return y
  }

  /// Sub-pixel upsampling (Shi et al. 2016, arXiv:1609.05158, equation 4): each pixel's channels
  /// become a cell of `side` × `side` pixels. The channel `(c · side + row) · side + column` of x is
  /// channel c of the pixel at that row and column of the cell.
  package func shuffle(_ x: ImageTensor, side: Int) -> ImageTensor {
    precondition(
      side > 0 && x.channels % (side * side) == 0,
      "\(x.channels) channels as cells of \(side)×\(side) pixels")
    let y = image(
      count: x.count, channels: x.channels / (side * side), height: side * x.height,
      width: side * x.width, tracked: x.isTracked)
    ImageShapes.shuffle(
      x.values, channels: y.channels, side: side, height: x.height, width: x.width, into: y.values)
    if y.isTracked { record(ShuffleOperation(x: x, y: y, side: side)) }
    return y
  }

  /// The mean of each channel over the pixels, `[count, channels]`.
  package func pixelMeans(of x: ImageTensor) -> Tensor {
    let y = tensor(rows: x.count, columns: x.channels, tracked: x.isTracked)
    y.values.fill(0)
    ImageShapes.addPixelMeans(of: x.values, channels: x.channels, to: y.valueMatrix)
    if y.isTracked { record(PixelMeanOperation(x: x, y: y)) }
    return y
  }

  /// The sum over an image of its elements' distances from a constant target, `[count, 1]`.
  ///
  /// - Parameter target: of the shape of `x`, `[channels, height, width, 16]`.
  package func loss(_ kind: ImageDistance, _ x: ImageTensor, target: Region) -> Tensor {
    let loss = tensor(rows: x.count, columns: 1, tracked: x.isTracked)
    kind.forward(x.values, target: target, into: loss.values)
    if loss.isTracked {
      record(ImageDistanceOperation(kind: kind, x: x, target: target, loss: loss))
    }
    return loss
  }

  /// A place for the result of an operation on two images of one shape.
  private func result(of a: ImageTensor, _ b: ImageTensor, _ action: String) -> ImageTensor {
    precondition(
      a.count == b.count && a.channels == b.channels && a.height == b.height
        && a.width == b.width, "\(action) \(a.shapeText) and \(b.shapeText)")
    return image(
      count: a.count, channels: a.channels, height: a.height, width: a.width,
      tracked: a.isTracked || b.isTracked)
  }
}

extension ImageTensor {
  /// Floats of a channel.
  var planeCount: Int { height * width * Self.lanes }

  fileprivate var shapeText: String { "\(count) images of \(channels)×\(height)×\(width)" }
}

struct ImageSumOperation: TapeOperation {
  let a: ImageTensor
  let b: ImageTensor
  let y: ImageTensor

  func pullback(_ tape: Tape) {
    if b.isTracked { tape.pullBack(from: y, to: b) { $1.copy(from: $0) } }
    tape.passGradient(tape.gradient(of: y), to: a)
  }
}

struct ImageProductOperation: TapeOperation {
  let a: ImageTensor
  let b: ImageTensor
  let y: ImageTensor

  func pullback(_ tape: Tape) {
    addGradient(of: a, times: b, tape)
    addGradient(of: b, times: a, tape)
  }

  private func addGradient(of x: ImageTensor, times other: ImageTensor, _ tape: Tape) {
    if !x.isTracked { return }
    tape.pullBack(from: y, to: x) { gradient, dx in
      dx.fill(0)
      dx.add(gradient, times: other.values)
    }
  }
}

struct ImageScaleOperation: TapeOperation {
  let x: ImageTensor
  let y: ImageTensor
  let factor: Float

  func pullback(_ tape: Tape) {
    tape.pullBack(from: y, to: x) { gradient, dx in
      dx.fill(0)
      dx.add(factor, times: gradient)
    }
  }
}

struct ChannelsOperation: TapeOperation {
  let x: ImageTensor
  let y: ImageTensor
  /// Floats of x before those of y.
  let offset: Int

  func pullback(_ tape: Tape) {
    tape.pullBack(from: y, to: x) { gradient, dx in
      dx.fill(0)
      dx.slice(offset, count: gradient.count).copy(from: gradient)
    }
  }
}

struct ImageConcatenationOperation: TapeOperation {
  let a: ImageTensor
  let b: ImageTensor
  let y: ImageTensor

  func pullback(_ tape: Tape) {
    addGradient(of: a, from: 0, tape)
    addGradient(of: b, from: a.values.count, tape)
  }

  /// - Parameter offset: floats of y before those of x.
  private func addGradient(of x: ImageTensor, from offset: Int, _ tape: Tape) {
    if !x.isTracked { return }
    tape.pullBack(from: y, to: x) { gradient, dx in
      dx.copy(from: gradient.slice(offset, count: x.values.count))
    }
  }
}

struct UpsamplingOperation: TapeOperation {
  let x: ImageTensor
  let y: ImageTensor

  func pullback(_ tape: Tape) {
    tape.pullBack(from: y, to: x) { gradient, dx in
      ImageShapes.sumCells(
        of: gradient, planes: x.channels, height: x.height, width: x.width, into: dx)
    }
  }
}

struct ShuffleOperation: TapeOperation {
  let x: ImageTensor
  let y: ImageTensor
  let side: Int

  func pullback(_ tape: Tape) {
    tape.pullBack(from: y, to: x) { gradient, dx in
      ImageShapes.unshuffle(
        gradient, channels: y.channels, side: side, height: x.height, width: x.width, into: dx)
    }
  }
}

struct PixelMeanOperation: TapeOperation {
  let x: ImageTensor
  let y: Tensor

  func pullback(_ tape: Tape) {
    tape.addGradient(of: x) { dx in
      ImageShapes.spreadMeans(y.gradientMatrix, channels: x.channels, into: dx)
    }
  }
}

struct ImageDistanceOperation: TapeOperation {
  let kind: ImageDistance
  let x: ImageTensor
  let target: Region
  let loss: Tensor

  func pullback(_ tape: Tape) {
    tape.addGradient(of: x) { dx in
      kind.pullback(x.values, target: target, from: loss.gradient, dx: dx)
    }
  }
}

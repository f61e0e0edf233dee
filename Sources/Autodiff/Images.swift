import ImageKernels
import Kernels

/// Up to sixteen images side by side in the vector lanes: `[channels, height, width, 16]`.
///
/// Its gradient exists only while a sweep passes: the first of its readers that the sweep comes to
/// writes the gradient, others add to it, and the operation that made the image then uses it up.
package struct ImageTensor: Sendable {
  /// Images in a block.
  package static let lanes = 16

  package let values: Region
  /// Where the tape keeps its gradient, or nil where none is wanted.
  let gradientIndex: Int?
  /// Lanes in use.
  package let count: Int
  package let channels: Int
  package let height: Int
  package let width: Int
  /// The frames that it was packed from; empty for any other image.
  var sources: [ImageSource] = []

  package var isTracked: Bool { gradientIndex != nil }
}

/// Several image observations stacked on the channels of one block, as bytes.
package struct ImageSource: Sendable {
  package let bytes: Bytes
  package let frames: FrameOffsets
  package let channels: ImageBlocks.Channels

  package init(bytes: Bytes, frames: FrameOffsets, channels: ImageBlocks.Channels) {
    self.bytes = bytes
    self.frames = frames
    self.channels = channels
  }
}

extension Tape {
  /// A block of undefined values.
  package func image(
    count: Int, channels: Int, height: Int, width: Int, tracked: Bool
  ) -> ImageTensor {
    if tracked && isRecording { imageGradients.append(.empty) }
    return ImageTensor(
      values: arena.allocate(channels * height * width * ImageTensor.lanes),
      gradientIndex: tracked && isRecording ? imageGradients.count - 1 : nil, count: count,
      channels: channels, height: height, width: width)
  }

  /// Frames as numbers `x / 255 - 0.5`, an untracked block.
  ///
  /// The numbers stand until the next block is packed. A sweep packs the frames again, which takes no
  /// memory and less time than numbers four times as wide from far away: the frames must outlive it.
  package func pack(_ sources: [ImageSource]) -> ImageTensor {
    let channels = sources[0].channels
    return ImageTensor(
      values: packFrames(sources), gradientIndex: nil, count: sources[0].frames.count,
      channels: channels.total, height: channels.height, width: channels.width, sources: sources)
  }

  /// A convolution and, with `pools`, the maximum of each 2×2 cell.
  ///
  /// - Parameters:
  ///   - kernel: `[k, k, in, out]`.
  ///   - bias: `[out]`.
  package func convolve(
    _ x: ImageTensor, _ convolution: Convolution, kernel: Parameter, bias: Parameter, pools: Bool
  ) -> ImageTensor {
    let (height, width) = (convolution.outputHeight, convolution.outputWidth)
    let y = image(
      count: x.count, channels: convolution.outputChannels, height: pools ? height / 2 : height,
      width: pools ? width / 2 : width, tracked: true)
    let mask = pools && isRecording ? arena.allocateBytes(y.values.count) : .empty
    let operation = ConvolutionOperation(
      x: x, y: y, convolution: convolution, kernel: kernel, bias: bias, mask: mask)
    operation.forward(self, pools: pools)
    multiplyAdds += operation.multiplyAdds
    record(operation)
    return y
  }

  /// `activation(norm(x))` over the channels of each pixel.
  package func normActivation(
    _ x: ImageTensor, _ kind: NormActivation, scale: Parameter?, shift: Parameter?
  ) -> ImageTensor {
    let y = image(
      count: x.count, channels: x.channels, height: x.height, width: x.width, tracked: true)
    let operation = ChannelNormOperation(
      x: x, y: y, scale: scale, shift: shift,
      norm: ChannelNorm(
        kind.norm, activation: kind.activation, channels: x.channels, pixels: x.height * x.width))
    operation.forward(self)
    record(operation)
    return y
  }

  /// Images as rows.
  ///
  /// - Parameters:
  ///   - order: the column of each element `[channels, height, width]`.
  ///   - rows: `[count, …]`, where they go.
  package func gather(_ x: ImageTensor, order: [Int32], into rows: Tensor) {
    ImageBlocks.gather(x.values, order: order, into: rows.valueMatrix)
    record(GatherOperation(x: x, rows: rows, order: order))
  }

  /// Rows as images: the sum of two matrices, each with an order of its own.
  package func scatter(
    _ a: Tensor, order orderA: [Int32], _ b: Tensor, order orderB: [Int32], channels: Int,
    height: Int, width: Int
  ) -> ImageTensor {
    let y = image(
      count: a.rows, channels: channels, height: height, width: width, tracked: true)
    ImageBlocks.scatter(a.valueMatrix, order: orderA, into: y.values)
    ImageBlocks.scatter(b.valueMatrix, order: orderB, into: y.values, accumulating: true)
    record(ScatterOperation(a: a, b: b, orderA: orderA, orderB: orderB, y: y))
    return y
  }

  /// Rows as images.
  ///
  /// - Parameters:
  ///   - rows: `[count, …]`, at most sixteen.
  ///   - order: the column of each element `[channels, height, width]`. Of tracked rows each column
  ///     is one element's.
  package func scatter(
    _ rows: Tensor, order: [Int32], channels: Int, height: Int, width: Int
  ) -> ImageTensor {
    let y = image(
      count: rows.rows, channels: channels, height: height, width: width, tracked: rows.isTracked)
    ImageBlocks.scatter(rows.valueMatrix, order: order, into: y.values)
    if y.isTracked { record(RowsToImagesOperation(rows: rows, order: order, y: y)) }
    return y
  }

  /// The squared error between the sigmoids of logits and one image key, `Σ (m - x / 255)²` over its
  /// pixels (ALGORITHM section 5).
  ///
  /// - Parameters:
  ///   - means: `[channels, height, width, 16]`, where the sigmoids go.
  ///   - loss: `[count, 1]`, where the losses go.
  package func imageLoss(
    _ logits: ImageTensor, target: ImageSource, means: Region, into loss: Tensor
  ) {
    let losses = arena.allocate(ImageTensor.lanes)
    ImageLoss.forward(
      logits.values, targets: target.bytes, at: target.frames, channels: target.channels,
      means: means, losses: losses)
    loss.values.copy(from: losses.slice(0, count: loss.rows))
    record(ImageLossOperation(logits: logits, target: target, means: means, loss: loss))
  }
}

struct ConvolutionOperation: TapeOperation {
  let x: ImageTensor
  let y: ImageTensor
  let convolution: Convolution
  let kernel: Parameter
  let bias: Parameter
  /// Which pixels were the largest of their cells; empty without pooling.
  let mask: Bytes

  /// Of the forward pass, and of each of the two gradients.
  var multiplyAdds: Int { ImageTensor.lanes * convolution.multiplications }

  func forward(_ tape: Tape, pools: Bool) {
    let (packed, bias) = (
      tape.packed(kernel, of: convolution, for: .forward), tape.values(of: bias)
    )
    guard pools else {
      convolution.forward(
        x.values, kernel: packed, bias: bias, output: y.values, scratch: tape.arena)
      return
    }
    let mark = tape.arena.mark
    let full = tape.arena.allocate(convolution.outputCount)
    convolution.forward(x.values, kernel: packed, bias: bias, output: full, scratch: tape.arena)
    MaxPool.forward(
      full, channels: convolution.outputChannels, height: convolution.outputHeight,
      width: convolution.outputWidth, output: y.values,
      mask: mask.isEmpty ? tape.arena.allocateBytes(y.values.count) : mask)
    tape.arena.rewind(to: mark)
  }

  func pullback(_ tape: Tape) {
    tape.multiplyAdds += x.isTracked ? 2 * multiplyAdds : multiplyAdds
    let pooled = tape.gradient(of: y)
    tape.addGradient(of: x) { dx in pullback(tape, from: pooled, to: dx) }
  }

  private func pullback(_ tape: Tape, from pooled: Region, to dx: Region) {
    let mark = tape.arena.mark
    var dy = pooled
    if !mask.isEmpty {
      dy = tape.arena.allocate(convolution.outputCount)
      MaxPool.backward(
        pooled, mask: mask, channels: convolution.outputChannels,
        height: convolution.outputHeight, width: convolution.outputWidth, inputGradient: dy)
    }
    convolution.weightGradient(
      x.sources.isEmpty ? x.values : tape.packFrames(x.sources), dy,
      kernelGradient: tape.trainedGradient(of: kernel),
      biasGradient: tape.trainedGradient(of: bias), scratch: tape.arena)
    if x.isTracked {
      convolution.inputGradient(
        dy, kernel: tape.packed(kernel, of: convolution, for: .inputGradient), into: dx,
        scratch: tape.arena)
    }
    tape.arena.rewind(to: mark)
  }
}

struct ChannelNormOperation: TapeOperation {
  let x: ImageTensor
  let y: ImageTensor
  let scale: Parameter?
  let shift: Parameter?
  let norm: ChannelNorm

  func forward(_ tape: Tape) {
    norm.forward(
      x.values, scale: scale.map(tape.values(of:)) ?? .empty,
      shift: shift.map(tape.values(of:)) ?? .empty, output: y.values)
  }

  func pullback(_ tape: Tape) {
    let gradient = tape.gradient(of: y)
    norm.backward(
      x.values, gradient: gradient, scale: scale.map(tape.values(of:)) ?? .empty,
      shift: shift.map(tape.values(of:)) ?? .empty,
      scaleGradient: scale.map(tape.trainedGradient(of:)) ?? .empty,
      shiftGradient: shift.map(tape.trainedGradient(of:)) ?? .empty, scratch: tape.arena)
    tape.passGradient(gradient, to: x)
  }
}

struct GatherOperation: TapeOperation {
  let x: ImageTensor
  let rows: Tensor
  let order: [Int32]

  func pullback(_ tape: Tape) {
    if !x.isTracked { return }
    tape.addGradient(of: x) { dx in
      ImageBlocks.scatter(rows.gradientMatrix, order: order, into: dx)
    }
  }
}

struct ScatterOperation: TapeOperation {
  let a: Tensor
  let b: Tensor
  let orderA: [Int32]
  let orderB: [Int32]
  let y: ImageTensor

  func pullback(_ tape: Tape) {
    let gradient = tape.gradient(of: y)
    if a.isTracked {
      ImageBlocks.gather(gradient, order: orderA, into: a.gradientMatrix, accumulating: true)
    }
    if b.isTracked {
      ImageBlocks.gather(gradient, order: orderB, into: b.gradientMatrix, accumulating: true)
    }
  }
}

struct RowsToImagesOperation: TapeOperation {
  let rows: Tensor
  let order: [Int32]
  let y: ImageTensor

  func pullback(_ tape: Tape) {
    ImageBlocks.gather(
      tape.gradient(of: y), order: order, into: rows.gradientMatrix, accumulating: true)
  }
}

struct ImageLossOperation: TapeOperation {
  let logits: ImageTensor
  let target: ImageSource
  let means: Region
  let loss: Tensor

  func pullback(_ tape: Tape) {
    tape.addGradient(of: logits) { logitGradient in
      // The kernel writes the channels of its key and the lanes that have a frame.
      logitGradient.fill(0)
      let mark = tape.arena.mark
      let gradients = tape.arena.allocateZeros(ImageTensor.lanes)
      gradients.slice(0, count: loss.rows).copy(from: loss.gradient)
      ImageLoss.backward(
        gradients, means: means, targets: target.bytes, at: target.frames,
        channels: target.channels, logitGradient: logitGradient)
      tape.arena.rewind(to: mark)
    }
  }
}

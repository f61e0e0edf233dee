import Autodiff
import ImageKernels
import Kernels
import NeuralNetworks

/// From latents to what they say of a frame: a hidden layer, then doublings.
struct FrameDecoder: Sendable {
  /// What the doublings begin with.
  private let cell: FrameSize
  private let seed: Seed
  private let stages: [FrameStage]
  private let output: ConvolutionLayer
  /// Channels of what it gives.
  let size: FrameSize

  private enum Seed: Sendable {
    case vector(hidden: FrameDense, output: FrameDense)
    case spatial(FrameSize, FrameStage)
  }

  /// - Parameters:
  ///   - cell: of the encoder.
  ///   - latents: numbers of a place.
  ///   - outputs: channels.
  init(
    _ configuration: AutoencoderConfiguration, cell: FrameSize, latents: Int, condition: Int,
    outputs: Int, _ layers: FrameLayers, in builder: inout ParameterBuilder
  ) {
    self.cell = cell
    let net = configuration.net
    if configuration.latent.isSpatial {
      let size = FrameSize(
        height: cell.height, width: cell.width, channels: latents + condition)
      seed = .spatial(
        FrameSize(height: cell.height, width: cell.width, channels: latents),
        FrameStage(
          size.convolution(.plain, kernel: 3, to: cell.channels), layers, named: "dec/hidden",
          in: &builder))
    } else {
      seed = .vector(
        hidden: FrameDense(
          from: latents + condition, to: net.units, layers, named: "dec/hidden", in: &builder),
        output: FrameDense(
          from: net.units, to: cell.count, layers, named: "dec/seed", in: &builder))
    }
    var (size, stages): (FrameSize, [FrameStage]) = (cell, [])
    for index in stride(from: net.stages - 2, through: 0, by: -1) {
      let shape = size.convolution(.transposed, kernel: 4, stride: 2, to: net.depth << index)
      stages.append(FrameStage(shape, layers, named: "dec/conv\(index + 1)", in: &builder))
      size = shape.outputSize
    }
    self.stages = stages
    let last =
      net.stages > 0
      ? size.convolution(.transposed, kernel: 4, stride: 2, to: outputs)
      : size.convolution(.plain, kernel: 3, to: outputs)
    output = layers.convolution(last, named: "dec/conv0", in: &builder)
    self.size = last.outputSize
  }

  /// - Parameters:
  ///   - latents: `[n · places, …]`.
  ///   - condition: `[n, …]`.
  /// - Returns: `[n, height · width · outputs]`, channels last.
  func callAsFunction(_ latents: Tensor, _ condition: Tensor?, _ tape: Tape) -> Tensor {
    let places = if case .spatial(let size, _) = seed { size.pixels } else { 1 }
    let count = latents.rows / places
    let result = tape.tensor(rows: count, columns: size.count, tracked: true)
    let seeds = seedRows(latents, condition, tape)
    tape.forEachBlock(of: count) { rows in
      let block = stages.reduce(block(seeds.rows(rows), condition?.rows(rows), tape)) {
        $1($0, tape)
      }
      tape.gather(output(block, tape), order: size.channelsLast, into: result.rows(rows))
    }
    return result
  }

  /// What blocks are made from, a row for each frame.
  private func seedRows(_ latents: Tensor, _ condition: Tensor?, _ tape: Tape) -> Tensor {
    switch seed {
    case .vector(let hidden, let output):
      return output(hidden(latents, condition, tape), nil, tape)
    case .spatial(let size, _):
      return latents.reshaped(rows: latents.rows / size.pixels, columns: size.count)
    }
  }

  private func block(_ rows: Tensor, _ condition: Tensor?, _ tape: Tape) -> ImageTensor {
    switch seed {
    case .vector:
      return tape.scatter(
        rows, order: cell.channelsFirst, channels: cell.channels, height: cell.height,
        width: cell.width)
    case .spatial(let size, let hidden):
      let latents = tape.scatter(
        rows, order: size.channelsLast, channels: size.channels, height: size.height,
        width: size.width)
      return hidden(tape.joining(latents, condition), tape)
    }
  }
}

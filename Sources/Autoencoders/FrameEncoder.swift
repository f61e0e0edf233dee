import Autodiff
import ImageKernels
import Kernels
import NeuralNetworks

/// From frames to what they say of their latents: halvings, then a hidden layer, then the numbers.
struct FrameEncoder: Sendable {
  private let frame: FrameSize
  /// What is left after all halvings.
  let cell: FrameSize
  private let stages: [FrameStage]
  private let head: Head

  private enum Head: Sendable {
    case vector(hidden: FrameDense, output: Linear)
    case spatial(hidden: FrameStage, output: ConvolutionLayer)
  }

  init(
    _ configuration: AutoencoderConfiguration, _ frame: FrameSize, condition: Int,
    outputs: Int, _ layers: FrameLayers, in builder: inout ParameterBuilder
  ) {
    self.frame = frame
    var (size, stages): (FrameSize, [FrameStage]) = (frame, [])
    for index in 0..<configuration.net.stages {
      let shape = size.convolution(
        .plain, kernel: 4, stride: 2, to: configuration.net.depth << index)
      stages.append(FrameStage(shape, layers, named: "enc/conv\(index)", in: &builder))
      size = shape.outputSize
    }
    (cell, self.stages) = (size, stages)
    if configuration.latent.isSpatial {
      size.channels += condition
      let hidden = size.convolution(.plain, kernel: 3, to: cell.channels)
      let output = hidden.outputSize.convolution(.plain, kernel: 1, to: outputs)
      head = .spatial(
        hidden: FrameStage(hidden, layers, named: "enc/hidden", in: &builder),
        output: layers.convolution(output, named: "enc/posterior", in: &builder))
    } else {
      let units = configuration.net.units
      head = .vector(
        hidden: FrameDense(
          from: size.count + condition, to: units, layers, named: "enc/hidden", in: &builder),
        output: layers.linear(from: units, to: outputs, named: "enc/posterior", in: &builder))
    }
  }

  /// - Parameters:
  ///   - frames: `[n, height · width · channels]`, channels last.
  ///   - condition: `[n, …]`.
  /// - Returns: `[n · places, outputs]`.
  func callAsFunction(_ frames: Tensor, _ condition: Tensor?, _ tape: Tape) -> Tensor {
    switch head {
    case .vector(let hidden, let output):
      let features = tape.tensor(rows: frames.rows, columns: cell.count, tracked: true)
      forEachBlock(of: frames, tape) { block, rows in
        tape.gather(block, order: cell.channelsFirst, into: features.rows(rows))
      }
      return output(hidden(features, condition, tape), tape)
    case .spatial(let hidden, let output):
      let size = output.convolution.outputSize
      let parameters = tape.tensor(rows: frames.rows, columns: size.count, tracked: true)
      forEachBlock(of: frames, tape) { block, rows in
        let x = tape.joining(block, condition?.rows(rows))
        tape.gather(
          output(hidden(x, tape), tape), order: size.channelsLast, into: parameters.rows(rows))
      }
      return parameters.reshaped(rows: frames.rows * size.pixels, columns: size.channels)
    }
  }

  /// Runs `body` on what the halvings leave of each sixteen frames.
  private func forEachBlock(
    of frames: Tensor, _ tape: Tape, _ body: (ImageTensor, Range<Int>) -> Void
  ) {
    tape.forEachBlock(of: frames.rows) { rows in
      let images = tape.scatter(
        frames.rows(rows), order: frame.channelsLast, channels: frame.channels,
        height: frame.height, width: frame.width)
      body(stages.reduce(images) { $1($0, tape) }, rows)
    }
  }
}

extension Tape {
  /// Images with a row's numbers as further channels, each alike at all pixels.
  func joining(_ images: ImageTensor, _ numbers: Tensor?) -> ImageTensor {
    guard let numbers else { return images }
    let size = FrameSize(height: images.height, width: images.width, channels: numbers.columns)
    return concatenate(
      images,
      scatter(
        numbers, order: size.spread, channels: size.channels, height: size.height,
        width: size.width))
  }
}

extension LatentConfiguration {
  package var isSpatial: Bool { shape == "spatial" }
}

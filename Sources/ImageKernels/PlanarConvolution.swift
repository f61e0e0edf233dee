internal import CKernels
import Kernels

/// What the C kernels need to know of a plain convolution of one planar image: `ck_unfold_plan`, and
/// a `ck_tap_plan` in which a pixel is a vector of sixteen.
struct PlanarConvolution: Sendable, Equatable {
  /// `ck_unfold_plan` as a table of numbers.
  private let unfolding: [Int32]
  /// `ck_tap_plan` with the tables behind it.
  private let taps: [Int32]
  private let unfoldedCount: Int
  private let paddedCount: Int

  /// - Parameters:
  ///   - rows, columns: the forward maps of a plain convolution, which have one phase.
  init(
    rows: ConvolutionAxis.Map, columns: ConvolutionAxis.Map, kernel: Int, inputs: Int, outputs: Int
  ) {
    let step = rows.sourceStep, phases = min(step, kernel)
    let top = -rows.phases[0].taps[0].offset, left = -columns.phases[0].taps[0].offset
    let height = rows.destinationCount + (kernel - 1) / step, width = columns.destinationCount
    // Vectors run over the end of a plane; those of taps in lower rows start behind its begin.
    let plane = PlanarShape(channels: 1, height: height, width: width).vectors * 16 + 16
    let paddedWidth = max((width - 1) * step + kernel, left + columns.sourceCount)
    let paddedHeight = max((height - 1) * step + phases, top + rows.sourceCount)
    paddedCount = paddedHeight * paddedWidth + 16 * step + 16
    unfoldedCount = phases * inputs * kernel * plane
    unfolding = [
      inputs, rows.sourceCount, columns.sourceCount, step, top, left, kernel, phases, height, width,
      plane, paddedWidth, paddedCount,
    ].map(Int32.init)
    let grid = PlanarShape(channels: outputs, height: rows.destinationCount, width: width)
    let tapRows = (0..<kernel).map { $0 % step * inputs * kernel * plane + $0 / step * width }
    let innerOffsets = (0..<inputs * kernel).map { $0 * plane }
    let columnOffsets = (0..<outputs).map { $0 * grid.vectors * 16 }
    // Of the header only what tiles read: sources and destinations are vectors in one row.
    let header = [
      inputs, 0, 0, 1, 0, 0, 1, grid.vectors, 0, 16, outputs, outputs, kernel, kernel, 0, 0, 0, 0,
    ]
    taps = (header + tapRows + innerOffsets + columnOffsets).map(Int32.init)
    precondition(
      unfolding.count * 4 == MemoryLayout<ck_unfold_plan>.size
        && header.count * 4 == MemoryLayout<ck_tap_plan>.size)
  }

  /// Who calls this has checked the counts.
  func convolve(
    _ source: Region, _ packed: Region, bias: Region, into destination: Region, scratch: Arena
  ) {
    let mark = scratch.mark
    defer { scratch.rewind(to: mark) }
    let unfolded = scratch.allocate(unfoldedCount), padded = scratch.allocate(paddedCount)
    unfolding.withTable(as: ck_unfold_plan.self) {
      kernels.planar_unfold($0, source.base, unfolded.base, padded.base)
    }
    taps.withTable(as: ck_tap_plan.self) {
      kernels.planar_convolution($0, unfolded.base, packed.base, bias.base, destination.base)
    }
  }
}

extension Convolution {
  /// The input and the output where they are planar.
  package var planarInput: PlanarShape {
    PlanarShape(channels: inputChannels, height: inputHeight, width: inputWidth)
  }
  package var planarOutput: PlanarShape {
    PlanarShape(channels: outputChannels, height: outputHeight, width: outputWidth)
  }

  /// `output = convolution(input) + bias` of one image, for a plain convolution.
  ///
  /// - Parameters:
  ///   - input: of the shape ``planarInput``.
  ///   - kernel: of ``packForward(_:in:)``.
  ///   - bias: `[outputChannels]`.
  ///   - output: of the shape ``planarOutput``, overwritten.
  package func forward(
    planar input: Region, kernel: PackedKernel, bias: Region, output: Region, scratch: Arena
  ) {
    planarInput.check(input)
    planarOutput.check(output)
    guard let planar else { preconditionFailure("a planar convolution that is not plain") }
    precondition(
      bias.count == outputChannels && kernel.isForward,
      "\(bias.count) biases of \(outputChannels) channels")
    planar.convolve(input, kernel.weights, bias: bias, into: output, scratch: scratch)
  }
}

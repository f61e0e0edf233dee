import Kernels

/// A 2-D convolution of sixteen images at a time, forward and backward, on one thread.
///
/// Images lie in blocks `[channels, height, width, 16]`, one image a vector lane, so that any
/// number of channels, any kernel, stride and image side runs at full vector width with no ragged
/// edges. Kernels are `[k, k, input channels, output channels]` (HWIO). Padding is the SAME padding
/// of TensorFlow and JAX: `max((out - 1)·stride + k - in, 0)` in all, half of it, rounded down,
/// before the image.
///
/// No zero is ever multiplied for the sake of a stride: outputs that read the same pixels form a
/// phase, and each phase has its own taps. A 5×5 convolution after doubling the image's side, for
/// instance, is four phases of 3×3 taps on the small image, 36 products instead of 100.
package struct Convolution: Sendable, Equatable {
  package enum Kind: Sendable {
    /// SAME padding with `stride`.
    case plain
    /// Nearest-neighbour doubling of both sides, then SAME padding with stride 1.
    case upsampled
    /// The reference's `transp`: each pixel becomes a cell of `stride × stride` pixels that is zero
    /// but for its second row and column, then SAME padding with stride 1.
    case transposed
  }

  package let kind: Kind
  package let kernel: Int
  package let stride: Int
  package let inputChannels: Int
  package let outputChannels: Int
  package let inputHeight: Int
  package let inputWidth: Int
  package let outputHeight: Int
  package let outputWidth: Int

  private let forwardPlans: [ConvolutionPlan]
  private let backwardPlans: [ConvolutionPlan]
  /// Of one image alone; nil where the convolution is not plain.
  let planar: PlanarConvolution?

  /// - Parameter stride: ignored where `kind` is `upsampled`.
  package init(
    kind: Kind, kernel: Int, stride: Int = 1, inputChannels: Int, outputChannels: Int,
    inputHeight: Int, inputWidth: Int
  ) {
    precondition(
      kernel > 0 && stride > 0 && inputChannels > 0 && outputChannels > 0 && inputHeight > 0
        && inputWidth > 0,
      "a \(kernel)×\(kernel) convolution with stride \(stride) from \(inputChannels) to "
        + "\(outputChannels) channels of \(inputHeight)×\(inputWidth) images")
    (self.kind, self.kernel, self.stride) = (kind, kernel, stride)
    (self.inputChannels, self.outputChannels) = (inputChannels, outputChannels)
    (self.inputHeight, self.inputWidth) = (inputHeight, inputWidth)
    let rows = ConvolutionAxis(kind: kind, kernel: kernel, stride: stride, inputCount: inputHeight)
    let columns = ConvolutionAxis(
      kind: kind, kernel: kernel, stride: stride, inputCount: inputWidth)
    (outputHeight, outputWidth) = (rows.outputCount, columns.outputCount)
    forwardPlans = ConvolutionPlan.plans(
      rows: rows.forward, columns: columns.forward, sourceChannels: inputChannels,
      destinationChannels: outputChannels, kernel: kernel, kernelSteps: (outputChannels, 1))
    backwardPlans = ConvolutionPlan.plans(
      rows: rows.backward, columns: columns.backward, sourceChannels: outputChannels,
      destinationChannels: inputChannels, kernel: kernel, kernelSteps: (1, outputChannels))
    planar =
      kind != .plain
      ? nil
      : PlanarConvolution(
        rows: rows.forward, columns: columns.forward, kernel: kernel, inputs: inputChannels,
        outputs: outputChannels)
  }

  /// Floats of an input block.
  package var inputCount: Int { inputChannels * inputHeight * inputWidth * 16 }

  /// Floats of an output block.
  package var outputCount: Int { outputChannels * outputHeight * outputWidth * 16 }

  /// Floats of the kernel.
  package var kernelCount: Int { kernel * kernel * inputChannels * outputChannels }

  /// Products of one image's forward pass that the phases need, padding included.
  package var multiplications: Int {
    forwardPlans.reduce(0) { $0 + $1.weightCount * $1.gridCount }
  }
}

extension Convolution {
  /// A kernel in the order in which the forward pass (or the input gradient) reads it. One packing
  /// serves many blocks.
  package struct PackedKernel: Sendable {
    let weights: Region
    let isForward: Bool
  }

  /// The kernel as ``forward(_:kernel:bias:output:scratch:)`` reads it, in memory of `arena`.
  package func packForward(_ kernel: Region, in arena: Arena) -> PackedKernel {
    PackedKernel(weights: pack(kernel, forwardPlans, in: arena), isForward: true)
  }

  /// The kernel as ``inputGradient(_:kernel:into:scratch:)`` reads it, in memory of `arena`.
  package func packBackward(_ kernel: Region, in arena: Arena) -> PackedKernel {
    PackedKernel(weights: pack(kernel, backwardPlans, in: arena), isForward: false)
  }

  private func pack(_ kernel: Region, _ plans: [ConvolutionPlan], in arena: Arena) -> Region {
    precondition(
      kernel.count == kernelCount, "a kernel of \(kernel.count) floats where \(kernelCount) belong")
    let packed = arena.allocate(plans.reduce(0) { $0 + $1.weightCount })
    var start = 0
    for plan in plans {
      plan.pack(kernel, into: packed.slice(start, count: plan.weightCount))
      start += plan.weightCount
    }
    return packed
  }

  /// `output = convolution(input) + bias`.
  ///
  /// - Parameters:
  ///   - input: `[inputChannels, inputHeight, inputWidth, 16]`.
  ///   - kernel: of ``packForward(_:in:)``.
  ///   - bias: `[outputChannels]`.
  ///   - output: `[outputChannels, outputHeight, outputWidth, 16]`, overwritten.
  package func forward(
    _ input: Region, kernel: PackedKernel, bias: Region, output: Region, scratch: Arena
  ) {
    precondition(
      input.count == inputCount && output.count == outputCount && bias.count == outputChannels
        && kernel.isForward,
      "a block of \(input.count) floats into one of \(output.count) with \(bias.count) biases, "
        + "where \(inputCount), \(outputCount) and \(outputChannels) belong")
    run(forwardPlans, input, kernel, bias: bias, into: output, scratch: scratch)
  }

  /// `inputGradient = ∂(output · outputGradient)/∂input`.
  ///
  /// - Parameters:
  ///   - outputGradient: `[outputChannels, outputHeight, outputWidth, 16]`.
  ///   - kernel: of ``packBackward(_:in:)``.
  ///   - inputGradient: `[inputChannels, inputHeight, inputWidth, 16]`, overwritten.
  package func inputGradient(
    _ outputGradient: Region, kernel: PackedKernel, into inputGradient: Region, scratch: Arena
  ) {
    precondition(
      inputGradient.count == inputCount && outputGradient.count == outputCount
        && !kernel.isForward,
      "a gradient of \(outputGradient.count) floats into one of \(inputGradient.count), "
        + "where \(outputCount) and \(inputCount) belong")
    run(backwardPlans, outputGradient, kernel, bias: nil, into: inputGradient, scratch: scratch)
  }

  private func run(
    _ plans: [ConvolutionPlan], _ source: Region, _ kernel: PackedKernel, bias: Region?,
    into destination: Region, scratch: Arena
  ) {
    var start = 0
    for plan in plans {
      plan.convolve(
        source, kernel.weights.slice(start, count: plan.weightCount), bias: bias,
        into: destination, scratch: scratch)
      start += plan.weightCount
    }
  }

  /// `kernelGradient += ∂(output · outputGradient)/∂kernel`, and the same for the bias.
  ///
  /// - Parameters:
  ///   - input: `[inputChannels, inputHeight, inputWidth, 16]`.
  ///   - outputGradient: `[outputChannels, outputHeight, outputWidth, 16]`.
  ///   - kernelGradient: `[k, k, inputChannels, outputChannels]`, added to.
  ///   - biasGradient: `[outputChannels]`, added to.
  package func weightGradient(
    _ input: Region, _ outputGradient: Region, kernelGradient: Region, biasGradient: Region,
    scratch: Arena
  ) {
    precondition(
      input.count == inputCount && outputGradient.count == outputCount
        && kernelGradient.count == kernelCount && biasGradient.count == outputChannels,
      "blocks of \(input.count) and \(outputGradient.count) floats, gradients of "
        + "\(kernelGradient.count) and \(biasGradient.count), where \(inputCount), \(outputCount), "
        + "\(kernelCount) and \(outputChannels) belong")
    for plan in forwardPlans {
      plan.addWeightGradient(
        input, outputGradient, kernelGradient: kernelGradient, biasGradient: biasGradient,
        scratch: scratch)
    }
  }
}

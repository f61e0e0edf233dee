import ImageKernels
import Kernels
import TestSupport
import Testing

/// One convolution of the grid of shapes that the tests run.
struct ConvolutionCase: Sendable, CustomTestStringConvertible {
  var kind = Convolution.Kind.plain
  var kernel = 3
  var stride = 1
  var inputs = 3
  var outputs = 5
  var height = 5
  var width = 7
  var batch = 2

  var testDescription: String {
    "\(kind) \(kernel)×\(kernel)/\(stride) \(inputs)→\(outputs) on \(batch)×\(height)×\(width)"
  }

  var fast: Convolution {
    Convolution(
      kind: kind, kernel: kernel, stride: stride, inputChannels: inputs, outputChannels: outputs,
      inputHeight: height, inputWidth: width)
  }

  var naive: NaiveConvolution {
    let enlargement: NaiveConvolution.Enlargement =
      switch kind {
      case .plain: .none
      case .upsampled: .nearest
      case .transposed: .sparse(stride)
      }
    return NaiveConvolution(
      enlargement: enlargement, size: kernel, stride: kind == .plain ? stride : 1, inputs: inputs,
      outputs: outputs)
  }

  var input: NaiveImages {
    .random(batch: batch, height: height, width: width, channels: inputs, seed: 1)
  }
  var weights: [Double] { randomNumbers(kernel * kernel * inputs * outputs, seed: 2) }
  var bias: [Double] { randomNumbers(outputs, seed: 3) }
  var outputGradient: NaiveImages {
    .random(
      batch: batch, height: fast.outputHeight, width: fast.outputWidth, channels: outputs, seed: 4)
  }

  /// Every kernel and stride, then odd counts of channels and sides, then whole blocks.
  static let all: [ConvolutionCase] = {
    var cases: [ConvolutionCase] = []
    for kernel in 1...5 {
      for stride in 1...3 {
        cases.append(ConvolutionCase(kernel: kernel, stride: stride))
        cases.append(ConvolutionCase(kernel: kernel, stride: stride, height: 6, width: 4))
        cases.append(ConvolutionCase(kind: .transposed, kernel: kernel, stride: stride))
      }
      cases.append(ConvolutionCase(kind: .upsampled, kernel: kernel))
    }
    for (inputs, outputs) in [(1, 1), (1, 2), (2, 1), (4, 7), (7, 4), (8, 13), (13, 3)] {
      cases.append(ConvolutionCase(kernel: 5, inputs: inputs, outputs: outputs, width: 11))
      cases.append(
        ConvolutionCase(kind: .upsampled, kernel: 5, inputs: inputs, outputs: outputs, width: 3))
    }
    for (height, width) in [(1, 1), (1, 9), (9, 1), (2, 3), (17, 19)] {
      cases.append(ConvolutionCase(kernel: 5, stride: 2, height: height, width: width))
      cases.append(ConvolutionCase(kernel: 4, height: height, width: width))
      cases.append(ConvolutionCase(kind: .upsampled, kernel: 4, height: height, width: width))
    }
    cases.append(ConvolutionCase(kernel: 5, height: 40, width: 33, batch: 1))
    cases.append(ConvolutionCase(inputs: 16, outputs: 64, height: 4, width: 4, batch: 3))
    cases.append(ConvolutionCase(kernel: 5, inputs: 20, outputs: 24, height: 6, width: 6))
    cases.append(ConvolutionCase(kernel: 5, height: 3, width: 3, batch: 16))
    return cases
  }()
}

@Suite("Convolutions of sixteen images") struct ConvolutionTests {
  @Test("the forward pass is the naive one", arguments: ConvolutionCase.all)
  func forward(_ shape: ConvolutionCase) {
    let convolution = shape.fast
    let expected = shape.naive.forward(shape.input, kernel: shape.weights, bias: shape.bias)
    #expect(convolution.outputHeight == expected.height)
    #expect(convolution.outputWidth == expected.width)
    // Lanes without an image hold the bias; only those with one are compared.
    let output = keptRegion(count: convolution.outputCount)
    let arena = Arena()
    convolution.forward(
      keptRegion(shape.input.block),
      kernel: convolution.packForward(keptRegion(shape.weights), in: arena),
      bias: keptRegion(shape.bias), output: output, scratch: arena)
    let computed = NaiveImages(
      block: output.array, batch: shape.batch, height: expected.height,
      width: expected.width, channels: shape.outputs)
    #expect(largestError(computed.values.map(Float.init), expected.values) < 1e-6)
  }

  @Test("the input gradient takes the place of what is there", arguments: ConvolutionCase.all)
  func inputGradient(_ shape: ConvolutionCase) {
    let convolution = shape.fast
    let expected = shape.naive.gradients(
      shape.input, kernel: shape.weights, outputGradient: shape.outputGradient)
    let gradient = keptRegion(count: convolution.inputCount)
    let arena = Arena()
    convolution.inputGradient(
      keptRegion(shape.outputGradient.block),
      kernel: convolution.packBackward(keptRegion(shape.weights), in: arena), into: gradient,
      scratch: arena)
    #expect(largestError(gradient.array, expected.input.block.map(Double.init)) < 1e-6)
  }

  @Test(
    "the gradients of kernel and bias are added to what is there",
    arguments: ConvolutionCase.all)
  func weightGradient(_ shape: ConvolutionCase) {
    let expected = shape.naive.gradients(
      shape.input, kernel: shape.weights, outputGradient: shape.outputGradient)
    let kernel = keptRegion(count: shape.weights.count), bias = keptRegion(count: shape.outputs)
    shape.fast.weightGradient(
      keptRegion(shape.input.block), keptRegion(shape.outputGradient.block),
      kernelGradient: kernel, biasGradient: bias, scratch: Arena())
    #expect(largestError(kernel.array.map { $0 - 0.25 }, expected.kernel) < 2e-6)
    #expect(largestError(bias.array.map { $0 - 0.25 }, expected.bias) < 2e-6)
  }

  @Test("the naive gradients are those of the naive forward pass")
  func naiveGradients() {
    // The convolution is linear in the input and in the kernel, so that the gradient times a
    // direction is exactly the change along it.
    for shape in ConvolutionCase.all.prefix(12) {
      let gradients = shape.naive.gradients(
        shape.input, kernel: shape.weights, outputGradient: shape.outputGradient)
      let direction = NaiveImages.random(
        batch: shape.batch, height: shape.height, width: shape.width, channels: shape.inputs,
        seed: 5)
      let zero = [Double](repeating: 0, count: shape.outputs)
      let along = shape.naive.forward(direction, kernel: shape.weights, bias: zero)
      #expect(
        abs(dot(along, shape.outputGradient) - dot(direction.values, gradients.input.values))
          < 1e-9)
      let kernelDirection = randomNumbers(shape.weights.count, seed: 6)
      let turned = shape.naive.forward(shape.input, kernel: kernelDirection, bias: zero)
      #expect(
        abs(dot(turned, shape.outputGradient) - dot(kernelDirection, gradients.kernel)) < 1e-9)
    }
  }

  @Test("a packed kernel serves many blocks")
  func packed() {
    let shape = ConvolutionCase(kind: .upsampled, kernel: 5)
    let convolution = shape.fast, arena = Arena()
    let kernel = keptRegion(shape.weights), input = keptRegion(shape.input.block)
    let bias = keptRegion(shape.bias)
    let packed = convolution.packForward(kernel, in: arena)
    let outputs = (0..<2).map { _ in keptRegion(count: convolution.outputCount) }
    convolution.forward(
      input, kernel: convolution.packForward(kernel, in: arena), bias: bias, output: outputs[0],
      scratch: arena)
    convolution.forward(
      input, kernel: packed, bias: bias, output: outputs[1], scratch: arena)
    #expect(outputs[0].array == outputs[1].array)
  }

  @Test("a 5×5 convolution of a doubled image needs 36 products a cell")
  func multiplications() {
    let convolution = Convolution(
      kind: .upsampled, kernel: 5, inputChannels: 2, outputChannels: 3, inputHeight: 4,
      inputWidth: 4)
    #expect(convolution.multiplications == 36 * 2 * 3 * 4 * 4)
  }
}

func dot(_ a: NaiveImages, _ b: NaiveImages) -> Double { dot(a.values, b.values) }

func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

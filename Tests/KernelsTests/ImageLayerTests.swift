import ImageKernels
import Kernels
import TestSupport
import Testing

/// A norm and an activation on images.
struct ChannelNormCase: Sendable, CustomTestStringConvertible {
  var kind = Normalization.Kind.rms
  var activation = Activation.silu
  var channels = 3
  var height = 3
  var width = 7

  var testDescription: String { "\(kind) \(activation) \(channels) of \(height)×\(width)" }

  var fast: ChannelNorm {
    ChannelNorm(
      Normalization(kind: kind, epsilon: 1e-3), activation: activation, channels: channels,
      pixels: height * width)
  }

  func naive(_ input: NaiveImages, scale: [Double], shift: [Double]) -> NaiveImages {
    naiveChannelNorm(
      input, kind: kind.rawValue, epsilon: 1e-3, scale: scale, shift: shift,
      activation: activation.rawValue)
  }

  func images(seed: UInt64) -> NaiveImages {
    let images = NaiveImages.random(
      batch: 3, height: height, width: width, channels: channels, seed: seed)
    // Away from zero, where relu has no derivative.
    return images.mapIndices {
      let value = images[$0, $1, $2, $3]
      return 4 * value + (value < 0 ? -0.01 : 0.01)
    }
  }

  static let all: [ChannelNormCase] = {
    var cases: [ChannelNormCase] = []
    for kind in Normalization.Kind.allCases {
      for activation in Activation.allCases {
        cases.append(ChannelNormCase(kind: kind, activation: activation))
      }
      for (channels, height, width) in [(1, 1, 1), (2, 5, 7), (8, 4, 4), (17, 1, 3)] {
        cases.append(
          ChannelNormCase(kind: kind, channels: channels, height: height, width: width))
      }
    }
    return cases
  }()
}

@Suite("Layers of sixteen images") struct ImageLayerTests {
  @Test("channel norm and activation are the naive ones", arguments: ChannelNormCase.all)
  func channelNorm(_ shape: ChannelNormCase) {
    let input = shape.images(seed: 1)
    let scale = randomNumbers(shape.channels, seed: 2).map { $0 + 1.5 }
    let shift = randomNumbers(shape.channels, seed: 3)
    let output = keptRegion(count: input.block.count)
    shape.fast.forward(
      keptRegion(input.block), scale: keptRegion(scale),
      shift: keptRegion(shift), output: output)
    let expected = shape.naive(input, scale: scale, shift: shift)
    let computed = NaiveImages(
      block: output.array, batch: 3, height: shape.height, width: shape.width,
      channels: shape.channels)
    #expect(largestError(computed.values.map(Float.init), expected.values) < 2e-6)
  }

  @Test(
    "the gradient of norm and activation is the slope along a direction",
    arguments: ChannelNormCase.all)
  func channelNormGradient(_ shape: ChannelNormCase) {
    let input = shape.images(seed: 1), outputGradient = shape.images(seed: 4)
    let scale = randomNumbers(shape.channels, seed: 2).map { $0 + 1.5 }
    let shift = randomNumbers(shape.channels, seed: 3)
    let gradient = keptRegion(outputGradient.block)
    let parameters = (0..<2).map { _ in keptRegion(count: shape.channels) }
    shape.fast.backward(
      keptRegion(input.block), gradient: gradient, scale: keptRegion(scale),
      shift: keptRegion(shift), scaleGradient: parameters[0], shiftGradient: parameters[1],
      scratch: Arena())
    // What was there has been added to.
    let change = parameters.map { $0.array.map { Double($0) - 0.25 } }
    func value(_ input: NaiveImages, _ scale: [Double], _ shift: [Double]) -> Double {
      dot(shape.naive(input, scale: scale, shift: shift), outputGradient)
    }
    let step = 1e-5
    let along = shape.images(seed: 5), turn = randomNumbers(shape.channels, seed: 6)
    func moved(_ a: [Double], _ b: [Double], _ by: Double) -> [Double] {
      zip(a, b).map { $0 + by * $1 }
    }
    func movedInput(_ by: Double) -> NaiveImages {
      var result = input
      result.values = moved(input.values, along.values, by)
      return result
    }
    let changes = [1.0, -1.0].map { sign in
      [
        value(movedInput(sign * step), scale, shift),
        value(input, moved(scale, turn, sign * step), shift),
        value(input, scale, moved(shift, turn, sign * step)),
      ]
    }
    let slopes = zip(changes[0], changes[1]).map { ($0 - $1) / (2 * step) }
    let computed = [
      dot(gradient.array.map(Double.init), along.block.map(Double.init)), dot(change[0], turn),
      dot(change[1], turn),
    ]
    for (computed, slope) in zip(computed, slopes) {
      #expect(abs(computed - slope) < 1e-4 * max(1, abs(slope)))
    }
  }

  @Test(
    "activations and their gradients hold far from zero and near it",
    arguments: Activation.allCases)
  func extremes(_ activation: Activation) {
    let points: [Double] = [-1000, -90, -20, -1e-3, 1e-3, 0.62, 0.63, 15, 25, 90, 1000]
    let inputs = (points + Array(repeating: 0, count: 16 - points.count)).map(Float.init)
    let layer = ChannelNorm(
      Normalization(kind: .none), activation: activation, channels: 1, pixels: 1)
    let output = keptRegion(count: 16), gradient = keptRegion(filledWith: 1, count: 16)
    layer.forward(keptRegion(inputs), scale: .empty, shift: .empty, output: output)
    layer.backward(
      keptRegion(inputs), gradient: gradient, scale: .empty, shift: .empty,
      scaleGradient: .empty, shiftGradient: .empty, scratch: Arena())
    for (index, x) in points.enumerated() {
      func value(_ x: Double) -> Double { naiveActivation(activation.rawValue, x) }
      let slope = (value(x + 1e-4) - value(x - 1e-4)) / 2e-4
      #expect(abs(Double(output[index]) - value(x)) < 1e-6 * max(1, abs(value(x))))
      #expect(abs(Double(gradient[index]) - slope) < 1e-5 * max(1, abs(slope)))
    }
  }

  @Test(
    "pooling takes the largest of each cell, and ties share its gradient",
    arguments: [1, 3, 16])
  func pooling(batch: Int) {
    for (channels, height, width) in [(1, 2, 2), (3, 4, 6), (5, 2, 10)] {
      // Few values, so that most cells have ties.
      let random = NaiveImages.random(
        batch: batch, height: height, width: width, channels: channels, seed: 1)
      let input = random.mapIndices { (random[$0, $1, $2, $3] * 1.5).rounded() }
      let outputGradient = NaiveImages.random(
        batch: batch, height: height / 2, width: width / 2, channels: channels, seed: 2)
      let count = input.block.count
      let output = keptRegion(count: count / 4), gradient = keptRegion(count: count)
      let mask = keptBytes([UInt8](repeating: 7, count: count / 4))
      MaxPool.forward(
        keptRegion(input.block), channels: channels, height: height, width: width,
        output: output, mask: mask)
      MaxPool.backward(
        keptRegion(outputGradient.block), mask: mask, channels: channels,
        height: height, width: width, inputGradient: gradient)
      #expect(output.array == naiveMaxPool(input).block)
      let expected = naiveMaxPoolGradient(input, outputGradient: outputGradient)
      #expect(largestError(gradient.array, expected.block.map(Double.init)) < 1e-7)
    }
  }
}

/// The convolutions as the reference writes them: the image is first enlarged where the kind says
/// so, then convolved with SAME padding.
package struct NaiveConvolution: Sendable {
  package enum Enlargement: Sendable {
    case none
    /// Each pixel twice in both directions.
    case nearest
    /// Each pixel a cell of s×s, zero but where `(row - 1) mod s = (column - 1) mod s = 0`.
    case sparse(Int)

    var factor: Int {
      switch self {
      case .none: 1
      case .nearest: 2
      case .sparse(let stride): stride
      }
    }

    func keeps(_ index: Int) -> Bool {
      if case .sparse(let stride) = self { return (index + stride - 1) % stride == 0 }
      return true
    }
  }

  package let enlargement: Enlargement
  package let size: Int
  package let stride: Int
  package let inputs: Int
  package let outputs: Int

  package init(enlargement: Enlargement, size: Int, stride: Int, inputs: Int, outputs: Int) {
    (self.enlargement, self.size, self.stride) = (enlargement, size, stride)
    (self.inputs, self.outputs) = (inputs, outputs)
  }

  package func enlarged(_ input: NaiveImages) -> NaiveImages {
    let factor = enlargement.factor
    let large = NaiveImages(
      batch: input.batch, height: input.height * factor, width: input.width * factor,
      channels: input.channels)
    return large.mapIndices { image, row, column, channel in
      enlargement.keeps(row) && enlargement.keeps(column)
        ? input[image, row / factor, column / factor, channel] : 0
    }
  }

  /// Calls `body` with (image, output row, output column, enlarged row, enlarged column, kernel
  /// position) for every product.
  private func forEachProduct(
    _ large: NaiveImages, _ body: (Int, Int, Int, Int, Int, Int) -> Void
  ) {
    let before = (pad(large.height), pad(large.width))
    for image in 0..<large.batch {
      for row in 0..<outputCount(large.height) {
        for column in 0..<outputCount(large.width) {
          for y in 0..<size {
            for x in 0..<size {
              body(
                image, row, column, row * stride + y - before.0, column * stride + x - before.1,
                y * size + x)
            }
          }
        }
      }
    }
  }

  private func outputCount(_ count: Int) -> Int { (count + stride - 1) / stride }

  private func pad(_ count: Int) -> Int {
    max((outputCount(count) - 1) * stride + size - count, 0) / 2
  }

  /// - Parameter kernel: `[size, size, inputs, outputs]`.
  package func forward(_ input: NaiveImages, kernel: [Double], bias: [Double]) -> NaiveImages {
    let large = enlarged(input)
    let shape = NaiveImages(
      batch: input.batch, height: outputCount(large.height), width: outputCount(large.width),
      channels: outputs)
    var output = shape.mapIndices { _, _, _, channel in bias[channel] }
    forEachProduct(large) { image, row, column, y, x, position in
      for i in 0..<inputs {
        for o in 0..<outputs {
          output[image, row, column, o] +=
            kernel[(position * inputs + i) * outputs + o] * large[image, y, x, i]
        }
      }
    }
    return output
  }

  /// The gradients of `Σ output · outputGradient` for input, kernel and bias.
  package func gradients(
    _ input: NaiveImages, kernel: [Double], outputGradient: NaiveImages
  ) -> (input: NaiveImages, kernel: [Double], bias: [Double]) {
    let large = enlarged(input)
    var largeGradient = NaiveImages(
      batch: large.batch, height: large.height, width: large.width, channels: large.channels)
    var kernelGradient = [Double](repeating: 0, count: kernel.count)
    forEachProduct(large) { image, row, column, y, x, position in
      for i in 0..<inputs {
        for o in 0..<outputs {
          let index = (position * inputs + i) * outputs + o
          let gradient = outputGradient[image, row, column, o]
          largeGradient[image, y, x, i] += kernel[index] * gradient
          kernelGradient[index] += large[image, y, x, i] * gradient
        }
      }
    }
    var biasGradient = [Double](repeating: 0, count: outputs)
    for (index, value) in outputGradient.values.enumerated() {
      biasGradient[index % outputs] += value
    }
    return (shrunk(largeGradient), kernelGradient, biasGradient)
  }

  /// The gradient of ``enlarged(_:)``.
  private func shrunk(_ large: NaiveImages) -> NaiveImages {
    let factor = enlargement.factor
    var small = NaiveImages(
      batch: large.batch, height: large.height / factor, width: large.width / factor,
      channels: large.channels)
    for image in 0..<large.batch {
      for row in 0..<large.height where enlargement.keeps(row) {
        for column in 0..<large.width where enlargement.keeps(column) {
          for channel in 0..<large.channels {
            small[image, row / factor, column / factor, channel] +=
              large[image, row, column, channel]
          }
        }
      }
    }
    return small
  }
}

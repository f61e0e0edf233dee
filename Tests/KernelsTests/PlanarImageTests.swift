import ImageKernels
import Kernels
import TestSupport
import Testing

/// Convolutions of the shapes that matter to one image: rows shorter and longer than a vector, and
/// steps over which taps, rows and columns fall differently.
private let convolutionCases: [ConvolutionCase] = {
  var cases = ConvolutionCase.all.filter { $0.kind == .plain }
  for width in [1, 3, 8, 15, 16, 17, 31, 32, 33, 48, 64, 65] {
    for stride in 1...4 {
      cases.append(ConvolutionCase(kernel: 5, stride: stride, height: 6, width: width))
    }
  }
  for (kernel, stride) in [(1, 2), (2, 5), (3, 4), (9, 1), (9, 3), (12, 2)] {
    cases.append(ConvolutionCase(kernel: kernel, stride: stride, height: 7, width: 21))
  }
  cases.append(ConvolutionCase(kernel: 5, inputs: 8, outputs: 12, height: 32, width: 32))
  return cases
}()

private let shapes = [(1, 2, 2), (3, 4, 6), (2, 8, 8), (5, 2, 10), (2, 6, 34), (1, 4, 64)].map {
  PlanarShape(channels: $0, height: $1, width: $2)
}

extension PlanarShape {
  /// Images at random that no sum of products of is exact.
  fileprivate func images(_ batch: Int, seed: UInt64 = 1) -> [Float] {
    NaiveImages.random(
      batch: batch, height: height, width: width, channels: channels, seed: seed
    ).block.map { $0 / 3 }
  }

  /// One image of a block, with what is no number behind its pixels.
  fileprivate func planes(of block: [Float], lane: Int) -> [Float] {
    var planes = [Float](repeating: .nan, count: count)
    for (pixel, place) in places.enumerated() { planes[place] = block[pixel * 16 + lane] }
    return planes
  }

  /// The bits of the pixels `[channels, height, width]`.
  fileprivate func bits(of planes: Region) -> [UInt32] { places.map { planes[$0].bitPattern } }
  fileprivate func bits(of block: [Float], lane: Int) -> [UInt32] {
    places.indices.map { block[$0 * 16 + lane].bitPattern }
  }

  private var places: [Int] {
    (0..<channels).flatMap { channel in
      (0..<height * width).map { channel * vectors * 16 + $0 }
    }
  }

  /// Planes that nobody has written.
  fileprivate var unwritten: Region { keptRegion(filledWith: .nan, count: count) }
}

/// An arena whose memory is not a number.
private func poisonedArena() -> Arena {
  let arena = Arena(blockSize: 1 << 17)
  arena.allocate(1 << 17).fill(.nan)
  arena.reset()
  return arena
}

@Suite("One image with its pixels in the lanes") struct PlanarImageTests {
  @Test("a convolution has the bits of that of sixteen images", arguments: convolutionCases)
  func convolution(_ shape: ConvolutionCase) {
    let convolution = shape.fast, arena = poisonedArena()
    let (input, output) = (convolution.planarInput, convolution.planarOutput)
    let kernel = convolution.packForward(
      keptRegion(shape.weights.map { Float($0) / 7 }), in: arena)
    let bias = keptRegion(shape.bias), images = input.images(16)
    let blocks = keptRegion(count: convolution.outputCount)
    convolution.forward(
      keptRegion(images), kernel: kernel, bias: bias, output: blocks, scratch: arena)
    for lane in [0, 11] {
      let planes = output.unwritten
      convolution.forward(
        planar: keptRegion(input.planes(of: images, lane: lane)), kernel: kernel, bias: bias,
        output: planes, scratch: arena)
      #expect(output.bits(of: planes) == output.bits(of: blocks.array, lane: lane))
    }
  }

  /// One channel, a 3×3 kernel of which the middle and the right neighbour count, and 2×2 whose
  /// pixel below right does.
  @Test("convolutions by hand, with and without a stride")
  func convolutionByHand() {
    func output(kernel: [Float], stride: Int, side: Int) -> [Float] {
      let arena = poisonedArena()
      let convolution = Convolution(
        kind: .plain, kernel: side, stride: stride, inputChannels: 1, outputChannels: 1,
        inputHeight: 2, inputWidth: 3)
      let planes = convolution.planarOutput.unwritten
      let input = [1, 2, 3, 4, 5, 6] + [Float](repeating: .nan, count: 42)
      convolution.forward(
        planar: keptRegion(input), kernel: convolution.packForward(keptRegion(kernel), in: arena),
        bias: keptRegion([100 as Float]), output: planes, scratch: arena)
      return planes.slice(0, count: convolution.outputCount / 16).array
    }
    #expect(
      output(kernel: [0, 0, 0, 0, 1, 10, 0, 0, 0], stride: 1, side: 3)
        == [121, 132, 103, 154, 165, 106])
    #expect(output(kernel: [0, 0, 0, 1], stride: 2, side: 2) == [105, 100])
  }

  @Test("pooling has the bits of that of sixteen images, ties and zeros of both signs included")
  func pooling() {
    for shape in shapes {
      // Few values, so that most cells have ties.
      let images = shape.images(16).map { ($0 * 4).rounded() }
      #expect(images.contains { $0 == 0 && $0.sign == .minus })
      let pooled = keptRegion(count: images.count / 4)
      MaxPool.forward(
        keptRegion(images), channels: shape.channels, height: shape.height, width: shape.width,
        output: pooled, mask: keptBytes([UInt8](repeating: 0, count: images.count / 4)))
      for lane in [0, 15] {
        let planes = shape.halved.unwritten
        shape.pool(keptRegion(shape.planes(of: images, lane: lane)), into: planes)
        #expect(
          shape.halved.bits(of: planes) == shape.halved.bits(of: pooled.array, lane: lane))
      }
    }
  }

  @Test("norm and activation have the bits of those of sixteen images", arguments: shapes)
  func normalization(_ shape: PlanarShape) {
    let images = shape.images(16)
    let scale = keptRegion(randomNumbers(shape.channels, seed: 2)), output = shape.unwritten
    let shift = keptRegion(randomNumbers(shape.channels, seed: 3))
    let blocks = keptRegion(count: images.count)
    for kind in Normalization.Kind.allCases {
      let normalization = Normalization(kind: kind, epsilon: 1e-3)
      ChannelNorm(
        normalization, activation: .silu, channels: shape.channels,
        pixels: shape.height * shape.width
      ).forward(keptRegion(images), scale: scale, shift: shift, output: blocks)
      shape.normalize(
        keptRegion(shape.planes(of: images, lane: 2)), normalization, activation: .silu,
        scale: scale, shift: shift, output: output)
      #expect(shape.bits(of: output) == shape.bits(of: blocks.array, lane: 2))
    }
  }

  @Test("every byte becomes the number that it becomes in a block", arguments: 1...5)
  func packing(channels: Int) {
    let part = ImageBlocks.Channels(height: 9, width: 31, count: channels, offset: 1, of: 7)
    let shape = PlanarShape(channels: 7, height: 9, width: 31)
    let frames = keptBytes((0..<2 * part.frameSize).map { UInt8($0 * 7 % 256) })
    let planes = shape.unwritten, block = keptRegion(count: 7 * 9 * 31 * 16)
    block.fill(.nan)
    ImageBlocks.pack(frames, at: FrameOffsets([part.frameSize]), channels: part, into: block)
    shape.pack(frames, at: part.frameSize, channels: part, into: planes)
    let written = shape.bits(of: planes).map { Float(bitPattern: $0) }
    let expected = shape.bits(of: block.array, lane: 0).map { Float(bitPattern: $0) }
    let whole = 9 * 31 * channels
    #expect(Array(written[279..<279 + whole]) == Array(expected[279..<279 + whole]))
    #expect(written.filter(\.isNaN).count == written.count - whole)
  }

  @Test("planes become rows with channels last", arguments: shapes)
  func interleaving(_ shape: PlanarShape) {
    let images = shape.images(3), count = images.count / 16
    let rows = keptRegion(count: 3 * count), row = keptRegion(count: count)
    ImageBlocks.gather(
      keptRegion(images),
      order: ImageBlocks.channelsLastOrder(
        channels: shape.channels, height: shape.height, width: shape.width),
      into: Matrix(rows, rows: 3, columns: count))
    shape.interleave(keptRegion(shape.planes(of: images, lane: 1)), into: row)
    #expect(row.array == rows.slice(count, count: count).array)
  }
}

import Foundation
import ImageKernels
import Kernels
import TestSupport
import Testing

@Suite("Blocks of sixteen images") struct ImageBlocksTests {
  /// Frames `[count, height, width, channels]` of every byte.
  private func frames(_ count: Int, _ channels: ImageBlocks.Channels) -> [UInt8] {
    randomNumbers(count * channels.frameSize, seed: 7).map { UInt8(Int($0 * 1024 + 1024) % 256) }
  }

  private static let shapes = [
    ImageBlocks.Channels(height: 1, width: 1, count: 1),
    ImageBlocks.Channels(height: 5, width: 7, count: 3, offset: 1, of: 5),
    ImageBlocks.Channels(height: 4, width: 4, count: 4, offset: 0, of: 5),
    ImageBlocks.Channels(height: 8, width: 6, count: 1, offset: 2, of: 3),
  ]

  @Test("frames become centred floats in their channels", arguments: shapes)
  func pack(_ shape: ImageBlocks.Channels) {
    let source = frames(20, shape), pixels = shape.height * shape.width
    for lanes in [1, 5, 16] {
      let block = keptRegion(count: pixels * shape.total * 16)
      ImageBlocks.pack(
        keptBytes(source), at: FrameOffsets(3..<3 + lanes, frameSize: shape.frameSize),
        channels: shape, into: block)
      var expected = [Double](repeating: 0.25, count: pixels * shape.total * 16)
      forEachByte(shape, lanes: 16) { lane, index, place in
        expected[place] =
          lane < lanes ? Double(source[(3 + lane) * shape.frameSize + index]) / 255 - 0.5 : 0
      }
      #expect(largestError(block.array, expected) < 1e-7)
    }
  }

  @Test("the image loss is the squared error of sigmoids, one sum a lane", arguments: shapes)
  func loss(_ shape: ImageBlocks.Channels) {
    let lanes = 6, source = frames(lanes, shape), count = shape.height * shape.width * shape.total
    let offsets = FrameOffsets((0..<lanes).reversed().map { $0 * shape.frameSize })
    let logits = randomNumbers(count * 16, seed: 8).map { $0 * 6 }
    let weights = randomNumbers(16, seed: 9)
    let means = keptRegion(count: count * 16), gradient = keptRegion(count: count * 16)
    let losses = keptRegion(count: 16)
    ImageLoss.forward(
      keptRegion(logits), targets: keptBytes(source), at: offsets,
      channels: shape, means: means, losses: losses)
    ImageLoss.backward(
      keptRegion(weights), means: means, targets: keptBytes(source), at: offsets,
      channels: shape, logitGradient: gradient)
    var expected = [Double](repeating: 0, count: 16)
    var expectedGradient = [Double](repeating: 0.25, count: count * 16)
    forEachByte(shape, lanes: 16) { lane, index, place in
      expectedGradient[place] = 0
      guard lane < lanes else { return }
      let target = Double(source[(lanes - 1 - lane) * shape.frameSize + index]) / 255
      let mean = 1 / (1 + exp(-logits[place]))
      expected[lane] += (mean - target) * (mean - target)
      expectedGradient[place] = weights[lane] * 2 * (mean - target) * mean * (1 - mean)
    }
    #expect(largestError(losses.array, expected) < 1e-6)
    #expect(largestError(gradient.array, expectedGradient) < 1e-6)
  }

  @Test("rows and blocks hold the same numbers in either order", arguments: [1, 7, 16])
  func rows(lanes: Int) {
    let channels = 3, height = 2, width = 5, elements = 30
    let order = ImageBlocks.channelsLastOrder(channels: channels, height: height, width: width)
    let images = NaiveImages.random(
      batch: lanes, height: height, width: width, channels: channels, seed: 1)
    let rows = keptRegion(count: lanes * 40), block = keptRegion(count: elements * 16)
    let matrix = Matrix(rows, rows: lanes, columns: elements, stride: 40)
    ImageBlocks.gather(keptRegion(images.block), order: order, into: matrix)
    ImageBlocks.gather(
      keptRegion(images.block), order: order, into: matrix, accumulating: true)
    for lane in 0..<lanes {
      let expected = images.values[lane * elements..<(lane + 1) * elements].map { 2 * $0 }
      #expect(largestError(rows.slice(lane * 40, count: elements).array, expected) == 0)
    }
    ImageBlocks.scatter(matrix, order: order, into: block)
    ImageBlocks.scatter(matrix, order: order, into: block, accumulating: true)
    #expect(largestError(block.array, images.block.map { 4 * Double($0) }) == 0)
  }

  /// Calls `body` with (lane, byte of the frame, float of the block).
  private func forEachByte(
    _ shape: ImageBlocks.Channels, lanes: Int, _ body: (Int, Int, Int) -> Void
  ) {
    let pixels = shape.height * shape.width
    for lane in 0..<lanes {
      for pixel in 0..<pixels {
        for channel in 0..<shape.count {
          body(
            lane, pixel * shape.count + channel,
            ((shape.offset + channel) * pixels + pixel) * 16 + lane)
        }
      }
    }
  }
}

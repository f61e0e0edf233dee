import Autodiff
import ImageKernels
import Kernels
import Randomness
import TestSupport
import Testing

@Suite("images on the tape")
struct ImageTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var kind: Convolution.Kind
    var kernel = 5
    var stride = 1
    var pools = false
    var channels = (3, 5)
    var size = (6, 4)
    var count = 3

    var testDescription: String {
      let layer = "\(kind) \(kernel)×\(kernel) stride \(stride)\(pools ? " pooled" : "")"
      return "\(layer) \(channels) \(size) ×\(count)"
    }
  }

  static let cases = [
    Case(kind: .plain), Case(kind: .plain, channels: (1, 1), size: (1, 1), count: 1),
    Case(kind: .plain, kernel: 3, channels: (17, 3), size: (3, 5), count: 16),
    Case(kind: .plain, kernel: 1, channels: (5, 3), size: (5, 3)),
    Case(kind: .plain, stride: 2), Case(kind: .plain, stride: 2, channels: (3, 1), size: (5, 7)),
    Case(kind: .plain, kernel: 3, stride: 2, size: (7, 2), count: 17 - 1),
    Case(kind: .plain, pools: true, channels: (3, 3), size: (4, 6)),
    Case(kind: .plain, kernel: 3, pools: true, channels: (1, 5), size: (6, 6), count: 5),
    Case(kind: .upsampled), Case(kind: .upsampled, channels: (5, 1), size: (3, 3), count: 16),
    Case(kind: .upsampled, kernel: 3, channels: (1, 3), size: (5, 1)),
    Case(kind: .transposed, stride: 2),
    Case(kind: .transposed, stride: 2, channels: (5, 3), size: (3, 5), count: 16),
    Case(kind: .transposed, kernel: 3, stride: 2, channels: (1, 5), size: (1, 3), count: 1),
  ]

  @Test("convolutions agree with finite differences", arguments: cases)
  func convolutions(test: Case) {
    let convolution = Convolution(
      kind: test.kind, kernel: test.kernel, stride: test.stride, inputChannels: test.channels.0,
      outputChannels: test.channels.1, inputHeight: test.size.0, inputWidth: test.size.1)
    let check = GradientCheck(
      inputs: [.init(test.count, test.channels.0 * test.size.0 * test.size.1)],
      parameters: [
        .init(test.kernel * test.kernel * test.channels.0, test.channels.1),
        .init(1, test.channels.1),
      ]
    ) { tape, inputs, parameters in
      let image = tape.image(
        of: inputs[0], channels: test.channels.0, height: test.size.0, width: test.size.1)
      return [
        tape.rows(
          of: tape.convolve(
            image, convolution, kernel: parameters[0], bias: parameters[1], pools: test.pools))
      ]
    }
    #expect(check.relativeError(key: Key(seed: 1)) < tolerance)
  }

  /// One channel, a 3×3 kernel of which only the middle and the right neighbour count.
  @Test("a convolution by hand, plain and pooled")
  func literal() {
    let fixture = TapeFixture(parameters: [(9, 1, [0, 0, 0, 0, 1, 10, 0, 0, 0]), (1, 1, [100])])
    let convolution = Convolution(
      kind: .plain, kernel: 3, inputChannels: 1, outputChannels: 1, inputHeight: 2, inputWidth: 2)
    let x = fixture.tracked([1, 2, 3, 4], rows: 1)
    func run(pools: Bool) -> Tensor {
      fixture.tape.rows(
        of: fixture.tape.convolve(
          fixture.tape.image(of: x, channels: 1, height: 2, width: 2), convolution,
          kernel: fixture.parameters[0], bias: fixture.parameters[1], pools: pools))
    }
    #expect(run(pools: false).values.array == [121, 102, 143, 104])
    fixture.tape.withoutRecording { #expect(run(pools: true).values.array == [143]) }
    let pooled = run(pools: true)
    #expect(pooled.values.array == [143])
    pooled.gradient.fill(1)
    fixture.tape.backward()
    // Only the pixel that won: 3 + 10 · 4.
    #expect(x.gradient.array == [0, 0, 1, 10])
    #expect(fixture.gradient(of: fixture.parameters[0]) == [0, 1, 2, 0, 3, 4, 0, 0, 0])
    #expect(fixture.gradient(of: fixture.parameters[1]) == [1])
  }

  @Test("a convolution of a constant image has a weight gradient")
  func constantImage() {
    let bytes = keptBytes((0..<2 * 12).map { UInt8(($0 * 37) % 256) })
    let convolution = Convolution(
      kind: .plain, kernel: 3, inputChannels: 3, outputChannels: 2, inputHeight: 2, inputWidth: 2)
    let check = GradientCheck(inputs: [], parameters: [.init(27, 2), .init(1, 2)]) {
      tape, _, parameters in
      let source = ImageSource(
        bytes: bytes, frames: FrameOffsets([0, 12]),
        channels: ImageBlocks.Channels(height: 2, width: 2, count: 3))
      return [
        tape.rows(
          of: tape.convolve(
            tape.pack([source]), convolution, kernel: parameters[0], bias: parameters[1],
            pools: false))
      ]
    }
    #expect(check.relativeError(key: Key(seed: 2)) < tolerance)
  }

  @Test("gather and scatter put elements where their orders say")
  func orders() {
    let fixture = TapeFixture()
    let tape = fixture.tape
    let (a, b) = (
      fixture.tracked([1, 2, 3, 4, 5, 6], rows: 1),
      fixture.tracked([10, 20, 30, 40, 50, 60], rows: 1)
    )
    // Two channels of 1×3; b is channels last.
    let image = tape.scatter(
      a, order: [0, 1, 2, 3, 4, 5], b, order: [0, 2, 4, 1, 3, 5], channels: 2, height: 1, width: 3)
    let rows = tape.rows(of: image)
    #expect(rows.values.array == [11, 32, 53, 24, 45, 66])
    let reversed = tape.tensor(rows: 1, columns: 6, tracked: true)
    tape.gather(image, order: [5, 4, 3, 2, 1, 0], into: reversed)
    #expect(reversed.values.array == [66, 45, 24, 53, 32, 11])
    rows.gradient.copy(from: [1, 2, 3, 4, 5, 6])
    tape.backward()
    #expect(a.gradient.array == [1, 2, 3, 4, 5, 6])
    #expect(b.gradient.array == [1, 4, 2, 5, 3, 6])
  }

  @Test("gather and scatter with orders of their own", arguments: [1, 3, 5, 16])
  func ordersOfTheirOwn(count: Int) {
    var generator = Generator(key: Key(seed: 4))
    let orders = (0..<3).map { _ in
      var order = (0..<Int32(30)).map { $0 }
      generator.shuffle(&order)
      return order
    }
    let check = GradientCheck(inputs: [.init(count, 30), .init(count, 30)]) { tape, inputs, _ in
      let image = tape.scatter(
        inputs[0], order: orders[0], inputs[1], order: orders[1], channels: 5, height: 2, width: 3)
      let rows = tape.tensor(rows: count, columns: 30, tracked: true)
      tape.gather(image, order: orders[2], into: rows)
      return [rows]
    }
    #expect(check.relativeError(key: Key(seed: 5)) < tolerance)
  }

  @Test("frames are packed as x / 255 - 0.5, several keys on the channels")
  func packing() {
    let (gray, color) = (keptBytes([0, 255, 51, 102]), keptBytes([255, 0, 0, 255]))
    let tape = TapeFixture().tape
    let image = tape.pack([
      ImageSource(
        bytes: gray, frames: FrameOffsets([0, 2]),
        channels: .init(height: 1, width: 2, count: 1, offset: 0, of: 2)),
      ImageSource(
        bytes: color, frames: FrameOffsets([0, 2]),
        channels: .init(height: 1, width: 2, count: 1, offset: 1, of: 2)),
    ])
    #expect(!image.isTracked)
    let expected: [Float] = [-0.5, 0.5, 0.5, -0.5, -0.3, -0.1, -0.5, 0.5]
    #expect(largestError(tape.rows(of: image).values.array, expected) < 1e-6)
  }

  static let targets = ByteStorage((0..<5 * 12).map { UInt8(($0 * 91) % 256) })

  @Test("image losses, two keys on the channels of one image", arguments: [1, 3, 5])
  func imageLoss(count: Int) {
    let check = GradientCheck(inputs: [.init(count, 24)]) { tape, inputs, _ in
      let logits = tape.image(of: inputs[0], channels: 4, height: 3, width: 2)
      let means = tape.arena.allocate(logits.values.count)
      return [0, 2].map { offset in
        let loss = tape.tensor(rows: count, columns: 1, tracked: true)
        let source = ImageSource(
          bytes: Self.targets.bytes, frames: FrameOffsets(0..<count, frameSize: 12),
          channels: .init(height: 3, width: 2, count: 2, offset: offset, of: 4))
        tape.imageLoss(logits, target: source, means: means, into: loss)
        return loss
      }
    }
    #expect(check.relativeError(key: Key(seed: 6)) < tolerance)
  }

  @Test("the image loss is a sum over pixels and channels with no factor of a half")
  func imageLossLiteral() {
    let fixture = TapeFixture()
    let bytes = keptBytes([255, 51, 0, 0])
    // σ(0) = 1/2 and σ(ln 3) = 3/4.
    let rows = fixture.tracked([0, 1.0986123, 0, 0], rows: 2)
    let logits = fixture.tape.image(of: rows, channels: 1, height: 1, width: 2)
    let means = fixture.tape.arena.allocate(logits.values.count)
    let loss = fixture.tape.tensor(rows: 2, columns: 1, tracked: true)
    fixture.tape.imageLoss(
      logits,
      target: ImageSource(
        bytes: bytes, frames: FrameOffsets([0, 2]),
        channels: .init(height: 1, width: 2, count: 1)), means: means, into: loss)
    #expect(largestError(loss.values.array, [0.25 + 0.3025, 0.5]) < 1e-6)
    loss.gradient.fill(1)
    fixture.tape.backward()
    // 2 (m - x) m (1 - m).
    #expect(largestError(rows.gradient.array, [-0.25, 0.20625, 0.25, 0.25]) < 1e-6)
  }
}

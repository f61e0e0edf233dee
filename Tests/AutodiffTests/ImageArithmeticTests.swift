import Autodiff
import ImageKernels
import Kernels
import Randomness
import TestSupport
import Testing

@Suite("arithmetic on images")
struct ImageArithmeticTests {
  /// Images, channels, height and width.
  struct Shape: Sendable, CustomTestStringConvertible {
    var count: Int
    var channels: Int
    var height: Int
    var width: Int

    var testDescription: String { "\(count) of \(channels)×\(height)×\(width)" }
  }

  static let shapes = [
    Shape(count: 1, channels: 1, height: 1, width: 1),
    Shape(count: 16, channels: 3, height: 1, width: 5),
    Shape(count: 5, channels: 4, height: 3, width: 2),
  ]

  /// The error of a function of images of one shape, whose result is read as rows.
  private func error(
    _ shape: Shape, inputs: Int = 1, parameters: [GradientCheck.Shape] = [],
    _ body: @escaping (Tape, [ImageTensor], [Parameter]) -> [Tensor]
  ) -> Double {
    let row = GradientCheck.Shape(shape.count, shape.channels * shape.height * shape.width)
    return GradientCheck(
      inputs: Array(repeating: row, count: inputs), parameters: parameters
    ) { tape, inputs, parameters in
      let images = inputs.map {
        tape.image(
          of: $0, channels: shape.channels, height: shape.height, width: shape.width)
      }
      return body(tape, images, parameters)
    }.relativeError(key: Key(seed: 4))
  }

  private func error(
    _ shape: Shape, inputs: Int, _ body: @escaping (Tape, [ImageTensor]) -> ImageTensor
  ) -> Double {
    error(shape, inputs: inputs) { tape, images, _ in [tape.rows(of: body(tape, images))] }
  }

  @Test("sums, products and multiples agree with finite differences", arguments: shapes)
  func elementwise(shape: Shape) {
    #expect(error(shape, inputs: 2) { $0.add($1[0], $1[1]) } < tolerance)
    #expect(error(shape, inputs: 1) { $0.add($1[0], $1[0]) } < tolerance)
    #expect(error(shape, inputs: 2) { $0.multiply($1[0], $1[1]) } < tolerance)
    #expect(error(shape, inputs: 1) { $0.multiply($1[0], $1[0]) } < tolerance)
    #expect(error(shape, inputs: 1) { $0.scale($1[0], by: -1.5) } < tolerance)
  }

  @Test("changes of shape agree with finite differences", arguments: shapes)
  func rearrangements(shape: Shape) {
    let part = shape.channels / 2..<shape.channels
    #expect(error(shape, inputs: 1) { $0.channels(part, of: $1[0]) } < tolerance)
    #expect(error(shape, inputs: 2) { $0.concatenate($1[0], $1[1]) } < tolerance)
    #expect(error(shape, inputs: 1) { $0.concatenate($1[0], $1[0]) } < tolerance)
    #expect(error(shape, inputs: 1) { $0.upsample($1[0]) } < tolerance)
    #expect(
      error(shape, inputs: 1) { tape, images, _ in [tape.pixelMeans(of: images[0])] } < tolerance)
  }

  @Test("sub-pixel upsampling agrees with finite differences", arguments: [(1, 3), (2, 1), (3, 2)])
  func shuffle(side: Int, channels: Int) {
    let shape = Shape(count: 3, channels: channels * side * side, height: 2, width: 3)
    #expect(error(shape, inputs: 1) { $0.shuffle($1[0], side: side) } < tolerance)
  }

  @Test("distances agree with finite differences", arguments: shapes)
  func distances(shape: Shape) {
    for kind in [ImageDistance.squared, .absolute] {
      let error = error(shape, inputs: 1) { tape, images, _ in
        let target = tape.image(
          of: tape.constant(
            [Float](repeating: 0.25, count: images[0].values.count / 16 * images[0].count),
            rows: images[0].count, columns: images[0].values.count / 16),
          channels: shape.channels, height: shape.height, width: shape.width)
        return [tape.loss(kind, images[0], target: target.values)]
      }
      #expect(error < tolerance, "\(kind)")
    }
  }

  /// Two images side by side in the lanes, of one row: pixels 1, 2 and 3, 4.
  @Test("numbers by hand")
  func literal() {
    let fixture = TapeFixture()
    let tape = fixture.tape
    let x = tape.image(
      of: fixture.tracked([1, 2, 3, 4], rows: 2), channels: 1, height: 1, width: 2)
    #expect(
      tape.rows(of: tape.upsample(x)).values.array == [
        1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4,
      ])
    #expect(tape.pixelMeans(of: x).values.array == [1.5, 3.5])
    let target = tape.image(
      of: tape.constant([0, 0, 5, 1], rows: 2, columns: 2), channels: 1, height: 1, width: 2)
    #expect(tape.loss(.squared, x, target: target.values).values.array == [5, 13])
    #expect(tape.loss(.absolute, x, target: target.values).values.array == [3, 5])
    #expect(tape.rows(of: tape.concatenate(x, target)).values.array == [1, 2, 0, 0, 3, 4, 5, 1])
  }

  @Test("of constants nothing is recorded, and a constant operand has no gradient")
  func constants() {
    let fixture = TapeFixture()
    let tape = fixture.tape
    let x = tape.withoutRecording {
      tape.image(of: fixture.tracked([1, 2, 3, 4], rows: 2), channels: 2, height: 1, width: 1)
    }
    _ = tape.pixelMeans(of: tape.upsample(tape.multiply(tape.add(x, x), tape.scale(x, by: 3))))
    #expect(tape.recordedCount == 0)
    let input = fixture.tracked([1, 1, 1, 1], rows: 2)
    let y = tape.image(of: input, channels: 2, height: 1, width: 1)
    let z = tape.add(
      x,
      tape.concatenate(
        tape.channels(0..<1, of: tape.multiply(x, y)), tape.channels(1..<2, of: x)))
    tape.rows(of: z).gradient.fill(1)
    tape.backward()
    #expect(input.gradient.array == [1, 0, 3, 0])
  }

  /// PyTorch's `pixel_shuffle` of `[1, 4, 1, 2]` made of 0…7.
  @Test("the order of sub-pixel upsampling")
  func shuffleOrder() {
    let fixture = TapeFixture()
    let x = fixture.tape.image(
      of: fixture.tracked((0..<8).map { Float($0) }, rows: 1), channels: 4, height: 1, width: 2)
    let y = fixture.tape.shuffle(x, side: 2)
    #expect([y.channels, y.height, y.width] == [1, 2, 4])
    #expect(fixture.tape.rows(of: y).values.array == [0, 2, 1, 3, 4, 6, 5, 7])
  }

  // MARK: several readers

  private func convolution(_ shape: Shape, to channels: Int) -> Convolution {
    Convolution(
      kind: .plain, kernel: 3, inputChannels: shape.channels, outputChannels: channels,
      inputHeight: shape.height, inputWidth: shape.width)
  }

  @Test("a residual block with a norm agrees with finite differences", arguments: shapes)
  func residual(shape: Shape) {
    let channels = shape.channels
    let plain = NormActivation(Normalization(kind: .none), .silu)
    let error = error(
      shape, parameters: [.init(9 * channels, channels), .init(1, channels)]
    ) { tape, images, parameters in
      let x = tape.scale(images[0], by: 0.5)
      let inner = tape.normActivation(x, plain, scale: nil, shift: nil)
      let y = tape.convolve(
        inner, convolution(shape, to: channels), kernel: parameters[0], bias: parameters[1],
        pools: false)
      return [tape.rows(of: tape.add(x, y))]
    }
    #expect(error < tolerance)
  }

  @Test("an image that a skip connection, a convolution and a norm read", arguments: shapes)
  func skip(shape: Shape) {
    let norm = NormActivation(Normalization(kind: .rms), .tanh)
    let error = error(
      shape, parameters: [.init(9 * shape.channels, 3), .init(1, 3), .init(1, shape.channels)]
    ) { tape, images, parameters in
      let x = tape.scale(images[0], by: 2)
      let y = tape.convolve(
        x, convolution(shape, to: 3), kernel: parameters[0], bias: parameters[1], pools: false)
      let z = tape.normActivation(x, norm, scale: parameters[2], shift: nil)
      return [tape.rows(of: tape.concatenate(tape.concatenate(x, y), z)), tape.rows(of: x)]
    }
    #expect(error < tolerance)
  }

  @Test("an image with two losses agrees with finite differences", arguments: shapes)
  func twoLosses(shape: Shape) {
    let error = error(shape) { tape, images, _ in
      let x = tape.scale(images[0], by: 2)
      let zeros = tape.arena.allocateZeros(x.values.count)
      return [
        tape.loss(.squared, x, target: zeros), tape.loss(.squared, images[0], target: zeros),
        tape.pixelMeans(of: x),
      ]
    }
    #expect(error < tolerance)
  }

  /// An image and a loss of it on a tape of their own.
  private static func read(_ body: (Tape, ImageTensor, @escaping () -> Void) -> Void) {
    let fixture = TapeFixture()
    let tape = fixture.tape
    let image = tape.scale(
      tape.image(of: fixture.tracked([1, 2, 3, 4], rows: 1), channels: 1, height: 2, width: 2),
      by: 2)
    body(tape, image) {
      let zeros = tape.arena.allocateZeros(image.values.count)
      tape.loss(.squared, image, target: zeros).gradient.fill(1)
    }
    tape.backward()
  }

  @Test("an image of before a detour that is read in it is refused, for its gradient would be lost")
  func detour() async {
    Self.read { _, _, loss in loss() }
    await #expect(processExitsWith: .failure) {
      ImageArithmeticTests.read { tape, _, loss in tape.detour { loss() } }
    }
  }

  @Test("and so is one of before passing gradients")
  func passing() async {
    await #expect(processExitsWith: .failure) {
      ImageArithmeticTests.read { tape, _, loss in tape.withPassingImageGradients { loss() } }
    }
  }

  private static let targets = ByteStorage((0..<3 * 4).map { UInt8(($0 * 91) % 256) })

  @Test("two losses against the bytes of one key agree with finite differences")
  func twoLossesOfBytes() {
    let check = GradientCheck(inputs: [.init(3, 4)]) { tape, inputs, _ in
      let logits = tape.image(of: inputs[0], channels: 1, height: 2, width: 2)
      return (0..<2).map { _ in
        let loss = tape.tensor(rows: 3, columns: 1, tracked: true)
        let source = ImageSource(
          bytes: Self.targets.bytes, frames: FrameOffsets(0..<3, frameSize: 4),
          channels: .init(height: 2, width: 2, count: 1))
        tape.imageLoss(
          logits, target: source, means: tape.arena.allocate(logits.values.count), into: loss)
        return loss
      }
    }
    #expect(check.relativeError(key: Key(seed: 9)) < tolerance)
  }
}

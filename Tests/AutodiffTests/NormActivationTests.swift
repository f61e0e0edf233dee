import Autodiff
import Kernels
import Randomness
import TestSupport
import Testing

@Suite("norm and activation on the tape")
struct NormActivationTests {
  static let kinds = Normalization.Kind.allCases

  /// Scales around 1, so that a scale that is forgotten shows and none is near zero.
  static func check(_ kind: NormActivation, rows: Int, columns: Int) -> GradientCheck {
    GradientCheck(
      inputs: [.init(rows, columns)], parameters: [.init(1, columns), .init(1, columns)]
    ) { tape, inputs, parameters in
      [
        tape.normActivation(
          inputs[0], kind, scale: kind.norm.hasScale ? parameters[0] : nil,
          shift: kind.norm.hasShift ? parameters[1] : nil)
      ]
    }
  }

  @Test("gradients of every pair", arguments: kinds, Activation.allCases)
  func pairs(norm: Normalization.Kind, activation: Activation) {
    let kind = NormActivation(Normalization(kind: norm), activation)
    for (rows, columns) in [(3, 5), (5, 17), (2, 33)] {
      let error = Self.check(kind, rows: rows, columns: columns).relativeError(key: Key(seed: 1))
      #expect(error < tolerance, "\(rows)×\(columns)")
    }
  }

  @Test("gradients where the norm consumes its input", arguments: kinds, oddSizes)
  func consuming(norm: Normalization.Kind, columns: Int) {
    let kind = NormActivation(Normalization(kind: norm), .silu)
    let check = GradientCheck(
      inputs: [.init(3, columns)], parameters: [.init(1, columns), .init(1, columns)]
    ) { tape, inputs, parameters in
      [
        tape.normActivation(
          consuming: tape.scale(inputs[0], by: 2), kind,
          scale: norm == .none ? nil : parameters[0],
          shift: kind.norm.hasShift ? parameters[1] : nil)
      ]
    }
    #expect(check.relativeError(key: Key(seed: 4)) < tolerance)
  }

  @Test("gradients over odd shapes", arguments: [0] + oddSizes, oddSizes)
  func shapes(rows: Int, columns: Int) {
    for norm in Self.kinds {
      // A layer norm of one column is its shift, whatever the input.
      let kind = NormActivation(Normalization(kind: norm), .silu)
      let error = Self.check(kind, rows: rows, columns: columns).relativeError(key: Key(seed: 2))
      #expect(error < tolerance, "\(norm)")
    }
  }

  @Test(
    "gradients of images, over the channels of each pixel", arguments: kinds, Activation.allCases)
  func images(norm: Normalization.Kind, activation: Activation) {
    let kind = NormActivation(Normalization(kind: norm), activation)
    for (channels, height, width, count) in [(1, 1, 1, 16), (3, 3, 1, 5), (17, 1, 2, 3)] {
      let check = GradientCheck(
        inputs: [.init(count, channels * height * width)],
        parameters: [.init(1, channels), .init(1, channels)]
      ) { tape, inputs, parameters in
        let image = tape.image(of: inputs[0], channels: channels, height: height, width: width)
        return [
          tape.rows(
            of: tape.normActivation(
              image, kind, scale: kind.norm.hasScale ? parameters[0] : nil,
              shift: kind.norm.hasShift ? parameters[1] : nil))
        ]
      }
      #expect(check.relativeError(key: Key(seed: 3)) < tolerance, "\(channels) channels")
    }
  }

  @Test("RMS norm by hand: x (mean(x²) + ε)^(-1/2) · scale, with no shift and ε = 1e-4")
  func rms() {
    let norm = Normalization(kind: .rms)
    #expect(!norm.hasShift && norm.hasScale && norm.epsilon == 1e-4)
    let fixture = TapeFixture(parameters: [(1, 2, [1, 2])])
    let y = fixture.tape.normActivation(
      fixture.tracked([3, 4, 0, 0.01], rows: 2), NormActivation(norm, .none),
      scale: fixture.parameters[0], shift: nil)
    // √12.5001 = 3.5355480; √(0.00005 + 0.0001) = 0.0122474.
    #expect(largestError(y.values.array, [0.848525, 2.262733, 0, 1.632993]) < 1e-5)
  }

  @Test("layer norm by hand")
  func layer() {
    let fixture = TapeFixture(parameters: [(1, 2, [1, 2]), (1, 2, [10, 20])])
    let y = fixture.tape.normActivation(
      fixture.tracked([1, 3], rows: 1), NormActivation(Normalization(kind: .layer), .none),
      scale: fixture.parameters[0], shift: fixture.parameters[1])
    // Mean 2, variance 1: (∓1) / √1.0001.
    #expect(largestError(y.values.array, [9.00005, 21.9999]) < 1e-6)
  }

  @Test("activations by hand")
  func activations() {
    let expected: [(Activation, [Float])] = [
      (.none, [-1, 0, 2]), (.silu, [-0.2689414, 0, 1.7615942]), (.relu, [0, 0, 2]),
      (.gelu, [-0.1588080, 0, 1.9545977]), (.elu, [-0.6321206, 0, 2]),
      (.tanh, [-0.7615942, 0, 0.9640276]), (.sigmoid, [0.2689414, 0.5, 0.8807971]),
      (.softplus, [0.3132617, 0.6931472, 2.1269280]), (.mish, [-0.3034015, 0, 1.9439590]),
      (.relu2, [0, 0, 4]),
    ]
    #expect(expected.map(\.0) == Activation.allCases)
    for (activation, values) in expected {
      let fixture = TapeFixture()
      let y = fixture.tape.normActivation(
        fixture.tracked([-1, 0, 2], rows: 1),
        NormActivation(Normalization(kind: .none), activation), scale: nil, shift: nil)
      #expect(largestError(y.values.array, values) < 2e-6, "\(activation)")
    }
  }
}

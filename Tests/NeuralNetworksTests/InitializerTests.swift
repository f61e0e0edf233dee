import Foundation
import Kernels
import NeuralNetworks
import Randomness
import TestSupport
import Testing

@Suite("initialisers and layers")
struct InitializerTests {
  static let standard = Initializer(name: "trunc_normal_in")!

  /// Largest magnitude, mean and variance.
  private func moments(_ values: [Float]) -> (largest: Double, mean: Double, variance: Double) {
    let numbers = values.map(Double.init)
    let mean = numbers.reduce(0, +) / Double(numbers.count)
    let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(numbers.count)
    return (numbers.reduce(0) { max($0, abs($1)) }, mean, variance)
  }

  /// A cut at two, not at two deviations, would let numbers of up to 2 through a deviation of 0.1.
  @Test("trap 6: a truncated normal is cut at two standard deviations, and has unit variance")
  func truncation() {
    for inputs in [1, 100, 400] {
      let deviation = 1 / Double(inputs).squareRoot()
      let draws = moments(
        Self.standard.draw(shape: [inputs, 40_000 / inputs], key: Key(seed: 1)))
      let bound = 2 * 1.1368 * deviation
      #expect(draws.largest <= bound * 1.000001 && draws.largest > 0.99 * bound)
      #expect(abs(draws.mean) < 0.02 * deviation)
      #expect(abs(draws.variance / (deviation * deviation) - 1) < 0.03)
    }
  }

  /// Its blocks are √8 smaller than stand-alone matrices.
  @Test("trap 5: the fan-in of a block-diagonal layer is its full input")
  func blockFanIn() {
    var builder = ParameterBuilder()
    _ = Linear(
      from: 512, to: 1024, groups: 8, Self.standard, named: "block", in: &builder)
    _ = Linear(from: 512, to: 1024, Self.standard, named: "full", in: &builder)
    let store = kept(ParameterStore(builder, key: Key(seed: 2)))
    for name in ["block", "full"] {
      let entry = store.entry(named: "\(name)/kernel")!
      let draws = moments(store[entry].array)
      #expect(abs(draws.variance * 512 - 1) < 0.03, "\(name)")
      #expect(draws.largest <= 2 * 1.1368 / 512.0.squareRoot() * 1.000001, "\(name)")
    }
    #expect(store.entry(named: "block/kernel")!.shape == [8, 64, 128])
    #expect(store.entry(named: "block/bias")!.shape == [1024])
  }

  @Test("the fan-in of a convolution is its kernel's area times its input channels")
  func convolutionFanIn() {
    let draws = moments(Self.standard.draw(shape: [5, 5, 16, 64], key: Key(seed: 3)))
    #expect(abs(draws.variance * 400 - 1) < 0.03)
  }

  @Test("other distributions and fans have the variance of their names", arguments: [
    ("normal_in", 0.01), ("uniform_in", 0.01), ("trunc_normal_out", 0.0025), ("uniform_avg", 0.004),
    ("normal_none", 1),
  ] as [(String, Double)])
  func variances(name: String, variance: Double) throws {
    let initializer = try #require(Initializer(name: name))
    let draws = moments(initializer.draw(shape: [100, 400], key: Key(seed: 4)))
    #expect(abs(draws.variance / variance - 1) < 0.03)
  }

  @Test("the scale multiplies the whole kernel, and zero gives zeros")
  func scale() {
    let (whole, part) = (
      Self.standard.draw(shape: [30, 30], key: Key(seed: 5)),
      Initializer(.truncatedNormal, .in, scale: 0.01).draw(shape: [30, 30], key: Key(seed: 5))
    )
    #expect(largestError(part.map { $0 * 100 }, whole) < 1e-6)
    let none = Initializer(.truncatedNormal, .in, scale: 0).draw(shape: [9, 9], key: Key(seed: 5))
    #expect(none.allSatisfy { $0 == 0 })
  }

  @Test("trap 5: biases start at 0 and scales at 1, and an RMS norm has no shift")
  func layers() throws {
    let style = try LayerStyle(act: "silu", norm: "rms", winit: "trunc_normal_in")
    var builder = ParameterBuilder()
    _ = Dense(from: 6, to: 4, style: style, named: "layer", in: &builder)
    let layerNorm = try LayerStyle(act: "silu", norm: "layer", winit: "trunc_normal_in")
    _ = Dense(from: 4, to: 4, style: layerNorm, named: "other", in: &builder)
    let store = kept(ParameterStore(builder, key: Key(seed: 6)))
    #expect(
      store.entries.map(\.name) == [
        "layer/kernel", "layer/bias", "layernorm/scale",
        "other/kernel", "other/bias", "othernorm/scale", "othernorm/shift",
      ])
    #expect(store[store.entry(named: "layer/bias")!].array == [0, 0, 0, 0])
    #expect(store[store.entry(named: "layernorm/scale")!].array == [1, 1, 1, 1])
    #expect(store[store.entry(named: "othernorm/shift")!].array == [0, 0, 0, 0])
  }

  @Test("kernels are drawn by their names, so another layer before them changes nothing")
  func addressed() {
    func kernel(_ names: [String]) -> [Float] {
      var builder = ParameterBuilder()
      for name in names { _ = Linear(from: 3, to: 3, Self.standard, named: name, in: &builder) }
      let store = kept(ParameterStore(builder, key: Key(seed: 7)))
      return store[store.entry(named: "b/kernel")!].array
    }
    #expect(kernel(["a", "b"]) == kernel(["b"]))
    #expect(Self.standard.draw(shape: [3, 3], key: Key(seed: 8)) != kernel(["b"]))
  }

  @Test("unknown names of layers are errors that say what there is")
  func unknownNames() {
    #expect(Initializer(name: "trunc_normal") == nil)
    for (act, norm, winit, expected) in [
      ("swish", "rms", "trunc_normal_in", "no activation is called “swish”"),
      ("silu", "batch", "trunc_normal_in", "no norm is called “batch”; use one of rms, layer, none"),
      ("silu", "rms", "xavier", "no initialiser is called “xavier”"),
      ("silu", "rms1em", "trunc_normal_in", "no norm is called “rms1em”"),
    ] {
      let error = #expect(throws: LayerStyleError.self) {
        try LayerStyle(act: act, norm: norm, winit: winit)
      }
      #expect(error?.description.hasPrefix(expected) == true, "\(error?.description ?? "")")
    }
  }

  @Test("a norm's name may hold its epsilon")
  func epsilons() throws {
    let style = try LayerStyle(act: "elu", norm: "layer1em3", winit: "uniform_avg")
    #expect(style.kind.norm.kind == .layer && style.kind.activation == .elu)
    #expect(abs(style.kind.norm.epsilon - 1e-3) < 1e-9)
    #expect(try LayerStyle(act: "silu", norm: "rms", winit: "normal_in").kind.norm.epsilon == 1e-4)
  }
}

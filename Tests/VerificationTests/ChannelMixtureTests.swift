import Foundation
import NeuralNetworks
import PeerVerification
import TestSupport
import Testing
import Verification

/// With three channels a file of the case `dlogistic` can hold a mixture's results for the same pixels;
/// the files that are kept here have one channel.
@Suite("A peer's file of three channels")
struct ChannelMixtureTests {
  private static let (height, width, components) = (2, 3, 2)
  private static let plane = height * width

  /// Numbers that are no pattern, of about one.
  private static func numbers(_ count: Int, _ seed: Double) -> [Double] {
    (0..<count).map { Double(Float(sin(Double($0) * 12.9898 + seed) * 1.3)) }
  }

  private let pixels = (0..<3 * plane).map { UInt8($0 * 83 % 254) }
  private var x: [Double] { pixels.map { 2 * Double($0) / 255 - 1 } }
  private let own = numbers(6 * plane, 1)
  private let mixed = numbers(10 * components * plane, 2)

  /// `ln(σ(a) - σ(b))` of a cell, to infinity at the lower edge.
  private func cell(_ x: Double, _ mean: Double, _ logScale: Double) -> Double {
    func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
    let (a, b) = (
      (x - mean + 1 / 255) * exp(-logScale), (x - mean - 1 / 255) * exp(-logScale)
    )
    return log(x < -0.999 ? sigmoid(a) : sigmoid(a) - sigmoid(b))
  }

  /// `[C, H, W]` of means and log-scales `[2 C, H, W]`.
  private func single(_ own: [Double]) -> [Double] {
    (0..<3 * Self.plane).map { cell(x[$0], own[$0], own[3 * Self.plane + $0]) }
  }

  /// `[H, W]` of parameters `[10 M, H, W]`: M logits, then for each channel M means, M log-scales and M
  /// coefficients.
  private func mixture(_ mixed: [Double]) -> [Double] {
    (0..<Self.plane).map { pixel in
      func parameter(_ index: Int) -> Double { mixed[index * Self.plane + pixel] }
      let terms = (0..<Self.components).map { component -> Double in
        func part(_ channel: Int, _ kind: Int) -> Double {
          parameter(Self.components * (1 + 3 * channel + kind) + component)
        }
        let x = (0..<3).map { self.x[$0 * Self.plane + pixel] }
        let c = (0..<3).map { tanh(part($0, 2)) }
        let means = [
          part(0, 0), part(1, 0) + c[0] * x[0], part(2, 0) + c[1] * x[0] + c[2] * x[1],
        ]
        return (0..<3).reduce(parameter(component)) { $0 + cell(x[$1], means[$1], part($1, 1)) }
      }
      let logits = (0..<Self.components).map { exp(parameter($0)) }
      return log(terms.reduce(0) { $0 + exp($1) }) - log(logits.reduce(0, +))
    }
  }

  /// The gradient of a sum by central differences.
  private func gradient(_ point: [Double], _ function: ([Double]) -> [Double]) -> [Double] {
    point.indices.map { index in
      let sums = [1e-5, -1e-5].map { step -> Double in
        var moved = point
        moved[index] += step
        return function(moved).reduce(0, +)
      }
      return (sums[0] - sums[1]) / 2e-5
    }
  }

  private func file() -> SafeTensors {
    func entry(_ numbers: [Double], _ shape: [Int]) -> SafeTensors.Entry {
      .init(shape: shape, values: .float32(numbers.map { Float($0) }))
    }
    let image = [Self.height, Self.width]
    let (own, mixed) = (single(own), mixture(mixed))
    return SafeTensors(
      metadata: ["case": "dlogistic"],
      entries: [
        "in/pixels": .init(shape: [1, 3] + image, values: .uint8(pixels)),
        "in/x01": entry(pixels.map { Double($0) / 255 }, [1, 3] + image),
        "in/params": entry(self.own, [1, 6] + image),
        "out/logp": entry(own, [1, 3] + image), "out/loss": entry([-own.reduce(0, +)], []),
        "grad/params": entry(gradient(self.own) { single($0).map { -$0 } }, [1, 6] + image),
        "in/mixture": entry(self.mixed, [1, 10 * Self.components] + image),
        "out/mixture/logp": entry(mixed, [1] + image),
        "out/mixture/loss": entry([-mixed.reduce(0, +)], []),
        "grad/mixture/params": entry(
          gradient(self.mixed) { mixture($0).map { -$0 } }, [1, 10 * Self.components] + image),
      ])
  }

  @Test("each channel's own distribution and the mixture of all three are compared")
  func holds() throws {
    let lines = try ReferenceFile(file(), name: "three").verify()
    #expect(
      lines.map(\.group) == [
        "likelihood", "likelihood gradients", "mixture gradients", "mixture",
      ])
    for line in lines { #expect(line.holds, "\(line)") }
    #expect(lines.reduce(0) { $0 + $1.count } == 6)
  }

  @Test("results of a mixture whose parameters are missing fail")
  func missing() throws {
    var file = file()
    file["in/mixture"] = nil
    let failed = try ReferenceFile(file, name: "three").verify().filter { !$0.holds }
    #expect(failed.map(\.group) == ["not computed here"] && failed.map(\.count) == [3])
  }
}
